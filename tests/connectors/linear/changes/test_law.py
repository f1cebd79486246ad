"""What is known and what changed since is a fresh read, item by item, whatever people do to a workspace."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from connectors.changes import NeedsWholeRead
from connectors.sandbox.linear.entities import Issue, Relation
from tests.support.known_items import Known, differences
from tests.support.linear_workspace import LinearWorkspace


@pytest.fixture(scope="module")
def workspace() -> Iterator[LinearWorkspace]:
    one = LinearWorkspace(150)
    yield one
    one.close()


def edit(workspace: LinearWorkspace, chance: random.Random) -> None:  # noqa: C901  a table of edits
    """Something that people do, told by `updatedAt` or not."""
    space, now = workspace.space, workspace.space.now()
    issues = [one for one in space.issues.values() if one.team.key != "PEO"]
    one, other = chance.sample(issues, 2)
    told = [one]

    def above(issue: Issue | None) -> Iterator[Issue]:
        while issue is not None:
            yield issue
            issue = issue.parent

    match chance.randrange(14):
        case 0:
            one.title += " again"
        case 1:
            one.state = chance.choice(one.team.states)
        case 2:
            one.labels = chance.sample([x for x in space.labels.values() if not x.is_group], 2)
        case 3:
            one.project = chance.choice(list(space.projects.values()))
        case 4 if one not in above(other):
            nest(one, other)
            told = []
        case 5:
            nest(one, None)
            told = []
        case 6:
            one.estimate, told = chance.randrange(9), []
        case 7:
            one.archived_at, told = now, []
        case 8:
            one.archived_at, one.trashed, told = now, True, []
        case 9:
            one.archived_at, one.trashed, told = None, None, []
        case 10:
            told = []
            relation(workspace, one, other)
        case 11:
            told = []
            project = chance.choice(list(space.projects.values()))
            project.name += "!"
            project.updated_at = now
        case 12:
            told = []
            state = chance.choice(one.team.states)
            state.name += "?"
            state.updated_at = now
        case 13:
            told = []
            user = chance.choice(list(space.users.values()))
            user.name += " Jr"
            user.updated_at = now
    for each in told:
        each.updated_at = now


def nest(one: Issue, parent: Issue | None) -> None:
    if one.parent is not None:
        one.parent.children.remove(one)
    one.parent = parent
    if parent is not None:
        parent.children.append(one)


def relation(workspace: LinearWorkspace, one: Issue, other: Issue) -> None:
    moment = workspace.space.now()
    row = Relation(
        id=workspace.space.new_id(),
        created_at=moment,
        updated_at=moment,
        type="blocks",
        issue=one,
        related_issue=other,
    )
    workspace.space.relations[row.id] = row
    one.relations.append(row)
    other.inverse_relations.append(row)


@pytest.mark.parametrize("seed", range(4))
def test_with_a_sweep_it_is_what_a_whole_read_gives(workspace: LinearWorkspace, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    connector = workspace.connector()
    first = connector.pull()
    known, bookmark = Known(first.items), first.bookmark
    for _ in range(3):

        def act(_space: Any) -> None:
            workspace.space.clock.advance(timedelta(minutes=10))
            for _ in range(chance.randrange(1, 8)):
                edit(workspace, chance)
            workspace.space.sync_id += 1

        workspace.do(act)
        try:
            changes = connector.changes(bookmark, known, sweep=True)
        except NeedsWholeRead:
            return
        known.take(changes)
        bookmark = changes.bookmark
        assert differences(known, workspace.connector().pull().items) == []
