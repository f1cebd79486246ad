"""The fields that JQL knows: how to read them off an issue, and what their values may be."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from connectors.sandbox.company import DIRECTORY
from connectors.sandbox.jira import adf
from connectors.sandbox.jira.jql import Function, JqlError, Operand, Value
from connectors.sandbox.jira.state import (
    CATEGORIES,
    EPIC_LINK,
    FIELDS,
    PRIORITIES,
    RESOLUTIONS,
    SITE_ZONE,
    TYPES,
    Issue,
    JiraSite,
)
from connectors.sandbox.jira.state import Field as SiteField

if TYPE_CHECKING:
    from connectors.sandbox.jira.jql_match import Asking

Read = Callable[[Issue, "Asking"], "list[Any]"]
"""The values of a field on an issue; an empty list where it is empty."""

EQUAL = frozenset({"=", "!=", "in", "not in"})
EMPTY = frozenset({"is", "is not"})
COMPARE = frozenset({"<", "<=", ">", ">="})
TEXT = frozenset({"~", "!~"})


@dataclass(frozen=True, slots=True)
class SearchField:
    """`resolve` gives what an operand stands for; None in it stands for "empty"."""

    operators: frozenset[str]
    read: Read
    resolve: Callable[[Operand, str, Asking], set[Any]]
    sort: Callable[[Issue], Any] | None = None


def find(name: str, site: JiraSite) -> SearchField:
    """The field by any of its clause names. Raises JqlError when there is none."""
    found = _SYSTEM.get(name.lower())
    if found is not None:
        return found
    custom = next(
        (
            entry
            for entry in FIELDS
            if entry.is_custom and name.lower() in [clause.lower() for clause in (*entry.clauses, entry.id)]
        ),
        None,
    )
    if custom is None or not any(custom.id in project.screen for project in site.projects.values()):
        raise JqlError(f"Field '{name}' does not exist or you do not have permission to view it.")
    return _custom(custom)


# --- Reading -------------------------------------------------------------------------------------


def _one(get: Callable[[Issue], Any]) -> Read:
    def read(issue: Issue, _: Asking) -> list[Any]:
        value = get(issue)
        return [] if value is None else [value]

    return read


def _all_text(issue: Issue, _: Asking) -> list[str]:
    texts = [issue.summary]
    if issue.description:
        texts.append(adf.plain(issue.description))
    texts += [adf.plain(comment.body) for comment in issue.comments.values()]
    texts += [value for value in issue.custom.values() if isinstance(value, str)]
    return texts


def _epic(issue: Issue, asking: Asking) -> list[int]:
    key = issue.custom.get(EPIC_LINK)
    if key is not None:
        return [asking.site.keys[key]] if key in asking.site.keys else []
    parent = asking.site.issues.get(issue.parent) if issue.parent is not None else None
    return [parent.id] if parent is not None and parent.type.level == 1 else []


# --- Values --------------------------------------------------------------------------------------


def _unknown(text: str, name: str) -> JqlError:
    return JqlError(f"The value '{text}' does not exist for the field '{name}'.")


def _text_of(operand: Operand, name: str) -> str:
    if isinstance(operand, Value):
        return operand.text
    shown = operand.name if isinstance(operand, Function) else "EMPTY"
    raise JqlError(f"Unable to find JQL function '{shown}()' for the field '{name}'.")


def _named(pick: Callable[[str, Asking], set[Any]]) -> Callable[[Operand, str, Asking], set[Any]]:
    def resolve(operand: Operand, name: str, asking: Asking) -> set[Any]:
        text = _text_of(operand, name)
        found = pick(text, asking)
        if not found:
            raise _unknown(text, name)
        return found

    return resolve


def _projects(text: str, asking: Asking) -> set[Any]:
    wanted = text.lower()
    found = {
        project.key
        for project in asking.site.projects.values()
        if wanted in (project.key.lower(), project.name.lower(), str(project.id))
        and (asking.person is None or asking.site.may_browse(asking.person, project))
    }
    # The anonymous public is not told that a project is hidden: it just finds nothing.
    return found or ({text} if asking.person is None else set())


def _statuses(text: str, asking: Asking) -> set[Any]:
    every = {status for project in asking.site.projects.values() for status in project.statuses}
    return {status.id for status in every if text.lower() in (status.name.lower(), str(status.id))}


def _categories(text: str, _: Asking) -> set[Any]:
    wanted = text.lower()
    return {
        key for key, (number, name, _) in CATEGORIES.items() if wanted in (key, name.lower(), str(number))
    }


def _types(operand: Operand, name: str, _: Asking) -> set[Any]:
    if isinstance(operand, Function):
        wanted = {"standardissuetypes": False, "subtaskissuetypes": True}.get(operand.name.lower())
        if wanted is not None:
            return {kind.id for kind in TYPES.values() if kind.is_subtask is wanted}
    text = _text_of(operand, name)
    found = {kind.id for kind in TYPES.values() if text.lower() in (kind.name.lower(), str(kind.id))}
    if not found:
        raise _unknown(text, name)
    return found


def _priorities(text: str, _: Asking) -> set[Any]:
    # Higher priorities compare as greater, though their ids are smaller.
    return {-entry.id for entry in PRIORITIES if text.lower() in (entry.name.lower(), str(entry.id))}


def _resolutions(text: str, _: Asking) -> set[Any]:
    if text.lower() == "unresolved":
        return {None}
    return {entry.id for entry in RESOLUTIONS if text.lower() in (entry.name.lower(), str(entry.id))}


def _people(operand: Operand, name: str, asking: Asking) -> set[Any]:
    if isinstance(operand, Function) and operand.name.lower() == "currentuser":
        return {asking.person.account_id} if asking.person else {None}
    text = _text_of(operand, name)
    for person in DIRECTORY.values():
        if text.lower() in (person.account_id.lower(), person.email.lower(), person.name.lower()):
            return {person.account_id}
    raise _unknown(text, name)


def _issues(operand: Operand, name: str, asking: Asking) -> set[Any]:
    text = _text_of(operand, name)
    issue = asking.site.find(text, asking.person)
    if issue is None and asking.person is not None:
        raise JqlError(f"An issue with key '{text}' does not exist for field '{name}'.")
    return {issue.id if issue is not None else -1}


def _labels(operand: Operand, name: str, _: Asking) -> set[Any]:
    return {_text_of(operand, name)}


def _texts(operand: Operand, name: str, _: Asking) -> set[Any]:
    return {_text_of(operand, name)}


def _numbers(operand: Operand, name: str, _: Asking) -> set[Any]:
    text = _text_of(operand, name)
    try:
        return {float(text)}
    except ValueError:
        raise JqlError(f"The value '{text}' for the field '{name}' is not a number.") from None


_PERIOD = re.compile(r"([+-]?)((?:\d+[yMwdhm]\s*)+)")
_UNIT = {"m": 1, "h": 60, "d": 1440, "w": 10080, "M": 43200, "y": 525600}
_FORMATS = ("%Y/%m/%d %H:%M", "%Y-%m-%d %H:%M", "%Y/%m/%d", "%Y-%m-%d")


def _dates(operand: Operand, name: str, asking: Asking) -> set[Any]:
    """The moment meant. Minute texts are read in the asking account's zone; a bare integer is epoch ms."""
    zone = ZoneInfo(SITE_ZONE)
    if isinstance(operand, Function):
        return {_date_function(operand, asking.now, zone)}
    text = _text_of(operand, name)
    assert isinstance(operand, Value)  # noqa: S101  the only kind that has a text
    if not operand.quoted and text.isdecimal():
        return {datetime.fromtimestamp(int(text) / 1000, UTC)}
    period = _PERIOD.fullmatch(text.strip())
    if period is not None:
        minutes = sum(int(n) * _UNIT[unit] for n, unit in re.findall(r"(\d+)([yMwdhm])", period[2]))
        return {asking.now + timedelta(minutes=-minutes if period[1] == "-" else minutes)}
    for pattern in _FORMATS:
        try:
            return {datetime.strptime(text.strip(), pattern).replace(tzinfo=zone).astimezone(UTC)}
        except ValueError:
            continue
    raise JqlError(
        f"Date value '{text}' for field '{name}' is invalid. Valid formats include: 'yyyy/MM/dd HH:mm', "
        "'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'."
    )


