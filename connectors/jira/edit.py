"""The one edit that makes an issue's fields and labels show what is wanted: values in, values out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from msgspec import UNSET

from connectors.jira.fields import SiteFields, field_text, key_result_text
from connectors.jira.wire import Issue
from connectors.model import Marks, Stamp


@dataclass(slots=True)
class Edit:
    """What an edit sets, and in `said` what the stamp then records about fields.

    A field is recorded with the text that we wrote, or with "" while a person's claim stands in it.
    """

    fields: dict[str, object] = field(default_factory=dict)
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
            body["fields"] = self.fields
        if labels:
            body["update"] = {"labels": labels}
        return body


def edit_for(
    issue: Issue, wanted: Marks, stamp: Stamp | None, site: SiteFields, is_off_screen: Callable[[str], bool]
) -> Edit:
    """The edit from what the issue shows now to `wanted`.

    Only labels in our stamp are removed. A person's text in the Key result field is left alone, and so is
    a number in KR progress that our stamp does not record.
    """
    edit = Edit()
    labels = set(issue.fields.labels)
    edit.add = sorted(set(wanted.labels) - labels)
    edit.remove = sorted(set(stamp.labels if stamp else ()) & labels - set(wanted.labels))
    recorded = dict(stamp.fields) if stamp else {}
    if site.key_result:
        there = field_text(issue.fields.key_result)
        text = key_result_text(wanted.key_results)
        if not there or there == recorded.get(site.key_result, "").strip():
            _set(edit, site.key_result, there, text or None, recorded, is_off_screen)
        elif wanted.key_results:
            edit.said[site.key_result] = ""
    if site.progress:
        value = None if issue.fields.kr_progress is UNSET else issue.fields.kr_progress
        percent = wanted.key_results[0].percent if wanted.key_results else None
        if value is None or site.progress in recorded:
            _set(edit, site.progress, value, percent, recorded, is_off_screen)
    return edit


def _set(
    edit: Edit,
    name: str,
    there: object,
    wanted: str | int | None,
    recorded: dict[str, str],
    is_off_screen: Callable[[str], bool],
) -> None:
    if is_off_screen(name):
        # What we wrote before the field left the screen is still ours.
        if name in recorded:
            edit.said[name] = recorded[name]
        return
    if (None if there == "" else there) != wanted:
        edit.fields[name] = wanted
    if wanted is not None:
        edit.said[name] = str(wanted)
