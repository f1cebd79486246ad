"""Data Center's levels above epics, through the commands that a user types."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from connectors.sandbox.jira.http import SERVER_TOKEN
from connectors.sandbox.jira.server_show import ServerShow
from connectors.sandbox.jira.state import Issue
from connectors.sandbox.server import Sandbox
from sync.jobs.sandbox import environment
from tests.support.cli import AS_OF, Cli, writes

GOALS = """
workspace: acme
trackers: {{jira: {{kind: jira, {more}url: "https://acme.atlassian.net", scope: {{projects: [WEB, OPS]}}}}}}
cycles: {{2026-Q4: {{start: 2026-10-01, end: 2026-12-31}}}}
objectives:
  - id: A
    title: New teams reach value
    cycle: 2026-Q4
    key_results:
      - {{id: A-1, title: Win teams, measure: {{kind: work}}, links: [{{initiative: "{title}"}}]}}
"""
Point = Callable[[str], Cli]


@pytest.fixture
def above(sandbox: Sandbox) -> Issue:
    """An initiative out of scope, with epics below it."""
    issues = sandbox.world.jira.issues.values()
    return next(one for one in issues if one.type.level > 1 and epics_below(sandbox, one))


def epics_below(sandbox: Sandbox, above: Issue) -> list[str]:
    found = (
        one
        for one in sandbox.world.jira.issues.values()
        if one.parent == above.id and one.status.category != "done"
    )
    return sorted(one.key for one in found if one.project.key in ("WEB", "OPS"))


@pytest.fixture
def on(run: Cli, sandbox: Sandbox, above: Issue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Point:
    """The command line, pointed at one deployment of the site."""

    def point(deployment: str) -> Cli:
        server = deployment == "data_center"
        more = "deployment: data_center, " if server else ""
        file = tmp_path / f"{deployment}.yaml"
        file.write_text(GOALS.format(more=more, title=above.summary))
        given = environment(sandbox) | {"TRUENORTH_CONFIG": str(file)}
        given["TRUENORTH_STORE"] = f"sqlite:///{tmp_path}/{deployment}.db"
        if server:
            given |= {"TRUENORTH_JIRA_URL": f"{sandbox.url}/jira-dc", "TRUENORTH_JIRA_TOKEN": SERVER_TOKEN}
            del given["TRUENORTH_JIRA_EMAIL"]
            monkeypatch.delenv("TRUENORTH_JIRA_EMAIL", raising=False)
        for name, value in given.items():
            monkeypatch.setenv(name, value)
        return run

    return point


def planned(run: Cli) -> dict[str, Any]:
    ran = run("plan", *AS_OF, "--format", "json")
    assert ran.code == 0, ran.err
    found: dict[str, Any] = json.loads(ran.out)
    return found


def linked(found: dict[str, Any]) -> dict[str, str]:
    """Why each item gets its key result."""
    changes = (one for one in found["plan"]["changes"] if one["mark"] == "key_results" and one["after"])
    return {one["key"]: one["after"][0]["because"] for one in changes}


def test_work_below_an_initiative_is_linked_as_on_the_cloud(
    on: Point, sandbox: Sandbox, above: Issue
) -> None:
    there = linked(planned(on("cloud")))
    run = on("data_center")
    here = linked(planned(run))
    assert here == there
    assert epics_below(sandbox, above), "the world has such epics"
    assert set(epics_below(sandbox, above)) <= set(here)

    assert run("sync", *AS_OF, "--first-run").code == 0
    sandbox.forget_requests()
    assert run("sync", *AS_OF).code == 0
    assert writes(sandbox) == []


def test_nobody_is_accused_below_an_initiative_that_is_hidden(
    on: Point, sandbox: Sandbox, above: Issue
) -> None:
    sandbox.call(lambda: sandbox.world.jira.restricted.update({above.id: frozenset()}))
    found = planned(on("data_center"))
    (epic, *_) = epics_below(sandbox, above)
    explained = json.loads(on("data_center")("explain", epic, "--format", "json").out)
    assert explained["verdict"] == "unknown"
    assert above.key in json.dumps(explained)
    labelled = {
        one["key"]
        for one in found["plan"]["changes"]
        if one["mark"] == "labels" and "okr-orphaned" in one["after"]
    }
    assert labelled, "others are"
    assert not labelled & set(epics_below(sandbox, above))


def test_nobody_is_accused_below_a_value_that_nobody_knows(
    on: Point, sandbox: Sandbox, above: Issue, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = ServerShow._linked_parent
    monkeypatch.setattr(
        ServerShow, "_linked_parent", lambda self, issue: [told(self, issue)] if told(self, issue) else None
    )
    found = planned(on("data_center"))
    (pull,) = found["pulled"]
    (note,) = [one for one in pull["notes"] if "Übergeordnete Verknüpfung" in one]
    epics = epics_below(sandbox, above)
    labelled = {
        one["key"]
        for one in found["plan"]["changes"]
        if one["mark"] == "labels" and "okr-orphaned" in one["after"]
    }
    assert not labelled & set(epics)
    explained = json.loads(on("data_center")("explain", epics[0], "--format", "json").out)
    assert explained["verdict"] == "unknown"
    findings = json.loads(on("data_center")("orphans", "--format", "json").out)["findings"]
    unseen = [one["message"] for one in findings if one["kind"] == "unseen_parent"]
    assert any(f"the parent of {epics[0]}, which is above it, could not be read" in one for one in unseen)
    assert "neither a key nor an object with one" in note
