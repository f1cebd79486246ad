"""One first pull by the connector, as the pipeline calls it: `python benchmarks/contestants/jira_connector.py URL [--flow]`.

`--flow`: with the histories of all work that is below the epics, as where `flow` is declared.

Imports nothing of `benchmarks`, so that it runs with any build of the product on the path. Prints one line of JSON.
"""

from __future__ import annotations

import json
import logging
import resource
import sys
import time

import structlog
from pydantic import SecretStr

from config.settings import Credentials
from config.text.redaction import redactor
from config.trackers import JiraScope, JiraTracker
from connectors.jira import JiraConnector


def main() -> None:
    url = sys.argv[1]
    # As the command line has it: no lines about single requests, and secrets are looked for in every text.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.INFO))
    redactor.add("a-token-of-the-benchmark")
    scope = JiraScope(projects=("APP", "OPS", "WEB"))
    tracker = JiraTracker(kind="jira", url="https://acme.atlassian.net", scope=scope)
    key = Credentials(token=SecretStr("a-token-of-the-benchmark"), email="truenorth@acme.example", url=url)
    flow: dict[str, int] = {"history_weeks": 26} if "--flow" in sys.argv else {}
    labels = ("okr-aligned", "okr-orphaned")
    connector = JiraConnector("jira", tracker, key, "benchmark", labels=labels, **flow)  # type: ignore[arg-type]
    begun, spent = time.perf_counter(), time.process_time()
    pulled = connector.pull(lambda _what, _done, _total: None, frozenset(), ())
    leaves = [one for one in pulled.items if one.level == "issue"] if flow else []
    histories = connector.histories(leaves, everything=True) if flow else {}
    told = {
        "histories": len(histories),
        "issues": len(pulled.items),
        "seconds": time.perf_counter() - begun,
        "cpu": time.process_time() - spent,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    connector.close()
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
