"""A site's custom fields: which ids ours have, what their values mean, and what we write into them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

import msgspec

from config.errors import nearest
from config.text.redaction import shorten
from connectors.errors import ScopeError
from connectors.jira.api.wire import STANDARD_FIELDS, BulkPage, FieldInfo, Fields, Issue
from connectors.model import CLAIM_NAME, AlignmentState, Health, KeyResultMark

PROGRESS_NAME = "KR progress"
HEALTH_NAME = "KR health"
ALIGNMENT_NAME = "Alignment"
OBJECTIVE_NAME = "Objective"
HEALTH_OPTIONS: Mapping[Health, str] = {
    "on_track": "On track",
    "at_risk": "At risk",
    "off_track": "Off track",
    "done": "Done",
    "no_data": "No data",
}
ALIGNMENT_OPTIONS: Mapping[AlignmentState, str] = {
    "aligned": "Aligned",
    "orphaned": "Orphaned",
    "exempt": "Exempt",
}
POINTS_NAMES = ("story points", "story point estimate")
POINTS_CUSTOM = "com.pyxis.greenhopper.jira:jsw-story-points"
EPIC_LINK_CUSTOM = "com.pyxis.greenhopper.jira:gh-epic-link"
EPIC_NAME_CUSTOM = "com.pyxis.greenhopper.jira:gh-epic-label"

MAX_TEXT = 255
"""Characters that a Jira text field holds."""

TITLE_MARK = " · "
"""Stands between id and title in the text that we write."""


@dataclass(frozen=True, slots=True)
class SiteFields:
    """Ids of the custom fields that matter on this site; None where the site has none.

    `custom`: the fields that rules match, by the name that the rules use.
    `claim` may be read only, when it is not a plain text field; `key_result` is set only when we may write.
    `settable`: fields that could not be set before and now can, by ids of project, type and field.
    """

    claim: str | None = None
    key_result: str | None = None
    progress: str | None = None
    points: tuple[str, ...] = ()
    epic_link: str | None = None
    epic_name: str | None = None
    health: str | None = None
    alignment: str | None = None
    objective: str | None = None
    custom: tuple[tuple[str, str], ...] = ()
    settable: frozenset[tuple[str, str, str]] = frozenset()
    notes: tuple[str, ...] = ()

    @property
    def wanted(self) -> list[str]:
        """Every field to ask for."""
        shown = [self.claim, self.progress, self.health, self.alignment, self.objective]
        custom = [*shown, *self.points, self.epic_link, self.epic_name, *(id_ for _, id_ in self.custom)]
        return [*STANDARD_FIELDS, *dict.fromkeys(id_ for id_ in custom if id_)]

    def issue_type(self) -> type[Issue]:
        """The type of an issue on this site, with the custom fields under their ids here."""
        rename = self._ours()
        rename |= {self.attribute(n, id_): id_ for n, (_, id_) in enumerate(self.custom)}
        fields = msgspec.defstruct(
            "FieldsHere",
            [(name, Any, msgspec.UNSET) for name in rename],
            bases=(Fields,),
            rename=rename,
            kw_only=True,
        )
        issue = msgspec.defstruct("IssueHere", [("fields", fields)], bases=(Issue,), kw_only=True)
        return cast("type[Issue]", issue)

    def _ours(self) -> dict[str, str]:
        """Ids of the fields that have a meaning to us, by the names of their attributes."""
        named = {
            "key_result": self.claim,
            "kr_progress": self.progress,
            "kr_health": self.health,
            "kr_alignment": self.alignment,
            "kr_objective": self.objective,
            "epic_link": self.epic_link,
            "epic_name": self.epic_name,
        }
        found = {name: id_ for name, id_ in named.items() if id_}
        return found | {f"points_{n}": id_ for n, id_ in enumerate(self.points)}

    def attribute(self, n: int, id_: str) -> str:
        """Under which name `Fields` holds the field number `n` of `custom`."""
        ours = {own: name for name, own in self._ours().items()}
        # Rules may name one field in two ways.
        first = next((at for at, (_, other) in enumerate(self.custom) if other == id_), n)
        return ours.get(id_, f"custom_{first}")

    def page_type(self) -> type[BulkPage]:
        """The type of a reply with many issues on this site."""
        issues = list[self.issue_type()]  # type: ignore[misc, valid-type]
        page = msgspec.defstruct("PageHere", [("issues", issues)], bases=(BulkPage,), kw_only=True)
        return cast("type[BulkPage]", page)

    def estimate(self, fields: Fields) -> float | None:
        """Points: the first of the points fields that holds a number that is one."""
        for n in range(len(self.points)):
            value = getattr(fields, f"points_{n}", None)
            if isinstance(value, int | float) and not isinstance(value, bool):
                return float(value)
        return None


def find_fields(tracker: str, known: Iterable[FieldInfo], estimate_field: str | None) -> SiteFields:
    """Ours among the site's fields. Raises ScopeError when `estimate_field` is not one of them."""
    custom = sorted((info for info in known if info.schema.custom), key=_order)
    notes: list[str] = []
    claim = _one(custom, CLAIM_NAME, notes)
    progress = _one(custom, PROGRESS_NAME, notes)
    writable = claim
    if claim and claim.schema.type != "string":
        notes.append(f'The field "{CLAIM_NAME}" is not a text field, so it is read but not written.')
        writable = None
    if progress and progress.schema.type != "number":
        notes.append(f'The field "{PROGRESS_NAME}" is not a number field, so it is not used.')
        progress = None
    absent = [name for name, info in ((CLAIM_NAME, claim), (PROGRESS_NAME, progress)) if info is None]
    if absent:
        names = " and ".join(f'"{name}"' for name in absent)
        notes.append(f"The site has no usable field {names}, so key results are only shown in comments.")
    epic_link = next((info.id for info in custom if info.schema.custom == EPIC_LINK_CUSTOM), None)
    epic_name = next((info.id for info in custom if info.schema.custom == EPIC_NAME_CUSTOM), None)
    return SiteFields(
        claim=claim.id if claim else None,
        key_result=writable.id if writable else None,
        progress=progress.id if progress else None,
        points=_points(tracker, custom, estimate_field),
        epic_link=epic_link,
        epic_name=epic_name,
        health=_of_type(custom, HEALTH_NAME, "option", notes),
        alignment=_of_type(custom, ALIGNMENT_NAME, "option", notes),
        objective=_of_type(custom, OBJECTIVE_NAME, "string", notes),
        notes=tuple(notes),
    )


