"""Whatever labels of ours people put, copy or rename anywhere: after an undo none is left, and none of theirs is gone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from config.policy import LabelPolicy
from connectors.linear import LinearConnector
from connectors.made_names import signature
from connectors.model import NOTHING
from connectors.sandbox.linear.copies import copy_issue
from connectors.sandbox.linear.entities import Issue, Label
from tests.support.linear_workspace import EVERYTHING, ORPHAN, OWNER, LinearWorkspace
from tests.support.writing import write_one

POLICY = ("okr-aligned", "okr-orphaned")
OURS = (*POLICY, "aligned", "orphaned", "GROWTH-KR2 · Live", "TRUST-KR3")
THEIRS = ("Bug", "kr:GROWTH-KR1", "okr-aligned-ish")
RENAMED = {"okr-aligned": "goal-linked", "okr-orphaned": "goal-less", "aligned": "on course", "Goals": "Aims"}
ISSUES = 6
ACTS = ("mark", "warn", "put", "own", "copy", "copy all", "close", "drop", "move", "rename")


def _set_up(workspace: LinearWorkspace) -> None:
    """The groups that setup makes: one of them the company's, called so."""
    space, signed = workspace.space, signature(OWNER)

    def add(name: str, **more: Any) -> Label:
        made = Label(id=space.new_id(), created_at=space.now(), updated_at=space.now(), name=name, **more)
        space.labels[made.id] = made
        return made

    for name, children in (("Key result", OURS[4:]), ("Alignment", OURS[2:4])):
        there = [one for one in space.labels.values() if one.name == name]
        group = there[0] if there else add(name, is_group=True, description=signed)
        for child in children:
            if not any(one.name == child for one in space.labels.values()):
                group.children.append(add(child, parent=group, description=signed))


class People:
    """What they do on a few issues, and which labels of theirs should be there in the end."""

    def __init__(self, workspace: LinearWorkspace) -> None:
        self.workspace = workspace
        self.renamed: dict[str, str] = {}
        here = [workspace.an_open_issue("ENG", skip=at) for at in range(ISSUES - 2)]
        self.issues: list[Issue] = [*here, *(workspace.an_open_issue("MOB", skip=at) for at in range(2))]
        self.theirs = {one.id: {label.name for label in one.labels} for one in self.issues}
        # What people do to all stamps at once leaves no proof of what a renamed label was.
        for at, wanted in enumerate((EVERYTHING, ORPHAN)):
            self._write(workspace.an_open_issue("ENG", skip=ISSUES + at), wanted)

    def act(self, deed: str, at: int, name: str) -> None:
        issue = self.issues[at % len(self.issues)]
        do: dict[str, Callable[[], object]] = {
            "mark": lambda: self._write(issue, EVERYTHING),
            "warn": lambda: self._write(issue, ORPHAN),
            "put": lambda: self._put(issue, POLICY[at % 2]),
            "own": lambda: self._own(issue, name),
            "copy": lambda: self._copy(issue, attachments=False),
            "copy all": lambda: self._copy(issue, attachments=True),
            "close": lambda: setattr(
                issue, "state", next(s for s in issue.team.states if s.type == "completed")
            ),
            "drop": lambda: self._drop(issue),
            "move": lambda: self._move(issue),
            "rename": lambda: self._rename(list(RENAMED)[at % len(RENAMED)]),
        }
        if deed in ("mark", "warn"):
            do[deed]()
        else:
            self.workspace.do(lambda _: do[deed]())

    def _write(self, issue: Issue, wanted: Any) -> None:
        tracker = connector(self.workspace)
        item = next((one for one in tracker.pull().items if one.ref.id == issue.id and one.in_scope), None)
        if item is not None:
            write_one(tracker, item, wanted)

    def _put(self, issue: Issue, name: str) -> None:
        called = self.renamed.get(name, name)
        if not any(one.name == called for one in issue.labels):
            self.workspace.add_label(issue, called)

    def _own(self, issue: Issue, name: str) -> None:
        self._put(issue, name)
        self.theirs[issue.id].add(name)

    def _drop(self, issue: Issue) -> None:
        for one in list(issue.attachments):
            self.workspace.remove_attachment(one)

    def _copy(self, issue: Issue, *, attachments: bool) -> None:
        person = next(one for one in self.workspace.space.users.values() if one.name == "Ann Lee")
        made = copy_issue(self.workspace.space, person, issue, attachments=attachments)
        self.issues.append(made)
        # A label that is retired is not given anew.
        self.theirs[made.id] = self.theirs[issue.id] & {one.name for one in made.labels}

    def _move(self, issue: Issue) -> None:
        """Into another team: labels of the old one are left behind."""
        team = self.workspace.space.team("MOB" if issue.team.key == "ENG" else "ENG")
        issue.team.issues.remove(issue)
        team.issues.append(issue)
        kinds = (issue.state.type, "unstarted")
        issue.team, issue.state = team, next(one for kind in kinds for one in team.states if one.type == kind)
        gone = {one.name for one in issue.labels if one.team not in (None, team)}
        issue.labels = [one for one in issue.labels if one.name not in gone]
        self.theirs[issue.id] -= gone

    def _rename(self, name: str) -> None:
        name = "Key result" if name == "Goals" else name
        for label in self.workspace.space.labels.values():
            if label.name == name:
                label.name = self.renamed[name] = RENAMED.get(name, "Goals")


def connector(workspace: LinearWorkspace) -> LinearConnector:
    return workspace.connector(teams=("ENG",), labels=LabelPolicy())


def undo(workspace: LinearWorkspace) -> None:
    tracker = connector(workspace)
    written = [one.id for one in workspace.space.issues.values()]
    owned = tracker.owned_items(written).items
    for at in range(0, len(owned), tracker.batch):
        for receipt in tracker.write_batch([(one, NOTHING) for one in owned[at : at + tracker.batch]]):
            assert receipt.outcome == "written", receipt
    for name in tracker.created_labels():
        assert tracker.delete_label(name)


steps = st.lists(
    st.tuples(st.sampled_from(ACTS), st.integers(0, 11), st.sampled_from(THEIRS)), min_size=1, max_size=9
)


@settings(
    max_examples=15,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow],
)
@given(steps=steps)
@example(steps=[("mark", 0, ""), ("rename", 0, ""), ("copy", 0, ""), ("move", 6, "")])
@example(steps=[("mark", 0, ""), ("copy all", 0, ""), ("drop", 0, ""), ("rename", 3, ""), ("close", 6, "")])
@example(
    steps=[
        ("warn", 1, ""),
        ("put", 1, ""),
        ("put", 4, ""),
        ("put", 2, ""),
        ("copy", 1, ""),
        ("own", 6, "Bug"),
    ]
)
def test_nothing_of_ours_is_left_and_nothing_of_theirs_is_gone(steps: list[tuple[str, int, str]]) -> None:
    workspace = LinearWorkspace(140)
    try:
        workspace.do(lambda _: _set_up(workspace))
        people = People(workspace)
        for step in steps:
            people.act(*step)
        undo(workspace)
        left = {one.identifier: {label.name for label in one.labels} for one in people.issues}
        assert left == {one.identifier: people.theirs[one.id] for one in people.issues}, steps
        attached = [card.url for one in people.issues for card in one.attachments if "truenorth=" in card.url]
        assert attached == []
        assert connector(workspace).owned_items([one.id for one in people.issues]).items == ()
    finally:
        workspace.close()
