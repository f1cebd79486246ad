"""What a plan would change, in words: an edit, a change, and the kind of change that it is. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from config.wording import counted, percent
from connectors.model import Change, Comment, KeyResultMark, Twin, Update
from sync.marks.comments import HEALTH_WORDS
from sync.marks.compare import same_comment
from sync.marks.facts import figures_in
from sync.plan.plan import Edit

RECORD_ONLY = "remove Truenorth's record only"


def edit_words(edit: Edit) -> str:
    """Everything that would change on an item."""
    return "; ".join(change_words(change) for change in edit.changes) or RECORD_ONLY


def change_words(change: Change) -> str:
    """One change, with its values before and after."""
    before, after = change.before, change.after
    match change.mark:
        case "key_results":
            return _key_result_words(before, after)
        case "labels":
            return _label_words(_texts(before), _texts(after))
        case "alignment":
            return _alignment_words(before, after)
        case "comment":
            return _comment_words(before, after)
        case "update":
            return _update_words(after)
        case "twins":
            return _twin_words(before)


def kind_words(change: Change) -> str:
    """What kind of change it is, without the values of its item: many items have the same."""
    before, after = change.before, change.after
    match change.mark:
        case "key_results":
            if not before or not after:
                return "remove key results" if before else "add key results"
            is_same = {one.id for one in _marks(before)} == {one.id for one in _marks(after)}
            return "update key results" if is_same else "replace key results"
        case "update":
            return "post a status update" if after else "remove the status updates"
        case "twins":
            return "tidy up duplicate comments"
        case "alignment":
            return change_words(change) if not before or not after else f"alignment: {before} → {after}"
        case _:
            return change_words(change)


def _alignment_words(before: object, after: object) -> str:
    if not before:
        return f"mark as {after}"
    return f"{before} → {after}" if after else "clear the alignment"


def _texts(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, tuple) else []


def _key_result_words(before: object, after: object) -> str:
    old, new = _marks(before), _marks(after)
    said, says = _figures(old), _figures(new)
    if not old or not new:
        return f"add {says}" if new else f"remove {said}"
    if said != says:
        return f"{said} → {says}"
    known = {mark.id: mark for mark in old}
    parts = {
        name: None
        for mark in new
        for name, value in asdict(mark).items()
        if mark.id in known and (getattr(known[mark.id], name) or None) != (value or None)
    }
    named = dict.fromkeys(_PARTS.get(name, name) for name in parts)
    return f"{says}: update {', '.join(named) or 'order'}"


_PARTS = {
    "url": "URL",
    "due": "due day",
    "because": "reason for the link",
    "moves": "contribution",
    "percent_after": "contribution",
    "goal": "target",
}


def _marks(value: object) -> list[KeyResultMark]:
    return [mark for mark in value if isinstance(mark, KeyResultMark)] if isinstance(value, tuple) else []


def _figures(marks: Sequence[KeyResultMark]) -> str:
    return ", ".join(f"{mark.id} {percent(mark.percent)}" for mark in marks)


def _label_words(before: Sequence[str], after: Sequence[str]) -> str:
    added = [f"+{label}" for label in after if label not in before]
    removed = [f"-{label}" for label in before if label not in after]
    return f"label {' '.join(added + removed)}"


def _comment_words(before: object, after: object) -> str:
    if not isinstance(after, Comment):
        return "remove the comment"
    if not isinstance(before, Comment):
        return f"add the {after.purpose} comment"
    if (before.purpose, before.facts) == (after.purpose, after.facts) and same_comment(before, after, 0):
        return f"restore the {after.purpose} comment: its text differs from its record"
    return f"update the {after.purpose} comment"


def _twin_words(before: object) -> str:
    twins = [one for one in before if isinstance(one, Twin)] if isinstance(before, tuple) else []
    edited = sum(one.edited for one in twins)
    public = sum(one.public for one in twins)
    removed = len(twins) - edited - public
    words = [f"remove {counted(public, 'comment')} that customers can see"] if public else []
    words += [f"remove {counted(removed, 'duplicate comment')}"] if removed else []
    words += [f"leave {counted(edited, 'duplicate comment')} that a person edited"] if edited else []
    return " and ".join(words)


def _update_words(after: object) -> str:
    if not isinstance(after, Update):
        return "remove the status updates"
    said = figures_in(after.facts).items()
    figures = ", ".join(f"{name} {percent(one.percent)}" for name, one in said if one.percent is not None)
    return f"post a status update: {HEALTH_WORDS[after.health]}, {figures}"
