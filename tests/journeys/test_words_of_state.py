"""What is at its target, what must stay within limits, and what is not configured: as people read it, on commands and tickets."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.sandbox.server import Sandbox
from tests.support.cli import AS_OF, Cli, writes
from tests.support.user_actions import JiraTicket, LinearTicket, Ticket

pytestmark = pytest.mark.needs_server

EPIC, PROJECT = "OPS-18", "Mobile offline mode"
GOALS = f"""
objectives:
  - id: EXTRA
    title: Everything at once
    cycle: 2026-Q4
    grading: aspirational
    key_results:
      - id: AT
        title: Answers within a day
        measure: {{kind: metric, start: 0, target: 100, unit: "%", checkins: [{{on: 2026-11-10, value: 100}}]}}
        links: [{{key: {EPIC}}}, {{tracker: linear, project: {PROJECT}, level: project}}]
      - id: BAND
        title: Load of the cluster
        measure: {{kind: keep, above: 1, below: 5, unit: k, checkins: [{{on: 2026-11-10, value: 5}}]}}
        links: [{{key: {EPIC}}}]
      - id: RAIL
        title: Errors stay low
        measure: {{kind: keep, below: 5, checkins: [{{on: 2026-11-10, value: 6}}]}}
      - id: BOTH
        title: Answers, with few errors
        measure: {{kind: composite, of: {{AT: 1, BAND: 5, RAIL: 5}}}}
      - id: FLOW
        title: Work flows
        measure: {{kind: flow, of: efficiency, start: 10, target: 60}}
        links: [{{project: OPS}}]
      - id: FAR
        title: Far away
        measure: {{kind: metric, start: 0, target: 100, checkins: [{{on: 2026-11-10, value: 32}}]}}
"""


@pytest.fixture(params=["cloud", "data_center"])
def site(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """The example company with one objective more, its Jira on the Cloud or on Data Center."""
    box: Sandbox = request.getfixturevalue("pointed" if request.param == "cloud" else "server")
    folder = tmp_path / "edited"
    shutil.copytree(os.environ["TRUENORTH_CONFIG"], folder)
    (folder / "extra.yaml").write_text(GOALS)
    monkeypatch.setenv("TRUENORTH_CONFIG", str(folder))
    return box


def told(run: Cli, *arguments: str) -> dict[str, Any]:
    ran = run(*arguments, "--format", "json")
    assert ran.code == 0, ran.err
    found: dict[str, Any] = json.loads(ran.out)
    return found


def plain(text: str) -> str:
    """Without what a terminal or a tracker's markup puts between the words."""
    if text.startswith("{"):
        text = "".join(_texts(json.loads(text)))
    return " ".join(text.replace("\\", "").split())


def _texts(node: dict[str, Any]) -> Iterator[str]:
    yield node.get("text", "") or node.get("attrs", {}).get("text", "")
    for one in node.get("content", ()):
        yield from _texts(one)


def test_the_commands_say_it(site: Sandbox, run: Cli) -> None:  # noqa: ARG001
    assert run("sync", *AS_OF, "--first-run").code == 0
    status = run("status", "--format", "markdown").out
    rows = {line.split(" ")[1]: line for line in reversed(status.splitlines()) if line.startswith("| ")}
    assert " | 100 / 100 % | 100 % | 50 % | at target | " in rows["AT"]
    assert " | 5 / 1 – 5 k | 100 % | 50 % | on track | " in rows["BAND"]
    assert " | 6 / ≤ 5 | 0 % | 50 % | off track | " in rows["RAIL"]
    assert " | 100 % | 50 % | at risk | " in rows["BOTH"]
    (extra,) = [one for one in told(run, "status")["scorecard"] if one["objective"] == "EXTRA"]
    assert extra["succeeds"] or "grade 0.7" not in rows["EXTRA"], "a grade shows no success that is none"
    found = {one["key_result"]: one for one in extra["key_results"]}
    assert (found["AT"]["health"], found["AT"]["at_target"], found["AT"]["limits"]) == (
        "on_track",
        True,
        None,
    )
    assert found["BAND"]["limits"] == {"above": 1.0, "below": 5.0}
    assert found["RAIL"]["limits"] == {"above": None, "below": 5.0}
    assert "holds: must stay between 1 and 5, both included" in found["BAND"]["evidence"]
    assert "broken: must stay at or below 5" in found["RAIL"]["evidence"]
    assert (found["BOTH"]["percent"], found["BOTH"]["health"]) == (100, "at_risk")
    assert "broken guard-rail RAIL" in found["BOTH"]["evidence"]
    assert "no waiting statuses declared" in found["FLOW"]["evidence"]
    findings = [one for one in told(run, "orphans")["findings"] if one["kind"] == "unset_waiting"]
    assert [
        ("FLOW" in one["message"], one["place"].startswith(os.environ["TRUENORTH_CONFIG"]))
        for one in findings
    ] == [(True, True)]
    assert "(1 × 100 %) / 1 = 100 %." in plain(run("explain", "BOTH").out)
    assert "Health: at target." in plain(run("explain", "AT").out)
    grade = told(run, "explain", "EXTRA")
    assert (grade["succeeds"] is False) == (grade["percent"] < 70)
    assert (grade["grade"] >= 0.7) == grade["succeeds"]


def test_the_tickets_say_it(site: Sandbox, run: Cli) -> None:
    assert run("sync", *AS_OF, "--first-run").code == 0
    tickets: list[Ticket] = [JiraTicket(site, EPIC), LinearTicket(site, PROJECT)]
    for one in tickets:
        (comment,) = one.comments
        assert "AT TARGET" in plain(comment), one.key
        assert "DONE" not in plain(comment), one.key
    said = plain(tickets[0].comments[0])
    assert "5 on 10 Nov, between 1 and 5 k · due 31 Dec" in said
    assert re.search(r" \d+(\.\d)?, from 10 to 60 % · due 31 Dec", said), (
        "what is computed has the digits of tables"
    )
    site.forget_requests()
    assert run("sync", *AS_OF).code == 0
    assert writes(site) == []
    # The cycle is over: what was reached is done.
    after = told(run, "status", "--as-of", "2027-01-02T09:00")["scorecard"]
    (extra,) = [one for one in after if one["objective"] == "EXTRA"]
    at = next(one for one in extra["key_results"] if one["key_result"] == "AT")
    assert (at["health"], at["at_target"]) == ("done", False)
