"""The sandbox's schema against what Linear's own SDK asks of it."""

from __future__ import annotations

import pytest
from graphql import DocumentNode, GraphQLSchema, validate

from connectors.sandbox.linear.graph import schema
from connectors.sandbox.linear.sdk_fields import FILES
from tests.support.clients import sdk_schema


@pytest.fixture(scope="module")
def real() -> GraphQLSchema:
    if not sdk_schema.CONTRACT.exists():
        pytest.skip("the contract folder ../shared is not beside the repository")
    return sdk_schema.real_schema()


@pytest.fixture(scope="module")
def selected(real: GraphQLSchema) -> dict[str, DocumentNode]:
    """The documents of the SDK that the sandbox is to serve."""
    return sdk_schema.served(sdk_schema.documents(), sdk_schema.core_schema(), real)


def test_every_document_of_the_sdk_that_we_serve_is_valid(selected: dict[str, DocumentNode]) -> None:
    assert len(selected) > 80
    refused = {
        name: [error.message for error in errors]
        for name, document in selected.items()
        if (errors := validate(schema(), document))
    }
    assert refused == {}, "run python -m tests.support.clients.sdk_schema"


@pytest.mark.usefixtures("real")
def test_what_is_on_file_is_what_the_sdk_needs_and_declares() -> None:
    on_file = tuple(file.read_text(encoding="utf-8") for file in FILES)
    assert on_file == sdk_schema.written(), "run python -m tests.support.clients.sdk_schema"
