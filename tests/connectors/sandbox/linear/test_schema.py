"""The sandbox's part of Linear's schema against the whole, and against the code that answers for it."""

from __future__ import annotations

from pathlib import Path

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
)

from connectors.sandbox.linear.graph import schema
from connectors.sandbox.linear.sdk_fields import FILES, widened

CONTRACT = Path(__file__).parents[5] / "shared" / "contracts" / "linear.schema.graphql"


@pytest.fixture(scope="module")
def real() -> GraphQLSchema:
    if not CONTRACT.exists():
        pytest.skip("the contract folder ../shared is not beside the repository")
    # Younger fields of the real one are declared by Linear's SDK: tests/clients checks them there.
    newer = FILES[1].read_text(encoding="utf-8")
    text = widened(CONTRACT.read_text(encoding="utf-8"), [newer]).text
    return build_schema(text, assume_valid=True)


def ours() -> list[str]:
    return [name for name in schema().type_map if not name.startswith("__")]


def test_every_type_and_field_is_the_real_one(real: GraphQLSchema) -> None:
    differing = []
    for name in ours():
        kind, theirs = schema().type_map[name], real.type_map.get(name)
        if type(kind) is not type(theirs):
            differing.append(name)
        elif isinstance(kind, (GraphQLObjectType, GraphQLInputObjectType)):
            assert isinstance(theirs, (GraphQLObjectType, GraphQLInputObjectType))
            differing += [
                f"{name}.{field}: {mine.type}"
                for field, mine in kind.fields.items()
                if field not in theirs.fields or str(theirs.fields[field].type) != str(mine.type)
            ]
        elif isinstance(kind, GraphQLEnumType):
            assert isinstance(theirs, GraphQLEnumType)
            assert set(kind.values) == set(theirs.values), name
    assert differing == []


def test_every_argument_is_the_real_one_and_no_required_one_is_missing(real: GraphQLSchema) -> None:
    differing = []
    for name in ours():
        kind, theirs = schema().type_map[name], real.type_map[name]
        if not isinstance(kind, GraphQLObjectType) or not isinstance(theirs, GraphQLObjectType):
            continue
        for field, mine in kind.fields.items():
            known = {arg: str(one.type) for arg, one in theirs.fields[field].args.items()}
            differing += [
                f"{name}.{field}({arg})" for arg, one in mine.args.items() if known.get(arg) != str(one.type)
            ]
            differing += [
                f"{name}.{field} lacks {arg}"
                for arg, type_ in known.items()
                if type_.endswith("!") and arg not in mine.args
            ]
    assert differing == []


def test_no_required_input_field_is_missing(real: GraphQLSchema) -> None:
    for name in ours():
        kind, theirs = schema().type_map[name], real.type_map[name]
        if isinstance(kind, GraphQLInputObjectType) and isinstance(theirs, GraphQLInputObjectType):
            required = {field for field, one in theirs.fields.items() if str(one.type).endswith("!")}
            assert required <= set(kind.fields), name
