"""Scopes of tokens behind the gateway: which call needs which, by the vendor's own document, and what a list lacks."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

import pytest

from connectors.jira.scopes import GRANULAR_WRITES, READ, USER, WRITE, lacking_writes, scope_of
from connectors.sandbox.jira import routes
from connectors.sandbox.jira.gateway import needed
from connectors.sandbox.world import generate
from tests.support.contract import layer

pytestmark = pytest.mark.skipif(not layer.available(), reason=layer.WHY_OFF)

CALLS = {
    "GET myself": "GET /myself",
    "GET field": "GET /field",
    "GET mypermissions": "GET /mypermissions",
    "GET issuetype": "GET /issuetype",
    "GET label": "GET /label",
    "GET status": "GET /status",
    "GET project/WEB": "GET /project/{}",
    "GET project/search": "GET /project/search",
    "GET issue/10001/editmeta": "GET /issue/{}/editmeta",
    "GET issue/10001/remotelink": "GET /issue/{}/remotelink",
    "GET issue/10001/comment": "GET /issue/{}/comment",
    "GET bulk/issues/fields": "GET /bulk/issues/fields",
    "GET bulk/queue/7": "GET /bulk/queue/{}",
    "GET task/7": "GET /task/{}",
    "POST search/jql": "POST /search/jql",
    "POST issue/bulkfetch": "POST /issue/bulkfetch",
    "POST changelog/bulkfetch": "POST /changelog/bulkfetch",
    "POST comment/list": "POST /comment/list",
    "PUT issue/10001": "PUT /issue/{}",
    "PUT issue/10001/properties/truenorth": "PUT /issue/{}/properties/{}",
    "DELETE issue/10001/properties/truenorth": "DELETE /issue/{}/properties/{}",
    "POST issue/properties/multi": "POST /issue/properties/multi",
    "DELETE issue/properties/truenorth": "DELETE /issue/properties/{}",
    "POST issue/10001/comment": "POST /issue/{}/comment",
    "PUT issue/10001/comment/7": "PUT /issue/{}/comment/{}",
    "DELETE issue/10001/comment/7": "DELETE /issue/{}/comment/{}",
    "POST issue/10001/remotelink": "POST /issue/{}/remotelink",
    "DELETE issue/10001/remotelink": "DELETE /issue/{}/remotelink",
    "POST bulk/issues/fields": "POST /bulk/issues/fields",
    "POST field": "POST /field",
    "POST field/customfield_1/trash": "POST /field/{}/trash",
    "PUT field/association": "PUT /field/association",
    "GET screens": "GET /screens",
    "GET field/customfield_1/screens": "GET /field/{}/screens",
    "POST screens/7/tabs/8/fields": "POST /screens/{}/tabs/{}/fields",
    "POST filter": "POST /filter",
    "POST dashboard": "POST /dashboard",
}
"""What the connector sends, and the operation of the document that it is."""


@cache
def document() -> dict[str, dict[str, Any]]:
    """Every operation, by its method and path below the API, with `{}` for parameters."""
    paths = json.loads(layer.JIRA.read_bytes())["paths"]
    return {
        f"{method.upper()} {bare(path.partition('/rest/api/3')[2])}": operation
        for path, operations in paths.items()
        for method, operation in operations.items()
        if isinstance(operation, dict)
    }


def bare(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", path)


def classic(operation: dict[str, Any]) -> set[str]:
    return {scope for one in operation.get("security", ()) for scope in one.get("OAuth2", ())}


@pytest.mark.parametrize("call", CALLS)
def test_the_scope_that_a_refusal_names_is_the_documents(call: str) -> None:
    assert scope_of(call) in classic(document()[CALLS[call]])


def test_the_sandbox_asks_for_the_documents_scopes() -> None:
    site = generate(50, 1).jira
    for resource in routes.RESOURCES:
        for route in resource(site, "").routes():
            path = route.path.removeprefix("/rest/api/3")
            if path == route.path:
                continue
            wanted = classic(document()[f"{route.method} {bare(path)}"])
            assert needed(route.method, path) == wanted, f"{route.method} {path}"


def test_granular_scopes_for_writing_are_the_documents() -> None:
    writes = [
        CALLS[call]
        for call in CALLS
        if call.startswith(("PUT issue", "POST issue", "DELETE issue")) and scope_of(call) == WRITE
    ]
    granular = {
        scope
        for one in writes
        for state in document()[one].get("x-atlassian-oauth2-scopes", ())
        if state["state"] == "Beta"
        for scope in state["scopes"]
        if not scope.startswith("read:")
    }
    assert granular | {"write:comment.property:jira"} == set(GRANULAR_WRITES)


@pytest.mark.parametrize(
    ("scopes", "lacking"),
    [
        ({READ, USER, WRITE}, ()),
        ({READ, USER}, (WRITE,)),
        (set(), (WRITE,)),
        ({"read:issue:jira", "read:user:jira"}, (WRITE,)),
        ({*GRANULAR_WRITES}, ()),
        ({*GRANULAR_WRITES} - {"write:comment:jira"}, ("write:comment:jira",)),
        ({"write:issue:jira"}, tuple(one for one in GRANULAR_WRITES if one != "write:issue:jira")),
    ],
    ids=["all", "reading", "none", "granular reading", "granular", "no comments", "issues alone"],
)
def test_what_a_list_of_scopes_lacks(scopes: set[str], lacking: tuple[str, ...]) -> None:
    assert lacking_writes(scopes) == lacking
