"""Which projects the view of them names, and when a saved plan of it still holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from connectors.model import NOTHING, Stamp
from connectors.setup import PROJECTS
from sync.decide import decide
from sync.memory import Memory
from sync.plan.project_views import MISSING, ProjectView, still_due
from sync.plan.setup_basis import VIEW_OF_PROJECTS, projects_basis
from tests.support.builders import NOW, item, observed, work, workspace

OLD = NOW - timedelta(days=200)
VIEW = f"view {PROJECTS}"
MADE = {VIEW: "v1", VIEW_OF_PROJECTS: "unknown"}


def views(
    policy: dict[str, Any], made: dict[str, str] | None = None, owner: str = ""
) -> tuple[ProjectView, ...]:
    trackers = {"linear": {"kind": "linear", "scope": {"teams": ["ENG"]}, "policy": policy}}
    declared = workspace(work("KR1"), trackers=trackers)
    one = item(
        "eng-1",
        level="project",
        category="doing",
        created=OLD,
        shown=replace(NOTHING, stamp=Stamp(owner) if owner else None),
    )
    memory = Memory(provisions={"linear": MADE if made is None else made})
    return decide(observed(one), memory, declared, NOW).plan.views


ID = item("eng-1").ref.id


@pytest.mark.parametrize(
    ("policy", "projects"),
    [
        ({}, (ID,)),
        ({"mode": "label"}, (ID,)),
        ({"orphan_comments": False}, (ID,)),
        ({"levels": ["issue"]}, ()),
        ({"marks": ["key_results", "comment"]}, ()),
        ({"mode": "observe"}, None),
        ({"quiet_hours": {"begin": "00:00", "end": "23:59"}}, None),
    ],
    ids=["all", "labels only", "no comments", "other levels", "no labels", "observed", "quiet"],
)
def test_the_view_follows_the_policy(policy: dict[str, Any], projects: tuple[str, ...] | None) -> None:
    found = views(policy)
    assert [one.projects for one in found] == ([] if projects is None else [projects])


def test_projects_of_another_workspace_are_not_named() -> None:
    assert [one.projects for one in views({}, owner="acme-eu")] == [()]


@pytest.mark.parametrize(
    "made",
    [{}, {VIEW: "v1"}, MADE | {VIEW_OF_PROJECTS: MISSING}, MADE | projects_basis((ID,))],
    ids=["no setup", "an older setup", "missing", "the same projects"],
)
def test_nothing_to_renew(made: dict[str, str]) -> None:
    assert views({}, made) == ()


def test_the_digest_is_of_the_views_too() -> None:
    trackers = {"linear": {"kind": "linear", "scope": {"teams": ["ENG"]}}}
    declared = workspace(work("KR1"), trackers=trackers)
    known = observed(item("eng-1", level="project", category="doing", created=OLD))
    plain, more, same = (
        decide(known, Memory(provisions={"linear": made}), declared, NOW).plan.digest
        for made in ({}, MADE, MADE | projects_basis((ID,)))
    )
    assert plain == same != more


SAVED = ProjectView("linear", "v1", (ID,), "unknown")


@pytest.mark.parametrize(
    ("made", "unread", "why"),
    [
        ({"linear": MADE}, (), None),
        ({}, (), None),
        ({"linear": MADE}, ("linear",), "linear could not be read"),
        ({"linear": MADE | {VIEW: "v2"}}, (), "it was created again"),
        ({"linear": MADE | {VIEW_OF_PROJECTS: MISSING}}, (), "it was updated or found missing"),
        ({"linear": MADE | projects_basis(())}, (), "it was updated or found missing"),
    ],
    ids=["as it was", "another store", "unread", "made anew", "missing", "renewed"],
)
def test_what_of_a_saved_plan_still_holds(
    made: dict[str, dict[str, str]], unread: tuple[str, ...], why: str | None
) -> None:
    assert still_due([SAVED], made, unread) == (((SAVED,), ()) if why is None else ((), ((SAVED, why),)))
