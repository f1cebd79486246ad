"""The syntax tree of a query in the shape of `POST /jql/parse`."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.jira.jql import Clause, Empty, Function, Group, Negation, Node, Operand, Query, Value


def structure(query: Query) -> dict[str, Any]:
    """The tree as Jira tells it."""
    shown: dict[str, Any] = {}
    if query.where is not None:
        shown["where"] = _shape(query.where)
    if query.order:
        shown["orderBy"] = {
            "fields": [
                {"field": _field(entry.field), "direction": "desc" if entry.descending else "asc"}
                for entry in query.order
            ]
        }
    return shown


def _field(name: str) -> dict[str, str]:
    return {"name": name, "encodedName": f'"{name}"' if " " in name else name}


def _shape(node: Node) -> dict[str, Any]:
    match node:
        case Group(operator=operator, parts=parts):
            return {"clauses": [_shape(part) for part in parts], "operator": operator}
        case Negation(part=part):
            return {"clauses": [_shape(part)], "operator": "not"}
        case Clause():
            return _clause(node)


def _clause(clause: Clause) -> dict[str, Any]:
    shown: dict[str, Any] = {"field": _field(clause.field), "operator": clause.operator}
    if clause.operands:
        shown["operand"] = _operands(clause.operands, clause.is_list)
    if clause.operator.startswith(("was", "changed")):
        shown["predicates"] = [
            {"operator": entry.operator, "operand": _operands(entry.operands, len(entry.operands) > 1)}
            for entry in clause.predicates
        ]
    return shown


def _operands(operands: tuple[Operand, ...], is_list: bool) -> dict[str, Any]:
    shown = [_operand(operand) for operand in operands]
    return {"values": shown} if is_list else shown[0]


def _operand(operand: Operand) -> dict[str, Any]:
    match operand:
        case Value(text=text, quoted=quoted):
            return {"value": text, "encodedValue": f'"{text}"' if quoted else text}
        case Function(name=name, arguments=arguments):
            return {"function": name, "arguments": list(arguments)}
        case Empty():
            return {"keyword": "empty"}
