"""Changes to issues, checked as Jira checks them: all or nothing, with a text for each bad field."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec

from connectors.sandbox.company import DIRECTORY, Person
from connectors.sandbox.jira import adf
from connectors.sandbox.jira.http import JiraError
from connectors.sandbox.jira.state import (
    FIELD_BY_ID,
    PRIORITIES,
    RESOLUTIONS,
    Field,
    History,
    HistoryItem,
    Issue,
    JiraSite,
    Notification,
    Status,
)

LONGEST_LINE = 255
LONGEST_PROPERTY = 32_768


class _Bad(Exception):
    """What is wrong with the value of one field."""


@dataclass(frozen=True, slots=True)
class _Step:
    """A checked change of one field, not yet made."""

    item: HistoryItem
    make: Callable[[], None]


def edit(
    site: JiraSite,
    person: Person,
    issue: Issue,
    fields: dict[str, Any],
    update: dict[str, Any],
    properties: list[Any],
) -> bool:
    """Change fields and properties of an issue, or raise JiraError 400 and change nothing.

    `updated` moves, and history grows, only when a field really changed. Gives whether one did.
    """
    errors: dict[str, str] = {}
    steps: list[_Step] = []
    for name in sorted(set(fields) & set(update)):
        errors[name] = f"Field '{name}' cannot be edited both in 'fields' and in 'update'."
    values = {name: value for name, value in fields.items() if name not in errors}
    for name, operations in update.items():
        if name in errors:
            continue
        try:
            values[name] = _after(issue, name, operations)
        except _Bad as bad:
            errors[name] = str(bad)
    for name, value in values.items():
        try:
            step = _step(site, issue, name, value)
        except _Bad as bad:
            errors[name] = str(bad)
            continue
        if step is not None:
            steps.append(step)
    pairs = [property_of(entry) for entry in properties]
    if errors:
        raise JiraError(400, errors=errors)
    for step in steps:
        step.make()
    issue.properties.update(pairs)
    if steps:
        record(site, person, issue, [step.item for step in steps])
    return bool(steps)


def record(site: JiraSite, person: Person, issue: Issue, items: list[HistoryItem]) -> None:
    """Write the changes into the issue's history and move its `updated`."""
    now = site.clock.now()
    issue.history.append(History(site.next_id(), person, now, tuple(items)))
    issue.updated = now


def notify(site: JiraSite, person: Person, issue: Issue, what: str) -> None:
    """Note the mail that watchers would get."""
    site.notifications.append(Notification(site.clock.now(), issue.key, what, person.email))


def check_property(key: str, raw: int) -> None:
    """Raises JiraError 400 for a property key or value (of `raw` characters) beyond its limit."""
    if not key or len(key) > LONGEST_LINE:
        raise JiraError(400, "The property key should be between 1 and 255 characters long.")
    if raw > LONGEST_PROPERTY:
        raise JiraError(400, "The property value cannot be longer than 32768 characters.")


def property_of(entry: Any) -> tuple[str, Any]:
    """Key and value of one entry of a `properties` list. Raises JiraError 400."""
    if not isinstance(entry, dict) or not isinstance(entry.get("key"), str) or "value" not in entry:
        raise JiraError(400, "Invalid property: a key and a value are needed.")
    check_property(entry["key"], len(msgspec.json.encode(entry["value"]).decode()))
    return entry["key"], entry["value"]


def _after(issue: Issue, name: str, operations: Any) -> Any:
    """The value that a field has after its `update` operations."""
    if not isinstance(operations, list) or not all(
        isinstance(entry, dict) and len(entry) == 1 for entry in operations
    ):
        raise _Bad("The operations must be a list of objects with one verb each.")
    if name == "labels":
        labels = list(issue.labels)
        for operation in operations:
            ((verb, value),) = operation.items()
            match verb:
                case "set":
                    labels = value
                case "add":
                    labels = labels if value in labels else [*labels, value]
                case "remove":
                    labels = [label for label in labels if label != value]
                case _:
                    raise _Bad(f"Operation '{verb}' is not supported by the field.")
        return labels
    last: Any = None
    for operation in operations:
        if "set" not in operation:
            raise _Bad("Only the operation 'set' is supported by the field.")
        last = operation["set"]
    if name == "parent" and isinstance(last, dict) and last.get("none") is True:
        return None
    return last


def _step(site: JiraSite, issue: Issue, name: str, value: Any) -> _Step | None:
    """The change that brings the field to `value`; None when it is there already."""
    setter = _SETTERS.get(name)
    if setter is not None:
        return setter(site, issue, value)
    field = FIELD_BY_ID.get(name)
    if field is None or not field.is_custom or name not in issue.project.screen:
        raise _Bad(f"Field '{name}' cannot be set. It is not on the appropriate screen, or unknown.")
    return _set_custom(site, issue, field, value)


def _set_custom(site: JiraSite, issue: Issue, field: Field, value: Any) -> _Step | None:
    before = issue.custom.get(field.id)
    if value is not None:
        match field.type:
            case "number":
                if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
                    raise _Bad("Operation value must be a number")
                value = float(value)
            case "epic":
                epic = site.issues.get(site.keys.get(str(value).upper(), -1))
                if epic is None or epic.type.level != 1:
                    raise _Bad("The epic does not exist, or is not an epic.")
                value = epic.key
            case "date":
                value = _date(value).isoformat()
            case _:
                value = _line(value)
    # An emptied text is no text.
    value = None if value == "" else value
    if value == before:
        return None

    def make() -> None:
        issue.custom[field.id] = value

    texts = (None if before is None else str(before), None if value is None else str(value))
    return _Step(HistoryItem(field.name, field.id, None, texts[0], None, texts[1]), make)


