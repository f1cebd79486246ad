"""Observed against desired: what would be written. Pure."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace

import msgspec

from config.workspace import Workspace
from connectors.meaning import leads_nowhere
from connectors.model import (
    ALL_MARKS,
    NOTHING,
    Change,
    Comment,
    KeyResultMark,
    Mark,
    Marks,
    Ref,
    Twin,
    Update,
    WorkItem,
)
from sync.marks.compare import same_comment, same_mark, titles_of
from sync.marks.facts import figures_in
from sync.marks.messages import Messages, messages_for
from sync.marks.wording import contradicts_record
from sync.plan.project_views import ProjectView

RULES = 1
"""The version of the rules of linking, measuring and warning. Whoever changes what tickets show of an unchanged world adds
one, so that the first plans of that version can say how many of their changes may be its doing. 0: of before there were
versions."""

_IDENTITIES = ("reason_id", "basis_id")
_TOLD: Mapping[type, tuple[str, ...]] = {
    kind: tuple(one.name for one in fields(kind) if one.name not in _IDENTITIES)
    for kind in (KeyResultMark, Twin)
}


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
    `views`: those of ours that have to show other projects.
    """

    edits: tuple[Edit, ...]
    refusals: tuple[Refusal, ...]
    digest: str
    waiting: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    foreign_owner: str = ""
    views: tuple[ProjectView, ...] = ()

    @property
    def changes(self) -> tuple[Change, ...]:
        return tuple(change for edit in self.edits for change in edit.changes)

    @property
    def totals(self) -> dict[str, int]:
        """How many changes there are by mark."""
        return dict(Counter(change.mark for change in self.changes))

    @property
    def empty(self) -> bool:
        """Whether nothing at all would be written."""
        return not self.edits and not self.views


def make_plan(
    items: Iterable[WorkItem],
    wanted: Mapping[Ref, Marks],
    workspace: Workspace,
    views: tuple[ProjectView, ...] = (),
    offered: Collection[str] | None = None,
) -> Plan:
    """Compare what items show with what they should show. Items without an entry in `wanted` are left alone.

    `offered`: the key results that work can be linked to now; None: all that are declared.
    """
    edits: list[Edit] = []
    refusals: list[Refusal] = []
    steps = {name: workspace.policy_of(name).step for name in workspace.trackers}
    messages = {name: messages_for(workspace, name) for name in workspace.trackers}
    everything = [key_result.id for _, key_result in workspace.key_results()]
    titles = titles_of(frozenset(everything if offered is None else offered), workspace)
    for item in items:
        if item.ref not in wanted or _shows_nothing(item.shown, wanted[item.ref]):
            continue
        tracker = item.ref.tracker
        shown = _trusted(item.shown, messages[tracker])
        target = absorb_small_steps(shown, wanted[item.ref], steps[tracker], titles)
        changes = changes_of(item, target)
        if not changes:
            continue
        owner = item.shown.stamp.owner if item.shown.stamp else None
        if owner is not None and owner != workspace.workspace:
            reason = f'marks belong to workspace "{owner}", not to this workspace "{workspace.workspace}"'
            refusals.append(Refusal(item.ref, item.key, reason, item.name, owner))
            continue
        edits.append(Edit(item, replace(target, rules=RULES), changes))
    edits.sort(key=lambda edit: sort_key(edit.item))
    refusals.sort(key=lambda one: _place(one.item, one.key))
    return Plan(tuple(edits), tuple(refusals), digest_of(edits, views), views=views)


def sort_key(item: WorkItem) -> tuple[str, list[tuple[int, int, str]], Ref]:
    """By tracker, then by key as people count."""
    return _place(item.ref, item.key)


def _place(ref: Ref, key: str) -> tuple[str, list[tuple[int, int, str]], Ref]:
    return ref.tracker, natural(key), ref


def _shows_nothing(shown: Marks, wanted: Marks) -> bool:
    """Whether nothing is shown and nothing is wanted, as on most of what serves nothing or is closed."""
    return shown.stamp is None and shown == NOTHING and wanted == NOTHING


def natural(key: str) -> list[tuple[int, int, str]]:
    """A sort key that puts WEB-9 before WEB-10."""
    parts = re.findall(r"\d+|\D+", key)
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part.casefold()) for part in parts]


def changes_of(item: WorkItem, wanted: Marks) -> tuple[Change, ...]:
    """Mark by mark, what `wanted` would change on the item."""
    shown = _before(item.shown, wanted)

    def change(mark: Mark) -> Change:
        return Change(item.ref, item.key, item.title, mark, getattr(shown, mark), getattr(wanted, mark))

    return tuple(change(mark) for mark in ALL_MARKS if getattr(shown, mark) != getattr(wanted, mark))


def _before(shown: Marks, wanted: Marks) -> Marks:
    """What is shown; where a field says by a person's hand what is wanted and a link does not, what the link says."""
    written = shown.stamp.key_results if shown.stamp is not None and not shown.stamp.copied else ()
    if shown.key_results != wanted.key_results or _percents(written) == _percents(wanted.key_results):
        return shown
    is_same = written and {mark.id for mark in written} == {mark.id for mark in wanted.key_results}
    return replace(shown, key_results=written) if is_same else shown


