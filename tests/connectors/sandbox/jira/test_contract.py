"""Replies of the Jira site against the vendor's own OpenAPI document, which lives beside the repository."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator

from tests.support.sandbox_jira_client import Jira, paragraph, running

ADF = Path(__file__).parents[5] / "shared" / "contracts" / "adf.schema.json"


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


CALLS: list[tuple[str, str, Any, int]] = [
    ("get", "myself", None, 200),
    ("get", "serverInfo", None, 200),
    ("get", "field", None, 200),
    ("get", "issuetype", None, 200),
    ("get", "priority", None, 200),
    ("get", "label", None, 200),
    ("get", "label?startAt=1&maxResults=2", None, 200),
    ("get", "project/search", None, 200),
    ("get", "project/WEB", None, 200),
    ("get", "mypermissions?permissions=EDIT_ISSUES", None, 200),
    ("get", "search/jql?jql=project=WEB&fields=*all&expand=names", None, 200),
    ("post", "search/jql", {"jql": "project = WEB", "fields": ["*all"]}, 200),
    ("post", "search/approximate-count", {"jql": "project = WEB"}, 200),
    (
        "post",
        "jql/parse",
        {"queries": ["project = WEB and labels in (a, b) order by key", "x ="]},
        200,
    ),
    (
        "post",
        "issue/bulkfetch",
        {"issueIdsOrKeys": ["WEB-1"], "properties": ["truenorth"]},
        200,
    ),
    ("get", "issue/WEB-1?expand=changelog&properties=truenorth", None, 200),
    ("get", "issue/WEB-1/properties", None, 200),
    ("get", "issue/WEB-1/properties/truenorth", None, 200),
    ("get", "issue/WEB-1/comment?expand=properties", None, 200),
    ("post", "issue/WEB-1/comment", {"body": paragraph("x")}, 201),
    ("get", "issue/WEB-1/changelog", None, 200),
    ("get", "issue/WEB-1/transitions", None, 200),
    ("get", "issue/WEB-1/remotelink", None, 200),
    (
        "post",
        "issue/WEB-1/remotelink",
        {"globalId": "b", "object": {"url": "https://x.example", "title": "B"}},
        201,
    ),
    (
        "post",
        "issue",
        {"fields": {"project": {"key": "WEB"}, "issuetype": {"name": "Task"}, "summary": "x"}},
        201,
    ),
]


@pytest.mark.parametrize(("method", "call", "body", "status"), CALLS)
def test_a_reply_is_what_the_contract_promises(
    jira: Jira, method: str, call: str, body: Any, status: int
) -> None:
    """The layer of tests/contract judges the reply."""
    reply = jira.request(method, call, json=body)
    assert reply.status_code == status, reply.text


@pytest.mark.skipif(not ADF.exists(), reason="the contract files are not beside the repository")
def test_the_documents_of_the_world_are_adf(jira: Jira) -> None:
    schema = json.loads(ADF.read_text())
    validator = Draft4Validator(schema)
    bodies = [issue.description for issue in jira.site.issues.values() if issue.description]
    bodies += [comment.body for issue in jira.site.issues.values() for comment in issue.comments.values()]
    assert len(bodies) > 20
    for body in bodies:
        assert validator.is_valid(body), body