def _line(value: Any) -> str:
    if not isinstance(value, str):
        raise _Bad("Operation value must be a string")
    if len(value) > LONGEST_LINE:
        raise _Bad("The entered text is too long. It exceeds the allowed limit of 255 characters.")
    return value


def _date(value: Any) -> date:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise _Bad("Error parsing date string: the format must be yyyy-MM-dd") from None


def _set_summary(_: JiraSite, issue: Issue, value: Any) -> _Step | None:
    if not isinstance(value, str) or not value.strip():
        raise _Bad("You must specify a summary of the issue.")
    if len(value) > LONGEST_LINE:
        raise _Bad("Summary can't exceed 255 characters.")
    if "\n" in value or "\r" in value:
        raise _Bad("The summary is invalid because it contains newline characters.")
    return _set(issue, "summary", "summary", value, issue.summary, value)


def _set_labels(_: JiraSite, issue: Issue, value: Any) -> _Step | None:
    labels = [] if value is None else value
    if not isinstance(labels, list) or not all(isinstance(label, str) and label for label in labels):
        raise _Bad("Operation value must be a string")
    for label in labels:
        if any(character.isspace() for character in label):
            raise _Bad(f"The label '{label}' contains spaces which is invalid.")
        if len(label) > LONGEST_LINE:
            raise _Bad(f"The label '{label[:40]}…' exceeds the maximum length of 255 characters.")
    labels = list(dict.fromkeys(labels))
    if sorted(labels) == sorted(issue.labels):
        return None
    return _set(issue, "labels", "labels", labels, " ".join(issue.labels), " ".join(labels))


def _set_parent(site: JiraSite, issue: Issue, value: Any) -> _Step | None:
    if value is None:
        if issue.type.is_subtask:
            raise _Bad("A sub-task must have a parent.")
        wanted = None
    else:
        named = (value.get("id") or value.get("key")) if isinstance(value, dict) else None
        wanted = site.find(str(named), DIRECTORY["truenorth@acme.example"]) if named else None
        if wanted is None or wanted.type.level != issue.type.level + 1:
            raise _Bad("Given parent work item does not belong to appropriate hierarchy.")
    before = site.issues.get(issue.parent) if issue.parent is not None else None
    if wanted is before:
        return None

    def make() -> None:
        if before is not None:
            before.children.remove(issue.id)
        if wanted is not None:
            wanted.children.append(issue.id)
        issue.parent = wanted.id if wanted is not None else None

    old = (str(before.id), before.key) if before else (None, None)
    new = (str(wanted.id), wanted.key) if wanted else (None, None)
    return _Step(HistoryItem("IssueParentAssociation", "parent", *old, *new), make)


def _set_priority(_: JiraSite, issue: Issue, value: Any) -> _Step | None:
    asked = value if isinstance(value, dict) else {}
    found = next((p for p in PRIORITIES if asked.get("name") == p.name or asked.get("id") == str(p.id)), None)
    if found is None:
        raise _Bad("Specify a valid value for priority")
    return _set(issue, "priority", "priority", found, issue.priority.name, found.name)


def _set_assignee(_: JiraSite, issue: Issue, value: Any) -> _Step | None:
    account = value.get("accountId") if isinstance(value, dict) else None
    found = next((p for p in DIRECTORY.values() if p.account_id == account), None)
    if value is not None and account is not None and found is None:
        raise _Bad("Specify a valid value for assignee")
    before = issue.assignee.name if issue.assignee else None
    return _set(issue, "assignee", "assignee", found, before, found.name if found else None)


def _set_due(_: JiraSite, issue: Issue, value: Any) -> _Step | None:
    found = None if value is None else _date(value)
    before, after = (day.isoformat() if day else None for day in (issue.due, found))
    return _set(issue, "duedate", "due", found, before, after)


def _set_description(_: JiraSite, issue: Issue, value: Any) -> _Step | None:
    if value is not None and not adf.is_valid(value):
        raise _Bad("Operation value must be an Atlassian Document (see the Atlassian Document Format)")
    if value is not None and adf.is_too_long(value):
        raise _Bad("The entered text is too long. It exceeds the allowed limit of 32,767 characters.")
    before, after = (adf.plain(doc) if doc else None for doc in (issue.description, value))
    return _set(issue, "description", "description", value, before, after)


def _set(
    issue: Issue, name: str, attribute: str, value: Any, before: str | None, after: str | None
) -> _Step | None:
    if getattr(issue, attribute) == value:
        return None
    return _Step(HistoryItem(name, name, None, before, None, after), lambda: setattr(issue, attribute, value))


_SETTERS: dict[str, Callable[[JiraSite, Issue, Any], _Step | None]] = {
    "summary": _set_summary,
    "labels": _set_labels,
    "parent": _set_parent,
    "priority": _set_priority,
    "assignee": _set_assignee,
    "duedate": _set_due,
    "description": _set_description,
}


def transition(
    site: JiraSite, person: Person, issue: Issue, status: Status, resolution: str | None = None
) -> None:
    """Bring the issue into a status; done work gets a resolution, reopened work loses it."""
    now, before = site.clock.now(), issue.status
    found = next((entry for entry in RESOLUTIONS if entry.name == (resolution or "Done")), None)
    if found is None:
        raise JiraError(400, errors={"resolution": f"Resolution name '{resolution}' is not valid"})
    items = [HistoryItem("status", "status", str(before.id), before.name, str(status.id), status.name)]
    issue.status = status
    if status.category != before.category:
        issue.category_changed = now
    if status.category == "done":
        issue.resolution, issue.resolved = found, now
    else:
        issue.resolution = issue.resolved = None
    record(site, person, issue, items)
