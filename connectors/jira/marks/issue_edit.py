"""The one edit that makes an issue's fields and labels show what is wanted: values in, values out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from msgspec import UNSET

from config.text.redaction import shorten
from connectors.jira.api.fields import (
    ALIGNMENT_OPTIONS,
    HEALTH_OPTIONS,
    MAX_TEXT,
    SiteFields,
    field_text,
    key_result_text,
)
from connectors.jira.api.rich_text import paragraph
from connectors.jira.api.wire import Fields, Issue
from connectors.model import Health, KeyResultMark, Marks, Stamp

_WORST_FIRST: tuple[Health, ...] = ("off_track", "at_risk", "no_data", "on_track", "done")


@dataclass(slots=True)
class FieldEdit:
    """What an edit sets, and in `said` what the stamp then records about fields.

    - `fields`: values by field id; a select's is the text of its option, a paragraph's its plain text.
    - A field is recorded with the text that we wrote, or with "" while a person's claim stands in it or
      the field is not on the screen.
    """

    fields: dict[str, str | int | None] = field(default_factory=dict)
    selects: set[str] = field(default_factory=set)
    paragraphs: frozenset[str] = frozenset()
    add: list[str] = field(default_factory=list)
    remove: list[str] = field(default_factory=list)
    said: dict[str, str] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether the issue itself would not change."""
        return not (self.fields or self.add or self.remove)

    def body(self) -> dict[str, object]:
        """The body of the PUT; labels go one by one, since setting the list would undo people's edits."""
        labels = [{"add": label} for label in self.add] + [{"remove": label} for label in self.remove]
        body: dict[str, object] = {}
        if self.fields:
            body["fields"] = {name: self._value(name) for name in self.fields}
        if labels:
            body["update"] = {"labels": labels}
        return body

    def _value(self, name: str) -> object:
        value = self.fields[name]
        if name in self.paragraphs and isinstance(value, str):
            return paragraph(value)
        return {"value": value} if name in self.selects and value is not None else value


def edit_for(
    issue: Issue, wanted: Marks, stamp: Stamp | None, site: SiteFields, is_off_screen: Callable[[str], bool]
) -> FieldEdit:
    """The edit from what the issue shows now to `wanted`.

    Only labels in our stamp are removed. A person's text in the Key result field is left alone, and so is
    any value in another field of ours that our stamp does not record.
    """
    edit = FieldEdit()
    labels = set(issue.fields.labels)
    edit.add = sorted(set(wanted.labels) - labels)
    edit.remove = sorted(set(stamp.labels if stamp else ()) & labels - set(wanted.labels))
    recorded = texts_of(stamp)
    first = wanted.key_results[0] if wanted.key_results else None
    if site.key_result:
        there = field_text(issue.fields.key_result)
        text = key_result_text(wanted.key_results)
        if not there or there in recorded.get(site.key_result, ()):
            lost = issue.fields.key_result is UNSET
            _set(edit, site.key_result, there, text or None, recorded, is_off_screen, lost=lost)
        elif wanted.key_results:
            edit.said[site.key_result] = ""
    if site.progress:
        lost = issue.fields.kr_progress is UNSET
        value = None if lost else issue.fields.kr_progress
        if value is None or any(recorded.get(site.progress, ())):
            percent = first.percent if first else None
            _set(edit, site.progress, value, percent, recorded, is_off_screen, lost=lost)
    for name, given, says in _texts(issue.fields, site, first, wanted):
        there = field_text(given)
        if not there or any(recorded.get(name, ())):
            _set(edit, name, there, says, recorded, is_off_screen)
            if says and name not in edit.said:
                edit.said[name] = ""
        elif says:
            edit.said[name] = ""
    edit.paragraphs = site.paragraphs
    edit.selects = {name for name in (site.health, site.alignment) if name}
    return edit


def texts_of(stamp: Stamp | None) -> dict[str, tuple[str, ...]]:
    """What a stamp says was written into each field: two texts while one replaces the other."""
    texts: dict[str, tuple[str, ...]] = {}
    for name, text in stamp.fields if stamp else ():
        texts[name] = (*texts.get(name, ()), text.strip())
    return texts


def _texts(
    fields: Fields, site: SiteFields, first: KeyResultMark | None, wanted: Marks
) -> list[tuple[str, Any, str | None]]:
    """Field id, its value now, and the text that it should show, of the fields the issue has."""
    rows = [
        (site.health, fields.kr_health, HEALTH_OPTIONS[worst(wanted.key_results)] if first else None),
        (
            site.alignment,
            fields.kr_alignment,
            ALIGNMENT_OPTIONS[wanted.alignment] if wanted.alignment else None,
        ),
        (site.objective, fields.kr_objective, objective_text(first) if first else None),
    ]
    return [(name, there, text) for name, there, text in rows if name and there is not UNSET]


def worst(marks: Sequence[KeyResultMark]) -> Health:
    """The health that an issue of several key results shows: who looks for those at risk must find it."""
    return min((mark.health for mark in marks), key=_WORST_FIRST.index)


def objective_text(mark: KeyResultMark) -> str | None:
    """What the Objective field says of a key result; None where its objective is not known."""
    return shorten(mark.objective.strip(), MAX_TEXT) or None


def _set(
    edit: FieldEdit,
    name: str,
    there: object,
    wanted: str | int | None,
    recorded: dict[str, tuple[str, ...]],
    is_off_screen: Callable[[str], bool],
    *,
    lost: bool = False,
) -> None:
    """Take the field into the edit. `lost`: the issue does not have the field at all."""
    if is_off_screen(name):
        # What we wrote before the field left the screen is still ours; what a batch announced and the site
        # then refused was never written.
        said = recorded.get(name, ())
        if said and (lost or there not in (None, "")):
            edit.said[name] = str(there) if str(there) in said else said[0]
        return
    if (None if there == "" else there) != wanted:
        edit.fields[name] = wanted
    if wanted is not None:
        edit.said[name] = str(wanted)
