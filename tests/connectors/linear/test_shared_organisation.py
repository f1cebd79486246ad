"""Two workspaces of Truenorth in one organisation of Linear: what an undo of one finds of the other, over HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from config.policy import LabelPolicy
from connectors.model import Owned
from connectors.sandbox.linear.entities import Issue
from tests.support.linear_workspace import EVERYTHING, ORPHAN, LinearWorkspace, write

OTHER = "other"


@pytest.fixture
def workspace() -> Iterator[LinearWorkspace]:
    one = LinearWorkspace(140)
    yield one
    one.close()


def owned(workspace: LinearWorkspace, *written: str) -> Owned:
    return workspace.connector(teams=("ENG",), labels=LabelPolicy()).owned_items(written)


def signed(workspace: LinearWorkspace, *written: str) -> dict[str, str]:
    """Owners of what an undo in the team ENG finds, by key."""
    found = owned(workspace, *written).items
    return {one.key: one.shown.stamp.owner for one in found if one.shown.stamp is not None}


@pytest.fixture
def theirs(workspace: LinearWorkspace) -> tuple[Issue, Issue]:
    """Issues of the other workspace, in the team that is in scope here and in another."""
    here, away = workspace.an_open_issue("ENG"), workspace.an_open_issue("MOB")
    for one in (here, away):
        write(workspace, one.identifier, ORPHAN, owner=OTHER)
    return here, away


def test_issues_of_another_workspace_count_in_the_teams_in_scope_alone(
    workspace: LinearWorkspace, theirs: tuple[Issue, Issue]
) -> None:
    here, away = theirs
    assert signed(workspace) == {here.identifier: OTHER}
    assert signed(workspace, away.id) == {here.identifier: OTHER, away.identifier: OTHER}, (
        "we wrote there once"
    )


def test_our_issues_are_found_in_every_team(workspace: LinearWorkspace, theirs: tuple[Issue, Issue]) -> None:
    here, _ = theirs
    moved = workspace.an_open_issue("MOB", skip=1)
    write(workspace, moved.identifier, EVERYTHING)
    assert signed(workspace) == {here.identifier: OTHER, moved.identifier: "acme"}


def test_nothing_is_asked_of_what_is_left_alone(
    workspace: LinearWorkspace, theirs: tuple[Issue, Issue]
) -> None:
    """Their issues elsewhere, which bear labels of these names, too, have no item and no trouble."""
    _, away = theirs
    assert "okr-orphaned" in {one.name for one in away.labels}
    assert away.id not in {one.ref.id for one in owned(workspace).items}
    assert owned(workspace).set_aside == ()
