"""The JSON Schema accepts what `load` accepts of a single file, and refuses a slip of the pen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest

from config.loading.json_schema import schema
from config.loading.yaml_nodes import parse

EXAMPLES = sorted((Path(__file__).parents[3] / "config" / "examples").glob("*.yaml"))


def validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(
        schema(), format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )


def data(text: str) -> Any:
    node, problems = parse(text, "t.yaml")
    assert node is not None
    assert problems == []
    return node.plain()


TOKEN = (
    "objectives: [{id: A, title: A, cycle: Q4, key_results: [{id: B, title: B, measure: {kind: metric, start: 1, target: 2, "
    'http: {url: "https://metrics.example", token: NAME}}}]}]'
)


def test_it_is_a_schema_of_the_dialect_it_names() -> None:
    found = schema()
    jsonschema.Draft202012Validator.check_schema(found)
    assert found["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert "required" not in found


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.name)
def test_each_example_file_is_valid(file: Path) -> None:
    validator().validate(data(file.read_text(encoding="utf-8")))


def test_every_key_is_described() -> None:
    found = schema()
    bare = [
        f"{name}.{key}"
        for name, model in {"top": found, **found["$defs"]}.items()
        for key, about in model["properties"].items()
        if not (about.get("description") or "$ref" in about)
    ]
    assert bare == []


@pytest.mark.parametrize(
    "text",
    [
        "polcy: {}",
        "policy: {grace_days: -1}",
        "cycles: {Q4: {start: soon, end: 2026-12-31}}",
        "trackers: {jira: {kind: gitlab}}",
        "trackers: {jira: {kind: linear, scope: {teams: []}}}",
        "objectives: []",
        "objectives: [{id: A, title: A, cycle: Q4, key_results: [{id: B, title: B, measure: {kind: metric}}]}]",
        "exempt: [{name: a, lables: [b]}]",
        TOKEN.replace("NAME", "METRICS_TOKEN"),
        TOKEN.replace("NAME", "TRUENORTH_JIRA_TOKEN"),
    ],
)
def test_a_slip_is_seen_in_the_editor(text: str) -> None:
    with pytest.raises(jsonschema.ValidationError):
        validator().validate(data(text))


def test_the_name_of_a_source_secret_is_seen_as_one() -> None:
    validator().validate(data(TOKEN.replace("NAME", "TRUENORTH_SOURCE_METRICS")))
