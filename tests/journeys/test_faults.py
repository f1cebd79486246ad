"""Faults of trackers over real HTTP, in the middle of a sync; after each the same five things hold.

A clean rerun converges; the next plan is empty; no ticket has two comments of ours; what people wrote is as it was, to
the byte, once undo has run; and no credential stands in any output or file. `docs/reliability.md` names these tests.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from sync.jobs.sandbox import environment
from tests.support.cli import AS_OF, Cli
from tests.support.fault_run import FaultRun

JIRA_WRITES, LINEAR = "PUT /jira/rest/api/3/issue", "POST /linear/graphql"
COMMENT, STAMPS, BULK = "POST /jira/rest/api/3/issue/{id}/comment", "properties/multi", "bulk/issues/fields"


pytestmark = pytest.mark.usefixtures("no_waits")


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    with Sandbox(generate(items=60, seed=5)) as running:
        for name, value in environment(running).items():
            monkeypatch.setenv(name, value)
        yield running


@pytest.fixture
def fault_run(box: Sandbox, run: Cli) -> FaultRun:
    return FaultRun(box, run)


FAULTS: list[tuple[str, str, str, dict[str, Any], set[int]]] = [
    # name, match, kind, options, exit codes that may come of it
    ("a comment lands and its reply is lost", "/comment", "drop_after", {"times": 1}, {0, 3}),
    ("a comment's request is lost", "/comment", "drop_before", {"times": 1}, {0, 3}),
    ("an edit's reply is reset", JIRA_WRITES, "drop_after", {"times": 1, "reset": True}, {0, 3}),
    ("an edit meets a 502", JIRA_WRITES, "status", {"status": 502, "times": 1}, {0, 3}),
    ("edits meet 503 for good", JIRA_WRITES, "status", {"status": 503}, {3}),
    ("bulk stamps are refused", STAMPS, "status", {"status": 500}, {0, 3}),
    ("the reply to bulk stamps is lost", STAMPS, "drop_after", {"times": 1}, {0, 3}),
    ("a bulk edit's reply is lost", BULK, "drop_after", {"times": 1}, {0, 3}),
    ("Jira's limit storm", "/jira/rest/api/3/issue", "rate_limit", {"times": 4, "retry_after": 1}, {0, 3}),
    ("a wait given as a date", "/jira/rest/api/3/issue", "rate_limit", {"times": 2, "retry_after": "date"}, {0, 3}),
    ("a wait without a number", "/jira/rest/api/3/issue", "rate_limit", {"times": 2, "retry_after": None}, {0, 3}),
    ("a negative wait", "/jira/rest/api/3/issue", "rate_limit", {"times": 2, "retry_after": -5}, {0, 3}),
    ("a wait of a day", JIRA_WRITES, "rate_limit", {"retry_after": 86400}, {3}),
    ("Jira's credential is revoked while writing", JIRA_WRITES, "revoked", {"form": "401"}, {1}),
    ("Jira turns anonymous while reading", "search/jql", "revoked", {}, {1}),
    ("Jira answers with a web page", "bulkfetch", "html", {}, {1}),
    ("Jira answers with half a body", "bulkfetch", "truncate", {}, {1}),
    ("Jira answers with less than promised", "bulkfetch", "cut_short", {}, {3}),
    ("Jira sends another shape", "search/jql", "wrong_json", {}, {1}),
    ("Jira sends wrong types", "bulkfetch", "wrong_types", {"at": "issues.*.fields.labels"}, {1}),
    ("Jira redirects to another host", "search/jql", "redirect", {"to": "host"}, {1}),
    ("Jira's reply is nested without end", "bulkfetch", "deep", {}, {1}),
    ("Jira repeats rows", "search/jql", "repeat_rows", {"rows": 3}, {0, 1, 3}),
    ("Jira's pages never end", "search/jql", "repeat_page", {}, {0, 1}),
    ("Jira's search lags", "search/jql", "search_lag", {"seconds": 3600}, {0, 1, 3, 4}),
    ("Linear's writes lose a reply", LINEAR, "drop_after", {"operation": "commentCreate", "times": 1}, {0, 3}),
    ("Linear's writes lose a request", LINEAR, "drop_before", {"operation": "attachmentCreate", "times": 1}, {0, 3}),
    ("Linear's quota is spent", LINEAR, "rate_limit", {"operation": "commentCreate", "times": 2}, {0, 3}),
    ("Linear's credential is revoked while writing", LINEAR, "revoked", {"operation": "attachmentCreate"}, {1}),
    ("Linear's credential is revoked while reading", LINEAR, "revoked", {"operation": "Issues"}, {1}),
    ("Linear answers in part", LINEAR, "partial", {"operation": "Issues", "at": "issues.nodes.0.state"}, {3}),
    ("Linear answers with a web page", LINEAR, "html", {"operation": "Projects"}, {1}),
    ("Linear meets 500 while writing", LINEAR, "status", {"operation": "commentCreate", "status": 500}, {3}),
    ("Linear's clock is a day off", LINEAR, "clock_skew", {"seconds": 86400}, {0, 3}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("match", "kind", "options", "codes"), [row[1:] for row in FAULTS], ids=[row[0] for row in FAULTS]
)
def test_a_fault_in_the_middle(
    box: Sandbox, fault_run: FaultRun, match: str, kind: Any, options: dict[str, Any], codes: set[int]
) -> None:
    rule = box.fault(match, kind, **options)
    ran = fault_run.sync()
    assert ran.code in codes, ran.out[-1500:] + ran.err
    assert box.call(lambda: rule.hits), "the fault never struck"
    fault_run.holds()


def test_two_faults_in_a_row(box: Sandbox, fault_run: FaultRun) -> None:
    box.fault("/comment", "drop_after", times=1)
    fault_run.sync()
    box.clear_faults()
    box.fault(LINEAR, "drop_after", operation="commentCreate", times=1)
    fault_run.sync()
    fault_run.holds()


def test_what_can_no_longer_be_seen_is_not_taken_for_gone(box: Sandbox, fault_run: FaultRun) -> None:
    assert fault_run.sync().code == 0
    box.fault("/jira/", "lost_access", keys=["WEB"])
    box.forget_requests()
    stopped = fault_run.run("sync", *AS_OF)
    assert stopped.code in (1, 3, 4), stopped.out[-1500:] + stopped.err
    assert not [one for one in box.requests if one.method in ("PUT", "DELETE")]
    fault_run.holds()
