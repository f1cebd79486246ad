"""Which of a site's custom fields are ours, and which hold points; names are not unique, ids are.

Wire facts: contracts/jira.md, section 2.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from msgspec import structs

from config.errors import nearest
from config.names import folded
from config.text.redaction import shown
from config.text.texts import ENGLISH_TEXTS, Texts
from connectors.errors import ScopeError
from connectors.jira.api.fields import (
    ALIGNMENT_NAME,
    HEALTH_NAME,
    OBJECTIVE_NAME,
    OUR_NAMES,
    PROGRESS_NAME,
    SiteFields,
)
from connectors.jira.api.wire import FieldInfo
from connectors.jira.marks.names import field_called, field_names
from connectors.jira.remedies import MISSING_FIELD
from connectors.model import CLAIM_NAME

POINTS_NAMES = ("story points", "story point estimate")
TEAM_POINTS_CUSTOM = "com.pyxis.greenhopper.jira:jsw-story-points"
EPIC_LINK_CUSTOM = "com.pyxis.greenhopper.jira:gh-epic-link"
EPIC_NAME_CUSTOM = "com.pyxis.greenhopper.jira:gh-epic-label"
PARENT_LINK_CUSTOM = "com.atlassian.jpo:jpo-custom-field-parent"
FLAGGED_NAME = "Flagged"
"""Jira's own field, with one option: Impediment."""
SPRINT_CUSTOM = "com.pyxis.greenhopper.jira:gh-sprint"
PARAGRAPH = ":textarea"
NOT_WRITABLE = (":url", ":readonlyfield")
"""Kinds of fields whose values are text on the wire too, but no text of ours."""


def find_fields(
    tracker: str,
    known: Iterable[FieldInfo],
    estimate_field: str | None,
    provided: Mapping[str, str] = MappingProxyType({}),
    texts: Texts = ENGLISH_TEXTS,
) -> SiteFields:
    """Ours among the site's fields: by the ids that `provided` holds of what setup made, then by name, in English or as the
    `texts` have it.

    Raises ScopeError when `estimate_field` is not one of them.
    """
    custom = sorted((info for info in known if info.schema.custom), key=_order)
    notes: list[str] = []
    custom = _as_provided(custom, provided, notes, texts)
    claim = _one(custom, CLAIM_NAME, notes, texts)
    progress = _one(custom, PROGRESS_NAME, notes, texts)
    others = [info for info in custom if _is_ours(info, CLAIM_NAME, texts) and info is not claim]
    writable = claim
    if claim and (claim.schema.type != "string" or claim.schema.custom.endswith(NOT_WRITABLE)):
        notes.append(f'The field "{claim.name}" is not a text field, so it is read but not written.')
        writable = None
    if progress and progress.schema.type != "number":
        notes.append(f'The field "{progress.name}" is not a number field, so it is not used.')
        progress = None
    absent = [name for name, info in ((CLAIM_NAME, claim), (PROGRESS_NAME, progress)) if info is None]
    if absent:
        names = " and ".join(f'"{field_called(name, texts)}"' for name in absent)
        notes.append(
            f"The site has no usable field {names}, so key results are only shown in comments. {MISSING_FIELD}"
        )
    flags = (info for info in custom if _called(info, FLAGGED_NAME) and info.schema.type == "array")
    flagged = next(flags, None)
    by_kind = {info.schema.custom: info.id for info in reversed(custom)}
    points = _points(tracker, custom, estimate_field)
    return SiteFields(
        claim=claim.id if claim else None,
        other_claims=tuple(info.id for info in others),
        paragraphs=frozenset(info.id for info in custom if info.schema.custom.endswith(PARAGRAPH)),
        key_result=writable.id if writable else None,
        progress=progress.id if progress else None,
        points=tuple(info.id for info in points),
        team_points=frozenset(info.id for info in points if _is_of_teams(info)),
        called={info.id: info.name for info in points},
        epic_link=by_kind.get(EPIC_LINK_CUSTOM),
        epic_name=by_kind.get(EPIC_NAME_CUSTOM),
        parent_link=by_kind.get(PARENT_LINK_CUSTOM),
        sprint=by_kind.get(SPRINT_CUSTOM),
        flagged=flagged.id if flagged else None,
        health=_of_type(custom, HEALTH_NAME, "option", notes, texts),
        alignment=_of_type(custom, ALIGNMENT_NAME, "option", notes, texts),
        objective=_of_type(custom, OBJECTIVE_NAME, "string", notes, texts),
        others={info.id: info.name for info in custom},
        notes=tuple(notes),
        texts=texts,
    )


