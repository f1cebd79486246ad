"""Saved filters inside JQL: `filter = 10123` stands for what that filter asks, its own order aside."""

from __future__ import annotations

from connectors.sandbox.company import Person
from connectors.sandbox.jira.jql import Clause, Group, Negation, Node, Operand, Value, parse
from connectors.sandbox.jira.jql_tokens import JqlError
from connectors.sandbox.jira.shared import Filter
from connectors.sandbox.jira.sharing import may_view
from connectors.sandbox.jira.state import JiraSite

NAMES = frozenset({"filter", "request", "savedfilter", "searchrequest"})
_EVERYTHING = Negation(Group("or", ()))


def expand_filters(node: Node, site: JiraSite, person: Person | None, inside: tuple[int, ...] = ()) -> Node:
    """The query with the filters that it names written out; `inside` are those being written out already.

    Raises JqlError for one that is absent or hidden, and for one that leads back to itself.
    """
    match node:
        case Group(operator=operator, parts=parts):
            return Group(operator, tuple(expand_filters(part, site, person, inside) for part in parts))
        case Negation(part=part):
            return Negation(expand_filters(part, site, person, inside))
        case Clause() if node.field.lower() in NAMES:
            return _written_out(node, site, person, inside)
    return node


def _written_out(clause: Clause, site: JiraSite, person: Person | None, inside: tuple[int, ...]) -> Node:
    if clause.operator not in ("=", "!=", "in", "not in"):
        raise JqlError(f"The operator '{clause.operator}' is not supported by the '{clause.field}' field.")
    parts: list[Node] = []
    for operand in clause.operands:
        found = _found(clause, operand, site, person)
        if found.id in inside:
            raise JqlError(
                f"Field '{clause.field}' with value '{found.name}' matches filter '{found.name}' and causes a "
                "cyclical reference, this query can not be executed and should be edited."
            )
        where = parse(found.jql).where
        parts.append(
            _EVERYTHING if where is None else expand_filters(where, site, person, (*inside, found.id))
        )
    either = Group("or", tuple(parts))
    return either if clause.operator in ("=", "in") else Negation(either)


def _found(clause: Clause, operand: Operand, site: JiraSite, person: Person | None) -> Filter:
    """The filter by its id or, in any case, its name."""
    name = operand.text if isinstance(operand, Value) else ""
    usable = [one for one in site.filters.values() if may_view(site, person, one)]
    for one in usable:
        if name == str(one.id):
            return one
    for one in usable:
        if name.lower() == one.name.lower():
            return one
    raise JqlError(f"The value '{name}' does not exist for the field '{clause.field}'.")
