"""Marks that people copied from another issue: known by their form, and no claim. Pure.

Jira clones an issue with its fields and labels, and sometimes with its properties. What a clone shows of ours nobody
wrote there, neither we nor a person: ADR 36. The same is left of our marks where somebody deletes the stamp.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from connectors.jira.api.fields import (
    ALIGNMENT_OPTIONS,
    HEALTH_OPTIONS,
    SiteFields,
    field_text,
    percent_of,
)
from connectors.jira.api.wire import Issue
from connectors.jira.marks.computed_fields import ComputedField, computed_fields, recorded_texts
from connectors.jira.marks.key_result_text import claimed_ids, listed_ids, written_key_results
from connectors.model import AlignmentState, Health, KeyResultMark, Marks, Stamp
from connectors.stamp import PROPERTY_KEY, from_property


def stamp_on(issue: Issue) -> Stamp | None:
    """The stamp in the issue's property, whoever wrote it, and on whichever issue."""
    return from_property(issue.properties.get(PROPERTY_KEY))


def own_stamp(issue: Issue) -> Stamp | None:
    """The stamp that was written on this issue, whoever wrote it; one that names no issue is older than copies."""
    stamp = stamp_on(issue)
    return stamp if stamp is not None and stamp.item in ("", issue.id) else None


def with_what_came_along(stamp: Stamp, issue: Issue, site: SiteFields) -> Stamp:
    """The issue's own stamp, with what an older version took for a person's words on a clone: our text, and the values
    beside it.

    That version named no issue, and recorded with nothing what it left alone. What stands there exactly as we write
    it was cloned; a list of ids may be anybody's.
    """
    text = field_text(issue.fields.key_result) if site.key_result else ""
    if stamp.item or not written_key_results(text):
        return stamp
    recorded = recorded_texts(stamp)
    if recorded.get(site.key_result or "") != ("",):
        return stamp
    found = {one.id: one.there for one in _filled(issue, site) if not one.is_written(recorded)}
    found[site.key_result or ""] = text
    kept = [(name, said) for name, said in stamp.fields if name not in found]
    return replace(stamp, fields=tuple(sorted([*kept, *found.items()])))


def is_bare(issue: Issue) -> bool:
    """Whether nothing on the issue can be a mark of ours, nor a copy of one: no property, no label, no key result."""
    fields = issue.fields
    return PROPERTY_KEY not in issue.properties and not (fields.labels or field_text(fields.key_result))


def copied_stamp(issue: Issue, site: SiteFields, owner: str) -> Stamp | None:
    """The evidence of marks that were copied to an issue without a stamp of its own; None where there is none.

    It names what stands there and is to be brought up to date or taken off. The text of a person is not in it, nor are
    values that people keep in fields of ours where nothing else was copied. A record that somebody spoiled proves
    nothing, and is to go.
    """
    if own_stamp(issue) is not None:
        return None
    if is_bare(issue):
        return None
    has_property = PROPERTY_KEY in issue.properties
    cloned = stamp_on(issue)
    theirs = cloned.labels if cloned else ()
    labels = tuple(sorted({one for one in issue.fields.labels if site.is_ours(one) or one in theirs}))
    filled = _filled(issue, site)
    is_list_ours = cloned is None and bool(labels) and _say_a_key_result(filled, site)
    text = _copied_text(issue, site, cloned, is_list_ours=is_list_ours)
    if not (labels or text or has_property):
        return None
    recorded = recorded_texts(cloned)
    # Beside the text, or the label and the field of an alignment where there is one, the other values came along.
    has_alignment = site.alignment is None or any(_is_alignment(one, site) for one in filled)
    came_along = bool(text or (labels and has_alignment))
    fields = [(site.key_result, text)] if site.key_result and text else []
    fields += [(one.id, one.there) for one in filled if came_along or one.there in recorded.get(one.id, ())]
    # A comment may be there, where it was the stamp that somebody took away.
    return Stamp(owner, labels=labels, comment_id="", fields=tuple(sorted(fields)), copied=True)


def _copied_text(issue: Issue, site: SiteFields, cloned: Stamp | None, *, is_list_ours: bool) -> str:
    """The text in the Key result field where it is ours, "" where it is a person's.

    A stamp that was cloned with it tells what we wrote into the field, so any other text there was typed by a person.
    """
    text = field_text(issue.fields.key_result) if site.key_result else ""
    if not text:
        return ""
    recorded = recorded_texts(cloned).get(site.key_result or "")
    if recorded is not None:
        return text if text in recorded else ""
    return text if written_key_results(text) or (is_list_ours and listed_ids(text)) else ""


def _filled(issue: Issue, site: SiteFields) -> list[ComputedField]:
    return [one for one in computed_fields(issue.fields, site, (), None) if one.there]


def _say_a_key_result(filled: Sequence[ComputedField], site: SiteFields) -> bool:
    """Whether the computed fields say what we write beside a key result: a health and an alignment of ours where the
    site has these fields, and anything where it has neither."""
    said = {one.id: one.there for one in filled}
    if site.alignment and said.get(site.alignment) != ALIGNMENT_OPTIONS["aligned"]:
        return False
    if site.health:
        return health_called(said.get(site.health, "")) is not None
    return bool(said.keys() & {site.progress, site.objective})


def _is_alignment(field: ComputedField, site: SiteFields) -> bool:
    return field.id == site.alignment and field.there in ALIGNMENT_OPTIONS.values()


def copied_marks(issue: Issue, site: SiteFields, stamp: Stamp) -> Marks:
    """What the copied marks of `copied_stamp` show, as the fields say it. No link is known to be there.

    Where there is anything else, no alignment shows: what is to stay is planned, and so gets a stamp.
    """
    said = dict(stamp.fields)
    text = said.get(site.key_result or "", "")
    titled = written_key_results(text) or tuple((id_, "") for id_ in claimed_ids(text))
    key_results = tuple(KeyResultMark(id_, title, None, "no_data", "") for id_, title in titled)
    if key_results:
        key_results = (_first(key_results[0], issue, site, said), *key_results[1:])
    state = _state(said.get(site.alignment or "", ""))
    return Marks(
        key_results=key_results,
        alignment=None if stamp.labels or key_results else state,
        labels=stamp.labels,
        stamp=stamp,
    )


def _first(mark: KeyResultMark, issue: Issue, site: SiteFields, said: dict[str, str]) -> KeyResultMark:
    percent = percent_of(issue.fields.kr_progress) if site.progress in said else None
    health = health_called(said.get(site.health or "", "")) or "no_data"
    objective = said.get(site.objective or "", "")
    return KeyResultMark(mark.id, mark.title, percent, health, "", objective=objective)


def health_called(option: str) -> Health | None:
    """The health that an option of KR health means."""
    return next((health for health, name in HEALTH_OPTIONS.items() if name == option), None)


def _state(option: str) -> AlignmentState | None:
    return next((state for state, name in ALIGNMENT_OPTIONS.items() if name == option), None)
