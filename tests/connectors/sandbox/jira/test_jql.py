"""JQL: what a query finds, and what Jira says about one that it does not accept."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from connectors.sandbox.company import DIRECTORY, NOW, PEOPLE, Clock
from connectors.sandbox.jira.http import JiraError
from connectors.sandbox.jira.jql import parse
from connectors.sandbox.jira.jql_shape import structure
from connectors.sandbox.jira.plan import empty_site
from connectors.sandbox.jira.search import matching
from connectors.sandbox.jira.state import (
    EPIC_LINK,
    KEY_RESULT,
    KR_PROGRESS,
    PRIORITIES,
    RESOLUTIONS,
    TYPES,
    Issue,
    JiraSite,
)

ME = DIRECTORY["truenorth@acme.example"]
ANN, BILAL = PEOPLE[0], PEOPLE[1]


def add(
    site: JiraSite, project: str, kind: str, summary: str, status: int = 0, days: float = 10, **more: object
) -> Issue:
    home = site.projects[project]
    moment = NOW - timedelta(days=days)
    issue = Issue(
        id=site.next_id(),
        key=site.new_key(home),
        project=home,
        type=TYPES[kind],
        summary=summary,
        status=home.statuses[status],
        reporter=ANN,
        created=moment,
        updated=moment,
        category_changed=moment,
    )
    for name, value in more.items():
        setattr(issue, name, value)
    return site.add(issue)


@pytest.fixture(scope="module")
def site() -> JiraSite:
    site = empty_site(Clock())
    epic = add(site, "WEB", "Epic", "New onboarding", 1, 30)
    add(site, "WEB", "Story", "Sign-up form", 3, 20, parent=epic.id, labels=["ux", "kr:A-1"], assignee=ANN)
    add(site, "WEB", "Task", 'Say "hello world" twice', 0, 5, due=date(2026, 11, 30), labels=["UX"])
    add(site, "WEB", "Story", "Old style", 0, 40, custom={EPIC_LINK: "WEB-1", KR_PROGRESS: 40.0})
    add(site, "OPS", "Bug", "Queue stops", 0, 2, priority=PRIORITIES[0], assignee=BILAL)
    add(
        site, "OPS", "Bug", "Disk full", 4, 3, priority=PRIORITIES[0], resolution=RESOLUTIONS[1], resolved=NOW
    )
    add(site, "OPS", "Task", "Renew", 2, 0.001, priority=PRIORITIES[3], custom={KEY_RESULT: "GROWTH-KR1"})
    add(site, "HR", "Task", "Secret plan", 0, 1)
    site.projects["HR"].browsers = frozenset({ANN.email})
    return site


def find(site: JiraSite, jql: str) -> list[str]:
    found, issues = matching(site, ME, jql)
    return [issue.key for issue in sorted(issues, key=lambda issue: found.rank(found.position(issue)))]


WEB = ["WEB-4", "WEB-3", "WEB-2", "WEB-1"]
OPS = ["OPS-3", "OPS-2", "OPS-1"]


@pytest.mark.parametrize(
    ("jql", "keys"),
    [
        ("project = WEB", WEB),
        ("project = web", WEB),
        ('project = "Operations"', OPS),
        ("project = 10001", OPS),
        ("project in (WEB, OPS)", OPS + WEB),
        ("project not in (WEB)", OPS),
        ("project != OPS", WEB),
        ("PROJECT = WEB AND type = Epic", ["WEB-1"]),
        ("issuetype in (Story, Task)", ["OPS-3", "WEB-4", "WEB-3", "WEB-2"]),
        ("issuetype in standardIssueTypes() and project = OPS", OPS),
        ("key = WEB-2", ["WEB-2"]),
        ("issuekey in (web-2, OPS-1)", ["OPS-1", "WEB-2"]),
        ("id = {WEB-3}", ["WEB-3"]),
        ("status = 'In Progress'", ["WEB-1"]),
        ('status in (Open, "To Do") order by key', ["OPS-1", "WEB-3", "WEB-4"]),
        ("statusCategory = Done", ["OPS-2", "WEB-2"]),
        ('statusCategory = "In Progress"', ["OPS-3", "WEB-1"]),
        ("statusCategory != Done and project = OPS", ["OPS-3", "OPS-1"]),
        ("statusCategory = new and project = WEB", ["WEB-4", "WEB-3"]),
        ("labels = ux", ["WEB-2"]),
        ('labels in (ux, "UX")', ["WEB-3", "WEB-2"]),
        ("labels = kr:A-1", ["WEB-2"]),
        ("labels = nowhere", []),
        # An empty field is found by none of the negations.
        ("labels != ux", ["WEB-3"]),
        ("labels not in (ux, UX)", []),
        ("labels is empty and project = WEB", ["WEB-4", "WEB-1"]),
        ("labels is not EMPTY", ["WEB-3", "WEB-2"]),
        ("(labels = UX or labels is empty) and project = WEB", ["WEB-4", "WEB-3", "WEB-1"]),
        ("labels in (ux, empty) and project = WEB", ["WEB-4", "WEB-2", "WEB-1"]),
        ("not labels is empty", ["WEB-3", "WEB-2"]),
        ("project = WEB and not (labels = ux or type = Epic)", ["WEB-4", "WEB-3"]),
        ("priority = Highest", ["OPS-2", "OPS-1"]),
        ("priority < Medium", ["OPS-3"]),
        ("priority >= High", ["OPS-2", "OPS-1"]),
        ("parent = WEB-1", ["WEB-2"]),
        ('"Epic Link" = WEB-1', ["WEB-4", "WEB-2"]),
        ("cf[10014] = WEB-1 and parent is empty", ["WEB-4"]),
        ("assignee = 'ann.lee@acme.example'", ["WEB-2"]),
        ("assignee is empty and project = OPS", ["OPS-3", "OPS-2"]),
        ("reporter = currentUser()", []),
        ("assignee in membersOf(web)", ["OPS-1", "WEB-2"]),
        ("assignee in (membersOf('Web'), empty) and project = WEB", ["WEB-4", "WEB-3", "WEB-2", "WEB-1"]),
        ("assignee in membersOf(operations)", []),
        ("assignee not in membersOf(operations)", ["OPS-1", "WEB-2"]),
        ('resolution = "Won\'t Do"', ["OPS-2"]),
        ("resolution = Unresolved and project = OPS", ["OPS-3", "OPS-1"]),
        ("created >= -7d", ["OPS-3", "OPS-2", "OPS-1", "WEB-3"]),
        ("updated >= -15m", ["OPS-3"]),
        ('updated < "-4w"', ["WEB-4", "WEB-1"]),
        ("created > startOfDay()", ["OPS-3"]),
        ("updated <= now() and type = Epic", ["WEB-1"]),
        ("due = 2026-11-30", ["WEB-3"]),
        ("duedate < '2026/12/01'", ["WEB-3"]),
        ("summary ~ onboarding", ["WEB-1"]),
        ("summary ~ 'onboard'", []),
        ("summary ~ 'onboard*'", ["WEB-1"]),
        ('text ~ "\\"hello world\\""', ["WEB-3"]),
        ('text ~ "\\"world hello\\""', []),
        ("text ~ 'world say'", ["WEB-3"]),
        ("text ~ 'growth-kr1'", ["OPS-3"]),
        ("summary !~ form and type = Story", ["WEB-4"]),
        ('"KR progress" >= 40', ["WEB-4"]),
        ("cf[10102] = 40", ["WEB-4"]),
        ('"KR progress" is empty and project = WEB', ["WEB-3", "WEB-2", "WEB-1"]),
        ('"Key result" ~ "growth*"', ["OPS-3"]),
        ('"Key result" is not empty', ["OPS-3"]),
        ("project = WEB || project = OPS && type = Bug", ["OPS-2", "OPS-1", *WEB]),
        ("project = WEB | project = OPS & type = Bug", ["OPS-2", "OPS-1", *WEB]),
        ('"KR progress[Number]" >= 40', ["WEB-4"]),
        ('"Key result[Short text]" ~ "growth*"', ["OPS-3"]),
        ('"Key result"["short text"] is not empty', ["OPS-3"]),
        ("project = WEB order by key asc", WEB[::-1]),
        ("project = OPS order by priority desc, key desc", ["OPS-2", "OPS-1", "OPS-3"]),
        ("project = OPS order by priority, key", ["OPS-3", "OPS-1", "OPS-2"]),
        ("project = WEB order by duedate, key", ["WEB-3", "WEB-1", "WEB-2", "WEB-4"]),
        ("project = WEB order by created desc", ["WEB-3", "WEB-2", "WEB-1", "WEB-4"]),
    ],
)
def test_a_query_finds(site: JiraSite, jql: str, keys: list[str]) -> None:
    jql = jql.replace("{WEB-3}", str(site.keys["WEB-3"]))
    assert find(site, jql) == keys


def test_the_query_of_the_example_counts_open_highest_bugs(site: JiraSite) -> None:
    jql = "project = OPS AND issuetype = Bug AND priority = Highest AND statusCategory != Done"
    assert find(site, jql) == ["OPS-1"]


def test_minute_texts_are_read_in_the_profiles_zone_and_bare_integers_are_epoch_milliseconds(
    site: JiraSite,
) -> None:
    issue = site.issues[site.keys["WEB-2"]]
    issue.updated = datetime(2026, 10, 27, 9, 30, 20, 500_000, UTC)  # 10:30:20.5 in Paris
    milliseconds = int(issue.updated.timestamp() * 1000)
    assert "WEB-2" in find(site, 'key = WEB-2 and updated >= "2026-10-27 10:30"')
    assert find(site, 'key = WEB-2 and updated >= "2026/10/27 10:31"') == []
    assert find(site, f"key = WEB-2 and updated >= {milliseconds}") == ["WEB-2"]
    assert find(site, f"key = WEB-2 and updated >= {milliseconds + 1}") == []


@pytest.mark.parametrize(
    ("jql", "message"),
    [
        ("project = NOPE", "The value 'NOPE' does not exist for the field 'project'."),
        # Hidden is as good as absent.
        ("project = HR", "The value 'HR' does not exist for the field 'project'."),
        ("status = Sleeping", "The value 'Sleeping' does not exist for the field 'status'."),
        ("key = WEB-99", "An issue with key 'WEB-99' does not exist for field 'key'."),
        ("key in (WEB-1, HR-1)", "An issue with key 'HR-1' does not exist for field 'key'."),
        ("colour = red", "Field 'colour' does not exist or you do not have permission to view it."),
        ('"KR progress[Dropdown]" >= 40', "Field 'KR progress[Dropdown]' does not exist"),
        ("project =\u00a0WEB", "The value '\u00a0WEB' does not exist for the field 'project'."),
        ("project\u00a0= WEB", "Field 'project\u00a0' does not exist"),
        ("project = WEB\u00a0and type = Bug", "Expecting either 'OR' or 'AND' but got 'type'."),
        ("cf[99] = 1", "Field 'cf[99]' does not exist"),
        ("issue.property[truenorth].v = 1", "Field 'issue.property[truenorth].v' does not exist"),
        ("project ~ WEB", "The operator '~' is not supported by the 'project' field."),
        ('"Key result" = A', "The operator '=' is not supported by the 'Key result' field."),
        ("project", "Expecting operator"),
        ("project =", "Expecting either a value, list or function before the end of the query."),
        ("project = WEB type = Bug", "Expecting either 'OR' or 'AND' but got 'type'. (line 1, character 15)"),
        ("project in (WEB", "Expecting ')' or ','"),
        ("(project = WEB", "Expecting ')'"),
        ("project = WEB and", "Expecting field name before the end"),
        ("project = 'WEB", "The quoted string 'WEB' has not been completed. (line 1, character 11)"),
        ("labels = c#", "The character '#' is a reserved JQL character."),
        ("labels = and", "'and' is a reserved JQL word."),
        ("limit = 5", "'limit' is a reserved JQL word."),
        ("created > yesterday", "Date value 'yesterday' for field 'created' is invalid."),
        ("created > yesterday()", "Unable to find JQL function 'yesterday()'"),
        ('"KR progress" > much', "is not a number"),
        ("assignee in membersOf(nobody)", "for group 'nobody'; the group does not exist."),
        ("assignee in membersOf()", "Function 'membersOf' expected '1' arguments but received '0'."),
        ("assignee = membersOf(web)", "Operator '=' does not support a list returned by the function"),
        ("labels is red", "can only be used with 'EMPTY'"),
        ("project = WEB order by labels", "Not able to sort using field 'labels'."),
        ("project = WEB order by " + ", ".join(["key"] * 8), "JQL can be ordered by at most 7 fields."),
        ("", "Unbounded JQL"),
        ("order by key", "Unbounded JQL"),
    ],
)
def test_a_bad_query_is_a_400_in_jiras_words(site: JiraSite, jql: str, message: str) -> None:
    with pytest.raises(JiraError) as caught:
        find(site, jql)
    assert caught.value.status == 400
    (said,) = caught.value.body["errorMessages"]
    assert message in said


def test_the_anonymous_public_finds_nothing_and_gets_no_error(site: JiraSite) -> None:
    assert matching(site, None, "project = WEB")[1] == []
    assert matching(site, None, "key = WEB-1")[1] == []


def test_the_structure_is_that_of_jql_parse() -> None:
    shown = structure(parse("project = WEB AND labels in (a, 'b c') ORDER BY created DESC"))
    assert shown["where"]["operator"] == "and"
    assert [clause["operator"] for clause in shown["where"]["clauses"]] == ["=", "in"]
    assert [v["value"] for v in shown["where"]["clauses"][1]["operand"]["values"]] == ["a", "b c"]
    assert shown["orderBy"]["fields"][0]["direction"] == "desc"