def _order(info: FieldInfo) -> tuple[bool, int, str]:
    """Fields of the whole site before those of one team-managed project, then by age."""
    number = info.id.rpartition("_")[2]
    return info.scope is not None, int(number) if number.isdigit() else 0, info.id


def _called(info: FieldInfo, name: str) -> bool:
    return name.casefold() in {(info.name or "").casefold(), (info.untranslated_name or "").casefold()}


def find_named(custom: Iterable[FieldInfo], name: str) -> FieldInfo | None:
    """The field with this name: one of the whole site before one of a project, the older before the newer."""
    return min((info for info in custom if _called(info, name)), key=_order, default=None)


def _one(custom: list[FieldInfo], name: str, notes: list[str]) -> FieldInfo | None:
    found = [info for info in custom if _called(info, name)]
    if len(found) > 1:
        # Jira lets several fields bear one name.
        notes.append(f'{len(found)} fields are named "{name}"; using {found[0].id}.')
    return found[0] if found else None


def _of_type(custom: list[FieldInfo], name: str, kind: str, notes: list[str]) -> str | None:
    """Id of the field with this name, when its values are of the type that we write."""
    found = _one(custom, name, notes)
    if found and found.schema.type != kind:
        notes.append(f'The field "{name}" has another type than Truenorth needs, so it is not used.')
        return None
    return found.id if found else None


def _points(tracker: str, custom: list[FieldInfo], wanted: str | None) -> tuple[str, ...]:
    numbers = [info for info in custom if info.schema.type == "number"]
    if wanted is None:
        return tuple(
            info.id
            for info in numbers
            if info.schema.custom == POINTS_CUSTOM or any(_called(info, name) for name in POINTS_NAMES)
        )
    found = tuple(info.id for info in numbers if info.id == wanted or _called(info, wanted))
    if not found:
        near = nearest(wanted, [info.name for info in numbers])
        hint = f'Did you mean "{near}"?' if near else "Set it to a number field, or leave it out."
        raise ScopeError(tracker, f'estimate_field "{wanted}" is not a number field of this site.', hint)
    return found


def field_text(value: object) -> str:
    """What the Key result field says, whichever kind of field it is: text, select, several of them."""
    match value:
        case str():
            return value.strip()
        case {"value": str(text)}:
            return text.strip()
        case [*parts]:
            return ", ".join(text for part in parts if (text := field_text(part)))
        case _:
            return ""


def claimed_ids(text: str) -> tuple[str, ...]:
    """Key result ids in a person's text: `ID`, `ID, ID`, or `ID · title` as copied from another issue."""
    ids: list[str] = []
    titled = False
    for part in text.split(","):
        named = TITLE_MARK.strip() in part
        if titled and not named:
            continue  # a comma inside a title
        titled = titled or named
        words = part.split(TITLE_MARK.strip())[0].split()
        if words and words[0] not in ids:
            ids.append(words[0])
    return tuple(ids)


def key_result_text(marks: tuple[KeyResultMark, ...]) -> str:
    """What we write into the Key result field: id and title, or several ids; at most 255 characters."""
    if len(marks) == 1:
        return shorten(f"{marks[0].id}{TITLE_MARK}{marks[0].title}", MAX_TEXT)
    text = ""
    for mark in marks:
        longer = f"{text}, {mark.id}" if text else mark.id
        if len(longer) > MAX_TEXT:
            break
        text = longer
    return text.strip()


def percent_of(value: object) -> int | None:
    """The KR progress field's value as a percent; None when it is empty or no percent at all."""
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 100:
        return int(value)
    return None
