"""Linear's real schema as the judge of documents and replies."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLAbstractType,
    GraphQLEnumType,
    GraphQLError,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    OperationDefinitionNode,
    execute_sync,
    get_operation_ast,
    parse,
    validate,
)
from graphql.execution.values import get_variable_values

from connectors.sandbox.recorder import Exchange
from tests.support.clients.sdk_schema import real_schema


class LinearContract:
    """What the real schema has to say of an exchange."""

    def __init__(self) -> None:
        # With the younger fields that Linear's own SDK asks for and declares, which the file does not know yet.
        self._schema: GraphQLSchema = real_schema()
        self._validated = lru_cache(maxsize=4096)(self._validate)
        self._words = frozenset(self._schema.type_map) | {
            value
            for one in self._schema.type_map.values()
            if isinstance(one, GraphQLEnumType)
            for value in one.values
        }
        self._right: set[tuple[object, ...]] = set()
        """Documents with shapes of replies that fit them."""

    def problems(self, exchange: Exchange, *, ours: bool) -> Iterator[str]:
        """Every breach, as a sentence.

        Documents of others may be wrong on purpose, as long as the sandbox refuses them: what it answers with
        data must be right by the real schema whoever asked.
        """
        reply = _decoded(exchange.reply)
        data = reply.get("data") if isinstance(reply, dict) else None
        if not exchange.broken:
            yield from _envelope(reply)
        elif not ours:
            return
        asked = _decoded(exchange.body)
        if not isinstance(asked, dict) or not isinstance(asked.get("query"), str):
            if ours:
                yield "the request is no GraphQL request"
            return
        if not ours and not isinstance(data, dict):
            return
        document, faults = self._validated(asked["query"])
        if document is None or faults:
            yield from (f"request: {fault}" for fault in faults)
            return
        given, name = asked.get("variables") or {}, asked.get("operationName")
        operation = get_operation_ast(document, name)
        if operation is None:
            yield f"request: there is no operation {name!r}"
            return
        coerced = get_variable_values(self._schema, operation.variable_definitions or (), given)
        if isinstance(coerced, list):
            yield from (f"request: {error.message}" for error in coerced)
            return
        if isinstance(data, dict) and not exchange.broken:
            nulled = {
                tuple(one.get("path") or ()) for one in reply.get("errors") or () if isinstance(one, dict)
            }
            # Which fields are included depends on flags alone; all variables were looked at above.
            flags = tuple(sorted((key, one) for key, one in given.items() if isinstance(one, bool)))
            alike = (asked["query"], name, frozenset(given), flags, self._shape(data))
            if nulled or alike not in self._right:
                found = list(self._reply(document, operation, given, data, nulled))
                if not (nulled or found):
                    self._right.add(alike)
                yield from found

    def _shape(self, value: Any) -> object:
        """Equal for values of which one verdict holds for all: names of types and enums stay, other texts and numbers go.

        The schema's own scalars take any value of a type, but for whole numbers beyond 32 bits.
        """
        if isinstance(value, dict):
            return tuple((name, self._shape(one)) for name, one in value.items())
        if isinstance(value, list):
            return frozenset(map(self._shape, value))
        if isinstance(value, str):
            return value if value in self._words else str
        if isinstance(value, int) and not isinstance(value, bool):
            return int, -(2**31) <= value < 2**31
        return (float, value.is_integer()) if isinstance(value, float) else type(value)

    def _validate(self, query: str) -> tuple[DocumentNode | None, list[str]]:
        try:
            document = parse(query)
        except GraphQLError as error:
            return None, [error.message]
        return document, [error.message for error in validate(self._schema, document)]

    def _reply(
        self,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        variables: dict[str, Any],
        data: dict[str, Any],
        nulled: set[tuple[Any, ...]],
    ) -> Iterator[str]:
        """Executes the document on the reply itself: what fits comes out as it went in."""
        name = operation.name.value if operation.name else None
        again = execute_sync(
            self._schema,
            document,
            root_value=data,
            variable_values=variables,
            operation_name=name,
            field_resolver=_from_reply,
            type_resolver=_type_of,
        )
        for error in again.errors or ():
            if tuple(error.path or ()) not in nulled:
                yield f"reply: {'.'.join(map(str, error.path or ()))}: {error.message}"
        if not again.errors:
            place = _difference(data, again.data, "data")
            if place:
                yield f"reply: {place}"


def _envelope(reply: Any) -> Iterator[str]:
    """What GraphQL's specification (section 7.1) asks of a reply whatever the document, also of refusals."""
    if not isinstance(reply, dict):
        yield "reply: it is no JSON object"
        return
    if extra := reply.keys() - {"data", "errors", "extensions"}:
        yield f"reply: {sorted(extra)} stands beside data and errors"
    errors = reply.get("errors")
    if "errors" in reply and not (isinstance(errors, list) and errors):
        yield "reply: errors is no list, or an empty one"
    elif any(not isinstance(one, dict) or not isinstance(one.get("message"), str) for one in errors or ()):
        yield "reply: an error has no message"
    if not isinstance(reply.get("data"), dict) and not errors:
        yield "reply: it has neither data nor errors"


def _from_reply(source: Any, info: GraphQLResolveInfo[Any], **_: Any) -> Any:
    key = info.path.key
    if not isinstance(source, dict) or key not in source:
        raise GraphQLError(f"{key} is missing")
    return source[key]


def _type_of(value: Any, info: GraphQLResolveInfo[Any], kind: GraphQLAbstractType) -> str:
    """The type that the row names, or the first that has all its fields."""
    if "__typename" in value:
        return str(value["__typename"])
    possible: list[GraphQLObjectType] = list(info.schema.get_possible_types(kind))
    fitting = [one.name for one in possible if set(value) <= set(one.fields)]
    return fitting[0] if fitting else possible[0].name


def _decoded(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _difference(sent: Any, meant: Any, place: str) -> str:
    """Where the two differ, in type or value; "" for nowhere. A Float may be written as a whole number."""
    if isinstance(sent, dict) and isinstance(meant, dict):
        if extra := sent.keys() - meant.keys():
            return f"{place}: {sorted(extra)} was not asked for"
        return next(filter(None, (_difference(sent[k], meant[k], f"{place}.{k}") for k in meant)), "")
    if isinstance(sent, list) and isinstance(meant, list):
        pairs = enumerate(zip(sent, meant, strict=True))
        return next(filter(None, (_difference(a, b, f"{place}.{n}") for n, (a, b) in pairs)), "")
    number = isinstance(sent, int | float) and isinstance(meant, int | float) and not isinstance(sent, bool)
    if sent != meant or (type(sent) is not type(meant) and not number):
        return f"{place}: {sent!r} should be {meant!r}"
    return ""
