"""Fields that Linear's own SDK asks of every row, and that the sandbox has nothing to say about.

`@linear/sdk` selects nearly all fields of a type with each query. Those that `schema.graphql` leaves out stand
in `sdk_fields.graphql` (made by `tests/support/clients/sdk_schema.py` from the SDK's documents and the real schema) and
`sdk_newer.graphql`. They are answered by the row's attribute of that name, else by null, else by the empty
value of the type.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graphql import (
    FieldDefinitionNode,
    GraphQLEnumType,
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    InputValueDefinitionNode,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    TypeDefinitionNode,
    parse,
    print_ast,
)

from connectors.sandbox.linear.entity_base import snake
from connectors.sandbox.linear.errors import InvalidInput

FILES = tuple(Path(__file__).with_name(name) for name in ("sdk_fields.graphql", "sdk_newer.graphql"))

_EMPTY: dict[str, Any] = {"Boolean": False, "Int": 0, "Float": 0.0, "JSONObject": {}}
_NOTHING: Any = object()
_BLANK: Any = object()
"""Stands for an object that has to be there; all its fields are empty in their turn."""


@dataclass(frozen=True, slots=True)
class Widened:
    """A schema as text, and what of it is not the core's: fields by path, as `Issue.cycle`, and arguments."""

    text: str
    fields: frozenset[str]
    arguments: Mapping[str, frozenset[str]]


def widened(core: str, more: Iterable[str]) -> Widened:
    """The schema `core` with what `more` adds to it.

    What both have, types as well as fields, is the core's, so that the core can grow at any time; of a field in
    both, only arguments that the core's lacks are taken over.
    """
    found = _Merge(core)
    for text in more:
        found.add(text)
    return found.result()


class _Merge:
    def __init__(self, core: str) -> None:
        self.fields: frozenset[str] = frozenset()
        self.arguments: dict[str, frozenset[str]] = {}
        self.parts: dict[str, str] = {}
        self.types: dict[str, dict[str, _Field]] = {}
        self.heads: dict[str, str] = {}
        self._take(core, is_core=True)

    def add(self, text: str) -> None:
        self._take(text, is_core=False)

    def result(self) -> Widened:
        types = [
            "\n".join([head, "{", *(field.text() for field in self.types[name].values()), "}"])
            for name, head in self.heads.items()
        ]
        # An extension of a type that nothing defines has no place.
        fields = frozenset(path for path in self.fields if path.partition(".")[0] in self.heads)
        return Widened("\n".join([*self.parts.values(), *types]), fields, self.arguments)

    def _take(self, text: str, *, is_core: bool) -> None:
        for node in parse(text).definitions:
            name = node.name.value if isinstance(node, (TypeDefinitionNode, ObjectTypeExtensionNode)) else ""
            if not isinstance(node, (ObjectTypeDefinitionNode, ObjectTypeExtensionNode)):
                self.parts.setdefault(name or print_ast(node), print_ast(node))
                continue
            if isinstance(node, ObjectTypeDefinitionNode):
                self.heads.setdefault(name, _head(node))
            known = self.types.setdefault(name, {})
            for field in node.fields or ():
                self._field(f"{name}.{field.name.value}", known, field, is_core=is_core)

    def _field(
        self, path: str, known: dict[str, _Field], node: FieldDefinitionNode, *, is_core: bool
    ) -> None:
        name = node.name.value
        arguments = {one.name.value: _argument(one) for one in node.arguments or ()}
        have = known.get(name)
        if have is None:
            known[name] = _Field(name, arguments, print_ast(node.type))
            if not is_core:
                self.fields |= {path}
            return
        further = {key: kind for key, kind in arguments.items() if key not in have.arguments}
        if further:
            have.arguments.update(further)
            self.arguments[path] = self.arguments.get(path, frozenset()) | further.keys()


@dataclass(slots=True)
class _Field:
    name: str
    arguments: dict[str, str]
    type: str

    def text(self) -> str:
        shown = ", ".join(f"{name}: {kind}" for name, kind in self.arguments.items())
        return f"  {self.name}({shown}): {self.type}" if shown else f"  {self.name}: {self.type}"


def _head(node: ObjectTypeDefinitionNode) -> str:
    implements = " & ".join(one.name.value for one in node.interfaces or ())
    return f"type {node.name.value}" + (f" implements {implements}" if implements else "")


def _argument(node: InputValueDefinitionNode) -> str:
    default = f" = {print_ast(node.default_value)}" if node.default_value else ""
    return print_ast(node.type) + default


def reject_arguments(resolve: Callable[..., Any], names: frozenset[str]) -> Callable[..., Any]:
    """The resolver of a field some of whose arguments are there only to be left out."""

    def guarded(row: Any, info: Any, **args: Any) -> Any:
        for name in names & args.keys():
            if args.pop(name) is not None:
                raise InvalidInput(f"{name} is not supported", f"The sandbox has no use for {name}.")
        return resolve(row, info, **args)

    return guarded


def resolver(name: str, field: GraphQLField) -> Callable[..., Any]:
    """What answers for an added field that is no connection."""
    attribute, empty = snake(name), _empty(field.type)

    def resolve(row: Any, _info: Any, **_args: Any) -> Any:
        value = row.get(name, _NOTHING) if isinstance(row, dict) else getattr(row, attribute, _NOTHING)
        return empty if value is _NOTHING or (value is None and empty is not None) else value

    return resolve


def _empty(kind: Any) -> Any:
    if not isinstance(kind, GraphQLNonNull):
        return None
    inner = kind.of_type
    if isinstance(inner, GraphQLList):
        return []
    if isinstance(inner, GraphQLEnumType):
        return next(iter(inner.values.values())).value
    if inner.name in _EMPTY:
        return _EMPTY[inner.name]
    return _BLANK if hasattr(inner, "fields") else ""