def _date_function(function: Function, now: datetime, zone: ZoneInfo) -> datetime:
    local = now.astimezone(zone)
    midnight = datetime.combine(local.date(), time(), zone)
    match function.name.lower():
        case "now":
            return now
        case "startofday":
            return midnight.astimezone(UTC)
        case "endofday":
            return datetime.combine(local.date(), time.max, zone).astimezone(UTC)
        case "startofweek":
            return (midnight - timedelta(days=(local.weekday() + 1) % 7)).astimezone(UTC)
        case "startofmonth":
            return midnight.replace(day=1).astimezone(UTC)
        case "startofyear":
            return midnight.replace(month=1, day=1).astimezone(UTC)
    raise JqlError(f"Unable to find JQL function '{function.name}({', '.join(function.arguments)})'.")


# --- The table -----------------------------------------------------------------------------------


def _moment(get: Callable[[Issue], datetime | None]) -> SearchField:
    def sort(issue: Issue) -> int | None:
        moment = get(issue)
        return None if moment is None else int(moment.timestamp() * 1000)

    return SearchField(EQUAL | COMPARE | EMPTY, _one(get), _dates, sort)


def _due(issue: Issue) -> datetime | None:
    return datetime.combine(issue.due, time(), ZoneInfo(SITE_ZONE)) if issue.due else None


def _key_sort(issue: Issue) -> list[Any]:
    return [issue.project.key, issue.number]


def _custom(entry: SiteField) -> SearchField:
    read = _one(lambda issue: issue.custom.get(entry.id))
    match entry.type:
        case "number":
            return SearchField(EQUAL | COMPARE | EMPTY, read, _numbers, lambda i: i.custom.get(entry.id))
        case "epic":
            return SearchField(EQUAL | EMPTY, _epic, _issues)
        case "date":
            return SearchField(EMPTY, read, _dates, lambda i: i.custom.get(entry.id))
        case _:
            return SearchField(TEXT | EMPTY, read, _texts, lambda i: i.custom.get(entry.id))


_KEY = SearchField(EQUAL | COMPARE | EMPTY, _one(lambda issue: issue.id), _issues, _key_sort)
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
    "created": _moment(lambda issue: issue.created),
    "updated": _moment(lambda issue: issue.updated),
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
