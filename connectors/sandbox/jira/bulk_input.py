"""The values of a bulk edit, given in lists by type, as an edit of one issue takes them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from connectors.sandbox.jira.fields import FieldType
from connectors.sandbox.jira.http import JiraError
from connectors.sandbox.jira.state import JiraSite


class BulkError(JiraError):
    """A refusal as the bulk API words it."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(status, message)
        self.body = {"errors": [{"message": message}]}


@dataclass
class BulkChange:
    """What shall be in every issue: values and operations by field, and a status by id."""

    values: dict[str, Any] = field(default_factory=dict)
    updates: dict[str, Any] = field(default_factory=dict)
    status: str | None = None

    def fields(self) -> Iterator[str]:
        """The ids of what is edited."""
        yield from (*self.values, *self.updates)
        if self.status is not None:
            yield "status"


def change_of(site: JiraSite, given: Any) -> BulkChange:
    """What `editedFieldsInput` asks for. Raises BulkError 400."""
    if not isinstance(given, dict) or not given:
        raise BulkError(400, "editedFieldsInput must not be empty.")
    change = BulkChange()
    for name, entries in given.items():
        if name in _SINGLE:
            _SINGLE[name](change, _object(entries, name))
        elif name in _LISTS and isinstance(entries, list):
            kinds, read = _LISTS[name]
            for entry in entries:
                _read(site, change, name, kinds, read, _object(entry, name))
        else:
            raise BulkError(400, f"'{name}' is not supported in editedFieldsInput.")
    return change


def _object(given: Any, name: str) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise BulkError(400, f"'{name}' is not valid.")
    return given


def _read(
    site: JiraSite,
    change: BulkChange,
    name: str,
    kinds: tuple[FieldType, ...],
    read: Callable[[BulkChange, str, dict[str, Any]], None],
    entry: dict[str, Any],
) -> None:
    field_id = str(entry.get("fieldId"))
    known = site.fields.get(field_id)
    if known is None:
        raise BulkError(400, f"The field '{field_id}' does not exist.")
    is_fit = known.type in kinds or (known.type == "system" and field_id in _SYSTEM.get(name, ()))
    if not is_fit or field_id in (*change.values, *change.updates):
        raise BulkError(400, f"The field '{field_id}' cannot be edited in '{name}'.")
    try:
        read(change, field_id, entry)
    except (KeyError, TypeError, AttributeError):
        raise BulkError(400, f"The value of '{field_id}' is not valid.") from None


def _value(name: str) -> Callable[[BulkChange, str, dict[str, Any]], None]:
    def read(change: BulkChange, field_id: str, entry: dict[str, Any]) -> None:
        # A clearable field is cleared by leaving its value out.
        change.values[field_id] = entry.get(name)

    return read


def _date(change: BulkChange, field_id: str, entry: dict[str, Any]) -> None:
    given = entry.get("date")
    change.values[field_id] = None if given is None else given["formattedDate"]


def _rich(change: BulkChange, field_id: str, entry: dict[str, Any]) -> None:
    change.values[field_id] = entry["richText"].get("adfValue")


def _option(change: BulkChange, field_id: str, entry: dict[str, Any]) -> None:
    number = entry["option"]["optionId"]
    change.values[field_id] = None if number == -1 else {"id": str(number)}


def _options(change: BulkChange, field_id: str, entry: dict[str, Any]) -> None:
    change.values[field_id] = [{"id": str(one["optionId"])} for one in entry["options"]]


def _user(change: BulkChange, field_id: str, entry: dict[str, Any]) -> None:
    given = entry.get("user")
    change.values[field_id] = None if given is None else {"accountId": given["accountId"]}


def _verbs(
    values: str, value: Callable[[dict[str, Any]], Any]
) -> Callable[[BulkChange, str, dict[str, Any]], None]:
    """Reads a field that is a list of some, to which a verb applies."""

    def read(change: BulkChange, field_id: str, entry: dict[str, Any]) -> None:
        given = [value(one) for one in entry[values]]
        match entry["bulkEditMultiSelectFieldOption"]:
            case "ADD":
                change.updates[field_id] = [{"add": one} for one in given]
            case "REMOVE":
                change.updates[field_id] = [{"remove": one} for one in given]
            case "REPLACE":
                change.values[field_id] = given
            case "REMOVE_ALL":
                change.values[field_id] = []
            case _:
                raise KeyError("bulkEditMultiSelectFieldOption")

    return read


_labels = _verbs("labels", lambda one: one["name"])
_components = _verbs("components", lambda one: {"id": str(one["componentId"])})
_versions = _verbs("versions", lambda one: {"id": str(one["versionId"])})


def _status(change: BulkChange, entry: dict[str, Any]) -> None:
    change.status = str(entry.get("statusId"))


def _priority(change: BulkChange, entry: dict[str, Any]) -> None:
    change.values["priority"] = {"id": str(entry.get("priorityId"))}


def _parts(change: BulkChange, entry: dict[str, Any]) -> None:
    try:
        _components(change, "components", entry)
    except (KeyError, TypeError):
        raise BulkError(400, "The value of 'components' is not valid.") from None


_SINGLE: dict[str, Callable[[BulkChange, dict[str, Any]], None]] = {
    "status": _status,
    "priority": _priority,
    "multiselectComponents": _parts,
}
_LISTS: dict[str, tuple[tuple[FieldType, ...], Callable[[BulkChange, str, dict[str, Any]], None]]] = {
    "clearableNumberFields": (("number",), _value("value")),
    "datePickerFields": (("date",), _date),
    "labelsFields": (("labels",), _labels),
    "multipleSelectFields": (("options",), _options),
    "multipleVersionPickerFields": ((), _versions),
    "richTextFields": (("adf",), _rich),
    "singleLineTextFields": (("string",), _value("text")),
    "singleSelectClearableUserPickerFields": ((), _user),
    "singleSelectFields": (("option",), _option),
    "urlFields": (("url",), _value("url")),
}
_SYSTEM: dict[str, tuple[str, ...]] = {
    "datePickerFields": ("duedate",),
    "labelsFields": ("labels",),
    "multipleVersionPickerFields": ("fixVersions",),
    "richTextFields": ("description",),
    "singleSelectClearableUserPickerFields": ("assignee",),
}
"""System fields beside the custom ones of the type."""
