"""Clone and copy as controls and as forms on the page: what they take, what they answer, what they refuse."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from tests.support import loopback


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(generate(60)) as sandbox:
        yield sandbox


@pytest.mark.parametrize(
    ("path", "page", "choice"),
    [("__clone", "/jira/browse/WEB-1", "properties"), ("__copy", "/linear/issue/ENG-1", "attachments")],
    ids=["clone", "copy"],
)
def test_the_form_on_the_page_leads_to_the_new_issue(
    sandbox: Sandbox, path: str, page: str, choice: str
) -> None:
    shown = loopback.get(f"{sandbox.url}{page}").text
    key = page.rpartition("/")[2]
    for part in (f'action="/{path}"', f'name="key" value="{key}"', f'type="checkbox" name="{choice}"'):
        assert part in shown
    sandbox.forget_requests()
    reply = loopback.post(f"{sandbox.url}/{path}", data={"key": key, choice: "on"})
    assert reply.status_code == 303
    there = loopback.get(f"{sandbox.url}{reply.headers['Location']}")
    assert there.status_code == 200
    assert reply.headers["Location"].rpartition("/")[0] == page.rpartition("/")[0]
    assert [one.path for one in sandbox.requests] == [reply.headers["Location"]], "controls are not recorded"
    refused = loopback.post(f"{sandbox.url}/{path}", data={"key": "NO-1"})
    assert (refused.status_code, "no issue" in refused.text) == (400, True)
    assert refused.headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("path", ["__clone", "__copy"])
@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "key must be"),
        ({"key": 3}, "key must be"),
        ({"key": "NO-1"}, "no issue 'NO-1'"),
        ({"key": "WEB-1", "by": "nobody@acme.example"}, "by must be"),
        ({"key": "WEB-1", "comments": True}, "unknown: comments"),
        ([], "must be a JSON object"),
    ],
    ids=["nothing", "no text", "no such issue", "nobody", "unknown", "a list"],
)
def test_what_cannot_be_done_is_refused_with_the_reason(
    sandbox: Sandbox, path: str, given: Any, says: str
) -> None:
    before = loopback.get(f"{sandbox.url}/__world").content
    reply = loopback.post(f"{sandbox.url}/{path}", json=given)
    assert reply.status_code == 400
    assert says in reply.json()["error"]
    assert loopback.get(f"{sandbox.url}/__world").content == before


@pytest.mark.parametrize(
    ("path", "key", "choice"),
    [("__clone", "WEB-1", "properties"), ("__copy", "ENG-1", "attachments")],
    ids=["clone", "copy"],
)
def test_the_choice_is_true_or_false(sandbox: Sandbox, path: str, key: str, choice: str) -> None:
    reply = loopback.post(f"{sandbox.url}/{path}", json={"key": key, choice: "on"})
    assert (reply.status_code, reply.json()["error"]) == (400, f"{choice} must be true or false")


@pytest.mark.parametrize(("path", "key"), [("__clone", "WEB-1"), ("__copy", "ENG-1")], ids=["clone", "copy"])
def test_json_that_says_to_be_a_form_is_taken_as_what_it_is(sandbox: Sandbox, path: str, key: str) -> None:
    header = {"Content-Type": "application/x-www-form-urlencoded"}
    reply = loopback.post(f"{sandbox.url}/{path}", content=json.dumps({"key": key}), headers=header)
    assert (reply.status_code, list(reply.json())) == (201, ["key"])
