"""The one edit that makes an issue's fields and labels show what is wanted: values in, values out."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from msgspec import UNSET

from connectors.jira.api.fields import SiteFields, field_text
from connectors.jira.api.rich_text import paragraph
from connectors.jira.api.wire import Issue
from connectors.jira.marks.computed_fields import (
    ComputedField,
    Recorded,
    computed_fields,
    recorded_texts,
    value_text,
)
from connectors.jira.marks.key_result_text import key_result_text
from connectors.jira.marks.names import option_called, option_meant
from connectors.jira.marks.remote_links import as_written
from connectors.model import Marks, Stamp


@dataclass(slots=True)
class FieldEdit:
    """What an edit sets, and in `said` what the stamp then records about fields.

    - `fields`: values by field id; a select's is the English text of its option, a paragraph's its plain text.
    - `options`: what the site calls the options that are set, by field id.
    - A field is recorded with the text that we wrote, or with "" while a person's claim stands in it or it cannot be
      set.
    """

    fields: dict[str, str | int | None] = field(default_factory=dict)
    selects: set[str] = field(default_factory=set)
    paragraphs: frozenset[str] = frozenset()
    options: dict[str, str] = field(default_factory=dict)
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
        if name in self.selects and value is not None:
            return {"value": self.options.get(name, value)}
        return value


def edit_for(
    issue: Issue,
    wanted: Marks,
    stamp: Stamp | None,
    site: SiteFields,
    is_off_screen: Callable[[str], bool],
    learnt: Mapping[tuple[str, str], str] = MappingProxyType({}),
) -> FieldEdit:
    """The edit from what the issue shows now to `wanted`. `stamp`: that of the issue, or what was copied there. `learnt`: what
    the site calls options, by field id and the English text, where that is not as the language has it.

    Labels of the policy are ours by name, others by the stamp. A person's text in the Key result field is left alone.
    What is computed is set whatever stands there; where no marks are wanted, what people wrote there stays. On closed
    work a mark that stays leaves its fields as they are, whoever wrote what stands there, and their records too.
    """
    edit = FieldEdit(paragraphs=site.paragraphs)
    edit.selects = {name for name in (site.health, site.alignment) if name}
    labels, written = set(issue.fields.labels), stamp.labels if stamp else ()
    ours = {one for one in labels if one in written or site.is_ours(one)}
    edit.add = sorted(set(wanted.labels) - labels)
    edit.remove = sorted(ours - set(wanted.labels))
    recorded = recorded_texts(stamp)
    left = _left_alone(issue, wanted, stamp, site)
    if site.key_result:
        text = key_result_text(wanted.key_results, site.texts)
        _set_key_result(edit, site.key_result, issue, text, recorded, is_off_screen, left)
    shows_any = bool(wanted.key_results or wanted.alignment or wanted.labels or wanted.comment)
    for one in computed_fields(issue.fields, site, wanted.key_results, wanted.alignment):
        if issue.fields.is_done and (one.id in left or not one.says):
            _leave_computed(edit, one, recorded, is_off_screen)
        elif one.is_written(recorded) or (shows_any and not one.is_unused):
            _set_computed(edit, one, recorded, is_off_screen, tried=one.id == site.progress)
    for id_, value in site.renamed_in(issue.fields).items():
        there = option_meant(value_text(value), site.texts)
        if shows_any or value is UNSET or is_off_screen(id_):
            _keep_record(edit, id_, there, recorded, is_lost=value is UNSET)
        elif there and there in recorded.get(id_, ()):
            edit.fields[id_] = None
    for id_ in edit.selects & edit.fields.keys():
        if (option := edit.fields[id_]) is not None:
            edit.options[id_] = learnt.get((id_, str(option))) or option_called(str(option), site.texts)
    return edit


def _left_alone(issue: Issue, wanted: Marks, stamp: Stamp | None, site: SiteFields) -> set[str | None]:
    """Ids of the fields of closed work whose marks are wanted as the stamp has them."""
    left: set[str | None] = set()
    if stamp is None or not issue.fields.is_done:
        return left
    if as_written(wanted.key_results) == as_written(stamp.key_results):
        left |= {site.key_result, site.progress, site.health, site.objective}
    if wanted.alignment == stamp.alignment:
        left.add(site.alignment)
    return left


def _set_key_result(
    edit: FieldEdit,
    name: str,
    issue: Issue,
    text: str,
    recorded: Recorded,
    is_off_screen: Callable[[str], bool],
    left: Container[str | None],
) -> None:
    there = field_text(issue.fields.key_result)
    if there and there not in recorded.get(name, ()):
        # A person's claim.
        if text:
            edit.said[name] = ""
        return
    is_left = bool(text) and name in left
    if is_left or is_off_screen(name):
        is_lost = issue.fields.key_result is UNSET or (is_left and not there)
        _keep_record(edit, name, there, recorded, is_lost=is_lost)
        return
    if there != text:
        edit.fields[name] = text or None
    if text:
        edit.said[name] = text


def _set_computed(
    edit: FieldEdit,
    one: ComputedField,
    recorded: Recorded,
    is_off_screen: Callable[[str], bool],
    *,
    tried: bool,
) -> None:
    """Take the field into the edit. `tried`: also where the issue does not have it, so that Jira says so."""
    if is_off_screen(one.id) or (one.is_lost and not tried):
        _keep_record(edit, one.id, one.there, recorded, is_lost=one.is_lost)
        if one.id not in edit.said and not one.is_lost and one.there != one.says:
            edit.said[one.id] = ""
        return
    if one.there != one.says:
        edit.fields[one.id] = one.value
    if one.says:
        edit.said[one.id] = one.says


def _leave_computed(
    edit: FieldEdit, one: ComputedField, recorded: Recorded, is_off_screen: Callable[[str], bool]
) -> None:
    """Keep what stands in a field of closed work, whoever wrote it, and its record; what is ours goes with its mark."""
    said = recorded.get(one.id, ())
    if one.says and said:
        edit.said[one.id] = one.there if one.there in said else said[-1]
    elif one.is_lost or is_off_screen(one.id):
        _keep_record(edit, one.id, one.there, recorded, is_lost=one.is_lost)
    elif one.there and one.there in said and not one.says:
        edit.fields[one.id] = None


def _keep_record(edit: FieldEdit, name: str, there: str, recorded: Recorded, *, is_lost: bool) -> None:
    """What we wrote before the field left the screen is still ours; what a batch announced and the site then refused
    was never written, and what a person put in its place is not ours."""
    said = recorded.get(name, ())
    if said and is_lost:
        edit.said[name] = said[0]
    elif there and there in said:
        edit.said[name] = there
