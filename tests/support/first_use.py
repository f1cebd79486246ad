"""A process that reads three trackers, or a store, in many threads at once, right after it has begun.

Run as `python -m tests.support.first_use trackers SANDBOX` or `… store FOLDER`. The interpreter switches threads as often as it can, so that
what is made at its first use is met half made, if it can be at all; a crash shows in the exit code.
"""

from __future__ import annotations

import faulthandler
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from threading import Barrier

from pydantic import SecretStr

from config.settings import Credentials
from config.trackers import JiraScope, JiraTracker, LinearScope, LinearTracker, Tracker
from connectors.base import AnswersQueries, Connector, HasDescriptions, KeepsHistories
from connectors.model import KeyResultMark, Marks, Pull, Ref, Stamp
from connectors.registry import connect
from connectors.stamp import from_comment_marker, from_property, to_property
from sync.history.days import HistoryRow
from sync.history.movement import Movement, WorkState
from sync.jobs.rebuild import recover_readings
from sync.marks.status_updates import PostedUpdate
from sync.observation import Observation
from sync.plan.plan import Edit, changes_of
from sync.store.store import Store
from tests.support.builders import item, workspace

THREADS = 6
OFTEN = 1e-6
"""Seconds between two switches of threads; the interpreter's own default is 5e-3."""

NOW = datetime(2026, 11, 16, 9, tzinfo=UTC)
TODAY = NOW.date()
YESTERDAY = date(2026, 11, 15)

Work = Callable[[], object]


def together(works: Sequence[Work]) -> None:
    """Do all works at once, each in a thread of its own; raise what one of them raised."""
    start = Barrier(len(works))

    def begin(work: Work) -> object:
        start.wait()
        return work()

    with ThreadPoolExecutor(len(works)) as pool:
        for done in [pool.submit(begin, work) for work in works]:
            done.result()


def trackers(url: str) -> list[Connector]:
    """Two connectors of each kind to the sandbox."""
    jira = JiraScope(projects=("WEB", "OPS"))
    declared: list[tuple[Tracker, Credentials]] = [
        (
            JiraTracker(kind="jira", url="https://acme.atlassian.net", scope=jira),
            _credentials(f"{url}/jira", "jira-token", "truenorth@acme.example"),
        ),
        (
            JiraTracker(kind="jira", url="https://jira.acme.example", scope=jira, deployment="data_center"),
            _credentials(f"{url}/jira-dc", "dc-pat"),
        ),
        (
            LinearTracker(kind="linear", scope=LinearScope(teams=("ENG", "MOB"))),
            _credentials(f"{url}/linear/graphql", "linear-token"),
        ),
    ]
    return [connect("one", tracker, credentials, "acme") for tracker, credentials in declared * 2]


def _credentials(url: str, kind: str, email: str | None = None) -> Credentials:
    return Credentials(token=SecretStr(f"sandbox-{kind}"), email=email, url=url)


def read(connector: Connector) -> None:
    """Everything that a connector can read."""
    try:
        items = connector.pull().items
        some = items[:40]
        assert isinstance(connector, KeepsHistories)
        assert isinstance(connector, HasDescriptions)
        assert isinstance(connector, AnswersQueries)
        together(
            [
                lambda: connector.histories(some, everything=True),
                lambda: connector.keywords(some),
                lambda: connector.owned_items(()),
                lambda: connector.fetch([item.ref.id for item in some if item.level == "issue"]),
            ]
        )
    finally:
        connector.close()


def read_trackers(url: str) -> None:
    """Read all that two connectors of each kind can read from the sandbox."""
    connectors = trackers(url)
    sys.setswitchinterval(OFTEN)
    together([partial(read, one) for one in connectors])


def use_store(folder: str) -> None:
    """Fill a store, and read all that it holds in many threads."""
    url = f"sqlite:///{Path(folder, 'store.db')}"
    store = Store(url)
    mark = KeyResultMark("A", "Title", 50, "on_track", "https://okrs.example/A")
    stamp = Stamp("acme", (mark,), fields=(("customfield_1", "A"),))
    items = [item(f"WEB-{n}", shown=Marks((mark,), stamp=stamp)) for n in range(50)]
    ref = Ref("one", "1")
    state = WorkState(YESTERDAY, {})
    store.snapshots.save(
        Observation((Pull("jira", tuple(items), NOW),), NOW, keywords={ref: ("word",)}, histories={ref: ()})
    )
    store.save_posted({"A": state}, {ref: PostedUpdate(TODAY, "on_track", (), {"A": state})})
    row = HistoryRow(YESTERDAY, 1.0, 0.5, 0.5, "on_track", Movement(YESTERDAY, done=1))
    store.readings.import_readings({"A": (row,)})
    run = store.open_run("sync", "configuration", "acme")
    wanted = Marks(labels=("okr",))
    property_ = to_property(stamp)
    marker = {"v": 1, "owner": "acme", "purpose": "orphan", "facts": []}
    works: list[Work] = [
        store.snapshots.last,
        lambda: store.memory(workspace(), NOW),
        store.readings.all,
        lambda: recover_readings(url),
        lambda: store.journal.begin(run, [Edit(items[0], wanted, changes_of(items[0], wanted))]),
        store.journal.open,
        lambda: from_property(property_),
        lambda: from_comment_marker(marker),
    ]
    sys.setswitchinterval(OFTEN)
    for work in works:
        together([work] * THREADS)
    store.close()


def main() -> None:
    """End with 0, or by the signal of a crash."""
    faulthandler.enable()
    what, where = sys.argv[1:]
    {"trackers": read_trackers, "store": use_store}[what](where)


if __name__ == "__main__":
    main()
