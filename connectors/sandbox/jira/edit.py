"""Changes to issues, checked as Jira checks them: all or nothing, with a text for each bad field."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from connectors.sandbox.company import DIRECTORY, Person
from connectors.sandbox.jira import adf, values
from connectors.sandbox.jira.fields import Field
from connectors.sandbox.jira.http import JiraError
from connectors.sandbox.jira.index import before_write
from connectors.sandbox.jira.layout import is_settable
from connectors.sandbox.jira.state import (
    EPIC_LINK,
    PRIORITIES,
    RESOLUTIONS,
    History,
    HistoryItem,
    Issue,
    JiraSite,
    NamedValue,
    Notification,
    Status,
)
from connectors.sandbox.jira.values import (
    LONGEST_LINE,
    HistoryValue,
    InvalidValue,
    apply_operations,
    checked,
    day,
    document,
    history_value,
)

LONGEST_PROPERTY = 32_768
NOT_SETTABLE = "Field '{}' cannot be set. It is not on the appropriate screen, or unknown."


@dataclass(frozen=True, slots=True)
class _Step:
    """A checked change of one field, not yet made."""

    items: tuple[HistoryItem, ...]
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
    given = {name: value for name, value in fields.items() if name not in errors}
    for name, operations in update.items():
        if name in errors:
            continue
        try:
            given[name] = apply_operations(issue, name, site.fields.get(name), operations)
        except InvalidValue as bad:
            errors[name] = str(bad)
    for name, value in given.items():
        try:
            step = _step(site, issue, name, value)
        except InvalidValue as bad:
            errors[name] = str(bad)
            continue
        if step is not None:
            steps.append(step)
    pairs = [property_of(entry) for entry in properties]
    if errors:
        raise JiraError(400, errors=errors)
    if steps or pairs:
        before_write(site, issue)
    for step in steps:
        step.make()
    issue.properties.update(pairs)
    if steps:
        record(site, person, issue, [item for step in steps for item in step.items])
    return bool(steps)


def record(
    site: JiraSite, person: Person, issue: Issue, items: list[HistoryItem], now: datetime | None = None
) -> None:
    """Write the changes into the issue's history and move its `updated`; `now` where other fields bear it too."""
    now = now or site.clock.now()
    entry = History(site.next_id(), person, now, tuple(items))
    issue.history.append(entry)
    issue.updated = now
    site.announce("jira:issue_updated", issue, person, entry)


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


def _step(site: JiraSite, issue: Issue, name: str, value: Any) -> _Step | None:
    """The change that brings the field to `value`; None when it is there already."""
    setter, field = _SETTERS.get(name), site.fields.get(name)
    if field is None or not is_settable(site, issue, name) or (setter is None and not field.is_custom):
        raise InvalidValue(NOT_SETTABLE.format(name))
    return setter(site, issue, value) if setter is not None else _set_custom(site, issue, field, value)


def _set_custom(site: JiraSite, issue: Issue, field: Field, given: Any) -> _Step | None:
    before, after_it = issue.custom.get(field.id), checked(site, issue, field, given)
    if after_it == before:
        return None

    def make() -> None:
        issue.custom[field.id] = after_it

    old, new = history_value(before), history_value(after_it)
    return _Step((HistoryItem(field.name, field.id, *old, *new),), make)


def _set_summary(_: JiraSite, issue: Issue, value: Any) -> _Step | None:
    if not isinstance(value, str) or not value.strip():
        raise InvalidValue("You must specify a summary of the issue.")
    if len(value) > LONGEST_LINE:
        raise InvalidValue("Summary can't exceed 255 characters.")
    if "\n" in value or "\r" in value:
        raise InvalidValue("The summary is invalid because it contains newline characters.")
    return _set(issue, "summary", "summary", value, (None, issue.summary), (None, value))


def _set_labels(_: JiraSite, issue: Issue, value: Any) -> _Step | None:
    labels = values.labels(value)
    if sorted(labels) == sorted(issue.labels):
        return None
    return _set(issue, "labels", "labels", labels, ("", " ".join(issue.labels)), ("", " ".join(labels)))


