"""Filters as predicates. The schema's own input types drive it: their names tell what compares to what.

Wire facts: contracts/linear.md, section 7. All conditions AND. A row without a value meets no condition
on it but `null: true`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

from graphql import GraphQLInputObjectType, get_named_type

from connectors.sandbox.linear import dates
from connectors.sandbox.linear.entities import CLOSED, Initiative, Issue, Project, Relation
from connectors.sandbox.linear.entity_base import snake
from connectors.sandbox.linear.request_context import RequestContext

RowTest = Callable[[Any], bool]
Getter = Callable[[Any], Any]


def compile_filter(
    kind: GraphQLInputObjectType, given: Mapping[str, Any], context: RequestContext
) -> RowTest:
    """The filter `given`, of the input type `kind`, as a test of one row (or of None, for nullable kinds)."""
    return _every(
        [_condition(kind, key, value, context) for key, value in given.items() if value is not None]
    )


def _every(tests: list[RowTest]) -> RowTest:
    if len(tests) == 1:
        return tests[0]
    return lambda row: all(test(row) for test in tests)


def _any(tests: list[RowTest]) -> RowTest:
    return (lambda row: any(test(row) for test in tests)) if tests else (lambda _row: True)


def _is_none(wanted: bool) -> RowTest:
    return lambda value: (value is None) is wanted


def _condition(kind: GraphQLInputObjectType, key: str, value: Any, context: RequestContext) -> RowTest:
    if key in ("and", "or"):
        join = _every if key == "and" else _any
        return join([compile_filter(kind, part, context) for part in value])
    if key == "null":
        return _is_none(value)
    inner = get_named_type(kind.fields[key].type)
    assert isinstance(inner, GraphQLInputObjectType)  # noqa: S101  every condition is an input object
    get = _getter(_base(kind), key, context)
    if inner.name.endswith("CollectionFilter"):
        of_rows = _of_collection(inner, value, context)
        return lambda row: row is not None and of_rows(list(get(row)))
    if inner.name.endswith("Filter"):
        of_row = compile_filter(inner, value, context)
        nullable = inner.name.startswith("Nullable")

        def related(row: Any) -> bool:
            if row is None:
                return False
            target = get(row)
            return (target is not None or nullable) and of_row(target)

        return related
    of_value = _comparator(inner.name, value, context.now)
    return lambda row: row is not None and of_value(get(row))


def _of_collection(
    kind: GraphQLInputObjectType, given: Mapping[str, Any], context: RequestContext
) -> RowTest:
    """A test of a list of rows. Conditions on the element type hold when one element meets them all."""
    tests: list[RowTest] = []
    direct: list[RowTest] = []
    for key, value in given.items():
        if value is None:
            continue
        match key:
            case "and" | "or":
                join = _every if key == "and" else _any
                tests.append(join([_of_collection(kind, part, context) for part in value]))
            case "length":
                tests.append(_counted(_comparator("NumberComparator", value, context.now)))
            case "null":
                tests.append(_is_empty(value))
            case "some" | "every":
                element = get_named_type(kind.fields[key].type)
                assert isinstance(element, GraphQLInputObjectType)  # noqa: S101  likewise
                tests.append(
                    _quantified(any if key == "some" else all, compile_filter(element, value, context))
                )
            case _:
                direct.append(_condition(kind, key, value, context))
    if direct:
        tests.append(_quantified(any, _every(direct)))
    return _every(tests)


def _counted(of_length: RowTest) -> RowTest:
    return lambda rows: of_length(len(rows))


def _is_empty(wanted: bool) -> RowTest:
    return lambda rows: (not rows) is wanted


def _quantified(over: Callable[[Iterable[bool]], bool], of_row: RowTest) -> RowTest:
    return lambda rows: over(of_row(row) for row in rows)


# --- Values --------------------------------------------------------------------------------------

_ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda have, want: have == want,
    "neq": lambda have, want: have != want,
    "in": lambda have, want: have in want,
    "nin": lambda have, want: have not in want,
    "lt": lambda have, want: have < want,
    "lte": lambda have, want: have <= want,
    "gt": lambda have, want: have > want,
    "gte": lambda have, want: have >= want,
    "contains": lambda have, want: want in have,
    "notContains": lambda have, want: want not in have,
    "startsWith": lambda have, want: have.startswith(want),
    "notStartsWith": lambda have, want: not have.startswith(want),
    "endsWith": lambda have, want: have.endswith(want),
    "notEndsWith": lambda have, want: not have.endswith(want),
}


def _comparator(kind: str, given: Mapping[str, Any], now: datetime) -> RowTest:
    tests: list[RowTest] = []
    for key, value in given.items():
        if value is None:
            continue
        if key in ("and", "or"):
            join = _every if key == "and" else _any
            tests.append(join([_comparator(kind, part, now) for part in value]))
        elif key == "null":
            tests.append(_is_none(value))
        else:
            tests.append(_comparison(kind, key, value, now))
    return _every(tests)


def _comparison(kind: str, key: str, value: Any, now: datetime) -> RowTest:
    bare = key.removesuffix("AndAccent").removesuffix("IgnoreCase")
    holds = _ORDERS[bare]
    if "Date" in kind:
        want = [_moment(one, now) for one in value] if isinstance(value, list) else _moment(value, now)
        return lambda have: have is not None and holds(dates.to_datetime(have), want)
    if bare != key:
        fold = _unaccented if key.endswith("AndAccent") else str.casefold
        folded = fold(value)
        return lambda have: have is not None and holds(fold(have), folded)
    return lambda have: have is not None and holds(have, value)


def _unaccented(text: str) -> str:
    """The text without case and accents."""
    apart = unicodedata.normalize("NFKD", text)
    return "".join(one for one in apart if not unicodedata.combining(one)).casefold()


def _moment(value: Any, now: datetime) -> datetime:
    return dates.parse(value, now)


# --- Where a condition finds its value -----------------------------------------------------------


def _base(kind: GraphQLInputObjectType) -> str:
    return kind.name.removeprefix("Nullable").removesuffix("Filter").removesuffix("Collection")


def ancestors(initiative: Initiative) -> Iterable[Initiative]:
    """The initiatives above this one, the nearest first."""
    above, seen = initiative.parent_initiative, {initiative.id}
    while above is not None and above.id not in seen:
        seen.add(above.id)
        yield above
        above = above.parent_initiative


def _has(relations: Iterable[Relation], kind: str) -> bool:
    return any(relation.type == kind for relation in relations)


def _has_either_way(issue: Issue, kind: str) -> bool:
    return _has(issue.relations, kind) or _has(issue.inverse_relations, kind)


def _seconds(start: datetime | None, end: datetime | None) -> float | None:
    return (end - start).total_seconds() if start and end else None


OUTDATED = timedelta(days=30)
"""How old the latest update may be before `healthWithAge` calls the health outdated."""


def _health_with_age(row: Project | Initiative, now: datetime) -> str:
    if row.health is None or row.health_updated_at is None:
        return "noUpdate"
    return "outdated" if now - row.health_updated_at > OUTDATED else row.health


_PROJECT_RELATIONS = (
    "hasBlockedByRelations",
    "hasBlockingRelations",
    "hasDependedOnByRelations",
    "hasDependsOnRelations",
    "hasRelatedRelations",
    "hasViolatedRelations",
)
_GETTERS: dict[str, Getter] = {
    # True even when the blocker is done, as on the real one.
    "Issue.hasBlockedByRelations": lambda row: _has(row.inverse_relations, "blocks"),
    "Issue.hasBlockingRelations": lambda row: _has(row.relations, "blocks"),
    "Issue.hasDuplicateRelations": lambda row: _has_either_way(row, "duplicate"),
    "Issue.hasRelatedRelations": lambda row: _has_either_way(row, "related"),
    **dict.fromkeys(
        (
            "Issue.autoArchivedAt",
            "Issue.autoClosedAt",
            "Issue.snoozedBy",
            "Issue.snoozedUntilAt",
            "Issue.slaBreachesAt",
        ),
        lambda _row: None,
    ),
    **dict.fromkeys(("Issue.customerCount", "Project.customerCount"), lambda _row: 0),
    "Issue.accumulatedStateUpdatedAt": lambda row: (
        row.completed_at or row.canceled_at or row.started_at or row.created_at
    ),
    "Issue.leadTime": lambda row: _seconds(row.created_at, row.completed_at),
    "Issue.cycleTime": lambda row: _seconds(row.started_at, row.completed_at),
    "Issue.triageTime": lambda row: _seconds(row.created_at, row.triaged_at),
    "Issue.searchableContent": lambda row: f"{row.title}\n{row.description or ''}",
    "Project.searchableContent": lambda row: f"{row.name}\n{row.description}\n{row.content or ''}",
    **{f"Project.{name}": lambda _row: False for name in _PROJECT_RELATIONS},
    "CustomView.modelName": attrgetter("model"),
    "Project.accessibleTeams": attrgetter("teams"),
    "Project.state": attrgetter("status.type"),
    "Project.initiatives": lambda row: [join.initiative for join in row.initiative_to_projects],
    "Initiative.ancestors": ancestors,
    "Initiative.teams": lambda row: {
        team.id: team for join in row.initiative_to_projects for team in join.project.teams
    }.values(),
    "Team.private": lambda row: row.visibility == "private",
    "Team.users": attrgetter("members"),
    "Team.owners": lambda row: [one for one in row.members if one.admin],
    "Team.parent": lambda _row: None,
    "Team.ancestors": lambda _row: (),
    "User.invited": lambda _row: False,
    "User.owner": attrgetter("admin"),
}


def _getter(base: str, key: str, context: RequestContext) -> Getter:
    match f"{base}.{key}":
        case "Issue.ageTime":
            return lambda row: None if row.state.type in CLOSED else _seconds(row.created_at, context.now)
        case "Project.healthWithAge" | "Initiative.healthWithAge":
            return lambda row: _health_with_age(row, context.now)
        case "User.isMe":
            return lambda row: row.id == context.viewer.id
        case "Cycle.isActive":
            return lambda row: row.is_active(context.now)
        case "Cycle.isFuture":
            return lambda row: context.now < row.starts_at
        case "Cycle.isPast":
            return lambda row: context.now >= row.ends_at
        case "Cycle.issues":
            return lambda row: [issue for issue in row.team.issues if issue.cycle is row]
        case "User.assignedIssues":
            return lambda row: [issue for issue in context.space.issues.values() if issue.assignee is row]
        case "WorkflowState.issues":
            return lambda row: [issue for issue in row.team.issues if issue.state is row]
        case "ProjectStatus.projects":
            return lambda row: [
                project for project in context.space.projects.values() if project.status is row
            ]
        case name:
            return _GETTERS.get(name) or attrgetter(snake(key))
