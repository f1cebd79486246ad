"""Ours: a plan of a field and a comment for each issue, applied through the journal. `write_connector.py URL ITEMS PERCENTS`.

Each issue gets one of PERCENTS percents, so that so many edits differ. Prints one line of JSON.
"""

from __future__ import annotations

import json
import logging
import sys
import tempfile
import time
from pathlib import Path

import structlog
from pydantic import SecretStr

from benchmarks.servers.loopback import counts
from config.settings import Credentials
from config.trackers import JiraScope, JiraTracker
from connectors.jira import JiraConnector
from connectors.model import Comment, KeyResultMark, Marks
from connectors.text.document import Doc, para
from sync.apply import apply
from sync.plan.plan import Edit, Plan, changes_of, digest_of
from sync.store.store import Store


def marks(percent: int) -> Marks:
    """A key result in its fields, and a comment."""
    mark = KeyResultMark("GROW-2", "New onboarding is live", percent, "on_track", "")
    doc = Doc((para(f"Serves GROW-2, now at {percent} %"),))
    return Marks((mark,), "aligned", (), Comment("progress", (("GROW-2", percent),), doc))


def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    url, items, percents = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    tracker = JiraTracker(
        kind="jira", url="https://bench.atlassian.net", scope=JiraScope(projects=("BENCH",))
    )
    credentials = Credentials(token=SecretStr("benchmark-token"), email="bench@example.com", url=url)
    connector = JiraConnector("jira", tracker, credentials, "benchmark")
    edits = []
    for number, item in enumerate(connector.pull().items[:items]):
        wanted = marks(20 + number % percents)
        edits.append(Edit(item, wanted, changes_of(item, wanted)))
    counts(url)
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{Path(folder) / 'store.db'}")
        wall, cpu = time.perf_counter(), time.process_time()
        applied = apply(Plan(tuple(edits), (), digest_of(edits)), {"jira": connector}, store, 1)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        store.close()
    connector.close()
    told = counts(url)
    row = {
        "seconds": wall,
        "cpu": cpu,
        "written": applied.count("written"),
        "requests": told["requests"],
        "in_flight": told["in_flight"],
    }
    sys.stdout.write(json.dumps(row) + "\n")


if __name__ == "__main__":
    main()