def _as_provided(
    custom: list[FieldInfo], provided: Mapping[str, str], notes: list[str], texts: Texts
) -> list[FieldInfo]:
    """The fields, those that setup made first and under their English names, whatever they are called now."""
    by_id = {info.id: info for info in custom}
    ours: list[FieldInfo] = []
    for name in OUR_NAMES:
        info = by_id.get(provided.get(f"field {name}", ""))
        if info is None:
            continue
        if not _is_ours(info, name, texts):
            notes.append(
                f'The field "{field_called(name, texts)}" is named "{shown(info.name)}" now and is used by its id '
                f"({info.id}); truenorth setup renames it back."
            )
        ours.append(structs.replace(info, name=name))
    ids = {info.id for info in ours}
    return [*ours, *(info for info in custom if info.id not in ids)]


def _order(info: FieldInfo) -> tuple[bool, int, str]:
    """Fields of the whole site before those of one team-managed project, then by age."""
    number = info.id.rpartition("_")[2]
    return info.scope is not None, int(number) if number.isdigit() else 0, info.id


def _called(info: FieldInfo, name: str) -> bool:
    return folded(name) in {folded(info.name or ""), folded(info.untranslated_name or "")}


def _is_of_teams(info: FieldInfo) -> bool:
    """Whether team-managed projects keep their points in it."""
    return info.schema.custom == TEAM_POINTS_CUSTOM or _called(info, POINTS_NAMES[1])


def find_named(custom: Iterable[FieldInfo], name: str) -> list[FieldInfo]:
    """The fields with this name: those of the whole site before those of a project, the older before the newer."""
    return sorted((info for info in custom if _called(info, name)), key=_order)


def _is_ours(info: FieldInfo, name: str, texts: Texts) -> bool:
    """Whether it has one of the names that this field of ours may have."""
    return any(_called(info, one) for one in field_names(name, texts))


def _one(custom: list[FieldInfo], name: str, notes: list[str], texts: Texts) -> FieldInfo | None:
    by_name = ([info for info in custom if _called(info, one)] for one in field_names(name, texts))
    found = next(filter(None, by_name), [])
    if len(found) > 1:
        # Jira lets several fields bear one name.
        notes.append(f'{len(found)} fields are named "{found[0].name}"; using {found[0].id}.')
    return found[0] if found else None


def _of_type(custom: list[FieldInfo], name: str, kind: str, notes: list[str], texts: Texts) -> str | None:
    """Id of the field with this name, when its values are of the type that we write."""
    found = _one(custom, name, notes, texts)
    if found and found.schema.type != kind:
        notes.append(f'The field "{found.name}" has another type than Truenorth needs, so it is not used.')
        return None
    return found.id if found else None


def _points(tracker: str, custom: list[FieldInfo], wanted: str | None) -> list[FieldInfo]:
    """The fields of points, those of company-managed projects first."""
    numbers = [info for info in custom if info.schema.type == "number"]
    if wanted is None:
        usual = [
            info
            for info in numbers
            if _is_of_teams(info) or any(_called(info, name) for name in POINTS_NAMES)
        ]
        return sorted(usual, key=_is_of_teams)
    found = [info for info in numbers if info.id == wanted or _called(info, wanted)]
    if not found:
        near = nearest(wanted, [info.name for info in numbers])
        hint = f'Did you mean "{near}"?' if near else "Set it to a number field, or leave it out."
        raise ScopeError(tracker, f'estimate_field "{wanted}" is not a number field of this site.', hint)
    return found
