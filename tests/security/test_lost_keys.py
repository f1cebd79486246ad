"""Keys that change under the rules that name them, and parents that nobody may see: on Jira Cloud, Data Center and Linear."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest

from connectors.sandbox.jira import moves
from connectors.sandbox.jira.http import SERVER_TOKEN
from connectors.sandbox.jira.state import Issue, JiraSite
from connectors.sandbox.linear.entities import Issue as LinearIssue
from connectors.sandbox.linear.entities import Team
from connectors.sandbox.server import Sandbox
from tests.support.cli import Cli

Declare = Callable[..., None]
DEPLOYMENTS = ("cloud", "data_center")
RESOLVING = ("/issue/", "/project/")


def on_either(ways: list[str]) -> pytest.MarkDecorator:
    """The first way on both deployments, the others in turn."""
    others = zip(cycle(DEPLOYMENTS), ways[1:])
    rows = [*((one, ways[0]) for one in DEPLOYMENTS), *others]
    return pytest.mark.parametrize(("deployment", "way"), rows)


@pytest.fixture
def declare(pointed: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Declare:
    """Declares one key result on one tracker, measured by the work that the rules link."""

    def write(kind: str, key_result: str, scope: str, *more: str) -> None:
        server = kind == "data_center"
        tracker = (
            f"linear: {{kind: linear, scope: {{teams: [{scope}]}}}}"
            if kind == "linear"
            else f"jira: {{kind: jira, url: https://acme.example, deployment: {'data_center' if server else 'cloud'}, "
            f"scope: {{projects: [{scope}]}}}}"
        )
        text = [
            "workspace: acme",
            f"trackers: {{{tracker}}}",
            "cycles: {2026-Q4: {start: 2026-10-01, end: 2026-12-31}}",
            "objectives:",
            "  - id: O1",
            "    title: Faster",
            "    cycle: 2026-Q4",
            "    key_results:",
            f"      - {{id: KR1, title: It is live, {key_result}}}",
            *more,
        ]
        (tmp_path / "okrs.yaml").write_text("\n".join(text) + "\n", encoding="utf-8")
        monkeypatch.setenv("TRUENORTH_CONFIG", str(tmp_path / "okrs.yaml"))
        if server:
            monkeypatch.delenv("TRUENORTH_JIRA_EMAIL", raising=False)
            monkeypatch.setenv("TRUENORTH_JIRA_URL", f"{pointed.url}/jira-dc")
            monkeypatch.setenv("TRUENORTH_JIRA_TOKEN", SERVER_TOKEN)

    return write


def told(run: Cli, *arguments: str) -> Any:
    done = run(*arguments, "--format", "json")
    assert done.out, done.err
    return json.loads(done.out)


def value(run: Cli, how: str = "--fresh") -> tuple[Any, Any]:
    (one,) = told(run, "status", how)["scorecard"][0]["key_results"]
    return one["value"], one["evidence"]


def messages(run: Cli) -> list[str]:
    return [one["message"] for one in told(run, "orphans", "--fresh")["findings"]]


def asked(sandbox: Sandbox) -> list[str]:
    """Requests for one issue or project by a key."""
    ends = [one.path.split("/rest/api/")[-1] for one in sandbox.requests if "/rest/api/" in one.path]
    return [end for end in ends if end.count("/") == 2 and any(part in f"/{end}" for part in RESOLVING)]


def family(site: JiraSite, project: str = "WEB") -> tuple[Issue, Issue]:
    """An open epic of the project, and a story below it that is told by its parent alone."""
    for epic in site.issues.values():
        if epic.type.level == 1 and epic.project.key == project:
            below = [site.issues[one] for one in epic.children if site.issues[one].project.key == project]
            open_ = [one for one in below if one.status.category != "done" and one.type.level == 0]
            if len(below) > 2 and open_:
                return epic, open_[0]
    raise AssertionError("no family")


WAYS = [
    "measure: {{kind: work}}, links: [{{key: {key}}}]",
    "measure: {{kind: work}}, links: [{{key: {low}}}]",
    "measure: {{kind: work}}, links: [{{key: 'jira:{key}'}}]",
    "measure: {{kind: work}}, links: [{{under: {key}}}]",
    "measure: {{kind: work}}, links: [{{parent: {key}}}]",
    "measure: {{kind: work}}, links: [{{any: [{{under: {key}}}, {{label: nothing-has-it}}]}}]",
    "measure: {{kind: work}}, links: [{{all: [{{under: {key}}}], tracker: jira}}]",
    "measure: {{kind: milestones, weights: {{{key}: 7}}}}, links: [{{key: {key}}}]",
    "measure: {{kind: work, weigh: key, weights: {{{leaf}: 7}}}}, links: [{{under: {key}}}]",
]


@on_either(WAYS)
def test_an_issue_that_moved_is_followed(
    run: Cli, declare: Declare, pointed: Sandbox, deployment: str, way: str
) -> None:
    site = pointed.world.jira
    epic, leaf = family(site)
    old, old_leaf = epic.key, leaf.key
    declare(deployment, way.format(key=old, low=old.lower(), leaf=old_leaf), "WEB, OPS")
    before = value(run)
    assert before[0] is not None

    def move() -> None:
        moves.move(site, epic, site.projects["OPS"])
        moves.move(site, leaf, site.projects["OPS"])

    pointed.call(move)
    assert value(run) == before
    assert any(f"{epic.key} now" in one and "okrs.yaml:9" in one for one in messages(run))


@pytest.mark.parametrize("deployment", DEPLOYMENTS)
def test_a_key_that_was_never_read_is_asked_for_once(
    run: Cli, declare: Declare, pointed: Sandbox, deployment: str
) -> None:
    site = pointed.world.jira
    epic, _ = family(site)
    old = epic.key
    pointed.call(lambda: moves.move(site, epic, site.projects["OPS"]))
    declare(deployment, f"measure: {{kind: work}}, links: [{{key: {old}}}, {{key: {epic.key}}}]", "WEB, OPS")
    assert run("status", "--fresh").code == 0
    assert sum(one.endswith(old) for one in asked(pointed)) == 1
    pointed.forget_requests()
    assert run("status", "--fresh").code == 0
    assert not any(one.endswith((old, epic.key)) for one in asked(pointed))


@on_either(["project: WEB", "project: web, tracker: jira", "any: [{project: WEB}]", "KEY"])
def test_a_project_that_was_renamed_is_followed(
    run: Cli, declare: Declare, pointed: Sandbox, deployment: str, way: str
) -> None:
    site = pointed.world.jira
    epic, _ = family(site)
    rule = f"key: {epic.key}" if way == "KEY" else way
    declare(
        deployment,
        f"measure: {{kind: work}}, links: [{{{rule}}}]",
        "WEB, OPS",
        "exempt:",
        "  - {name: old, any: [{project: WEB, label: nothing-has-it}]}",
    )
    before = value(run)
    pointed.call(lambda: moves.rename_project(site, site.projects["WEB"], "WWW"))
    assert value(run, "--full") == before
    said = messages(run)
    assert any("WWW" in one and "now" in one and "okrs.yaml:9" in one for one in said), said
    assert any("the exemption old still names WEB" in one and "okrs.yaml:11" in one for one in said), said
    pointed.call(lambda: moves.rename_project(site, site.projects["WWW"], "SITE"))
    assert value(run, "--full") == before


@on_either(["key", "parent", "under"])
def test_a_key_that_left_the_scope_is_said(
    run: Cli, declare: Declare, pointed: Sandbox, deployment: str, way: str
) -> None:
    site = pointed.world.jira
    epic = next(one for one in site.issues.values() if one.project.key == "WEB" and one.type.level == 0)
    old = epic.key
    for child in [site.issues[one] for one in epic.children]:
        pointed.call(lambda child=child: setattr(child, "parent", None))  # type: ignore[misc]
    pointed.call(lambda: moves.move(site, epic, site.projects["OPS"]))
    declare(deployment, f"measure: {{kind: work}}, links: [{{{way}: {old}}}]", "WEB")
    said = [one for one in messages(run) if f"({way} {old})" in one]
    assert said
    assert all(f"{old} is {epic.key} now, which is out of scope" in one for one in said), said
    explained = run("explain", old)
    assert f"{old} is {epic.key} now, which is out of scope" in explained.err + explained.out


@pytest.mark.parametrize("deployment", DEPLOYMENTS)
def test_an_old_key_that_nobody_declared_is_explained(
    run: Cli, declare: Declare, pointed: Sandbox, deployment: str
) -> None:
    site = pointed.world.jira
    epic, _ = family(site)
    old = epic.key
    pointed.call(lambda: moves.move(site, epic, site.projects["OPS"]))
    declare(deployment, "measure: {kind: work}, links: [{label: onboarding}]", "WEB, OPS")
    assert f"{old} is {epic.key} now." in run("explain", old, "--fresh").out
    assert "not found" in run("explain", "WEB-99999").err


@on_either(["key", "parent", "under"])
def test_a_parent_that_moved_and_is_hidden_since_still_stands_by_its_old_key(
    run: Cli, declare: Declare, pointed: Sandbox, deployment: str, way: str
) -> None:
    site = pointed.world.jira
    epic, _ = family(site)
    old = epic.key
    declare(deployment, f"measure: {{kind: work}}, links: [{{{way}: {old}}}]", "WEB, OPS")
    assert run("sync", "--first-run").code == 0
    pointed.call(lambda: moves.move(site, epic, site.projects["OPS"]))
    assert run("sync").code == 0
    before = value(run)
    pointed.call(lambda: site.restricted.update({epic.id: frozenset({"somebody@acme.example"})}))
    assert value(run, "--full") == before
    said = messages(run)
    assert not [one for one in said if "out of scope" in one], said
    assert [one for one in said if f"{old} is {epic.key} now" in one], said
    assert f"{old}, the parent of" in run("explain", old).err


@on_either(["key", "parent", "under", "label"])
def test_a_parent_that_the_account_may_not_see(
    run: Cli, declare: Declare, pointed: Sandbox, deployment: str, way: str
) -> None:
    site = pointed.world.jira
    epic, leaf = family(site)
    pointed.call(lambda: site.restricted.update({epic.id: frozenset({"somebody@acme.example"})}))
    declare(deployment, f"measure: {{kind: work}}, links: [{{{way}: {epic.key}}}]", "WEB, OPS")
    linked, _ = value(run)
    orphans = told(run, "orphans", "--fresh")
    assert leaf.key not in {one["key"] for one in orphans["orphans"]}
    words = run("explain", leaf.key).out
    if way == "label":
        assert linked is None
        assert any(
            f"{epic.key}, which is above it, could not be read" in one["message"]
            for one in orphans["findings"]
        )
        assert f"{epic.key}, which is above it, could not be read" in words
    else:
        assert linked is not None
        assert "serves KR1" in words
        assert epic.key in words
    assert run("sync", "--first-run").code == 0
    comment = "".join(json.dumps(one.body) for one in leaf.comments.values())
    assert "no kr: label" not in comment
    assert ("okr-orphaned" in leaf.labels) is False
    assert ("okr-aligned" in leaf.labels) is (way != "label")


# --- Linear ----------------------------------------------------------------------------------------


def move_issue(sandbox: Sandbox, issue: LinearIssue, key: str) -> None:
    space = sandbox.world.linear
    team: Team = next(one for one in space.teams.values() if one.key == key)

    def move() -> None:
        issue.previous_identifiers.append(issue.identifier)
        issue.team.issues.remove(issue)
        team.last_number += 1
        issue.team, issue.number = team, team.last_number
        issue.state = team.state(issue.state.type, "backlog")
        team.issues.append(issue)
        space.identifiers[issue.identifier] = issue

    sandbox.call(move)


def open_issue(sandbox: Sandbox) -> LinearIssue:
    return next(
        one
        for one in sandbox.world.linear.issues.values()
        if one.team.key == "ENG"
        and one.state.type == "started"
        and one.archived_at is None
        and not one.children
    )


@pytest.mark.parametrize("spelled", ["{key}", "linear:{key}", "{low}"])
def test_a_linear_issue_that_moved_is_followed_without_a_request(
    run: Cli, declare: Declare, pointed: Sandbox, spelled: str
) -> None:
    issue = open_issue(pointed)
    old = issue.identifier
    move_issue(pointed, issue, "MOB")
    rule = spelled.format(key=old, low=old.lower())
    declare("linear", f"measure: {{kind: work}}, links: [{{key: '{rule}'}}]", "ENG, MOB")
    assert value(run)[0] is not None
    assert not [one for one in pointed.requests if one.operation == "query" and "IssueByKey" in str(one)]
    assert any(f"{issue.identifier} now" in one for one in messages(run))
    assert f"{old} is {issue.identifier} now." in run("explain", old).out


def test_a_linear_issue_that_left_the_scope_is_said(run: Cli, declare: Declare, pointed: Sandbox) -> None:
    issue = open_issue(pointed)
    old = issue.identifier
    move_issue(pointed, issue, "MOB")
    declare("linear", f"measure: {{kind: work}}, links: [{{key: {old}}}]", "ENG")
    said = messages(run)
    assert any(f"{old} is {issue.identifier} now, which is out of scope" in one for one in said), said


@pytest.mark.parametrize(
    "rule", ["key: Onboarding v2", "project: Onboarding v2", "project: onboarding V2, tracker: linear"]
)
def test_a_linear_project_that_was_renamed_is_followed_by_its_id(
    run: Cli, declare: Declare, pointed: Sandbox, rule: str
) -> None:
    declare("linear", f"measure: {{kind: work}}, links: [{{{rule}}}]", "ENG, MOB")
    before = value(run)
    project = next(one for one in pointed.world.linear.projects.values() if one.name == "Onboarding v2")

    def rename() -> None:
        project.name, project.updated_at = "Onboarding v3", pointed.world.clock.now()

    pointed.call(rename)
    assert value(run) == before
    assert any("is Onboarding v3 now" in one for one in messages(run))
