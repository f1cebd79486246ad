"""What Linear's own SDK declares beyond the schema of the contract, read from its TypeScript declarations."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from graphql import (
    ArgumentNode,
    DocumentNode,
    FieldNode,
    GraphQLSchema,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    build_schema,
    visit,
)

from connectors.sandbox.linear.sdk_fields import widened
from tests.support.clients import node

HEAD = """\
# Fields and arguments that `@linear/sdk` uses and the contract's schema of July 2026 does not know yet.
# Written by tests/support/clients/sdk_schema.py from the SDK's own declarations, dist/index-*.d.mts; do not edit by hand.
"""

Missing = dict[tuple[str, str], set[str]]
"""By type and field: the arguments that the contract lacks; none where it lacks the field itself."""


class Declarations:
    """The SDK's declarations of the schema's types."""

    def __init__(self) -> None:
        (file,) = (node.packages() / "node_modules/@linear/sdk/dist").glob("index-*.d.mts")
        self._text = file.read_text(encoding="utf-8")

    def field(self, owner: str, name: str) -> str:
        """The field's type in the schema's language."""
        return _graphql(self._member(owner, name))

    def argument(self, owner: str, field: str, name: str) -> str:
        """The argument's type in the schema's language."""
        return _graphql(self._member(f"{owner}{field[0].upper()}{field[1:]}Args", name))

    def enum(self, name: str) -> list[str] | None:
        """The values of an enumeration, None where it is something else."""
        found = re.search(rf"^declare enum {name} \{{\n(.*?)^\}}", self._text, re.MULTILINE | re.DOTALL)
        return sorted(re.findall(r'= "(\w+)"', found[1])) if found else None

    def _member(self, block: str, name: str) -> tuple[bool, str]:
        """Whether a member may be left out, and its TypeScript type."""
        found = re.search(rf"^type {block} = [^{{]*\{{\n(.*?)^\}};", self._text, re.MULTILINE | re.DOTALL)
        assert found is not None, f"the SDK does not declare {block}"
        line = re.search(rf"^  {name}(\??): (.*);$", found[1], re.MULTILINE)
        assert line is not None, f"the SDK does not declare {block}.{name}"
        return bool(line[1]), line[2]


def _graphql(member: tuple[bool, str]) -> str:
    _, shown = member
    inner = re.fullmatch(r"(?:Input)?Maybe<(.*)>", shown)
    return _bare(inner[1]) if inner else f"{_bare(shown)}!"


def _bare(shown: str) -> str:
    if listed := re.fullmatch(r"Array<(.*)>", shown):
        return f"[{_graphql((False, listed[1]))}]"
    scalar = re.fullmatch(r'Scalars\["(\w+)"\]', shown)
    return scalar[1] if scalar else shown


class _Unknown(Visitor):
    """Collects what documents use and the schema does not have."""

    def __init__(self, info: TypeInfo, missing: Missing) -> None:
        super().__init__()
        self._info, self._missing = info, missing

    def enter_field(self, found: FieldNode, *_: Any) -> None:
        parent = self._info.get_parent_type()
        if parent is not None and self._info.get_field_def() is None and found.name.value != "__typename":
            self._missing[parent.name, found.name.value].update()

    def enter_argument(self, found: ArgumentNode, _key: Any, _parent: Any, _path: Any, above: Any) -> None:
        field = above[-2] if isinstance(above[-1], (list, tuple)) else above[-1]
        owner = self._info.get_parent_type()
        known = self._info.get_field_def()
        if owner is not None and known is not None and found.name.value not in known.args:
            self._missing[owner.name, field.name.value].add(found.name.value)


def younger(documents: Iterable[DocumentNode], contract: str) -> str:
    """The schema language for what the documents use and the contract does not have."""
    declared, missing = Declarations(), Missing()
    asked, text = list(documents), ""
    while True:
        whole = build_schema(widened(contract, [text] if text else []).text, assume_valid=True)
        found: Missing = defaultdict(set)
        for document in asked:
            info = TypeInfo(whole)
            visit(document, TypeInfoVisitor(info, _Unknown(info, found)))
        if not found:
            return HEAD + text
        for key, arguments in found.items():
            missing.setdefault(key, set()).update(arguments)
        text = _written(missing, whole, declared)


def _written(missing: Missing, whole: GraphQLSchema, declared: Declarations) -> str:
    owners: dict[str, list[str]] = defaultdict(list)
    enums: dict[str, list[str]] = {}
    for (owner, name), arguments in sorted(missing.items()):
        kind = declared.field(owner, name)
        shown = ", ".join(f"{one}: {declared.argument(owner, name, one)}" for one in sorted(arguments))
        owners[owner].append(f"  {name}({shown}): {kind}" if shown else f"  {name}: {kind}")
        bare = kind.strip("[]!")
        values = declared.enum(bare)
        if values is not None and (bare not in whole.type_map or bare in enums):
            enums[bare] = values
    blocks = [
        "\n".join([f"enum {name} {{", *(f"  {one}" for one in values), "}"]) for name, values in enums.items()
    ]
    blocks += ["\n".join([f"extend type {owner} {{", *lines, "}"]) for owner, lines in owners.items()]
    return "".join(f"\n{block}\n" for block in sorted(blocks))
