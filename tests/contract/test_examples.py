"""The vendor's own examples of replies, from the OpenAPI document, through our decoders."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from connectors.jira.api import replies
from tests.support.contract import layer

READ: dict[str, msgspec.json.Decoder[Any]] = {
    "GET /myself": replies.USER,
    "GET /serverInfo": replies.SERVER_INFO,
    "GET /field": replies.FIELDS,
    "GET /status": replies.STATUSES,
    "GET /project/{projectIdOrKey}": replies.PROJECT,
    "GET /project/search": replies.PROJECT_PAGE,
    "POST /search/jql": replies.SEARCH_PAGE,
    "POST /changelog/bulkfetch": replies.CHANGELOG_PAGE,
    "GET /issue/{issueIdOrKey}/comment": replies.COMMENT_PAGE,
    "POST /issue/{issueIdOrKey}/comment": replies.COMMENT,
    "GET /issue/{issueIdOrKey}/comment/{id}": replies.COMMENT,
    "PUT /issue/{issueIdOrKey}/comment/{id}": replies.COMMENT,
    "POST /comment/list": replies.COMMENT_LIST,
    "GET /issue/{issueIdOrKey}/remotelink": replies.REMOTE_LINKS,
    "GET /issue/{issueIdOrKey}/properties/{propertyKey}": replies.PROPERTY,
    "GET /issue/{issueIdOrKey}/editmeta": replies.EDIT_META,
    "GET /mypermissions": replies.PERMISSIONS,
    "GET /task/{taskId}": replies.TASK_PROGRESS,
    "GET /bulk/queue/{taskId}": replies.BULK_PROGRESS,
    "GET /bulk/issues/fields": replies.BULK_FIELDS,
    "POST /bulk/issues/fields": replies.TASK_ID,
}
"""Not `POST /issue/bulkfetch`: its example shows an issue without the fields that we ask for, status before all."""


@pytest.fixture(scope="module")
def contract() -> dict[str, Any]:
    if not layer.JIRA.exists():
        pytest.skip("the contract folder ../shared is not beside the repository")
    found: dict[str, Any] = json.loads(layer.JIRA.read_text(encoding="utf-8"))
    return found


def examples(contract: dict[str, Any], call: str) -> Iterator[bytes]:
    """The examples of what a call answers when all is well."""
    method, path = call.split(" ")
    answers = contract["paths"][f"/rest/api/3{path}"][method.lower()]["responses"]
    for status, answer in answers.items():
        for content in answer.get("content", {}).values() if status.startswith("2") else ():
            shown = [content["example"]] if "example" in content else []
            shown += [one["value"] for one in content.get("examples", {}).values()]
            yield from ((one if isinstance(one, str) else json.dumps(one)).encode() for one in shown)


@pytest.mark.parametrize("call", READ)
def test_an_example_is_read(call: str, contract: dict[str, Any]) -> None:
    found = [READ[call].decode(one) for one in examples(contract, call)]
    assert found, "the vendor shows no example"


def test_what_stands_in_them_is_what_is_read(contract: dict[str, Any]) -> None:
    def first(call: str) -> Any:
        return READ[call].decode(next(examples(contract, call)))

    assert first("GET /myself").display_name == "Mia Krystof"
    assert [one.key for one in first("GET /project/search").values] == ["EX", "ABC"]
    assert first("GET /issue/{issueIdOrKey}/remotelink")[0].global_id.startswith("system=")
    assert [one.id for one in first("POST /search/jql").issues] == ["10002"]
    assert first("GET /issue/{issueIdOrKey}/comment").total == 1
    assert first("GET /mypermissions").permissions["EDIT_ISSUES"].have_permission
    assert first("POST /bulk/issues/fields").task_id == "10641"
