"""Observed against desired: what would be written, and whether that looks safe. Pure."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

import msgspec

from config.workspace import GuardPolicy, Workspace
from connectors.model import MARKS, Change, Comment, Fact, KeyResultMark, Mark, Marks, Ref, WorkItem


@dataclass(frozen=True, slots=True)
class Edit:
    """Everything that would change on one item: the marks it should show, and the changes one by one."""

    item: WorkItem
    wanted: Marks
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """An item that would change but must not be touched, and why."""

    item: Ref
    key: str
    reason: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Edits sorted by tracker and key; refusals; the digest identifies exactly this plan.

    `waiting` says, in sentences, what the policy lets wait: it is not in the edits.
    """

    edits: tuple[Edit, ...]
    refusals: tuple[Refusal, ...]
    digest: str
    waiting: tuple[str, ...] = ()

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


@dataclass(frozen=True, slots=True)
class Stop:
    """A guard that trips: what looks wrong, in numbers, and the flag that lets it through."""

    guard: str
    message: str
    flag: str


def make_plan(items: Iterable[WorkItem], wanted: Mapping[Ref, Marks], workspace: Workspace) -> Plan:
    """Compare what items show with what they should show. Items without a wish are left alone."""
    edits: list[Edit] = []
    refusals: list[Refusal] = []
    steps = {name: workspace.policy_of(name).step for name in workspace.trackers}
    for item in sorted(items, key=sort_key):
        if item.ref not in wanted:
            continue
        target = settle(item.shown, wanted[item.ref], steps[item.ref.tracker])
        changes = changes_of(item, target)
        if not changes:
            continue
        owner = item.shown.stamp.owner if item.shown.stamp else None
        if owner is not None and owner != workspace.workspace:
            reason = f"its marks belong to {owner!r}, not to this workspace {workspace.workspace!r}"
            refusals.append(Refusal(item.ref, item.key, reason))
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

    return tuple(change(mark) for mark in MARKS if getattr(item.shown, mark) != getattr(wanted, mark))


def settle(shown: Marks, wanted: Marks, step: int) -> Marks:
    """The wanted marks, with every percent that moved by less than `step` left as it is shown.

    0 and 100 are always shown when reached: they say "not begun" and "complete".
    """
    before = {mark.id: mark for mark in shown.key_results}
    key_results = tuple(_settle_mark(before.get(mark.id), mark, step) for mark in wanted.key_results)
    return replace(
        wanted, key_results=key_results, comment=_settle_comment(shown.comment, wanted.comment, step)
    )


def _settle_mark(shown: KeyResultMark | None, wanted: KeyResultMark, step: int) -> KeyResultMark:
    if shown is None or not _near(shown.percent, wanted.percent, step):
        return wanted
    # What closing an item moves changes a little with every other item: it is renewed with the percent.
    return replace(wanted, percent=shown.percent, moves=shown.moves)


def _settle_comment(shown: Comment | None, wanted: Comment | None, step: int) -> Comment | None:
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
        return _near(shown[1], wanted[1], step)
    return shown[1] == wanted[1]


def _near(shown: int | None, wanted: int | None, step: int) -> bool:
    if shown is None or wanted is None or shown == wanted:
        return shown == wanted
    return wanted not in (0, 100) and abs(shown - wanted) < step


def digest_of(edits: Sequence[Edit]) -> str:
    """Identifies exactly these edits."""
    lines = [
        [str(change.item), change.mark, _plain(change.before), _plain(change.after)]
        for edit in edits
        for change in edit.changes
    ]
    # Where people took all marks away, only our own record is left to be removed.
    lines += [[str(edit.item.ref), "stamp"] for edit in edits if not edit.changes]
    return hashlib.sha256(msgspec.json.encode(lines)).hexdigest()[:12]


def _plain(value: object) -> object:
    if isinstance(value, Comment):
        return [value.purpose, value.facts]
    if isinstance(value, tuple):
        return [asdict(part) if isinstance(part, KeyResultMark) else part for part in value]
    return value


# --- Guards --------------------------------------------------------------------------------------


def first_run_stop(items: Iterable[WorkItem], plan: Plan, runs_before: int) -> Stop | None:
    """Nobody has seen this installation write yet: neither the store nor any item knows of a run."""
    if plan.empty or runs_before or any(item.shown.stamp is not None for item in items):
        return None
    message = f"this is the first run: {len(plan.edits)} items would be written to"
    return Stop("first-run", message, "--first-run")


def mass_change_stop(items: Iterable[WorkItem], plan: Plan, policy: GuardPolicy) -> Stop | None:
    """More of the items would change than `share`, and more than `floor` of them."""
    total = sum(1 for item in items if item.in_scope)
    count = len(plan.edits)
    if count <= policy.floor or count <= policy.share * total:
        return None
    message = (
        f"{count} of {total} items would change ({count * 100 // total} %); "
        f"the limit is {policy.share:.0%} and more than {policy.floor}"
    )
    return Stop("mass-change", message, f"--accept-plan {plan.digest}")


def shrink_stop(tracker: str, found: int, found_before: int | None, policy: GuardPolicy) -> Stop | None:
    """A pull found far fewer items than the last one did: lost permissions look just like this."""
    if not found_before or found >= found_before * (1 - policy.shrink):
        return None
    message = (
        f"{tracker} shows {found} items in scope, the last run saw {found_before}; "
        f"the limit is a loss of {policy.shrink:.0%}. Has the credential lost access?"
    )
    return Stop("shrunken-pull", message, f"--accept-shrink {tracker}")
