"""Check: every thing that a sync needs is looked at beforehand, by reading alone, and named when it is amiss."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connectors.http.rate_limits import Allowance
from connectors.preflight import clock_check, quota_check
from connectors.sandbox.server import Sandbox
from sync.jobs.sandbox import examples
from sync.store import tables
from sync.store.store import Store
from tests.support import loopback
from tests.support.cli import AS_OF, Cli

EMAIL = "truenorth@acme.example"
LABEL = "mutation M($input: IssueLabelCreateInput!) { issueLabelCreate(input: $input) { success } }"


def lines(run: Cli) -> tuple[int, list[tuple[str, str, str, str]]]:
    """The exit code, and what stands in each line: tracker, what, verdict, and found with its remedy."""
    ran = run("check", "--format", "json")
    found = json.loads(ran.out)["checks"]
    return ran.code, [
        (tracker, one["about"], one["verdict"], f"{one['found']} {one['remedy']}")
        for tracker, some in found.items()
        for one in some
    ]


def test_all_is_well_and_nothing_is_written(run: Cli, pointed: Sandbox) -> None:
    before = loopback.get(f"{pointed.url}/__world").content
    code, found = lines(run)
    assert code == 0
    assert {verdict for _, about, verdict, _ in found if about != "clock"} == {"ok"}
    assert {about for _, about, _, _ in found} >= {
        "credential", "clock", "quota", "project WEB", "project OPS", "team ENG", "team MOB",
        'field "Key result"', 'field "KR progress"',
    }  # fmt: skip
    assert loopback.get(f"{pointed.url}/__world").content == before
    assert [
        one for one in pointed.requests if one.operation == "mutation" or one.method in ("PUT", "DELETE")
    ] == []


def test_the_table_ends_with_a_verdict(run: Cli, pointed: Sandbox) -> None:
    assert "Ready to sync." in run("check").out
    pointed.world.jira.permissions.take(EMAIL, "EDIT_ISSUES")
    ran = run("check")
    assert (ran.code, "problems to fix before a sync" in ran.out) == (1, True)


def lose(permission: str) -> Callable[[Sandbox], None]:
    return lambda sandbox: sandbox.call(lambda: sandbox.world.jira.permissions.take(EMAIL, permission))


def hide(sandbox: Sandbox) -> None:
    sandbox.fault(".", "lost_access", keys=["OPS", "MOB"])


def off_the_screen(sandbox: Sandbox) -> None:
    sandbox.call(lambda: sandbox.world.jira.projects["WEB"].screen.discard("customfield_10102"))


def group(sandbox: Sandbox) -> None:
    url, key = f"{sandbox.url}/linear/graphql", {"Authorization": "sandbox-linear-token"}
    given = {"name": "okr-aligned", "isGroup": True}
    reply = loopback.post(url, headers=key, json={"query": LABEL, "variables": {"input": given}})
    assert "errors" not in reply.json(), reply.text


@pytest.mark.parametrize(
    ("break_it", "code", "line"),
    [
        (lose("EDIT_ISSUES"), 1, ("jira", "project WEB", "wrong", '"Edit Issues"')),
        (
            lose("ADD_COMMENTS"),
            1,
            ("jira", "project OPS", "wrong", "Ask a project administrator of OPS to grant"),
        ),
        (off_the_screen, 0, ("jira", "project WEB", "warning", '"KR progress" missing from')),
        (hide, 1, ("jira", "project OPS", "wrong", "cannot browse")),
        (hide, 1, ("linear", "team MOB", "wrong", "Visible teams")),
        (group, 1, ("linear", "team ENG", "wrong", "label group")),
    ],
    ids=[
        "no edit",
        "no comment",
        "field off the screen",
        "hidden project",
        "hidden team",
        "a group for a label",
    ],
)
def test_what_is_amiss_is_named(
    run: Cli,
    pointed: Sandbox,
    break_it: Callable[[Sandbox], None],
    code: int,
    line: tuple[str, str, str, str],
) -> None:
    break_it(pointed)
    got, found = lines(run)
    assert got == code
    tracker, about, verdict, said = line
    assert any(one[:3] == (tracker, about, verdict) and said in one[3] for one in found), found


def test_without_a_project_administrator_edits_are_not_silent(run: Cli, pointed: Sandbox) -> None:
    for permission in ("ADMINISTER", "ADMINISTER_PROJECTS"):
        lose(permission)(pointed)
    code, found = lines(run)
    assert code == 0
    assert any(one[2] == "warning" and "notify" in one[3] for one in found)


@pytest.mark.parametrize("tracker", ["jira", "linear"])
def test_a_bad_credential_is_one_line_and_the_other_tracker_is_checked(
    run: Cli, pointed: Sandbox, monkeypatch: pytest.MonkeyPatch, tracker: str
) -> None:
    monkeypatch.setenv(f"TRUENORTH_{tracker.upper()}_TOKEN", "planted-secret")
    assert pointed
    ran = run("check", "--format", "json")
    found = json.loads(ran.out)["checks"]
    assert (ran.code, [one["about"] for one in found[tracker]]) == (1, ["origin", "credential"])
    assert len(found["linear" if tracker == "jira" else "jira"]) > 4
    assert "planted-secret" not in ran.out + ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize(
    ("off", "verdict", "said"),
    [
        (0, "ok", "in sync"),
        (-59, "ok", "in sync"),
        (-61, "warning", "61 seconds behind"),
        (300, "warning", "5 minutes ahead"),
        (-7 * 86_400, "warning", "7 days behind"),
    ],
    ids=["equal", "near", "a minute", "five minutes", "a week"],
)
def test_clocks(off: int, verdict: str, said: str) -> None:
    now = datetime(2026, 11, 16, 9, tzinfo=UTC)
    found = clock_check(now + timedelta(seconds=off), now)
    assert (found.verdict, said in found.found) == (verdict, True)


@pytest.mark.parametrize(("left", "verdict"), [(200, "warning"), (201, "ok")], ids=["little", "enough"])
def test_quotas(left: int, verdict: str) -> None:
    found = quota_check(Allowance("requests", 1000, left, refill=1.0), 0.2)
    assert (found.verdict, found.found) == (
        verdict,
        f"{left} of 1,000 requests left, 200 reserved for people",
    )


def mistyped(folder: Path) -> Path:
    """The example company with two slips of the pen."""
    shutil.copytree(examples(), folder)
    for name, right, wrong in (
        ("growth.yaml", "label: onboarding,", "label: onbording,"),
        ("speed.yaml", "team: ENG,", "team: ENX,"),
    ):
        text = (folder / name).read_text(encoding="utf-8")
        assert right in text
        (folder / name).write_text(text.replace(right, wrong), encoding="utf-8")
    return folder


@pytest.mark.usefixtures("pointed")
@pytest.mark.parametrize("after", ["nothing", "plan"], ids=["by the catalogue", "by the snapshot"])
def test_rules_that_match_nothing_are_named_and_are_no_fault(
    run: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: str
) -> None:
    folder = mistyped(tmp_path / "okrs")
    monkeypatch.setenv("TRUENORTH_CONFIG", str(folder))
    if after == "plan":
        assert run("plan", *AS_OF).code == 0
    ran = run("check", "--format", "json")
    assert ran.code == 0
    found = [one for one in json.loads(ran.out)["findings"] if "exemption" not in one["message"]]
    assert [Path(one["place"]).name for one in found] == ["growth.yaml:30", "speed.yaml:25"]
    assert [one["remedy"] for one in found] == ['did you mean "onboarding"?', 'did you mean "ENG"?']
    assert "Rules that match nothing" in run("check").out


@pytest.mark.usefixtures("pointed")
def test_mistyped_rules_are_named_in_every_view(
    run: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRUENORTH_CONFIG", str(mistyped(tmp_path / "okrs")))
    for command in (("plan", *AS_OF), ("sync", *AS_OF, "--first-run"), ("status",), ("orphans",)):
        ran = run(*command, "--format", "json")
        assert ran.code == 0
        found = [one for one in json.loads(ran.out)["findings"] if one["kind"] == "unmatched_rule"]
        assert {"growth.yaml:30", "speed.yaml:25"} <= {Path(one["place"]).name for one in found}, command
        told = run(*command, "--format", "markdown").out.replace("\\", "")
        assert "growth.yaml:30: the rule (label onbording, project WEB) of GROWTH-KR2" in told, command


# --- What plan and sync can trip on beside the trackers ------------------------------------------


def declared(folder: Path, measure: str, rule: str = "{key: WEB-1}") -> None:
    (folder / "okrs.yaml").write_text(
        f"""workspace: acme
