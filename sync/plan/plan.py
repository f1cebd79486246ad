"""Observed against desired: what would be written. Pure."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

import msgspec

from config.workspace import Workspace
from connectors.model import (
    ALL_MARKS,
    Change,
    Comment,
    Fact,
    KeyResultMark,
    Mark,
    Marks,
    Ref,
    Twin,
    Update,
    WorkItem,
)
from sync.marks.compare import within_step
from sync.marks.messages import Messages, messages_for
from sync.marks.wording import contradicts_record


@dataclass(frozen=True, slots=True)
class Edit:
    """Everything that would change on one item: the marks it should show, and the changes one by one."""

    item: WorkItem
    wanted: Marks
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """An item that would change but must not be touched, and why. `name`: its key as people are shown it; `owner`: the
    workspace whose marks it bears.
    """

    item: Ref
    key: str
    reason: str
    name: str
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """Edits sorted by tracker and key; refusals; the digest identifies exactly this plan.

    `waiting` says, in sentences, what the policy lets wait: it is not in the edits. `notes` says what a reader of the
    edits should know besides them, likewise. `foreign_owner`: the workspace whose refusals one of the notes sums up; "" for none.
    """

    edits: tuple[Edit, ...]
    refusals: tuple[Refusal, ...]
    digest: str
    waiting: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    foreign_owner: str = ""

    @property
    def changes(self) -> tuple[Change, ...]:
        return tuple(change for edit in self.edits for change in edit.changes)

    @property
    def totals(self) -> dict[str, int]:
        """How many changes there are by mark."""
        return dict(Counter(change.mark for change in self.changes))

    @property
    def empty(self) -> bool:
        return not self.edits


def make_plan(items: Iterable[WorkItem], wanted: Mapping[Ref, Marks], workspace: Workspace) -> Plan:
    """Compare what items show with what they should show. Items without an entry in `wanted` are left alone."""
    edits: list[Edit] = []
    refusals: list[Refusal] = []
    steps = {name: workspace.policy_of(name).step for name in workspace.trackers}
    messages = {name: messages_for(workspace, name) for name in workspace.trackers}
    for item in sorted(items, key=sort_key):
        if item.ref not in wanted:
            continue
        tracker = item.ref.tracker
        shown = _trusted(item.shown, messages[tracker])
        target = absorb_small_steps(shown, wanted[item.ref], steps[tracker])
        changes = changes_of(item, target)
        if not changes:
            continue
        owner = item.shown.stamp.owner if item.shown.stamp else None
        if owner is not None and owner != workspace.workspace:
            reason = f'marks belong to workspace "{owner}", not to this workspace "{workspace.workspace}"'
            refusals.append(Refusal(item.ref, item.key, reason, item.name, owner))
            continue
        edits.append(Edit(item, target, changes))
    return Plan(tuple(edits), tuple(refusals), digest_of(edits))


def sort_key(item: WorkItem) -> tuple[str, list[tuple[int, int, str]], Ref]:
    """By tracker, then by key as people count."""
    return item.ref.tracker, natural(item.key), item.ref


def natural(key: str) -> list[tuple[int, int, str]]:
    """A sort key that puts WEB-9 before WEB-10."""
    parts = re.findall(r"\d+|\D+", key)
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part.casefold()) for part in parts]


def changes_of(item: WorkItem, wanted: Marks) -> tuple[Change, ...]:
    """Mark by mark, what `wanted` would change on the item."""

    def change(mark: Mark) -> Change:
        return Change(item.ref, item.key, item.title, mark, getattr(item.shown, mark), getattr(wanted, mark))

    return tuple(change(mark) for mark in ALL_MARKS if getattr(item.shown, mark) != getattr(wanted, mark))


def _trusted(shown: Marks, messages: Messages) -> Marks:
    """What is shown, without a comment whose text is not the one that its record gives: that is written anew."""
    if shown.comment is None or not contradicts_record(shown.comment, messages):
        return shown
    return replace(shown, comment=None)


def absorb_small_steps(shown: Marks, wanted: Marks, step: int) -> Marks:
    """The wanted marks, with every percent that moved by less than `step` left as it is shown.

    0 and 100 are always shown when reached: they say "not begun" and "complete".
    """
    before = {mark.id: mark for mark in shown.key_results}
    key_results = tuple(_absorb_in_mark(before.get(mark.id), mark, step) for mark in wanted.key_results)
    return replace(
        wanted, key_results=key_results, comment=_absorb_in_comment(shown.comment, wanted.comment, step)
    )


def _absorb_in_mark(shown: KeyResultMark | None, wanted: KeyResultMark, step: int) -> KeyResultMark:
    if shown is None or not within_step(shown.percent, wanted.percent, step):
        return wanted
    # What closing an item moves changes a little with every other item: it is renewed with the percent.
    return replace(wanted, percent=shown.percent, moves=shown.moves)


def _absorb_in_comment(shown: Comment | None, wanted: Comment | None, step: int) -> Comment | None:
    if shown is None or wanted is None or shown.purpose != wanted.purpose:
        return wanted
    if len(shown.facts) == len(wanted.facts) and all(
        _same_fact(one, other, step) for one, other in zip(shown.facts, wanted.facts, strict=True)
    ):
        return shown
    return wanted


def _same_fact(shown: Fact, wanted: Fact, step: int) -> bool:
    if shown[0] != wanted[0]:
        return False
    if isinstance(shown[1], int) and isinstance(wanted[1], int):
        return within_step(shown[1], wanted[1], step)
    return shown[1] == wanted[1]


def digest_of(edits: Sequence[Edit]) -> str:
    """Identifies exactly these edits."""
    lines = [
        [str(change.item), change.mark, plain_change(change.before), plain_change(change.after)]
        for edit in edits
        for change in edit.changes
    ]
    # Where people took all marks away, only our own record is left to be removed.
    lines += [[str(edit.item.ref), "stamp"] for edit in edits if not edit.changes]
    return hashlib.sha256(msgspec.json.encode(lines)).hexdigest()[:12]


def plain_change(value: object) -> object:
    """A side of a change as plain data: what a digest, a journal or a report says of it."""
    if isinstance(value, Comment):
        return {"purpose": value.purpose, "facts": dict(value.facts)}
    if isinstance(value, Update):
        return {"health": value.health, "on": value.on.isoformat(), "facts": dict(value.facts)}
    if isinstance(value, KeyResultMark | Twin):
        return asdict(value)
    if isinstance(value, tuple):
        return [plain_change(part) for part in value]
    return value
