"""Every document that we send is valid against Linear's schema and far below its complexity cap."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from graphql import (
    FieldNode,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    build_schema,
    parse,
    validate,
)
from msgspec.json import Decoder

from connectors.linear.api import complexity, mutations, project_queries, queries
from connectors.linear.api.mutations import MOST, Mutation, document
from connectors.linear.api.operation import Operation
from connectors.linear.write.batching import FEW_CARDS, LOOKED_AT, MANY_CARDS

ANY: Decoder[Any] = Decoder()
SCHEMA = Path(__file__).parents[4] / "shared" / "contracts" / "linear.schema.graphql"
OPERATIONS: dict[str, Operation[Any]] = {
    name: value
    for module in (queries, project_queries)
    for name, value in vars(module).items()
    if isinstance(value, Operation)
}
WRITES: dict[str, Mutation] = {
    name: value for name, value in vars(mutations).items() if isinstance(value, Mutation)
}


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    if not SCHEMA.exists():
        pytest.skip("the contracts folder ../shared/contracts does not stand beside the repository")
    return build_schema(SCHEMA.read_text())


@pytest.mark.parametrize("name", OPERATIONS)
def test_is_valid_against_the_real_schema(name: str, schema: GraphQLSchema) -> None:
    assert [error.message for error in validate(schema, parse(OPERATIONS[name].document))] == []


@pytest.mark.parametrize("name", OPERATIONS)
def test_stays_below_the_complexity_cap(name: str) -> None:
    assert points(OPERATIONS[name]) < 10_000


@pytest.mark.parametrize(
    ("issues", "cards"), [(LOOKED_AT, FEW_CARDS), (queries.ISSUES_NOW.page, MANY_CARDS)], ids=["few", "many"]
)
def test_a_look_stays_below_the_cap_with_few_and_with_many_attachments(issues: int, cards: int) -> None:
    sizes = {"first": issues, "cards": cards}
    assert complexity.points(queries.ISSUES_NOW.document, sizes) < 10_000


@pytest.mark.parametrize("name", OPERATIONS)
def test_costs_before_it_is_sent_what_the_rule_says(name: str) -> None:
    operation = OPERATIONS[name]
    sizes = dict.fromkeys(("first", "cards"), operation.page)
    assert complexity.points(operation.document, sizes) == pytest.approx(points(operation))


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_connection_is_bounded_and_tells_whether_it_has_more(name: str) -> None:
    for field in connections(root(OPERATIONS[name])):
        assert page_size(field, OPERATIONS[name].page) is not None, field.name.value
        assert {"nodes", "pageInfo"} <= {child.name.value for child in children(field)}, field.name.value


def test_nothing_is_left_unlisted() -> None:
    assert len(OPERATIONS) > 14
    assert len(WRITES) > 8


@pytest.mark.parametrize("name", WRITES)
def test_a_mutation_is_valid_alone_and_as_many(name: str, schema: GraphQLSchema) -> None:
    for count in (1, MOST):
        text = document([WRITES[name]] * count)
        assert [error.message for error in validate(schema, parse(text))] == []


def test_a_full_request_of_mixed_mutations_is_valid_and_far_below_the_cap(schema: GraphQLSchema) -> None:
    text = document((list(WRITES.values()) * MOST)[:MOST])
    assert [error.message for error in validate(schema, parse(text))] == []
    assert points(Operation(text, ANY)) == pytest.approx(1.1 * MOST)


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ("{ viewer { id } }", 1.1),
        ("{ issues(first: 100) { nodes { id } } }", 111.0),
        # 4.4 per relation, as measured on the live service.
        (
            (
                "{ issue(id: 1) { relations(first: 10) { pageInfo { hasNextPage } "
                "nodes { type issue { identifier state { type } } } } } }"
            ),
            46.0,
        ),
        ("{ projects(first: 2) { nodes { labels { nodes { id } } } } }", 115.0),
    ],
)
def test_the_rule_that_we_compute_by(document: str, expected: float) -> None:
    assert points(Operation(document, ANY)) == pytest.approx(expected)
    assert complexity.points(document, {}) == pytest.approx(expected)


# --- The documented rule: scalar 0.1, object 1, a connection multiplies its children by its size ---


def points(operation: Operation[Any]) -> float:
    return sum(_cost(field, operation.page) for field in root(operation))


def _cost(field: FieldNode, page: int) -> float:
    inner = children(field)
    if not inner:
        return 0.1
    below = sum(_cost(child, page) for child in inner)
    if any(child.name.value == "nodes" for child in inner):
        return 1 + (page_size(field, page) or 50) * below
    return 1 + below


def root(operation: Operation[Any]) -> list[FieldNode]:
    (definition,) = parse(operation.document).definitions
    assert isinstance(definition, OperationDefinitionNode)
    return fields_in(definition.selection_set)


def children(field: FieldNode) -> list[FieldNode]:
    return fields_in(field.selection_set) if field.selection_set else []


def fields_in(selection: SelectionSetNode) -> list[FieldNode]:
    fields = []
    for node in selection.selections:
        if isinstance(node, FieldNode):
            fields.append(node)
        elif isinstance(node, InlineFragmentNode):
            fields += fields_in(node.selection_set)
    return fields


def connections(fields: list[FieldNode]) -> list[FieldNode]:
    found = []
    for field in fields:
        inner = children(field)
        if any(child.name.value == "nodes" for child in inner):
            found.append(field)
        found += connections(inner)
    return found


def page_size(field: FieldNode, page: int) -> int | None:
    for argument in field.arguments or ():
        if argument.name.value == "first":
            if isinstance(argument.value, IntValueNode):
                return int(argument.value.value)
            assert isinstance(argument.value, VariableNode)
            return page
    return None
