"""Values of custom fields: what may be written, how it is kept, how it is shown. contracts/jira.md, 5.1.

Choices are kept as the `Option` itself, so that a renamed option shows its new name.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from connectors.sandbox.jira import adf
from connectors.sandbox.jira.fields import Field, Option, Sprint
from connectors.sandbox.jira.layout import options_of

if TYPE_CHECKING:
    from connectors.sandbox.jira.state import Issue, JiraSite

LONGEST_LINE = 255
TOO_LONG = "The entered text is too long. It exceeds the allowed limit of {:,} characters."
HistoryValue = tuple[str | None, str | None]
"""A value as a history tells it: id and words."""


class InvalidValue(Exception):
    """What is wrong with the value of one field."""


def checked(site: JiraSite, issue: Issue, field: Field, value: Any) -> Any:
    """The value as it is kept; None empties the field. Raises Bad."""
    # An emptied text is no text.
    if value is None or value == "":
        return None
    match field.type:
        case "number":
            return number(value)
        case "epic":
            epic = site.issues.get(site.keys.get(str(value).upper(), -1))
            if epic is None or epic.type.level != 1:
                raise InvalidValue("The epic does not exist, or is not an epic.")
            return epic.key
        case "date":
            return day(value).isoformat()
        case "adf":
            return document(value)
        case "option":
            # An id of -1 means none, as in the site's own forms.
            return None if value == {"id": "-1"} else _option(site, issue, field, value)
        case "options":
            if not isinstance(value, list):
                raise InvalidValue("Operation value must be an array")
            chosen = {(one := _option(site, issue, field, entry)).id: one for entry in value}
            return list(chosen.values()) or None
        case "labels":
            return labels(value) or None
        case "url":
            return _url(value)
        case _:
            return _line(value)


def number(value: Any) -> float:
    """The value, if it is a finite number. Raises Bad."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        raise InvalidValue("Operation value must be a number")
    return float(value)


def day(value: Any) -> date:
    """The value as a date. Raises Bad."""
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise InvalidValue("Error parsing date string: the format must be yyyy-MM-dd") from None


def document(value: Any) -> Any:
    """The value, if it is ADF that is not too long. Raises Bad."""
    if not adf.is_valid(value):
        raise InvalidValue(
            "Operation value must be an Atlassian Document (see the Atlassian Document Format)"
        )
    if adf.is_too_long(value):
        raise InvalidValue(TOO_LONG.format(32_767))
    return value


def labels(value: Any) -> list[str]:
    """The value as labels, each once. Raises Bad."""
    found = [] if value is None else value
    if not isinstance(found, list) or not all(isinstance(label, str) and label for label in found):
        raise InvalidValue("Operation value must be a string")
    for label in found:
        if any(character.isspace() for character in label):
            raise InvalidValue(f"The label '{label}' contains spaces which is invalid.")
        if len(label) > LONGEST_LINE:
            raise InvalidValue(f"The label '{label[:40]}…' exceeds the maximum length of 255 characters.")
    return list(dict.fromkeys(found))


def _line(value: Any) -> str:
    if not isinstance(value, str):
        raise InvalidValue("Operation value must be a string")
    if len(value) > LONGEST_LINE:
        raise InvalidValue(TOO_LONG.format(LONGEST_LINE))
    return value


def _url(value: Any) -> str:
    if not isinstance(value, str):
        raise InvalidValue("Operation value must be a string")
    try:
        parts = urlsplit(value)
    except ValueError:
        parts = urlsplit("")
    if not parts.scheme or not (parts.netloc or parts.path):
        raise InvalidValue("You must specify a valid URL")
    return value


def _option(site: JiraSite, issue: Issue, field: Field, value: Any) -> Option:
    if not isinstance(value, dict) or not ({"id", "value"} & set(value)):
        raise InvalidValue(f"Specify a valid 'id' or 'value' for {field.name}")
    for option in options_of(site, issue, field.id):
        if str(value["id"]) == str(option.id) if "id" in value else value["value"] == option.value:
            return option
    if "id" in value:
        raise InvalidValue(f"Option id '{value['id']}' is not valid")
    raise InvalidValue(f"Option value '{value['value']}' is not valid")


# --- Showing -------------------------------------------------------------------------------------


def history_value(value: Any) -> HistoryValue:
    """The value as a history shows it."""
    match value:
        case None:
            return None, None
        case Option():
            return str(value.id), value.value
        case [Option(), *_]:
            return f"[{', '.join(str(one.id) for one in value)}]", ",".join(one.value for one in value)
        case list():
            return None, " ".join(value)
        case dict():
            return None, adf.plain(value)
        case _:
            return None, str(value)


def shown(value: Any, rest: str, text: Callable[[Any], Any]) -> Any:
    """The value as JSON; `rest` is the root of the API, `text` shows rich text."""
    match value:
        case Option():
            return {
                "self": f"{rest}/customFieldOption/{value.id}",
                "value": value.value,
                "id": str(value.id),
            }
        case Sprint():
            return value.as_json
        case [*entries]:
            return [shown(entry, rest, text) for entry in entries]
        case dict():
            return text(value)
        case _:
            return value


# --- Operations of an update ---------------------------------------------------------------------

LISTS = frozenset({"labels", "components", "fixVersions"})
_PARTS = {"components": "components", "fixVersions": "fix_versions"}


def operations_of(field: Field) -> list[str]:
    """The verbs that an update of the field knows."""
    is_list = field.id in LISTS or field.type in ("labels", "options")
    return ["add", "set", "remove"] if is_list else ["set"]


def apply_operations(issue: Issue, name: str, field: Field | None, operations: Any) -> Any:
    """The value that a field has after its `update` operations. Raises Bad."""
    if not isinstance(operations, list) or not all(
        isinstance(entry, dict) and len(entry) == 1 for entry in operations
    ):
        raise InvalidValue("The operations must be a list of objects with one verb each.")
    if field is not None and len(operations_of(field)) > 1:
        return _listed(_current(issue, name), operations)
    last: Any = None
    for operation in operations:
        if "set" not in operation:
            raise InvalidValue("Only the operation 'set' is supported by the field.")
        last = operation["set"]
    if name == "parent" and isinstance(last, dict) and last.get("none") is True:
        return None
    return last


def _current(issue: Issue, name: str) -> list[Any]:
    if name == "labels":
        return list(issue.labels)
    if name in _PARTS:
        return [{"id": str(one.id), "name": one.name} for one in getattr(issue, _PARTS[name])]
    return [
        {"id": str(one.id), "value": one.value} if isinstance(one, Option) else one
        for one in issue.custom.get(name) or ()
    ]


def _listed(present: list[Any], operations: Iterable[dict[str, Any]]) -> Any:
    found: Any = present
    for operation in operations:
        ((verb, value),) = operation.items()
        match verb:
            case "set":
                found = value
            case "add":
                found = found if any(_same(one, value) for one in found or ()) else [*(found or ()), value]
            case "remove":
                found = [one for one in found or () if not _same(one, value)]
            case _:
                raise InvalidValue(f"Operation '{verb}' is not supported by the field.")
    return found


def _same(one: Any, other: Any) -> bool:
    """Whether both name the same: texts, or objects that agree in an id, a value or a name."""
    if not isinstance(one, dict) or not isinstance(other, dict):
        return bool(one == other)
    return any(key in one and str(one[key]) == str(other[key]) for key in other)
