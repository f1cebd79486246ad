"""Which issues a parsed JQL query finds, and in which order.

As on the real site, `!=`, `not in` and `!~` never find an issue whose field is empty.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from connectors.sandbox.jira import jql_fields
from connectors.sandbox.jira.jql import (
    Clause,
    Empty,
    Function,
    Group,
    Negation,
    Node,
    Operand,
    OrderBy,
    Query,
)
from connectors.sandbox.jira.jql_context import JqlContext
from connectors.sandbox.jira.jql_saved import expand_filters
from connectors.sandbox.jira.jql_tokens import JqlError
from connectors.sandbox.jira.state import Issue

IssueTest = Callable[[Issue], bool]

MOST_ORDER_FIELDS = 7

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class Reversed:
    """A sort value that sorts the other way round."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __lt__(self, other: Reversed) -> bool:
        return bool(other.value < self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Reversed) and bool(other.value == self.value)

    __hash__ = None  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class PreparedQuery:
    """A query made ready: `test` per issue, `position` the values it sorts by, `rank` to compare them."""

    test: IssueTest
    position: Callable[[Issue], list[Any]]
    rank: Callable[[list[Any]], tuple[Any, ...]]


def prepare(query: Query, context: JqlContext) -> PreparedQuery:
    """Check the query against the site's fields and values. Raises JqlError as Jira words it."""
    if len(query.order) > MOST_ORDER_FIELDS:
        raise JqlError("JQL can be ordered by at most 7 fields.")
    where = expand_filters(query.where, context.site, context.person) if query.where is not None else None
    test = _node(where, context) if where is not None else _everything
    position, rank = _ordering(query.order, context)
    return PreparedQuery(test, position, rank)


def _everything(_: Issue) -> bool:
    return True


def _node(node: Node, context: JqlContext) -> IssueTest:
    match node:
        case Negation(part=part):
            inner = _node(part, context)
            return lambda issue: not inner(issue)
        case Group(operator="and", parts=parts):
            tests = [_node(part, context) for part in parts]
            return lambda issue: all(test(issue) for test in tests)
        case Group(parts=parts):
            tests = [_node(part, context) for part in parts]
            return lambda issue: any(test(issue) for test in tests)
        case Clause():
            return _clause(node, context)


def _clause(clause: Clause, context: JqlContext) -> IssueTest:
    field = jql_fields.find(clause.field, context.site)
    if clause.operator not in field.operators:
        raise JqlError(f"The operator '{clause.operator}' is not supported by the '{clause.field}' field.")
    read = field.read
    if clause.operator in ("is", "is not"):
        if clause.operands != (Empty(),):
            raise JqlError(
                f"The operator '{clause.operator}' can only be used with 'EMPTY' for the field '{clause.field}'."
            )
        if clause.operator == "is":
            return lambda issue: not read(issue, context)
        return lambda issue: bool(read(issue, context))
    if "~" in clause.operator:
        return _text(clause, read, context)
    if clause.operator in _COMPARE:
        compare, bound = _COMPARE[clause.operator], _bound(clause, field, context)
        return lambda issue: any(compare(value, bound) for value in read(issue, context))
    wanted, empty_too = _values(clause.operands, clause.field, field, context)
    if clause.operator in ("=", "!=") and len(wanted) > 1 and isinstance(clause.operands[0], Function):
        raise JqlError(
            f"Operator '{clause.operator}' does not support a list returned by the function in the "
            f"'{clause.field}' field."
        )
    if clause.operator in ("=", "in"):
        return lambda issue: not wanted.isdisjoint(values) if (values := read(issue, context)) else empty_too
    return lambda issue: bool(values := read(issue, context)) and wanted.isdisjoint(values)


def _values(
    operands: Iterable[Operand], name: str, field: jql_fields.SearchField, context: JqlContext
) -> tuple[set[Any], bool]:
    wanted: set[Any] = set()
    empty_too = False
    for operand in operands:
        if isinstance(operand, Empty):
            empty_too = True
            continue
        found = field.resolve(operand, name, context)
        empty_too = empty_too or None in found
        wanted |= found - {None}
    return wanted, empty_too


def _bound(clause: Clause, field: jql_fields.SearchField, context: JqlContext) -> Any:
    wanted, empty_too = _values(clause.operands, clause.field, field, context)
    if empty_too or len(wanted) != 1:
        raise JqlError(f"The operator '{clause.operator}' does not support searching for EMPTY values.")
    return wanted.pop()


def _text(clause: Clause, read: jql_fields.FieldReader, context: JqlContext) -> IssueTest:
    """Every word of the wanted text, `*` at an end standing for the rest of a word; phrases in quotes."""
    wanted = clause.operands[0]
    if isinstance(wanted, Empty) or not hasattr(wanted, "text"):
        raise JqlError(f"The operator '{clause.operator}' needs a text for the field '{clause.field}'.")
    patterns = []
    for phrase, word in re.findall(r'"([^"]+)"|(\S+)', wanted.text):
        plain = re.escape(phrase or word.strip("*+-"))
        if not plain:
            continue
        tail = r"\w*" if word.endswith("*") else ""
        patterns.append(re.compile(rf"(?<!\w){plain}{tail}(?!\w)", re.IGNORECASE))

    def matches(issue: Issue) -> bool:
        texts = read(issue, context)
        return bool(texts) and all(any(pattern.search(text) for text in texts) for pattern in patterns)

    if clause.operator == "~":
        return matches
    return lambda issue: bool(read(issue, context)) and not matches(issue)


def _ordering(
    orders: tuple[OrderBy, ...], context: JqlContext
) -> tuple[Callable[[Issue], list[Any]], Callable[[list[Any]], tuple[Any, ...]]]:
    """Sort values as they go into a page token, and their ranking; an empty field sorts last."""
    parts: list[tuple[Callable[[Issue], Any], bool]] = []
    for entry in orders:
        field = jql_fields.find(entry.field, context.site)
        if field.sort is None:
            raise JqlError(f"Not able to sort using field '{entry.field}'.")
        parts.append((field.sort, entry.descending))
    if not orders:
        # Observed order without ORDER BY: by descending key inside a project.
        parts += [(lambda issue: issue.project.key, False), (lambda issue: issue.number, True)]
    parts.append((lambda issue: issue.id, False))

    def position(issue: Issue) -> list[Any]:
        return [sort(issue) for sort, _ in parts]

    def rank(values: list[Any]) -> tuple[Any, ...]:
        ranked: list[Any] = []
        for value, (_, descending) in zip(values, parts, strict=True):
            comparable = tuple(value) if isinstance(value, list) else value
            ranked.append(value is None)
            ranked.append(0 if value is None else Reversed(comparable) if descending else comparable)
        return tuple(ranked)

    return position, rank
