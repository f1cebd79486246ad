"""The fields that JQL knows: how to read them off an issue, and what their values may be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from connectors.sandbox.company import DIRECTORY
from connectors.sandbox.jira import adf
from connectors.sandbox.jira.fields import KINDS, Option
from connectors.sandbox.jira.fields import Field as SiteField
from connectors.sandbox.jira.jql import Function, Operand, Value
from connectors.sandbox.jira.jql_context import JqlContext
from connectors.sandbox.jira.jql_dates import moment_of
from connectors.sandbox.jira.jql_tokens import JqlError
from connectors.sandbox.jira.layout import listed, shown_fields
from connectors.sandbox.jira.state import (
    CATEGORIES,
    EPIC_LINK,
    PRIORITIES,
    RESOLUTIONS,
    SITE_ZONE,
    TYPES,
    Issue,
    JiraSite,
)

FieldReader = Callable[[Issue, JqlContext], list[Any]]
"""The values of a field on an issue; an empty list where it is empty."""

EQUAL = frozenset({"=", "!=", "in", "not in"})
EMPTY = frozenset({"is", "is not"})
COMPARE = frozenset({"<", "<=", ">", ">="})
TEXT = frozenset({"~", "!~"})


@dataclass(frozen=True, slots=True)
class SearchField:
    """`resolve` gives what an operand stands for; None in it stands for "empty"."""

    operators: frozenset[str]
    read: FieldReader
    resolve: Callable[[Operand, str, JqlContext], set[Any]]
    sort: Callable[[Issue], Any] | None = None


def find(name: str, site: JiraSite) -> SearchField:
    """The field by any of its clause names. Raises JqlError when there is none."""
    found = _SYSTEM.get(name.lower())
    if found is not None:
        return found
    custom = [
        entry
        for entry in listed(site)
        if entry.is_custom
        and entry.clauses
        and name.lower() in _names(entry)
        and any(entry.id in shown_fields(site, p, kind) for p in site.projects.values() for kind in p.types)
    ]
    if not custom:
        raise JqlError(f"Field '{name}' does not exist or you do not have permission to view it.")
    # Names need not be unique: the query asks all fields of that name, here those of the first one's type.
    return _any_of([_custom(entry) for entry in custom if entry.type == custom[0].type])


def _names(entry: SiteField) -> set[str]:
    """What a query may call the field, in lower case: its name also with its kind, `Team[Dropdown]`."""
    clauses = {clause.lower() for clause in entry.clauses} | {entry.id}
    kind = KINDS.get(entry.schema["custom"].rpartition(":")[2])
    label = kind.label.partition(" (")[0] if kind is not None else entry.type
    return clauses | {f"{entry.name}[{label}]".lower()}


def _any_of(fields: list[SearchField]) -> SearchField:
    if len(fields) == 1:
        return fields[0]

    def read(issue: Issue, context: JqlContext) -> list[Any]:
        return [value for field in fields for value in field.read(issue, context)]

    def resolve(operand: Operand, name: str, context: JqlContext) -> set[Any]:
        found: set[Any] = set()
        problem: JqlError | None = None
        for field in fields:
            try:
                found |= field.resolve(operand, name, context)
            except JqlError as error:
                problem = error
        if problem is not None and not found:
            raise problem
        return found

    return SearchField(fields[0].operators, read, resolve, fields[0].sort)


# --- Reading -------------------------------------------------------------------------------------


def _one(get: Callable[[Issue], Any]) -> FieldReader:
    def read(issue: Issue, _: JqlContext) -> list[Any]:
        value = get(issue)
        return [] if value is None else [value]

    return read


def _all_text(issue: Issue, _: JqlContext) -> list[str]:
    texts = [issue.summary]
    if issue.description:
        texts.append(adf.plain(issue.description))
    texts += [adf.plain(comment.body) for comment in issue.comments.values()]
    texts += [value for value in issue.custom.values() if isinstance(value, str)]
    return texts


def _choices(field: str) -> FieldReader:
    def read(issue: Issue, _: JqlContext) -> list[int]:
        value = issue.custom.get(field) or []
        return [option.id for option in ([value] if isinstance(value, Option) else value)]

    return read


def _plain(field: str) -> FieldReader:
    return _one(lambda issue: adf.plain(issue.custom[field]) if issue.custom.get(field) else None)


def _epic(issue: Issue, context: JqlContext) -> list[int]:
    key = issue.custom.get(EPIC_LINK)
    if key is not None:
        return [context.site.keys[key]] if key in context.site.keys else []
    parent = context.site.issues.get(issue.parent) if issue.parent is not None else None
    return [parent.id] if parent is not None and parent.type.level == 1 else []


# --- Values --------------------------------------------------------------------------------------


def _unknown(text: str, name: str) -> JqlError:
    return JqlError(f"The value '{text}' does not exist for the field '{name}'.")


def _text_of(operand: Operand, name: str) -> str:
    if isinstance(operand, Value):
        return operand.text
    shown = operand.name if isinstance(operand, Function) else "EMPTY"
    raise JqlError(f"Unable to find JQL function '{shown}()' for the field '{name}'.")


def _named(pick: Callable[[str, JqlContext], set[Any]]) -> Callable[[Operand, str, JqlContext], set[Any]]:
    def resolve(operand: Operand, name: str, context: JqlContext) -> set[Any]:
        text = _text_of(operand, name)
        found = pick(text, context)
        if not found:
            raise _unknown(text, name)
        return found

    return resolve


def _projects(text: str, context: JqlContext) -> set[Any]:
    wanted = text.lower()
    found = {
        project.key
        for project in context.site.projects.values()
        if (
            wanted in (project.key.lower(), project.name.lower(), str(project.id))
            or wanted.upper() in project.former_keys
        )
        and (context.person is None or context.site.may_browse(context.person, project))
    }
    # To the anonymous public a hidden project is no error: it just finds nothing.
    return found or ({text} if context.person is None else set())


def _statuses(text: str, context: JqlContext) -> set[Any]:
    every = {status for project in context.site.projects.values() for status in project.statuses}
    return {status.id for status in every if text.lower() in (status.name.lower(), str(status.id))}


def _categories(text: str, _: JqlContext) -> set[Any]:
    wanted = text.lower()
    return {
        key for key, (number, name, _) in CATEGORIES.items() if wanted in (key, name.lower(), str(number))
    }


def _types(operand: Operand, name: str, _: JqlContext) -> set[Any]:
    if isinstance(operand, Function):
        wanted = {"standardissuetypes": False, "subtaskissuetypes": True}.get(operand.name.lower())
        if wanted is not None:
            return {kind.id for kind in TYPES.values() if kind.is_subtask is wanted}
    text = _text_of(operand, name)
    found = {kind.id for kind in TYPES.values() if text.lower() in (kind.name.lower(), str(kind.id))}
    if not found:
        raise _unknown(text, name)
    return found


def _priorities(text: str, _: JqlContext) -> set[Any]:
    # Higher priorities compare as greater, though their ids are smaller.
    return {-entry.id for entry in PRIORITIES if text.lower() in (entry.name.lower(), str(entry.id))}


def _resolutions(text: str, _: JqlContext) -> set[Any]:
    if text.lower() == "unresolved":
        return {None}
    return {entry.id for entry in RESOLUTIONS if text.lower() in (entry.name.lower(), str(entry.id))}


def _people(operand: Operand, name: str, context: JqlContext) -> set[Any]:
    if isinstance(operand, Function) and operand.name.lower() == "currentuser":
        return {context.person.account_id} if context.person else {None}
    if isinstance(operand, Function) and operand.name.lower() == "membersof":
        return _members(operand)
    text = _text_of(operand, name)
    for person in DIRECTORY.values():
        if context.by_user_name and text.lower() == person.email.partition("@")[0]:
            return {person.account_id}
        if text.lower() in (person.account_id.lower(), person.email.lower(), person.name.lower()):
            return {person.account_id}
    raise _unknown(text, name)


def _members(call: Function) -> set[Any]:
    """`membersOf("Growth")`: the accounts of a group, which here is a team of the company, in any case.

    What it finds, and that it gives a list, is in Atlassian's reference of JQL functions; the words of its errors
    are as remembered, and no contract holds them.
    """
    if len(call.arguments) != 1:
        raise JqlError("Function 'membersOf' expected '1' arguments but received "
                       f"'{len(call.arguments)}'.")  # fmt: skip
    (group,) = call.arguments
    found = {one.account_id for one in DIRECTORY.values() if one.team.lower() == group.lower()}
    if not found:
        raise JqlError(
            f"Function 'membersOf' can not generate a list of usernames for group '{group}'; "
            "the group does not exist."
        )
    return found


def _issues(operand: Operand, name: str, context: JqlContext) -> set[Any]:
    text = _text_of(operand, name)
    issue = context.site.find(text, context.person)
    if issue is None and context.person is not None:
        raise JqlError(f"An issue with key '{text}' does not exist for field '{name}'.")
    return {issue.id if issue is not None else -1}


def _keys(operand: Operand, name: str, context: JqlContext) -> set[Any]:
    """The place of an issue among the keys. An unvalidated query may name issues that do not exist."""
    text = _text_of(operand, name)
    issue = context.site.find(text, context.person)
    if issue is None and context.person is not None and not context.lenient:
        raise JqlError(f"An issue with key '{text}' does not exist for field '{name}'.")
    return {_key_place(issue) if issue is not None else ("", -1)}


def _labels(operand: Operand, name: str, _: JqlContext) -> set[Any]:
    return {_text_of(operand, name)}


def _texts(operand: Operand, name: str, _: JqlContext) -> set[Any]:
    return {_text_of(operand, name)}


def _numbers(operand: Operand, name: str, _: JqlContext) -> set[Any]:
    text = _text_of(operand, name)
    try:
        return {float(text)}
    except ValueError:
        raise JqlError(f"The value '{text}' for the field '{name}' is not a number.") from None


def _options(entry: SiteField) -> Callable[[Operand, str, JqlContext], set[Any]]:
    """The choices of a select field, of all its contexts, by name or id."""

    def resolve(operand: Operand, name: str, context: JqlContext) -> set[Any]:
        text = _text_of(operand, name)
        found = {
            option.id
            for field_context in context.site.contexts.values()
            if field_context.field_id == entry.id
            for option in field_context.options.values()
            if text.lower() in (option.value.lower(), str(option.id))
        }
        if not found:
            raise JqlError(f"The option '{text}' for field '{name}' does not exist.")
        return found

    return resolve


def _dates(operand: Operand, name: str, context: JqlContext) -> set[Any]:
    return {moment_of(operand, name, context.now, context.site.zone_of(context.person))}


def _parts(kind: str) -> Callable[[Operand, str, JqlContext], set[Any]]:
    """Components or versions of any project, by name or id."""

    def pick(text: str, context: JqlContext) -> set[Any]:
        return {
            entry.id
            for project in context.site.projects.values()
            for entry in getattr(project, kind)
            if text.lower() in (entry.name.lower(), str(entry.id))
        }

    return _named(pick)


# --- The table -----------------------------------------------------------------------------------


def _moment(get: Callable[[Issue], datetime | None]) -> SearchField:
    def sort(issue: Issue) -> int | None:
        moment = get(issue)
        return None if moment is None else int(moment.timestamp() * 1000)

    return SearchField(EQUAL | COMPARE | EMPTY, _one(get), _dates, sort)


def _due(issue: Issue) -> datetime | None:
    return datetime.combine(issue.due, time(), ZoneInfo(SITE_ZONE)) if issue.due else None


def _day(text: str | None) -> datetime | None:
    return datetime.combine(date.fromisoformat(text), time(), ZoneInfo(SITE_ZONE)) if text else None


def _key_sort(issue: Issue) -> list[Any]:
    return [issue.project.key, issue.number]


def _key_place(issue: Issue) -> tuple[str, int]:
    return issue.project.key, issue.number


def _custom(entry: SiteField) -> SearchField:
    read = _one(lambda issue: issue.custom.get(entry.id))
    match entry.type:
        case "number":
            return SearchField(EQUAL | COMPARE | EMPTY, read, _numbers, lambda i: i.custom.get(entry.id))
        case "epic":
            return SearchField(EQUAL | EMPTY, _epic, _issues)
        case "date":
            return SearchField(
                EQUAL | COMPARE | EMPTY,
                _one(lambda i: _day(i.custom.get(entry.id))),
                _dates,
                lambda i: i.custom.get(entry.id),
            )
        case "option" | "options":
            return SearchField(EQUAL | EMPTY, _choices(entry.id), _options(entry))
        case "labels":
            return SearchField(EQUAL | EMPTY, lambda i, _: i.custom.get(entry.id) or [], _labels)
        case "url":
            return SearchField(EQUAL | EMPTY, read, _texts, lambda i: i.custom.get(entry.id))
        case "adf":
            return SearchField(TEXT | EMPTY, _plain(entry.id), _texts)
        case _:
            return SearchField(TEXT | EMPTY, read, _texts, lambda i: i.custom.get(entry.id))


_KEY = SearchField(EQUAL | COMPARE | EMPTY, _one(_key_place), _keys, _key_sort)
_TYPE = SearchField(EQUAL | EMPTY, _one(lambda i: i.type.id), _types, lambda i: i.type.id)
_SYSTEM: dict[str, SearchField] = {
    "project": SearchField(
        EQUAL | EMPTY, _one(lambda i: i.project.key), _named(_projects), lambda i: i.project.key
    ),
    "key": _KEY,
    "issuekey": _KEY,
    "issue": _KEY,
    "id": _KEY,
    "type": _TYPE,
    "issuetype": _TYPE,
    "status": SearchField(
        EQUAL | EMPTY, _one(lambda i: i.status.id), _named(_statuses), lambda i: i.status.id
    ),
    "statuscategory": SearchField(
        EQUAL | EMPTY, _one(lambda i: i.status.category), _named(_categories), lambda i: i.status.category
    ),
    "labels": SearchField(EQUAL | EMPTY, lambda issue, _: issue.labels, _labels),
    "priority": SearchField(
        EQUAL | COMPARE | EMPTY, _one(lambda i: -i.priority.id), _named(_priorities), lambda i: -i.priority.id
    ),
    "resolution": SearchField(
        EQUAL | EMPTY,
        _one(lambda i: i.resolution.id if i.resolution else None),
        _named(_resolutions),
        lambda i: i.resolution.id if i.resolution else None,
    ),
    "parent": SearchField(EQUAL | EMPTY, _one(lambda i: i.parent), _issues, lambda i: i.parent),
    "assignee": SearchField(
        EQUAL | EMPTY,
        _one(lambda i: i.assignee.account_id if i.assignee else None),
        _people,
        lambda i: i.assignee.name if i.assignee else None,
    ),
    "reporter": SearchField(
        EQUAL | EMPTY, _one(lambda i: i.reporter.account_id), _people, lambda i: i.reporter.name
    ),
    "creator": SearchField(
        EQUAL | EMPTY, _one(lambda i: i.reporter.account_id), _people, lambda i: i.reporter.name
    ),
    "component": SearchField(EQUAL | EMPTY, lambda i, _: [c.id for c in i.components], _parts("components")),
    "fixversion": SearchField(EQUAL | EMPTY, lambda i, _: [v.id for v in i.fix_versions], _parts("versions")),
    "created": _moment(lambda issue: issue.created),
    "createddate": _moment(lambda issue: issue.created),
    "updated": _moment(lambda issue: issue.updated),
    "updateddate": _moment(lambda issue: issue.updated),
    "statuscategorychangeddate": _moment(lambda issue: issue.category_changed),
    "resolved": _moment(lambda issue: issue.resolved),
    "resolutiondate": _moment(lambda issue: issue.resolved),
    "due": _moment(_due),
    "duedate": _moment(_due),
    "summary": SearchField(TEXT | EMPTY, _one(lambda i: i.summary), _texts, lambda i: i.summary),
    "description": SearchField(
        TEXT | EMPTY, _one(lambda i: adf.plain(i.description) if i.description else None), _texts
    ),
    "comment": SearchField(
        TEXT, lambda issue, _: [adf.plain(comment.body) for comment in issue.comments.values()], _texts
    ),
    "text": SearchField(TEXT, _all_text, _texts),
}
