"""What a query costs. Wire facts: contracts/linear.md, section 4."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
)

from connectors.sandbox.linear.errors import BadRequest
from connectors.sandbox.linear.paging import DEFAULT_SIZE

MOST = 10_000
"""The largest complexity of one query, for every credential."""

_SCALAR, _OBJECT = 0.1, 1.0

_Composite = GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType


def complexity(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Mapping[str, Any],
) -> float:
    """Points of the operation by its shape alone: 0.1 a scalar, 1 an object, a connection multiplies its children.

    A connection counts nothing itself, its `nodes`, `edges` and `pageInfo` one each with their fields, all times
    `first` or `last`, or 50: the one reading under which the measured scores of the contract agree.
    """
    fragments = {
        node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
    }
    root = schema.get_root_type(operation.operation)
    assert root is not None  # noqa: S101  validation has found it
    defaults = {
        one.variable.name.value: int(one.default_value.value)
        for one in operation.variable_definitions or ()
        if isinstance(one.default_value, IntValueNode)
    }
    return _Scorer(schema, fragments, {**defaults, **variables}).of(root, operation.selection_set)


class _Scorer:
    def __init__(
        self,
        schema: GraphQLSchema,
        fragments: Mapping[str, FragmentDefinitionNode],
        variables: Mapping[str, Any],
    ) -> None:
        self.schema = schema
        self.fragments = fragments
        self.variables = variables
        self._scores: dict[str, float] = {}

    def of(self, parent: _Composite, selected: SelectionSetNode) -> float:
        total = 0.0
        for node in selected.selections:
            match node:
                case FieldNode():
                    total += self._field(parent, node)
                case FragmentSpreadNode():
                    total += self._fragment(node.name.value)
                case InlineFragmentNode():
                    name = node.type_condition.name.value if node.type_condition else parent.name
                    total += self._within(name, node.selection_set)
        return total

    def _fragment(self, name: str) -> float:
        """Each fragment is scored once: spreads in spreads could name it millions of times."""
        if name not in self._scores:
            fragment = self.fragments[name]
            self._scores[name] = self._within(fragment.type_condition.name.value, fragment.selection_set)
        return self._scores[name]

    def _within(self, name: str, selected: SelectionSetNode) -> float:
        kind = self.schema.type_map[name]
        assert isinstance(kind, _Composite)  # noqa: S101  validated
        return self.of(kind, selected)

    def _field(self, parent: _Composite, node: FieldNode) -> float:
        field = None if isinstance(parent, GraphQLUnionType) else parent.fields.get(node.name.value)
        if field is None or node.selection_set is None:
            return _SCALAR
        kind = get_named_type(field.type)
        assert isinstance(kind, _Composite)  # noqa: S101  it has fields, or types that have
        inner = self.of(kind, node.selection_set)
        # A search's payload is a connection by another name.
        is_list = kind.name.endswith(("Connection", "SearchPayload"))
        return inner * self._size(node) if is_list else _OBJECT + inner

    def _size(self, node: FieldNode) -> int:
        for argument in node.arguments or ():
            if argument.name.value in ("first", "last"):
                size = self._number(argument.value)
                if size is not None:
                    return max(size, 0)
        return DEFAULT_SIZE

    def _number(self, node: ValueNode) -> int | None:
        if isinstance(node, VariableNode):
            value = self.variables.get(node.name.value)
            return value if isinstance(value, int) else None
        return int(node.value) if isinstance(node, IntValueNode) else None


def refuse_beyond_cap(points: float) -> None:
    """Raises BadRequest for a query that is too complex, whoever asks."""
    if points > MOST:
        raise BadRequest(
            "Query too complex",
            f"The query is too complex. Complexity: {points}. Maximum allowed complexity: {MOST}.",
        )
