"""What Linear tells of changes: in how few requests, at once or late, and what only a whole read tells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from config.policy import LabelPolicy
from connectors.base import InitiativeUse
from connectors.changes import Changes, NeedsWholeRead
from connectors.linear.connector import LinearConnector
from connectors.model import NOTHING
from connectors.sandbox.linear.entities import Issue
from tests.support import loopback
from tests.support.known_items import Known, differences
from tests.support.landings import MemoryLanding
from tests.support.linear_workspace import EVERYTHING, LinearWorkspace
from tests.support.sandbox_linear_client import ANN
from tests.support.writing import write_one


class Told:
    """A workspace that was read once, and what is known of it."""

    def __init__(self, items: int = 80) -> None:
        self.workspace = LinearWorkspace(items)
        self.connector = self.workspace.connector(labels=LabelPolicy())
        self.begin()

    def begin(self) -> None:
        self.later(lambda: None)
        first = self.connector.pull()
        self.known, self.bookmark = Known(first.items), first.bookmark

    def later(self, act: Callable[[], object]) -> None:
        """Do something a while later, and let a while pass."""

        def do(space: Any) -> None:
            space.clock.advance(timedelta(minutes=5))
            act()
            space.sync_id += 1
            space.clock.advance(timedelta(minutes=5))

        self.workspace.do(do)

    def changes(self, *, sweep: bool = False, doubtful: Collection[str] = ()) -> Changes:
        found = self.connector.changes(self.bookmark, self.known, sweep=sweep, doubtful=doubtful)
        self.known.take(found)
        self.bookmark = found.bookmark
        return found

    def amiss(self) -> list[str]:
        """What a whole read gives otherwise."""
        fresh = self.workspace.connector(labels=LabelPolicy()).pull().items
        return differences(self.known, fresh)


@pytest.fixture
def told() -> Iterator[Told]:
    one = Told()
    yield one
    one.workspace.close()


def touched(told: Told, issue: Issue, **facts: Any) -> Callable[[], None]:
    def act() -> None:
        for name, value in facts.items():
            setattr(issue, name, value)
        issue.updated_at = told.workspace.space.now()

    return act


def test_nothing_changed_costs_one_request_and_few_points(told: Told) -> None:
    told.changes()
    told.workspace.box.forget_requests()
    quota = told.connector.quotas["Complexity"].remaining
    found = told.changes()
    assert [row.operation_name for row in told.workspace.box.requests] == ["Changes"]
    assert (found.requests, found.items, found.gone) == (1, (), frozenset())
    assert quota - told.connector.quotas["Complexity"].remaining < 1200
    assert told.amiss() == []


def test_a_hundred_changed_issues_cost_few_requests() -> None:
    told = Told(400)
    try:
        issues = [one for one in told.workspace.space.issues.values() if one.team.key in ("ENG", "MOB")]

        def act() -> None:
            for one in issues[:100]:
                one.title += "!"
                one.updated_at = told.workspace.space.now()

        told.later(act)
        found = told.changes()
        assert len([one for one in found.items if one.title.endswith("!")]) > 80
        assert found.requests <= 9
        assert told.amiss() == []
        assert told.changes().requests == 1
    finally:
        told.workspace.close()


def test_what_is_told_by_its_own_time_is_told_at_once(told: Told) -> None:
    workspace = told.workspace
    issue, other = workspace.an_open_issue(), workspace.an_open_issue(skip=1)
    project = workspace.project("Faster API")
    told.begin()
    told.later(touched(told, issue, title="Another", priority=1, project=project))
    assert [one.title for one in told.changes().items if one.ref.id == issue.id] == ["Another"]
    told.later(lambda: setattr(other, "archived_at", workspace.space.now()))
    assert told.changes().gone == {other.id}
    assert told.amiss() == []


def test_our_own_marks_are_told_by_their_attachments(told: Told) -> None:
    workspace = told.workspace
    issue = workspace.an_open_issue()
    told.begin()
    item = told.known.by_id[issue.id]
    assert write_one(told.connector, item, EVERYTHING).outcome == "written"
    told.later(lambda: None)
    found = {one.ref.id: one for one in told.changes().items}
    assert found[issue.id].shown.stamp is not None
    assert told.amiss() == []


def test_what_is_doubtful_is_read_again_whatever_is_told(told: Told) -> None:
    """As after a run that was killed: the marks stand there, and nobody knows of them."""
    told.begin()
    items = told.known.by_id.values()
    project = next(one for one in items if one.level == "project" and one.writable)
    of_project = replace(EVERYTHING, alignment=None, labels=())
    issue = told.known.by_id[told.workspace.an_open_issue().id]
    for item, wanted in ((issue, EVERYTHING), (project, of_project)):
        assert write_one(told.connector, item, wanted).outcome == "written"
    told.later(lambda: None)
    told.changes()
    ids = {issue.ref.id, project.ref.id}
    told.known.by_id |= {id_: replace(told.known.by_id[id_], shown=NOTHING) for id_ in ids}
    assert told.changes().items == ()
    found = {one.ref.id: one for one in told.changes(doubtful=[*ids, "gone"]).items}
    assert [found[one.ref.id].shown for one in (issue, project)] == [EVERYTHING, of_project]
    initiative = next(one.ref.id for one in items if one.level == "initiative")
    assert initiative in {one.ref.id for one in told.changes(doubtful=[initiative]).items}
    assert told.amiss() == []


@pytest.mark.parametrize("what", ["state", "person", "label", "project"])
def test_a_name_that_items_carry_is_read_where_it_is_carried(told: Told, what: str) -> None:
    workspace = told.workspace
    issue = workspace.an_open_issue()
    user = next(iter(workspace.space.users.values()))
    label = workspace.add_label(issue, "zeta")
    issue.assignee, issue.project = user, workspace.project("Faster API")
    told.begin()
    row: Any = {"state": issue.state, "person": user, "label": label, "project": issue.project}[what]

    def rename() -> None:
        row.name = f"{row.name} of old"
        row.updated_at = workspace.space.now()

    told.later(rename)
    assert issue.id in {one.ref.id for one in told.changes().items}
    assert told.amiss() == []


def silent_estimate(told: Told, issue: Issue, other: Issue) -> None:  # noqa: ARG001
    issue.estimate = 8 if issue.estimate != 8 else 5


def silent_parent(told: Told, issue: Issue, other: Issue) -> None:  # noqa: ARG001
    issue.parent = other
    other.children.append(issue)


def silent_trash(told: Told, issue: Issue, other: Issue) -> None:  # noqa: ARG001
    issue.archived_at, issue.trashed = told.workspace.space.clock.now() - timedelta(days=9), True


def silent_end(told: Told, issue: Issue, other: Issue) -> None:  # noqa: ARG001
    issue.team.issues.remove(issue)
    del told.workspace.space.issues[issue.id]


def silent_trash_of_a_project(told: Told, issue: Issue, other: Issue) -> None:  # noqa: ARG001
    project = told.workspace.project("Faster API")
    project.archived_at, project.trashed = told.workspace.space.now(), True


@pytest.mark.parametrize(
    "edit", [silent_estimate, silent_parent, silent_trash, silent_end, silent_trash_of_a_project]
)
def test_what_no_time_tells_is_told_by_the_sweep(told: Told, edit: Callable[..., None]) -> None:
    issue, other = told.workspace.an_open_issue(), told.workspace.an_open_issue(skip=1)
    told.begin()
    told.later(lambda: edit(told, issue, other))
    assert told.changes().requests == 1
    assert told.amiss() != []
    assert told.changes(sweep=True).swept
    assert told.amiss() == []


@pytest.mark.parametrize("is_told", [True, False], ids=["told", "silent"])
@pytest.mark.parametrize("what", ["estimate", "parentId", "relation", "archive", "trash"])
def test_whatever_moves_the_time_of_an_issue(told: Told, what: str, is_told: bool) -> None:
    """Each behaviour of which the contract is not sure is switched on and off in the sandbox, and done over HTTP."""
    workspace = told.workspace
    issue, other = workspace.an_open_issue(), workspace.an_open_issue(skip=1)
    switch = {"trash": "archive"}.get(what, what)
    usual = workspace.space.meaningful - {switch}
    workspace.space.meaningful = usual | {switch} if is_told else usual
    told.begin()
    told.later(lambda: None)
    edits = {
        "estimate": f'issueUpdate(id: "{issue.id}", input: {{ estimate: {13 if issue.estimate != 13 else 8} }})',
        "parentId": f'issueUpdate(id: "{issue.id}", input: {{ parentId: "{other.id}" }})',
        "relation": f'issueRelationCreate(input: {{ type: blocks, issueId: "{issue.id}", relatedIssueId: "{other.id}" }})',
        "archive": f'issueArchive(id: "{issue.id}")',
        "trash": f'issueDelete(id: "{issue.id}")',
    }
    done = loopback.post(
        f"{workspace.box.url}/linear/graphql",
        json={"query": f"mutation {{ {edits[what]} {{ success }} }}"},
        headers={"Authorization": ANN},
    ).json()
    assert "errors" not in done, done
    told.later(lambda: None)
    told.changes()
    # A relation moves the time of its source alone; that something went into the archive, a time of its own tells.
    at_once = (is_told and what != "relation") or what in ("archive", "trash")
    assert (told.amiss() == []) is at_once
    told.changes(sweep=True)
    assert told.amiss() == []


def test_who_may_not_read_initiatives_is_told_of_all_else(told: Told) -> None:
    workspace = told.workspace
    told.connector = workspace.connector("sandbox-linear-token:read,write", labels=LabelPolicy())
    told.connector._initiatives = InitiativeUse()  # nothing in the configuration needs them
    told.begin()
    assert not any(one.level == "initiative" for one in told.known.by_id.values())
    assert told.changes().requests == 1
    issue = workspace.an_open_issue()
    told.later(touched(told, issue, title="Another", project=workspace.project("Faster API")))
    assert issue.id in {one.ref.id for one in told.changes().items}


def test_a_token_that_lost_the_initiatives_needs_a_whole_read(told: Told) -> None:
    narrow = told.workspace.connector("sandbox-linear-token:read,write", labels=LabelPolicy())
    with pytest.raises(NeedsWholeRead, match="initiatives"):
        narrow.changes(told.bookmark, told.known)


def test_a_deleted_attachment_is_told_when_its_issue_is_read_again(told: Told) -> None:
    workspace = told.workspace
    issue = workspace.an_open_issue()
    told.begin()
    assert write_one(told.connector, told.known.by_id[issue.id], EVERYTHING).outcome == "written"
    told.later(lambda: None)
    told.changes()

    def delete() -> None:
        for card in list(issue.attachments):
            workspace.remove_attachment(card)

    told.later(delete)
    told.changes(sweep=True)
    assert told.amiss() != []
    told.later(touched(told, issue, title="Changed"))
    told.changes()
    assert told.amiss() == []


@pytest.mark.parametrize("what", ["team", "ours", "bookmark"])
def test_what_touches_too_much_needs_a_whole_read(told: Told, what: str) -> None:
    workspace = told.workspace

    def act() -> None:
        now = workspace.space.now()
        team = workspace.space.team("ENG")
        if what == "team":
            team.key, team.updated_at = "CORE", now
        group = next(one for one in workspace.space.labels.values() if one.is_group)
        group.name, group.updated_at = f"{group.name} 2", now

    told.later(act)
    with pytest.raises(NeedsWholeRead):
        told.connector.changes("{}" if what == "bookmark" else told.bookmark, told.known)


class Cut(Exception):
    """The process ends here."""


class CutLanding(MemoryLanding):
    """Ends after so many pages."""

    left = 1

    def keep(self, name: str, page: bytes) -> None:
        if not self.left:
            raise Cut
        self.left -= 1
        super().keep(name, page)


def test_a_whole_read_goes_on_where_it_was_cut_short() -> None:
    workspace = LinearWorkspace(1400)
    try:
        landing = CutLanding()
        with pytest.raises(Cut):
            workspace.connector().pull_into(landing)
        begun, landing.left = landing.begun, 99
        workspace.box.forget_requests()
        again: LinearConnector = workspace.connector()
        pulled = again.pull_into(landing)
        asked = Counter(row.operation_name for row in workspace.box.requests)
        assert landing.found == 1
        assert landing.begun == begun
        workspace.box.forget_requests()
        assert pulled.items == workspace.connector().pull().items
        whole = Counter(row.operation_name for row in workspace.box.requests)
        assert asked == whole - Counter(Issues=1)
    finally:
        workspace.close()
