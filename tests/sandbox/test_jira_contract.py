"""Replies of the Jira site against the vendor's own OpenAPI document, which lives beside the repository."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator
from referencing import Registry
from referencing.jsonschema import DRAFT4

from tests.sandbox.jira_client import Jira, paragraph, running

DOCUMENT = Path(__file__).parents[3] / "shared" / "contracts" / "jira-cloud-v3.openapi.json"
ADF = DOCUMENT.with_name("adf.schema.json")

pytestmark = pytest.mark.skipif(
    not DOCUMENT.exists(), reason="the contract files are not beside the repository"
)


@pytest.fixture(scope="module")
def contract() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(DOCUMENT.read_text())
    return found


@pytest.fixture(scope="module")
def jira() -> Iterator[Jira]:
    with running(100) as client:
        body = {"body": paragraph("hello"), "properties": [{"key": "truenorth", "value": {"v": 1}}]}
        client.post("issue/WEB-1/comment", json=body)
        client.put("issue/WEB-1/properties/truenorth", json={"v": 1})
        client.put("issue/WEB-1", json={"fields": {"customfield_10102": 5}})
        link = {"globalId": "a", "object": {"url": "https://x.example", "title": "A"}}
        client.post("issue/WEB-1/remotelink", json=link)
        yield client


def meant(schema: Any) -> Any:
    """The schema as the vendor means it: `nullable` taken in, and alternatives that can be met."""
    if isinstance(schema, list):
        return [meant(entry) for entry in schema]
    if not isinstance(schema, dict):
        return schema
    made = {
        key: meant(value) for key, value in schema.items() if key not in ("nullable", "format", "example")
    }
    if {"anyOf", "oneOf", "allOf"} & set(schema):
        # A closed shell around open alternatives, which nothing could ever satisfy.
        made.pop("additionalProperties", None)
    if schema.get("nullable") and isinstance(made.get("type"), str):
        made["type"] = [made["type"], "null"]
    return made


def without_nulls(value: Any) -> Any:
    """The value without null members: the real site sends them everywhere, the document allows them nowhere."""
    if isinstance(value, list):
        return [without_nulls(entry) for entry in value]
    if isinstance(value, dict):
        return {key: without_nulls(entry) for key, entry in value.items() if entry is not None}
    return value


CALLS: list[tuple[str, str, str, Any, int]] = [
    ("get", "/myself", "myself", None, 200),
    ("get", "/serverInfo", "serverInfo", None, 200),
    ("get", "/field", "field", None, 200),
    ("get", "/issuetype", "issuetype", None, 200),
    ("get", "/priority", "priority", None, 200),
    ("get", "/project/search", "project/search", None, 200),
    ("get", "/project/{projectIdOrKey}", "project/WEB", None, 200),
    ("get", "/mypermissions", "mypermissions?permissions=EDIT_ISSUES", None, 200),
    ("get", "/search/jql", "search/jql?jql=project=WEB&fields=*all&expand=names", None, 200),
    ("post", "/search/jql", "search/jql", {"jql": "project = WEB", "fields": ["*all"]}, 200),
    ("post", "/search/approximate-count", "search/approximate-count", {"jql": "project = WEB"}, 200),
    (
        "post",
        "/jql/parse",
        "jql/parse",
        {"queries": ["project = WEB and labels in (a, b) order by key", "x ="]},
        200,
    ),
    (
        "post",
        "/issue/bulkfetch",
        "issue/bulkfetch",
        {"issueIdsOrKeys": ["WEB-1"], "properties": ["truenorth"]},
        200,
    ),
    ("get", "/issue/{issueIdOrKey}", "issue/WEB-1?expand=changelog&properties=truenorth", None, 200),
    ("get", "/issue/{issueIdOrKey}/properties", "issue/WEB-1/properties", None, 200),
    ("get", "/issue/{issueIdOrKey}/properties/{propertyKey}", "issue/WEB-1/properties/truenorth", None, 200),
    ("get", "/issue/{issueIdOrKey}/comment", "issue/WEB-1/comment?expand=properties", None, 200),
    ("post", "/issue/{issueIdOrKey}/comment", "issue/WEB-1/comment", {"body": paragraph("x")}, 201),
    ("get", "/issue/{issueIdOrKey}/changelog", "issue/WEB-1/changelog", None, 200),
    ("get", "/issue/{issueIdOrKey}/transitions", "issue/WEB-1/transitions", None, 200),
    ("get", "/issue/{issueIdOrKey}/remotelink", "issue/WEB-1/remotelink", None, 200),
    (
        "post",
        "/issue/{issueIdOrKey}/remotelink",
        "issue/WEB-1/remotelink",
        {"globalId": "b", "object": {"url": "https://x.example", "title": "B"}},
        201,
    ),
    (
        "post",
        "/issue",
        "issue",
        {"fields": {"project": {"key": "WEB"}, "issuetype": {"name": "Task"}, "summary": "x"}},
        201,
    ),
]


@pytest.mark.parametrize(("method", "path", "call", "body", "status"), CALLS)
def test_a_reply_is_what_the_contract_promises(
    jira: Jira, contract: dict[str, Any], method: str, path: str, call: str, body: Any, status: int
) -> None:
    reply = jira.request(method, call, json=body)
    assert reply.status_code == status, reply.text
    promised = contract["paths"][f"/rest/api/3{path}"][method]["responses"][str(status)]
    schema = meant(promised["content"]["application/json"]["schema"])
    components = meant({"components": contract["components"]})
    registry: Registry[Any] = Registry().with_resource("urn:jira", DRAFT4.create_resource(components))
    text = json.dumps(schema).replace('"#/components', '"urn:jira#/components')
    problems = [
        f"{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}"
        for error in Draft4Validator(json.loads(text), registry=registry).iter_errors(
            without_nulls(reply.json())
        )
    ]
    assert problems == []


def test_the_documents_of_the_world_are_adf(jira: Jira) -> None:
    schema = json.loads(ADF.read_text())
    validator = Draft4Validator(schema)
    bodies = [issue.description for issue in jira.site.issues.values() if issue.description]
    bodies += [comment.body for issue in jira.site.issues.values() for comment in issue.comments.values()]
    assert len(bodies) > 20
    for body in bodies:
        assert validator.is_valid(body), body
