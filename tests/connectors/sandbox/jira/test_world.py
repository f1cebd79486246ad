"""The generated Jira site: the same for the same seed, and what the example configuration counts on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from connectors.sandbox.company import DIRECTORY, NOW, PEOPLE, Clock, rng, uuid4_from, work_moment
from connectors.sandbox.jira import adf
from connectors.sandbox.jira.show import ALL_FIELDS, Show
from connectors.sandbox.jira.state import (
    EPIC_LINK,
    STORY_POINT_ESTIMATE,
    STORY_POINTS,
    Issue,
    JiraSite,
)
from connectors.sandbox.world import generate
from tests.support.sandbox_jira_client import site


def everything(shown: JiraSite) -> list[dict[str, Any]]:
    show = Show(shown, "http://site", DIRECTORY["truenorth@acme.example"])
    return [show.issue(issue, ALL_FIELDS, ["*all"], ["changelog"]) for issue in shown.issues.values()]


def by_key(shown: JiraSite, key: str) -> Issue:
    return shown.issues[shown.keys[key]]


def test_equal_seeds_give_equal_sites_and_others_do_not() -> None:
    assert everything(site(seed=7)) == everything(site(seed=7))
    assert everything(site(seed=7)) != everything(site(seed=8))


def test_the_seeded_helpers_are_stable_across_processes() -> None:
    # Written down once; a change here would silently change every world and every recorded example.
    assert rng(1, "a", 2).random() == pytest.approx(0.86836938, abs=1e-8)
    assert PEOPLE[0].account_id == DIRECTORY["ann.lee@acme.example"].account_id
    text = uuid4_from(rng(1))
    assert text[14] == "4"
    assert text[19] in "89ab"


@pytest.mark.parametrize("days", range(15))
def test_work_happens_on_weekdays_at_working_hours_and_not_in_the_future(days: int) -> None:
    moment = work_moment(rng(days), (NOW - timedelta(days=days)).date())
    assert moment.weekday() < 5
    assert 7 <= moment.hour < 17
    assert moment < NOW


@pytest.mark.parametrize("items", [30, 60, 180, 1200])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_the_examples_name_is_there_in_every_size_and_seed(items: int, seed: int) -> None:
    shown = site(items, seed)
    assert len(shown.issues) == items
    titles = {key: by_key(shown, key).summary for key in ("WEB-1", "WEB-2", "OPS-1")}
    assert titles == {
        "WEB-1": "New onboarding",
        "WEB-2": "First dashboard in minutes",
        "OPS-1": "Automatic failover",
    }
    assert all(by_key(shown, key).type.name == "Epic" for key in titles)
    parent = by_key(shown, "WEB-1").parent
    assert parent is not None
    assert (shown.issues[parent].project.key, shown.issues[parent].type.level) == ("STRAT", 2)
    highest = [
        issue
        for issue in shown.issues.values()
        if issue.project.key == "OPS"
        and issue.type.name == "Bug"
        and issue.priority.name == "Highest"
        and issue.status.category != "done"
    ]
    assert len(highest) == 7


def test_it_holds_the_cases_that_alignment_must_tell_apart() -> None:
    shown = site()
    labels = {label for issue in shown.issues.values() for label in issue.labels}
    assert {
        "onboarding",
        "activation",
        "failover",
        "ktlo",
        "on-call",
        "security",
        "deploy-pipeline",
    } <= labels
    assert {"kr:GROWTH-KR1", "kr:GROWTH-KR9"} <= labels
    epics = {issue.summary: issue for issue in shown.issues.values() if issue.type.level == 1}
    orphans = [epics[name] for name in ("Billing settings refresh", "Colour tokens for the new brand")]
    assert [(NOW - orphan.created).days > 7 for orphan in orphans] == [True, False]
    assert all(orphan.parent is None and orphan.status.category != "done" for orphan in orphans)
    assert {project.key for project in shown.projects.values()} == {"WEB", "OPS", "STRAT", "HR"}


def test_old_issues_hang_on_their_epic_by_key_instead_of_parent() -> None:
    shown = site()
    old = [issue for issue in shown.issues.values() if EPIC_LINK in issue.custom]
    assert old
    assert all(issue.parent is None for issue in old)
    assert all(by_key(shown, issue.custom[EPIC_LINK]).type.level == 1 for issue in old)


def test_projects_differ_in_statuses_and_points_field() -> None:
    shown = site()
    web, ops = shown.projects["WEB"], shown.projects["OPS"]
    assert {s.name for s in web.statuses}.isdisjoint(s.name for s in ops.statuses)
    used = {
        project: {name for i in shown.issues.values() if i.project.key == project for name in i.custom}
        for project in ("WEB", "OPS")
    }
    assert STORY_POINTS in used["WEB"]
    assert STORY_POINT_ESTIMATE in used["OPS"]
    assert STORY_POINTS not in used["OPS"]
    unestimated = [i for i in shown.issues.values() if i.type.level == 0 and not i.custom]
    assert unestimated


def test_time_runs_forward_everywhere() -> None:
    shown = site(600)
    last_number: dict[str, int] = {}
    for issue in shown.issues.values():
        assert issue.created <= issue.category_changed <= issue.updated < NOW
        assert issue.number > last_number.get(issue.project.key, 0), "keys follow creation"
        last_number[issue.project.key] = issue.number
        moments = [entry.created for entry in issue.history]
        assert moments == sorted(moments)
        assert (issue.resolved is None) or issue.status.category == "done"
        if issue.parent is not None:
            assert shown.issues[issue.parent].created < issue.created
            assert shown.issues[issue.parent].type.level == issue.type.level + 1


def test_some_done_work_was_dropped_and_some_says_nothing_about_its_end() -> None:
    done = [i for i in site(600).issues.values() if i.status.category == "done"]
    ends = {issue.resolution.name if issue.resolution else None for issue in done}
    assert {None, "Done", "Won't Do"} <= ends
    assert any(issue.status.name == "Rejected" for issue in done)


def test_all_generated_text_is_what_the_site_itself_would_accept() -> None:
    shown = site(600)
    documents = [i.description for i in shown.issues.values() if i.description]
    documents += [c.body for i in shown.issues.values() for c in i.comments.values()]
    assert len(documents) > 100
    assert all(adf.is_valid(document) for document in documents)


def test_a_world_too_small_for_the_example_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 50"):
        generate(49)


def test_the_clock_runs_on_and_can_be_moved() -> None:
    clock = Clock()
    first = clock.now()
    assert NOW <= first < NOW + timedelta(minutes=1)
    clock.advance(timedelta(days=2))
    assert clock.now() - first >= timedelta(days=2)
