"""What an issue says of ours: the marks that really show, and what people claim on it. Pure.

The stamp tells what we wrote, the issue what is left of it. An issue without a stamp of its own may show copied marks.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import replace

from msgspec import UNSET

from connectors.jira.api.fields import SiteFields, field_text, percent_of
from connectors.jira.api.wire import Fields, Issue
from connectors.jira.marks.computed_fields import (
    ComputedField,
    Recorded,
    computed_fields,
    recorded_texts,
)
from connectors.jira.marks.copies import (
    copied_marks,
    copied_stamp,
    health_called,
    is_bare,
    own_stamp,
    with_what_came_along,
)
from connectors.jira.marks.key_result_text import claimed_ids
from connectors.model import NOTHING, AlignmentState, Health, KeyResultMark, Marks, Stamp, claims_in


def evidence_on(issue: Issue, site: SiteFields, owner: str) -> Stamp | None:
    """The stamp of the issue itself, whoever wrote it, or what proves that marks were copied there."""
    if is_bare(issue):
        return None  # as most issues are
    own = own_stamp(issue)
    return with_what_came_along(own, issue, site) if own else copied_stamp(issue, site, owner)


def marks_on(issue: Issue, site: SiteFields, owner: str) -> Marks:
    """The marks of ours that the issue itself shows; see `marks_by`."""
    return marks_by(evidence_on(issue, site, owner), issue, site, owner)


def marks_by(stamp: Stamp | None, issue: Issue, site: SiteFields, owner: str) -> Marks:
    """The marks of ours that the issue itself shows by its evidence; the comment is read elsewhere.

    A mark that a person took away does not show any more, nor one that could not be written before and now can be; but
    closed work is taken to show what was written there, since nothing of it is computed again. Of another owner's marks
    only the stamp is given.
    """
    unwritten = _unwritten(issue, stamp, site)
    if stamp is None and not unwritten:
        return NOTHING
    if stamp is None or stamp.owner != owner:
        return Marks(stamp=stamp, unwritten=unwritten)
    if stamp.copied:
        return replace(copied_marks(issue, site, stamp), unwritten=unwritten)
    recorded = recorded_texts(stamp)
    # What only came along was not written as of these marks.
    wrong = {one.id: one for one in _mendable(issue, own_stamp(issue) or stamp, site)}
    labels = {one for one in issue.fields.labels if one in stamp.labels or site.is_ours(one)}
    key_results = _key_results_on(issue, stamp, site, recorded, wrong)
    return Marks(
        key_results=key_results or _stray(issue, stamp, site, wrong),
        alignment=stamp.alignment if issue.fields.is_done else _alignment_on(stamp, site, labels, wrong),
        labels=tuple(sorted(labels)),
        stamp=stamp,
        unwritten=unwritten,
    )


def unset_fields(fields: Fields, stamp: Stamp, site: SiteFields) -> set[str]:
    """Ids of our fields that do not say what the stamp's marks say, and in which nothing of ours was recorded: they
    could not be set when it was written, or an older version left a value in them that was not ours.
    """
    recorded = recorded_texts(stamp)
    found = {
        one.id
        for one in computed_fields(fields, site, stamp.key_results, stamp.alignment)
        if one.is_wrong(recorded) and not one.is_written(recorded)
    }
    if site.key_result and stamp.key_results and _is_left_out(fields, site.key_result, recorded):
        found.add(site.key_result)
    return found


def claims_on(issue: Issue, evidence: Stamp | None, site: SiteFields) -> tuple[str, ...]:
    """Key results that people claim on the issue: by `kr:` labels, and in the Key result field.

    The field's text is no claim while it is what the evidence, ours or another owner's, says was written there.
    """
    fields = issue.fields
    if not (fields.labels or fields.key_result or site.other_claims):
        return ()
    claims = list(claims_in(fields.labels))
    text = field_text(fields.key_result)
    written = {said.strip() for _, said in evidence.fields} if evidence else set()
    if text and text not in written:
        claims += claimed_ids(text)
    for value in site.claims_in(fields):
        claims += claimed_ids(field_text(value))
    return tuple(dict.fromkeys(claims))


def _is_left_out(fields: Fields, key_result: str, recorded: Recorded) -> bool:
    # Recorded with nothing it held a person's claim, and what is cleared then is seen without this.
    return key_result not in recorded and fields.key_result in (None, "")


def _mendable(issue: Issue, stamp: Stamp, site: SiteFields) -> list[ComputedField]:
    """Computed fields that are wrong, and can be set as far as anybody knows; none on closed work."""
    if issue.fields.is_done:
        return []
    recorded = recorded_texts(stamp)
    return [
        one
        for one in computed_fields(issue.fields, site, stamp.key_results, stamp.alignment)
        if one.is_wrong(recorded) and (one.is_written(recorded) or _is_settable(issue, one.id, site))
    ]


def _is_settable(issue: Issue, field: str, site: SiteFields) -> bool:
    """Whether a field that could not be set before now can."""
    return (issue.fields.project.id, issue.fields.issuetype.id, field) in site.settable


def _unwritten(issue: Issue, stamp: Stamp | None, site: SiteFields) -> tuple[str, ...]:
    """Names of the computed fields that hold something which is not ours: neither written nor copied. On closed work,
    where it stays, none."""
    fields = issue.fields
    values = (fields.kr_progress, fields.kr_health, fields.kr_objective, fields.kr_alignment)
    if all(value is None or value is UNSET for value in values) or fields.is_done:
        return ()
    recorded = recorded_texts(stamp)
    filled = (one for one in computed_fields(issue.fields, site, (), None) if one.there)
    return tuple(one.name for one in filled if one.there not in recorded.get(one.id, ()))


def _alignment_on(
    stamp: Stamp, site: SiteFields, labels: AbstractSet[str], wrong: dict[str, ComputedField]
) -> AlignmentState | None:
    """The alignment, where both its label and its field say it."""
    stands = labels >= set(stamp.labels) and site.alignment not in wrong
    return stamp.alignment if stands else None


def _stray(
    issue: Issue, stamp: Stamp, site: SiteFields, wrong: dict[str, ComputedField]
) -> tuple[KeyResultMark, ...]:
    """What fields say beside marks that have nothing to say in them, as of a key result of their names."""
    if stamp.key_results:
        return ()
    names = [one.name for one in wrong.values() if one.id != site.alignment or stamp.alignment is None]
    percent = percent_of(issue.fields.kr_progress) if site.progress in wrong else None
    return (KeyResultMark(", ".join(names), "", percent, "no_data", ""),) if names else ()


def _key_results_on(
    issue: Issue, stamp: Stamp, site: SiteFields, recorded: Recorded, wrong: dict[str, ComputedField]
) -> tuple[KeyResultMark, ...]:
    marks, fields = stamp.key_results, issue.fields
    if not marks:
        return ()
    # Recorded and empty now: a person cleared our text, or the claim of theirs that stood there. A field
    # that the issue has lost altogether was cleared by nobody, and could not be filled again.
    lost = fields.key_result is UNSET or fields.is_done
    if site.key_result in recorded and not lost and not field_text(fields.key_result):
        return ()
    if (
        site.key_result
        and not fields.is_done
        and _is_left_out(fields, site.key_result, recorded)
        and _is_settable(issue, site.key_result, site)
    ):
        return ()
    linked = {id_ for id_, said in stamp.links if said}
    # Without a link, as an older version left it or an interrupted write, it does not show its page.
    marks = tuple(mark if mark.id in linked else replace(mark, url="") for mark in marks)
    return (_as_shown(marks[0], fields, site, wrong), *marks[1:])


def _as_shown(
    mark: KeyResultMark, fields: Fields, site: SiteFields, wrong: dict[str, ComputedField]
) -> KeyResultMark:
    """The first key result as the fields show it; what is wrong there is never what the stamp says."""
    if site.progress in wrong:
        mark = replace(mark, percent=_other_percent(fields.kr_progress, mark.percent))
    if site.health and (there := wrong.get(site.health)):
        mark = replace(mark, health=_other_health(there.there, mark.health))
    if site.objective and (there := wrong.get(site.objective)):
        mark = replace(mark, objective=there.there)
    return mark


def _other_percent(value: object, ours: int | None) -> int | None:
    """The percent that a person put in place of ours: never `ours`, so that it is put back."""
    found = percent_of(value)
    if found != ours:
        return found
    # 24.5 beside our 24; or 250 where we say nothing.
    return None if ours is not None else 100


def _other_health(text: str, ours: Health) -> Health:
    """The health that a person chose in place of what we wrote: never `ours`, so that it is put back."""
    found = health_called(text) or ours
    return found if found != ours else "no_data" if ours != "no_data" else "on_track"
