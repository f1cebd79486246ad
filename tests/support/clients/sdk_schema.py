"""What Linear's own SDK asks for, and the schema that the sandbox needs for it.

`python -m tests.support.clients.sdk_schema` writes `sdk_fields.graphql` and `sdk_newer.graphql` in
`connectors/sandbox/linear` anew: from the SDK's documents and declarations, and from the real schema in the
contract folder. Run it after `schema.graphql` has grown.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
    OperationDefinitionNode,
    SelectionSetNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    build_schema,
    get_named_type,
    parse,
    visit,
)

from connectors.sandbox.linear import sdk_fields
from connectors.sandbox.linear.sdk_fields import widened
from tests.support.clients import node
from tests.support.clients.sdk_declared import younger

CONTRACT = Path(__file__).parents[4] / "shared" / "contracts" / "linear.schema.graphql"
CORE = Path(sdk_fields.__file__).with_name("schema.graphql")
FIELDS, NEWER = sdk_fields.FILES

_HEAD = """\
# Fields that `@linear/sdk` selects in the documents that the sandbox serves, as far as schema.graphql lacks them.
# Written by tests/support/clients/sdk_schema.py from the SDK's documents and Linear's schema; do not edit by hand.
"""


def contract() -> str:
    """Linear's schema in the contract folder."""
    return CONTRACT.read_text(encoding="utf-8")


def real_schema(newer: str | None = None) -> GraphQLSchema:
    """Linear's schema of the contract, with the younger fields of the SDK: those on file, or `newer`."""
    more = NEWER.read_text(encoding="utf-8") if newer is None else newer
    return build_schema(widened(contract(), [more]).text, assume_valid=True)


def core_schema() -> GraphQLSchema:
    """What the sandbox serves of its own accord."""
    return build_schema(CORE.read_text(encoding="utf-8"))


def documents() -> dict[str, DocumentNode]:
    """The SDK's documents by name."""
    found: dict[str, str] = json.loads(node.run("documents.mjs"))
    return {name: parse(text) for name, text in found.items()}


def served(
    every: dict[str, DocumentNode], core: GraphQLSchema, real: GraphQLSchema
) -> dict[str, DocumentNode]:
    """The documents whose root field and whose types on the way to the fields the sandbox has."""
    return {name: document for name, document in every.items() if _is_served(document, core, real)}


def _is_served(document: DocumentNode, core: GraphQLSchema, real: GraphQLSchema) -> bool:
    operation = next(one for one in document.definitions if isinstance(one, OperationDefinitionNode))
    root = core.get_root_type(operation.operation)
    whole = real.get_root_type(operation.operation)
    if root is None or whole is None:
        return False
    asked = [one for one in operation.selection_set.selections if isinstance(one, FieldNode)]
    if any(one.name.value not in root.fields for one in asked):
        return False
    return all(name in core.type_map for name in _on_the_way(whole, operation.selection_set))


def _on_the_way(parent: GraphQLObjectType, selections: SelectionSetNode) -> Iterator[str]:
    """Names of the types of the fields that the operation itself selects from, fragments aside."""
    for one in selections.selections:
        if not isinstance(one, FieldNode) or one.selection_set is None:
            continue
        field = parent.fields.get(one.name.value)
        kind = get_named_type(field.type) if field is not None else None
        if not isinstance(kind, GraphQLObjectType):
            yield "?"
            continue
        yield kind.name.removesuffix("Connection")
        yield from _on_the_way(kind, one.selection_set)


class _Used(Visitor):
    """Collects the fields and arguments that documents use, by type."""

    def __init__(self, info: TypeInfo, used: dict[str, dict[str, set[str]]]) -> None:
        super().__init__()
        self._info, self._used = info, used

    def enter_field(self, found: FieldNode, *_: Any) -> None:
        parent = self._info.get_parent_type()
        if parent is not None and not found.name.value.startswith("__"):
            names = self._used[parent.name].setdefault(found.name.value, set())
            names.update(argument.name.value for argument in found.arguments or ())


def wanting(
    selected: dict[str, DocumentNode], core: GraphQLSchema, real: GraphQLSchema, older: GraphQLSchema
) -> str:
    """The schema language for what the documents use and the core does not have, as far as `older` knows it."""
    used: dict[str, dict[str, set[str]]] = defaultdict(dict)
    for document in selected.values():
        info = TypeInfo(real)
        visit(document, TypeInfoVisitor(info, _Used(info, used)))
    parts: dict[str, str] = {}
    mentioned: set[str] = set()
    for name, asked in used.items():
        theirs, mine = older.type_map.get(name), core.type_map.get(name)
        if not isinstance(theirs, GraphQLObjectType):
            continue
        known = mine.fields if isinstance(mine, GraphQLObjectType) else {}
        lines = []
        for field_name, arguments in sorted(asked.items()):
            if field_name not in theirs.fields:
                continue
            field, have = theirs.fields[field_name], known.get(field_name)
            further = sorted((arguments & set(field.args)) - set(have.args if have is not None else ()))
            if have is not None and not further:
                continue
            lines.append(f"  {_signature(field_name, field, further)}")
            mentioned |= {get_named_type(field.args[argument].type).name for argument in further}
            mentioned.add(get_named_type(field.type).name)
        if lines:
            verb = "type" if mine is None else "extend type"
            parts[name] = "\n".join([f"{verb} {name} {{", *lines, "}"])
    _declare(mentioned, parts, core, older)
    return _HEAD + "".join(f"\n{parts[name]}\n" for name in sorted(parts))


def _signature(name: str, field: GraphQLField, arguments: list[str]) -> str:
    shown = ", ".join(f"{argument}: {field.args[argument].type}" for argument in arguments)
    return f"{name}({shown}): {field.type}" if shown else f"{name}: {field.type}"


def _declare(mentioned: set[str], parts: dict[str, str], core: GraphQLSchema, real: GraphQLSchema) -> None:
    """Add the enums, scalars, unions and inputs that the fields need, and what these need in turn."""
    waiting = sorted(mentioned)
    while waiting:
        name = waiting.pop()
        kind = real.type_map[name]
        if name in parts or name in core.type_map:
            continue
        match kind:
            case GraphQLEnumType():
                parts[name] = "\n".join([f"enum {name} {{", *(f"  {value}" for value in kind.values), "}"])
            case GraphQLScalarType() if name not in ("String", "Int", "Float", "Boolean", "ID"):
                parts[name] = f"scalar {name}"
            case GraphQLUnionType():
                parts[name] = f"union {name} = " + " | ".join(one.name for one in kind.types)
            case GraphQLInputObjectType():
                lines = [f"  {key}: {one.type}" for key, one in kind.fields.items()]
                parts[name] = "\n".join([f"input {name} {{", *lines, "}"])
                waiting += [get_named_type(one.type).name for one in kind.fields.values()]


def written() -> tuple[str, str]:
    """What the two files hold when they are up to date."""
    core, every, older = core_schema(), documents(), contract()
    oldest = build_schema(older, assume_valid=True)
    newer = younger(served(every, core, oldest).values(), older)
    whole = real_schema(newer)
    return wanting(served(every, core, whole), core, whole, oldest), newer


if __name__ == "__main__":
    for file, text in zip(sdk_fields.FILES, written(), strict=True):
        file.write_text(text, encoding="utf-8")
