"""The published JSON Schemas: valid themselves, named as the documents name them, open to what a later version adds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from sync.report.schemas.names import DOCUMENTS, Document, schema_name
from sync.report.schemas.published import schema_of
from tests.support.cli import Cli

PRINTED = tuple(one for one in DOCUMENTS if one != "report")
"""Those that commands print; report.json is a file, whose `format` is its version."""
EARLY: dict[str, Any] = {"unread": [], "not_run": "another run is at work"}
"""What any of the commands prints that came to nothing."""


def objects(value: Any) -> Iterator[dict[str, Any]]:
    """Every object of a schema that tells its keys."""
    if isinstance(value, dict):
        if isinstance(value.get("properties"), dict) and "type" in value:
            yield value
        for one in value.values():
            yield from objects(one)
    elif isinstance(value, list):
        for one in value:
            yield from objects(one)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_schema_is_one_and_names_itself(document: Document) -> None:
    schema = schema_of(document)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$id"] == f"urn:{schema_name(document)}".replace("/", ":")
    told = {str(one["properties"]["schema"]) for one in objects(schema) if "schema" in one["properties"]}
    assert told == (
        {str({"const": schema_name(document), "type": "string"})} if document in PRINTED else set()
    )


@pytest.mark.parametrize("document", DOCUMENTS)
def test_titles_stay_keys_and_nothing_has_a_default(document: Document) -> None:
    schema = schema_of(document)
    assert document == "orphans" or any("title" in one["properties"] for one in objects(schema))
    assert '"default": null' not in json.dumps(schema)
    assert all(one["description"] for one in objects(schema))


@pytest.mark.parametrize("document", PRINTED)
def test_new_keys_are_passed_over_but_for_the_strict(document: Document) -> None:
    printed = {"schema": schema_name(document), **EARLY}
    more = {**printed, "new_in_a_later_version": 1}
    for strict in (False, True):
        judge = jsonschema.Draft202012Validator(schema_of(document, strict=strict))
        assert judge.is_valid(printed)
        assert judge.is_valid(more) is not strict
    assert all(one["additionalProperties"] is False for one in objects(schema_of(document, strict=True)))


@pytest.mark.parametrize("document", PRINTED)
def test_another_version_or_document_is_not_valid(document: Document) -> None:
    judge = jsonschema.Draft202012Validator(schema_of(document))
    assert not judge.is_valid({"schema": f"{schema_name(document)}0", **EARLY})
    assert not judge.is_valid({"schema": "truenorth/brief/1", **EARLY})
    assert not judge.is_valid(EARLY)


def test_the_command_prints_it_and_knows_what_was_meant(run: Cli) -> None:
    assert json.loads(run("schema", "--of", "signals").out) == schema_of("signals")
    wrong = run("schema", "--of", "stauts")
    assert wrong.code == 2
    assert 'did you mean "status"?' in wrong.err
