"""Each shared view, asked through the tracker by a reader that shares nothing with the product, against what the commands say.

What may lawfully differ is named here and in docs/leads.md: a view shows what bears the mark. So it does not show what
the policy keeps from being written: other levels, trackers that are only observed, and items at rest after failed writes.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.sandbox.jira.http import SERVER_TOKEN
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from sync.jobs.sandbox import examples
from tests.support import loopback
from tests.support.cli import AS_OF, Cli
from tests.support.linear_workspace import begin_projects
from tests.support.sandbox_jira_client import Jira
from tests.support.sandbox_linear_client import Linear

UNALIGNED, BELOW, SERVING, AT_RISK, DANGLING = (
    "Unaligned work",
    "Below unaligned work",
    "Work by key result",
    "At-risk key results",
    "Dangling links",
)
PROJECTS = "Unaligned projects"
ON_JIRA = {UNALIGNED, BELOW, SERVING, AT_RISK, DANGLING}
LABEL = "okr-at-risk"
IDENTIFIER = re.compile(r"[A-Z]+-\d+")
Sets = dict[str, set[str]]

VIEWS = "{ customViews { nodes { name modelName filterData projectFilterData } } }"
ISSUES = (
    "query($filter: IssueFilter, $after: String) { rows: issues(first: 250, after: $after, filter: $filter)"
    " { nodes { name: identifier } pageInfo { hasNextPage endCursor } } }"
)
PROJECT_ROWS = (
    "query($filter: ProjectFilter, $after: String) { rows: projects(first: 50, after: $after, filter: $filter)"
    " { nodes { name } pageInfo { hasNextPage endCursor } } }"
)


@pytest.fixture
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    with Sandbox(generate(items=getattr(request, "param", 120), seed=3)) as running:
        yield running


in_a_larger_world = pytest.mark.parametrize("sandbox", [300], indirect=True, ids=["300 items"])
"""For what few items have: among more of them there is some."""


def declare(folder: Path, changes: dict[str, str]) -> None:
    """Texts of the example company's configuration, put otherwise."""
    file = folder / "truenorth.yaml"
    text = file.read_text(encoding="utf-8")
    for before, after in changes.items():
        assert text.count(before) == 1, before
        text = text.replace(before, after)
    file.write_text(text, encoding="utf-8")


WITH_LABEL = {"orphaned: okr-orphaned}": f"orphaned: okr-orphaned, at_risk: {LABEL}}}"}
TEAM_MANAGED = {"projects: [WEB, OPS]}}": "projects: [WEB, OPS, HR]}, policy: {grace_days: 40}}"}
"""HR is a project that its team manages; Jira's work has another time of grace than Linear's."""