def _percents(marks: Iterable[KeyResultMark]) -> dict[str, int | None]:
    return {mark.id: mark.percent for mark in marks}


def _trusted(shown: Marks, messages: Messages) -> Marks:
    """What is shown, without a comment whose text is not the one that its record gives: that is written anew."""
    if shown.comment is None or not contradicts_record(shown.comment, messages):
        return shown
    return replace(shown, comment=None)


def absorb_small_steps(
    shown: Marks, wanted: Marks, step: int, titles: Mapping[str, str] | None = None
) -> Marks:
    """What is shown, where nothing in it is news; else the wanted marks, with today's percent in all of them.

    A percent that moved by less than `step` is no news, but for 0 and 100, which say "not begun" and "complete". An
    item that is written to anyway shows one percent of a key result wherever it shows it, and one that shows two is
    written to. No comment is held back while its item is written to: quiet hours hold the whole item, and only comments
    that are not there yet are rationed. `titles`: those of the key results that work can be linked to now, by their ids.
    """
    if not _is_news(shown, wanted, step, titles):
        return replace(wanted, key_results=shown.key_results, comment=shown.comment)
    if _same_key_results(shown.key_results, wanted.key_results, 0) and not _gains_pages(shown, wanted):
        wanted = replace(wanted, key_results=shown.key_results)
    if same_comment(shown.comment, wanted.comment, 0, titles) and _same_order(shown.comment, wanted.comment):
        wanted = replace(wanted, comment=shown.comment)
    return wanted


def _is_news(shown: Marks, wanted: Marks, step: int, titles: Mapping[str, str] | None) -> bool:
    return (
        any(
            getattr(shown, name) != getattr(wanted, name)
            for name in ("alignment", "labels", "update", "twins")
        )
        or not _same_key_results(shown.key_results, wanted.key_results, step)
        or not same_comment(shown.comment, wanted.comment, step, titles)
        or (shown.stamp is not None and shown.stamp.copied)
        # Where the wanted marks do not agree either, a comment is not ours to edit.
        or (not _agree(shown) and _agree(wanted))
    )


def _same_key_results(shown: tuple[KeyResultMark, ...], wanted: tuple[KeyResultMark, ...], step: int) -> bool:
    """Whether the same key results are shown with the same one first: fields and label groups follow that one."""
    before = {mark.id: mark for mark in shown}
    if len(shown) != len(wanted) or [mark.id for mark in shown[:1]] != [mark.id for mark in wanted[:1]]:
        return False
    return all(mark.id in before and same_mark(before[mark.id], mark, step) for mark in wanted)


def _gains_pages(shown: Marks, wanted: Marks) -> bool:
    """Whether links that lead nowhere would lead somewhere."""
    lost = {mark.id for mark in shown.key_results if leads_nowhere(mark)}
    return any(mark.id in lost and not leads_nowhere(mark) for mark in wanted.key_results)


def _same_order(shown: Comment | None, wanted: Comment | None) -> bool:
    said, says = (list(figures_in(one.facts)) if one else [] for one in (shown, wanted))
    return said == says


def _agree(marks: Marks) -> bool:
    """Whether fields, links and comment state one percent of each key result.

    What a link of Jira says is known from the stamp, while the mark is read from the field, where it has one.
    """
    stated = [(mark.id, mark.percent) for mark in marks.key_results]
    stated += [(mark.id, mark.percent) for mark in (marks.stamp.key_results if marks.stamp else ())]
    stated += [
        (id_, one.percent) for id_, one in figures_in(marks.comment.facts if marks.comment else ()).items()
    ]
    percents = dict(stated)
    return all(percents[id_] == percent for id_, percent in stated)


def digest_of(edits: Sequence[Edit], views: Sequence[ProjectView] = ()) -> str:
    """Identifies exactly these edits and views."""
    lines = [
        [str(change.item), change.mark, plain_change(change.before), plain_change(change.after)]
        for edit in edits
        for change in edit.changes
    ]
    # Where people took all marks away, only our own record is left to be removed.
    lines += [[str(edit.item.ref), "stamp"] for edit in edits if not edit.changes]
    lines += [["view", view.tracker, view.id, *view.projects] for view in views]
    return hashlib.sha256(msgspec.json.encode(lines)).hexdigest()[:12]


def plain_change(value: object) -> object:
    """A side of a change as plain data: what a digest, a journal or a report says of it."""
    if isinstance(value, Comment):
        return {"purpose": value.purpose, "facts": dict(value.facts)}
    if isinstance(value, Update):
        return {"health": value.health, "on": value.on.isoformat(), "facts": dict(value.facts)}
    if isinstance(value, KeyResultMark | Twin):
        # Identities tell people nothing, and are no difference by themselves.
        return {name: getattr(value, name) for name in _TOLD[type(value)]}
    if isinstance(value, tuple):
        return [plain_change(part) for part in value]
    return value
