"""The generated company as a whole: believable, the same in every process, with its past and its truth."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from fractions import Fraction
from statistics import median

import pytest

from connectors.sandbox.company import NOW, at_work, rng
from connectors.sandbox.jira.generate_history import history_of
from connectors.sandbox.jira.planted_lives import AT_NIGHT
from connectors.sandbox.jira.state import EPIC_LINK, STORY_POINT_ESTIMATE, STORY_POINTS, Issue
from connectors.sandbox.linear.history import spans_of
from connectors.sandbox.planted_answers import CYCLE_BEGINS, ItemKey
from connectors.sandbox.server import Sandbox
from connectors.sandbox.truth import GRACE, WORK
from connectors.sandbox.truth_rows import Row
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
            assert 7 <= entry.created.hour < 18 or entry.created in AT_NIGHT, issue.key
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
        shares = {name: Fraction(share) for name, share in row.get("key_results", {}).items()}
        of_work = [share for name, share in shares.items() if name in WORK]
        assert bool(shares) == (row["state"] == "aligned")
        assert sum(of_work) == (1 if of_work else 0)
        assert all(share == 1 for name, share in shares.items() if name not in WORK)
        assert ("category" in row) == (row["state"] == "exempt")
        assert row["state"] == "unaligned" or "warned" not in row
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


def finishing_told(world: World, key: ItemKey) -> datetime | None:
    """When finished work was finished, as its own history tells it: the last step into a done status from another."""
    if key[0] == "linear":
        spans = spans_of(world.linear, world.linear.issues[key[1]])
        return spans[-1].started_at if spans[-1].state.type == "completed" else None
    issue = world.jira.issues[int(key[1])]
    categories = {status.name: status.category for status in issue.project.statuses}
    found = None
    for entry in history_of(issue):
        for item in entry.items:
            if item.field == "status":
                before, after = categories[item.before_text or ""], categories[item.after_text or ""]
                found = entry.created if after == "done" != before else found if after == "done" else None
    return found


@pytest.mark.parametrize(("items", "seed"), [(300, 1), (300, 2), (900, 3)])
def test_the_planted_day_of_finishing_is_the_one_that_histories_tell(items: int, seed: int) -> None:
    world = generate(items, seed)
    for key, at in world.planted.finished.items():
        if key[1] in world.linear.projects:
            continue
        told = finishing_told(world, key)
        assert told is not None
        assert told.replace(microsecond=0) == at.replace(microsecond=0), key
    done = {
        *(("jira", str(one.id)) for one in world.jira.issues.values() if one.status.category == "done"),
        *(("linear", one.id) for one in world.linear.issues.values() if one.completed_at),
    }
    assert world.planted.finished.keys() - {("linear", one) for one in world.linear.projects} <= done


@pytest.mark.parametrize(
    ("kind", "is_done", "is_before"),
    [
        ("finished before, reopened in the cycle", False, False),
        ("finished before, finished again in the cycle", True, False),
        ("finished in the last minute before the cycle", True, True),
        ("finished in the first minute of the cycle", True, False),
        ("finished and reopened in the cycle", False, False),
    ],
)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_lives_around_the_bounds_of_the_cycle_are_planted_in_both_trackers(
    kind: str, is_done: bool, is_before: bool, seed: int
) -> None:
    world = generate(300, seed)
    planted = world.truth.planted_on_purpose(kind)
    assert {tracker for tracker, _ in planted} == {"jira", "linear"}
    for key in planted:
        finished = world.planted.finished.get(key)
        assert (finished is not None) == is_done
        assert (finished is not None and finished < CYCLE_BEGINS) == is_before
        if key[0] == "jira":
            past = history_of(world.jira.issues[int(key[1])])
            assert sum(item.field == "status" for entry in past for item in entry.items) > 1


@pytest.mark.parametrize(("items", "seed"), [(60, 1), (300, 1), (300, 2), (900, 3), (4000, 5)])
def test_every_planted_point_is_counted_once_or_named(items: int, seed: int) -> None:
    truth = generate(items, seed).truth
    points = truth.points()
    assert points.total == truth.planted_points
    assert points.counted > truth.planted_points / 2
    if items >= 300:
        assert points.beside > 0, "some estimates stand above work that is estimated itself"


def test_points_are_planted_above_what_has_none(world: World) -> None:
    truth = world.truth
    pieces = {piece.row.key: piece for piece in truth.tree.weighed()}
    below: dict[str, list[Issue]] = {}
    for issue in world.jira.issues.values():
        below.setdefault(str(issue.parent), []).append(issue)

    def weights(kind: str) -> tuple[float | None, list[float | None]]:
        (key,) = [one for one in truth.planted_on_purpose(kind) if one[0] == "jira"]
        found = [pieces.get(("jira", str(one.id))) for one in below[key[1]]]
        own = pieces.get(key)
        return (
            float(own.points) if own and own.points is not None else None,
            [float(one.points) if one.points is not None else -1 for one in found if one],
        )

    third = 13 / 3
    assert weights("points above sub-tasks") == (None, [third, third, third])
    assert weights("points on a finished story") == (8, [])
    # It is no part of the cycle, so that what is below it follows its own days.
    assert weights("points on a story finished before") == (None, [2.5, 2.5])
    assert weights("points above and below") == (None, [3, -1])
    assert weights("points above what was dropped") == (5, [])


def test_claims_stand_above_sub_issues_whose_project_a_rule_gives_away(world: World) -> None:
    right = {(item.tracker, item.id): item for item in world.truth.items()}
    planted = world.truth.planted_on_purpose("a claim above sub-issues")
    assert len(planted) == 3
    for key in planted:
        issue = world.linear.issues[key[1]]
        claimed = dict(right[key].key_results)
        assert issue.project is not None
        assert all(dict(right["linear", one.id].key_results) == claimed for one in issue.children)
        beside = [one for one in issue.project.issues if one.parent is None and one is not issue]
        assert any(dict(right["linear", one.id].key_results) != claimed for one in beside)


def test_warned_is_what_is_in_progress_for_longer_than_its_grace(world: World) -> None:
    warned = {(one.tracker, one.id): one.warned for one in world.truth.items()}
    (long_ago,) = world.truth.planted_on_purpose("old work in progress that serves nothing")
    (just_now,) = world.truth.planted_on_purpose("old work just taken up that serves nothing")
    assert (warned[long_ago], warned[just_now]) == (True, False)
    for row in world.truth.rows:
        if warned[row.key]:
            assert row.is_open
            assert NOW - row.created >= GRACE


def test_grace_of_what_is_above_runs_from_the_earliest_beginning_below() -> None:
    for seed in range(1, 30):
        world = generate(900, seed)
        rows = {row.key: row for row in world.truth.rows}
        warned = {(one.tracker, one.id) for one in world.truth.items() if one.warned}
        waiting = [key for key in warned if rows[key].state == "todo"]
        if waiting:
            break
    assert waiting, "something that is not in progress itself is warned for what is below it"
    for key in waiting:
        begun = [
            world.planted.begun.get(row.key, row.created)
            for row in rows.values()
            if row.state == "doing" and is_below(row, key, rows)
        ]
        assert NOW - min(begun) >= GRACE


def is_below(row: Row, key: ItemKey, rows: dict[ItemKey, Row]) -> bool:
    at = row.parent
    while at is not None and at != key:
        at = rows[at].parent
    return at == key