@pytest.fixture
def company(pointed: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A copy of the example company's folder, to be edited."""
    folder = tmp_path / "okrs"
    shutil.copytree(examples(), folder)
    assert pointed.url
    monkeypatch.setenv("TRUENORTH_CONFIG", str(folder))
    return folder


# --- What the commands say -----------------------------------------------------------------------


def told(run: Cli, *command: str) -> Any:
    ran = run(*command, "--format", "json")
    assert ran.code == 0, ran.err
    return json.loads(ran.out)


def said(run: Cli) -> dict[str, Sets]:
    """By tracker and view, what the commands name: to be asked before the first write, when the plan names everything."""
    plan = told(run, "plan", *AS_OF)
    found: dict[str, Sets] = {
        name: {view: set() for view in (*ON_JIRA, PROJECTS)} for name in ("jira", "linear")
    }
    orphans = told(run, "orphans")
    projects = {one["key"] for one in orphans["orphans"] if one["level"] == "project"}
    for one in orphans["orphans"]:
        of_issues = UNALIGNED if one["top"] else BELOW
        found[one["tracker"]][PROJECTS if one["level"] == "project" else of_issues].add(one["key"])
    claims = {
        (tracker, key)
        for one in orphans["findings"]
        if one["kind"] == "dangling_claim"
        for tracker, key in zip(one["trackers"], one["items"], strict=True)
    }
    health = {
        one["key_result"]: one["health"]
        for objective in told(run, "status")["scorecard"]
        for one in objective["key_results"]
    }
    late = {name for name, one in health.items() if one in ("at_risk", "off_track")}
    assert late < health.keys()
    for change in plan["plan"]["changes"]:
        lists = found[change["tracker"]]
        if change["mark"] == "alignment" and change["after"] == "aligned":
            lists[SERVING].add(change["key"])
        if change["mark"] == "key_results" and {one["id"] for one in change["after"]} & late:
            lists[AT_RISK].add(change["key"])
    for tracker, key in claims:
        found[tracker][DANGLING].add(key)
    for view in (SERVING, AT_RISK, DANGLING):
        # Views of issues: a project shows its key results itself.
        found["linear"][view] = {one for one in found["linear"][view] if IDENTIFIER.fullmatch(one)}
    assert projects
    return found


# --- What the trackers find ----------------------------------------------------------------------


def in_cloud(sandbox: Sandbox) -> Sets:
    with Jira(sandbox) as client:
        rows = client.get("filter/search", params={"expand": "jql"}).json()["values"]
        return {row["name"]: set(client.keys(row["jql"])) for row in rows}


def in_data_center(sandbox: Sandbox) -> Sets:
    def get(path: str, **params: str) -> Any:
        reply = loopback.get(
            f"{sandbox.url}/jira-dc/rest/api/2/{path}",
            headers={"Authorization": f"Bearer {SERVER_TOKEN}"},
            params=params,
        )
        assert reply.status_code == 200, reply.text
        return reply.json()

    return {
        row["name"]: {one["key"] for one in get("search", jql=row["jql"], maxResults="1000")["issues"]}
        for row in get("filter/favourite")
    }


def in_linear(sandbox: Sandbox) -> Sets:
    client = Linear(sandbox.url, sandbox.world.linear)
    found: Sets = {}
    for row in client.data(VIEWS)["customViews"]["nodes"]:
        query, wanted = (
            (PROJECT_ROWS, row["projectFilterData"])
            if row["modelName"] == "Project"
            else (ISSUES, row["filterData"])
        )
        found[row["name"]], after = set(), None
        while True:
            page = client.data(query, filter=wanted, after=after)["rows"]
            found[row["name"]] |= {one["name"] for one in page["nodes"]}
            if not page["pageInfo"]["hasNextPage"]:
                break
            after = page["pageInfo"]["endCursor"]
    return found


def agree(wanted: Sets, found: Sets, views: set[str]) -> None:
    for view in sorted(views):
        assert found[view] == wanted[view], view


def begin(sandbox: Sandbox, project: str) -> None:
    """Let all that is open in the project have been in progress for long, as an import of it would."""
    for issue in sandbox.world.jira.issues.values():
        if issue.project.key == project and issue.status.category != "done":
            issue.status = next(one for one in issue.project.statuses if one.category == "indeterminate")
            issue.category_changed = issue.created
            issue.past, issue.history = b"", []


Reader = Callable[[Sandbox], Sets]


@in_a_larger_world
@pytest.mark.parametrize(
    ("deployment", "read"), [("cloud", in_cloud), ("data_center", in_data_center)], ids=["cloud", "server"]
)
def test_the_views_show_what_the_commands_say(
    run: Cli, request: pytest.FixtureRequest, sandbox: Sandbox, deployment: str, read: Reader, tmp_path: Path
) -> None:
    request.getfixturevalue("company" if deployment == "cloud" else "server")
    declare(tmp_path / "okrs", WITH_LABEL | TEAM_MANAGED)
    begin(sandbox, "HR")
    wanted = said(run)
    assert any(key.startswith("HR-") for key in wanted["jira"][UNALIGNED])
    assert run("setup", "--apply").code == 0
    assert run("sync", "--first-run", *AS_OF).code == 0
    agree(wanted["jira"], read(sandbox), ON_JIRA)
    agree(wanted["linear"], in_linear(sandbox), {*ON_JIRA, PROJECTS})
    assert all(wanted["jira"][view] for view in ON_JIRA)

    sandbox.forget_requests()
    assert run("sync", *AS_OF).code == 0
    assert not [
        one for one in sandbox.requests if one.operation == "mutation" or one.method in ("PUT", "DELETE")
    ]
    plans = told(run, "setup")["setup"]
    assert [one["actions"] for one in plans.values()] == [[], []]
    assert told(run, "plan", *AS_OF)["plan"]["notes"] == []

    assert run("undo", "--all", "--apply").code == 0
    assert run("setup", "--remove", "--apply").code == 0
    assert not {*ON_JIRA, PROJECTS} & (read(sandbox).keys() | in_linear(sandbox).keys())
    assert told(run, "plan", *AS_OF)["plan"]["notes"] == []


@pytest.mark.parametrize("more", [{}, WITH_LABEL], ids=["by field", "by label"])
def test_what_shared_fields_do_not_reach_is_said_or_has_a_label(
    run: Cli, pointed: Sandbox, company: Path, more: dict[str, str]
) -> None:
    declare(company, {**TEAM_MANAGED, **more})
    # HR links to no key result of the example: one that is off track gets a claim there.
    issue = next(
        one
        for one in pointed.world.jira.issues.values()
        if one.project.key == "HR" and one.status.category != "done"
    )
    pointed.call(lambda: issue.labels.append("kr:GROWTH-KR3"))
    wanted = said(run)["jira"]
    assert issue.key in wanted[AT_RISK]
    ran = run("setup", "--apply")
    sentence = (
        "filter At-risk key results: does not show HR: Jira's shared fields do not reach team-managed projects. "
        "Set policy.labels.at_risk, then run setup again."
    )
    assert (sentence in ran.words) is (more == {})
    assert run("sync", "--first-run", *AS_OF).code == 0
    found = in_cloud(pointed)
    missing = {key for key in wanted[AT_RISK] if key.startswith("HR-")} if more == {} else set()
    agree({**wanted, AT_RISK: wanted[AT_RISK] - missing}, found, ON_JIRA)


def test_the_view_of_projects_follows_each_sync_and_writes_nothing_else(run: Cli, pointed: Sandbox) -> None:
    begin_projects(pointed)
    assert run("setup", "--apply").code == 0
    before = told(run, "plan", *AS_OF)["plan"]["notes"]
    assert before == ['linear: the view "Unaligned projects" will list 2 orphaned projects.']
    assert run("sync", "--first-run", *AS_OF).code == 0
    two = in_linear(pointed)[PROJECTS]
    assert len(two) == 2
    space = pointed.world.linear
    one = next(project for project in space.projects.values() if project.name == min(two))
    done = next(status for status in space.project_statuses.values() if status.type == "completed")

    def complete() -> None:
        one.status, one.updated_at = done, space.clock.now()

    pointed.call(complete)
    ran = run("sync", *AS_OF)
    assert 'linear: the view "Unaligned projects" will list 1 orphaned project.' in ran.words
    assert in_linear(pointed)[PROJECTS] == two - {one.name}
    pointed.forget_requests()
    again = run("sync", *AS_OF)
    assert (again.code, "will list" in again.out) == (0, False)
    assert not [asked for asked in pointed.requests if asked.operation == "mutation"]


def test_a_lost_store_empties_no_view_of_projects(
    run: Cli, pointed: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("setup", "--apply").code == 0
    assert run("sync", "--first-run", *AS_OF).code == 0
    two = in_linear(pointed)[PROJECTS]
    monkeypatch.setenv("TRUENORTH_STORE", "sqlite:///other.db")
    assert "Nothing to do." in run("setup", "--apply").out
    assert run("sync", "--first-run", *AS_OF).code == 0
    assert in_linear(pointed)[PROJECTS] == two
    pointed.forget_requests()
    assert run("sync", *AS_OF).code == 0
    assert not [one for one in pointed.requests if one.operation == "mutation"]


def test_a_view_of_projects_that_somebody_deleted_is_left_to_setup(run: Cli, pointed: Sandbox) -> None:
    begin_projects(pointed)
    assert run("setup", "--apply").code == 0
    views = pointed.world.linear.custom_views
    pointed.call(lambda: views.pop(next(id_ for id_, one in views.items() if one.name == PROJECTS)))
    first = run("sync", "--first-run", *AS_OF)
    assert first.code == 3
    row = "failed it is missing; run `truenorth setup --apply`"
    assert f'linear: view "{PROJECTS}" {row}' in " ".join(first.out.split())
    sentence = f'linear: the view "{PROJECTS}" is missing; run `truenorth setup --apply`.'
    for _ in range(2):
        plan = told(run, "plan", "--exit-code", *AS_OF)["plan"]
        assert (plan["notes"], plan["views"]) == ([sentence], [])
    pointed.forget_requests()
    second = run("sync", *AS_OF)
    assert (second.code, sentence in second.out) == (0, True)
    assert not [one for one in pointed.requests if one.operation == "mutation"]
    assert "create view Unaligned projects" in run("setup", "--apply").out
    assert len(in_linear(pointed)[PROJECTS]) == 2
    assert told(run, "plan", "--exit-code", *AS_OF)["plan"]["notes"] == []


@pytest.mark.parametrize(
    ("sandbox", "policy", "left_out"),
    [
        (300, "levels: [project, epic, issue]", "subtask"),
        (120, "levels: [epic, issue, subtask]", "project"),
        (120, "mode: observe", None),
    ],
    indirect=["sandbox"],
    ids=["levels", "levels without projects", "observe"],
)
def test_what_the_policy_has_not_written_no_view_shows(
    run: Cli, pointed: Sandbox, company: Path, policy: str, left_out: str | None
) -> None:
    declare(company, {"teams: [ENG, MOB]}}": f"teams: [ENG, MOB]}}, policy: {{{policy}}}}}"})
    assert run("plan", *AS_OF).code == 0
    orphans = [one for one in told(run, "orphans")["orphans"] if one["tracker"] == "linear"]
    ran = run("setup", "--apply")
    assert ("linear: cannot: views" in ran.words) is (left_out is None)
    assert run("sync", "--first-run", *AS_OF).code == 0
    shown = {one["key"] for one in orphans if left_out and one["level"] not in (left_out, "project")}
    views = in_linear(pointed)
    assert views[UNALIGNED] | views[BELOW] == shown
    assert views[BELOW] == shown - {one["key"] for one in orphans if one["top"]}
    projects = {one["key"] for one in orphans if left_out == "subtask" and one["level"] == "project"}
    assert in_linear(pointed)[PROJECTS] == projects
    assert (f"cannot: view {PROJECTS}: shows nothing" in ran.words) is (left_out != "subtask")
    assert any(one["level"] == left_out for one in orphans) or left_out is None


def test_states_that_are_declared_to_be_closed_are_on_no_view(
    run: Cli, pointed: Sandbox, company: Path
) -> None:
    assert run("setup", "--apply").code == 0
    assert run("sync", "--first-run", *AS_OF).code == 0
    serving = in_linear(pointed)[SERVING]
    issues = {one.identifier: one.state.name for one in pointed.world.linear.issues.values()}
    closed = issues[min(serving)]
    declare(company, {"teams: [ENG, MOB]}}": f"teams: [ENG, MOB]}}, dropped_states: [{closed.upper()}]}}"})
    assert run("sync", *AS_OF).code == 0
    assert "change view Work by key result (different filter)" in run("setup", "--apply").out
    assert in_linear(pointed)[SERVING] == {one for one in serving if issues[one] != closed} != serving
    assert "Nothing to do." in run("setup").out


PAGE = "https://okrs.example.com/kr/A"


ADDRESSES = {
    f"{PAGE}?truenorth=acme": True,
    f"{PAGE}?a=1&truenorth=acme&kr=A": True,
    f"{PAGE}?truenorth=acme#part": True,
    f"{PAGE}?truenorth=acme-eu": False,
    f"{PAGE}?a=1&truenorth=acme-eu&kr=A": False,
    f"{PAGE}?truenorth=eu-acme": False,
    f"{PAGE}?not-truenorth=acme": False,
}
"""Whether an attachment of that address is of the workspace acme."""
SUBTITLES = {
    "30 % · on track · 40 → 5 accounts at risk · due 2026-12-31": False,
    "on track · 40 → 5 accounts off track": False,
    "100 % · done · 0 → 5 off track alarms": False,
    "no data · ≤ 3 at risk": False,
    "30 % · at risk · 40 → 5 accounts · due 2026-12-31": True,
    "0 % · off track": True,
    "at risk · 40 → 5 accounts": True,
    "off track": True,
}
"""Whether what it says is that a key result is late."""


@pytest.fixture
def attached(run: Cli, pointed: Sandbox) -> Callable[[str, str], str]:
    """After setup; attaches a card of that address and subtitle to the next open issue, and gives its key."""
    assert run("setup", "--apply").code == 0
    client = Linear(pointed.url, pointed.world.linear)
    issues = (
        one
        for one in pointed.world.linear.issues.values()
        if one.team.key == "ENG" and not one.completed_at and not one.canceled_at
    )
    made = "mutation($i: AttachmentCreateInput!) { attachmentCreate(input: $i) { success } }"

    def attach(address: str, subtitle: str) -> str:
        issue = next(issues)
        given = {"issueId": issue.id, "title": "A", "subtitle": subtitle, "url": address}
        assert client.data(made, i=given)["attachmentCreate"]["success"]
        return issue.identifier

    return attach


def test_views_of_one_workspace_do_not_show_what_another_wrote(
    pointed: Sandbox, attached: Callable[[str, str], str]
) -> None:
    keys = {attached(address, "5 % · at risk"): address for address in ADDRESSES}
    assert len(keys) == len(ADDRESSES)
    shown = in_linear(pointed)[AT_RISK]
    assert {address: key in shown for key, address in keys.items()} == ADDRESSES
    assert shown <= keys.keys()


def test_the_goal_of_healthy_work_may_speak_of_risk(
    pointed: Sandbox, attached: Callable[[str, str], str]
) -> None:
    keys = {attached(f"{PAGE}?truenorth=acme", subtitle): subtitle for subtitle in SUBTITLES}
    assert len(keys) == len(SUBTITLES)
    shown = in_linear(pointed)[AT_RISK]
    assert {subtitle: key in shown for key, subtitle in keys.items()} == SUBTITLES
    assert shown <= keys.keys()
