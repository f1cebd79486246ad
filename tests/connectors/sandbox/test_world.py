"""The generated company as a whole: believable, the same in every process, with its past and its truth."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from fractions import Fraction
from statistics import median

import pytest

from connectors.sandbox.company import NOW, at_work, rng
from connectors.sandbox.jira.generate_history import history_of
from connectors.sandbox.jira.state import EPIC_LINK, STORY_POINT_ESTIMATE, STORY_POINTS, Issue
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import World, generate
from tests.support.sandbox_jira_client import Jira
from tests.support.world_digest import digest


@pytest.fixture(scope="module")
def world() -> World:
    return generate(4000, 1)


# --- Equal seeds ---------------------------------------------------------------------------------


def test_equal_seeds_give_byte_equal_worlds_in_processes_with_other_hashes() -> None:
    program = (
        "from connectors.sandbox.world import generate; from tests.support.world_digest import digest;"
        "print(digest(generate(400, 7)))"
    )
    prints = [
        subprocess.run(  # noqa: S603  our own program
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": number},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for number in ("1", "4242")
    ]
    assert prints[0] == prints[1] == digest(generate(400, 7))
    assert digest(generate(400, 8)) != prints[0]


# --- Histories -----------------------------------------------------------------------------------


def test_a_history_leads_from_the_first_status_to_the_present_one(world: World) -> None:
    for issue in world.jira.issues.values():
        status = issue.project.statuses[0].name
        resolution: str | None = None
        for item in (item for entry in history_of(issue) for item in entry.items):
            if item.field == "status":
                assert item.before_text == status, issue.key
                status = item.after_text or ""
            if item.field == "resolution":
                assert item.before_text == resolution, issue.key
                resolution = item.after_text
        assert status == issue.status.name
        assert resolution == (issue.resolution.name if issue.resolution else None)


def test_a_history_agrees_with_the_issue_about_points_people_and_epic(world: World) -> None:
    seen: set[str] = set()
    for issue in world.jira.issues.values():
        epic = str(issue.parent) if issue.parent is not None else None
        if EPIC_LINK in issue.custom:
            epic = str(world.jira.keys[issue.custom[EPIC_LINK]])
        points = issue.custom.get(STORY_POINTS, issue.custom.get(STORY_POINT_ESTIMATE))
        right = {
            "Story Points": None if points is None else f"{points:g}",
            "Story point estimate": None if points is None else f"{points:g}",
            "assignee": issue.assignee.name if issue.assignee else None,
            "priority": issue.priority.name,
            "Key": issue.key,
        }
        last = {item.field: item for entry in history_of(issue) for item in entry.items}
        seen |= last.keys()
        for field in right.keys() & last.keys():
            assert last[field].after_text == right[field], (issue.key, field)
        if "IssueParentAssociation" in last:
            assert last["IssueParentAssociation"].after == epic
    assert seen >= {
        "status",
        "resolution",
        "priority",
        "assignee",
        "Story Points",
        "Story point estimate",
        "IssueParentAssociation",
        "Epic Link",
        "Key",
        "project",
    }


def test_changes_happen_at_work_between_birth_and_now_with_ids_of_their_own(world: World) -> None:
    ids = set(world.jira.issues)
    for issue in world.jira.issues.values():
        entries = history_of(issue)
        assert [entry.created for entry in entries] == sorted(entry.created for entry in entries)
        for entry in entries:
            assert issue.created < entry.created <= issue.updated < NOW
            assert entry.created.weekday() < 5, issue.key
            assert 7 <= entry.created.hour < 18, issue.key
            assert entry.id not in ids
            ids.add(entry.id)


@pytest.mark.parametrize("seed", range(5))
def test_at_work_stays_in_its_span(seed: int) -> None:
    source = rng(seed)
    for _ in range(200):
        first = NOW.timestamp() - source.uniform(0, 60 * 86_400)
        last = first + source.uniform(0, 20 * 86_400)
        assert first <= at_work(source, first, last) <= last


def test_the_changelog_over_http_is_the_generated_past_and_goes_on_from_it() -> None:
    world = generate(100, 3)
    with Sandbox(world) as sandbox, Jira(sandbox) as client:
        issue = next(one for one in world.jira.issues.values() if len(history_of(one)) > 2)
        path = f"issue/{issue.key}/changelog"
        rows = client.get(path).json()["values"]
        assert [row["id"] for row in rows] == [str(entry.id) for entry in history_of(issue)]
        client.put(f"issue/{issue.key}", json={"fields": {"summary": "Another title"}})
        after = client.get(path).json()["values"]
        assert after[:-1] == rows
        assert after[-1]["items"][0]["toString"] == "Another title"


# --- Believable ----------------------------------------------------------------------------------


def test_work_of_two_years_most_of_it_of_late(world: World) -> None:
    ages = [(NOW - issue.created).days for issue in world.jira.issues.values()]
    ages += [(NOW - issue.created_at).days for issue in world.linear.issues.values()]
    assert 690 < max(ages) < 760
    assert median(ages) < 150
    assert sum(age > 365 for age in ages) > len(ages) / 10
    old = [i for i in world.jira.issues.values() if i.type.level == 0 and (NOW - i.created).days > 365]
    assert sum(issue.status.category == "done" for issue in old) > 0.8 * len(old)


def walks(world: World) -> Iterator[tuple[Issue, list[str]]]:
    for issue in world.jira.issues.values():
        items = (item for entry in history_of(issue) for item in entry.items if item.field == "status")
        yield issue, [item.after_text or "" for item in items]


def test_work_is_reopened_rejected_sent_back_and_moved(world: World) -> None:
    walked = list(walks(world))
    assert any("Done" in walk[:-1] and issue.status.category == "done" for issue, walk in walked)
    assert any(set(walk) & {"Done", "Closed"} and issue.status.category != "done" for issue, walk in walked)
    assert any(walk.count("In Progress") > 1 for _, walk in walked)
    assert any(issue.status.name == "Rejected" for issue, _ in walked)
    moved = [key for key, number in world.jira.keys.items() if world.jira.issues[number].key != key]
    assert moved
    assert any(issue.previous_identifiers for issue in world.linear.issues.values())


def test_blockers_and_parents_cross_teams(world: World) -> None:
    issues = world.jira.issues
    assert any(
        link.type.name == "Blocks" and issues[link.source].project is not issues[link.target].project
        for issue in issues.values()
        for link in issue.links
    )
    parents = [(one, issues[one.parent]) for one in issues.values() if one.parent is not None]
    assert {("WEB", "OPS"), ("OPS", "WEB"), ("OPS", "HR"), ("OPS", "STRAT")} <= {
        (child.project.key, parent.project.key) for child, parent in parents
    }
    across = [one for one in world.linear.issues.values() if one.parent and one.parent.team is not one.team]
    assert {one.parent.team.key for one in across if one.parent} >= {"ENG", "PEO"}


def test_labels_are_a_mess_as_each_tracker_allows(world: World) -> None:
    on_jira = {label for issue in world.jira.issues.values() for label in issue.labels}
    assert {"onboarding", "Onboarding", "ONBOARDING", "onbaording", "KTLO", "kr:growth-kr3", "kr:"} <= on_jira
    assert not any(" " in label for label in on_jira)
    on_linear = {label.name for issue in world.linear.issues.values() for label in issue.labels}
    assert {"on boarding", "flaky test", "kr: SPEED-KR1", "KR:trust-kr1", "kr:GROWTH-KR7"} <= on_linear
    names = [label.name.casefold() for label in world.linear.labels.values() if label.team is None]
    assert len(names) == len(set(names)), "Linear compares names of labels without case"


@pytest.mark.parametrize("items", [50, 51, 100, 999, 5000])
def test_a_world_has_the_size_that_was_asked_for(items: int) -> None:
    made = generate(items)
    size = len(made.jira.issues) + len(made.linear.issues) + len(made.linear.projects)
    of_pairs = sum(1 if isinstance(pair.plan.jira, str) else 2 for pair in made.pairs) + 1
    assert abs(size - of_pairs - items) <= 3
    assert made.truth.key_results()["TRUST-KR1"].value == 7


# --- Truth ---------------------------------------------------------------------------------------


def test_the_truth_file_tells_every_item_and_every_key_result(world: World) -> None:
    answers = json.loads(b"".join(world.truth.written()))
    ids = {(row["tracker"], row["id"]) for row in answers["items"]}
    assert len(ids) == len(answers["items"])
    assert ids == {
        *(("jira", str(number)) for number in world.jira.issues),
        *(
            ("linear", one)
            for one in (*world.linear.issues, *world.linear.projects, *world.linear.initiatives)
        ),
    }
    assert len(answers["key_results"]) == 8
    assert answers["as_of"] == "2026-11-16T09:00:00Z"
    for row in answers["items"]:
        shares = [Fraction(share) for share in row.get("key_results", {}).values()]
        assert (sum(shares) == 1) == (row["state"] == "aligned")
        assert ("category" in row) == (row["state"] == "exempt")
    all_shares = {share for row in answers["items"] for share in row.get("key_results", {}).values()}
    assert {"1", "1/2", "1/4"} <= all_shares


def test_what_the_examples_name_has_the_answer_that_a_person_would_give(world: World) -> None:
    right = {item.key: item for item in world.truth.items()}
    assert right["WEB-1"].key_results == (("GROWTH-KR2", Fraction(1)),)
    assert right["OPS-1"].key_results == (("TRUST-KR2", Fraction(1)),)
    assert right["STRAT-1"].state == "out_of_scope"
    assert right["Mobile offline mode"].state == "unaligned"
    assert right["Template gallery"].key_results == (("GROWTH-KR1", Fraction(1)),)
    by_title = {
        issue.summary: right[issue.key] for issue in world.jira.issues.values() if issue.type.level == 1
    }
    assert by_title["Golden path for new services"].key_results == (("SPEED-KR1", Fraction(1)),)
    assert by_title["Keep the lights on"].category == "keep-the-lights-on"
    assert by_title["Gallery of templates"].state == "unaligned"
    assert by_title["Hiring plan"].state == "out_of_scope"