def _set_parent(site: JiraSite, issue: Issue, value: Any) -> _Step | None:
    if value is None:
        if issue.type.is_subtask:
            raise InvalidValue("A sub-task must have a parent.")
        wanted = None
    else:
        named = (value.get("id") or value.get("key")) if isinstance(value, dict) else None
        wanted = site.find(str(named), DIRECTORY["truenorth@acme.example"]) if named else None
        if wanted is None or wanted.type.level != issue.type.level + 1:
            raise InvalidValue("Given parent work item does not belong to appropriate hierarchy.")
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
    if issue.type.is_subtask:
        return _Step((HistoryItem("Parent", "parent", *old, *new),), make)
    # The change below an epic is shown twice: contracts/jira.md, section 2.
    items = [HistoryItem("IssueParentAssociation", "", *old, *new)]
    if issue.type.level == 0:
        items.append(HistoryItem("Epic Link", EPIC_LINK, *old, *new))
    return _Step(tuple(items), make)


def _set_priority(_: JiraSite, issue: Issue, value: Any) -> _Step | None:
    asked = value if isinstance(value, dict) else {}
    found = next((p for p in PRIORITIES if asked.get("name") == p.name or asked.get("id") == str(p.id)), None)
    if found is None:
        raise InvalidValue("Specify a valid value for priority")
    before = (str(issue.priority.id), issue.priority.name)
    return _set(issue, "priority", "priority", found, before, (str(found.id), found.name))


def _set_assignee(_: JiraSite, issue: Issue, value: Any) -> _Step | None:
    account = value.get("accountId") if isinstance(value, dict) else None
    found = next((p for p in DIRECTORY.values() if p.account_id == account), None)
    if value is not None and account is not None and found is None:
        raise InvalidValue("Specify a valid value for assignee")
    before, after = (
        (person.account_id, person.name) if person else (None, None) for person in (issue.assignee, found)
    )
    return _set(issue, "assignee", "assignee", found, before, after)


def _set_due(_: JiraSite, issue: Issue, value: Any) -> _Step | None:
    found = None if value is None else day(value)
    before, after = (
        (day.isoformat(), f"{day.isoformat()} 00:00:00.0") if day else (None, None)
        for day in (issue.due, found)
    )
    return _set(issue, "duedate", "due", found, before, after)


def _set_description(_: JiraSite, issue: Issue, value: Any) -> _Step | None:
    value = None if value is None else document(value)
    before, after = ((None, adf.plain(doc) if doc else None) for doc in (issue.description, value))
    return _set(issue, "description", "description", value, before, after)


def _set_parts(name: str, attribute: str, offered: str) -> Callable[[JiraSite, Issue, Any], _Step | None]:
    """Sets components or versions, given by id or by name, to some that the project has."""

    def setter(_: JiraSite, issue: Issue, value: Any) -> _Step | None:
        known: tuple[NamedValue, ...] = getattr(issue.project, offered)
        asked = [] if value is None else value
        if not isinstance(asked, list) or not all(isinstance(entry, dict) for entry in asked):
            raise InvalidValue("Operation value must be an array")
        found: dict[NamedValue, None] = {}
        for entry in asked:
            match = [k for k in known if entry.get("id") == str(k.id) or entry.get("name") == k.name]
            if not match:
                raise InvalidValue(f"{attribute.title()} name '{entry.get('name')}' is not valid")
            found[match[0]] = None
        before: tuple[NamedValue, ...] = getattr(issue, attribute)
        texts = [
            (", ".join(str(k.id) for k in kept), ", ".join(k.name for k in kept)) for kept in (before, found)
        ]
        return _set(issue, name, attribute, tuple(found), texts[0], texts[1])

    return setter


def _set(
    issue: Issue, name: str, attribute: str, value: Any, before: HistoryValue, after: HistoryValue
) -> _Step | None:
    if getattr(issue, attribute) == value:
        return None
    item = HistoryItem(name, name, *before, *after)
    return _Step((item,), lambda: setattr(issue, attribute, value))


_SETTERS: dict[str, Callable[[JiraSite, Issue, Any], _Step | None]] = {
    "summary": _set_summary,
    "labels": _set_labels,
    "parent": _set_parent,
    "components": _set_parts("components", "components", "components"),
    "fixVersions": _set_parts("fixVersions", "fix_versions", "versions"),
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
    before_write(site, issue)
    ended, issue.status = issue.resolution, status
    if status.category != before.category:
        issue.category_changed = now
    if status.category == "done":
        issue.resolution, issue.resolved = found, now
    else:
        issue.resolution = issue.resolved = None
    if issue.resolution != ended:
        pair = [(str(entry.id), entry.name) if entry else (None, None) for entry in (ended, issue.resolution)]
        items.insert(0, HistoryItem("resolution", "resolution", *pair[0], *pair[1]))
    record(site, person, issue, items, now)