trackers:
  jira: {{kind: jira, url: "https://acme.atlassian.net", scope: {{projects: [WEB]}}}}
  linear: {{kind: linear, scope: {{teams: [ENG]}}}}
cycles: {{2026-Q4: {{start: 2026-10-01, end: 2026-12-31}}}}
objectives:
  - {{id: O, title: O, cycle: 2026-Q4, key_results: [{{id: KR1, title: One, measure: {measure}, links: [{rule}]}}]}}
""",
        encoding="utf-8",
    )


WORK = "{kind: work}"


@pytest.mark.wrong_on_purpose
@pytest.mark.parametrize(
    ("measure", "rule", "tracker", "said"),
    [
        (WORK, "{jql: 'project = WEB AND nothing = 1'}", "jira", "nothing"),
        (WORK, "{saved_filter: 99}", "jira", "99"),
        (WORK, "{view: 0d7f6a9e-0000-4000-8000-000000000000}", "linear", "cannot read the custom view"),
        (WORK, "{filter: {nothing: {eq: 1}}}", "linear", "rejected the request"),
        ("{kind: query, start: 9, target: 0, jql: 'assignee = nobody()'}", "{key: WEB-1}", "jira", "nobody"),
        (
            "{kind: query, start: 9, target: 0, filter: {nothing: {eq: 1}}}",
            "{key: WEB-1}",
            "linear",
            "rejected",
        ),
    ],
    ids=["rule", "saved filter", "view", "filter", "measure", "linear measure"],
)
def test_a_query_that_is_not_accepted_stops_check_as_it_stops_plan(
    run: Cli,
    pointed: Sandbox,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    measure: str,
    rule: str,
    tracker: str,
    said: str,
) -> None:
    declared(tmp_path, measure, rule)
    monkeypatch.setenv("TRUENORTH_CONFIG", str(tmp_path / "okrs.yaml"))
    code, found = lines(run)
    (fault,) = [one for one in found if one[1] == "query"]
    assert (code, fault[0], fault[2]) == (1, tracker, "wrong")
    assert said in fault[3]
    assert run("plan", *AS_OF).code == 1
    assert pointed


def test_a_query_that_is_accepted_costs_one_small_request(
    run: Cli, pointed: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    declared(tmp_path, WORK, "{jql: 'project = WEB'}")
    monkeypatch.setenv("TRUENORTH_CONFIG", str(tmp_path / "okrs.yaml"))
    assert run("check").code == 0
    searches = [one for one in pointed.requests if one.path.endswith("search/jql")]
    assert all(one.response_bytes < 2000 for one in searches[-1:])


def test_sources_are_read(
    run: Cli, pointed: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert pointed
    declared(tmp_path, "{kind: metric, start: 0, target: 9, file: {path: value.json}}")
    monkeypatch.setenv("TRUENORTH_CONFIG", str(tmp_path / "okrs.yaml"))
    code, found = lines(run)
    (fault,) = [one for one in found if one[0] == "sources"]
    assert (code, fault[1:3]) == (1, ("KR1", "wrong"))
    assert "value.json" in fault[3]
    assert [one["kind"] for one in json.loads(run("check", "--format", "json").out)["unread"]] == ["source"]
    assert run("plan", *AS_OF).code == 1
    (tmp_path / "value.json").write_text("4")
    code, found = lines(run)
    assert (code, [one[2] for one in found if one[0] == "sources"]) == (0, ["ok"])


def test_another_run_and_the_first_one_are_named_and_the_store_stays_as_it_is(
    run: Cli, pointed: Sandbox
) -> None:
    assert pointed
    _, found = lines(run)
    here = {one[1]: one for one in found if one[0] == "this machine"}
    assert set(here) == {"store", "first run", "guards"}
    assert "--first-run" in here["first run"][3]
    assert "not looked at" in here["guards"][3]
    store = Store("sqlite:///.truenorth/truenorth.db")

    def lease() -> object:
        with store.transaction() as connection:
            return connection.execute(tables.leases.select()).one()

    free = lease()
    assert run("check").code == 0
    assert lease() == free
    with store.transaction() as connection:
        until = (datetime.now(UTC) + timedelta(seconds=30)).isoformat()
        connection.execute(tables.leases.update().values(holder="elsewhere/1/1", until=until))
    code, found = lines(run)
    store.close()
    (other,) = [one for one in found if one[1] == "other runs"]
    assert (code, other[2]) == (0, "warning")
    assert "process 1 on elsewhere" in other[3]


# --- How the credential goes ---------------------------------------------------------------------


def test_a_site_of_another_kind_is_one_line(
    run: Cli, pointed: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRUENORTH_JIRA_URL", f"{pointed.url}/jira-dc")
    for command in (("check",), ("plan", *AS_OF), ("setup",), ("undo", "--all")):
        ran = run(*command, "--format", "json")
        assert ran.code == 1
        (unread,) = json.loads(ran.out)["unread"]
        assert (unread["name"], unread["cause"]) == ("jira", "deployment")
        assert "Add `deployment: data_center` to trackers.jira" in unread["remedy"]
    assert {one.credential for one in pointed.requests if one.path.startswith("/jira")} == {"anonymous"}


def test_a_token_alone_on_the_site_itself_is_a_configuration_error(
    run: Cli, pointed: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TRUENORTH_JIRA_EMAIL")
    ran = run("check")
    assert ran.code == 2
    assert "set TRUENORTH_JIRA_EMAIL" in ran.err
    assert "set TRUENORTH_JIRA_URL to https://api.atlassian.com/ex/jira/CLOUD-ID" in ran.err
    assert pointed.requests == []
