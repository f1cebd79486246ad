"""Atlassian's gateway in the sandbox: tokens with scopes, and how it refuses. Wire facts: contracts/jira.md, section 8."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import httpx
import pytest

from connectors.sandbox.jira.gateway import BASE, CLOUD_ID, OAUTH_TOKEN, READ, SCOPED_TOKEN, USER, WRITE
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from tests.support import loopback

EMAIL = "truenorth@acme.example"
NO_SCOPE = {"code": 401, "message": "Unauthorized; scope does not match"}
UNKNOWN = {"code": 401, "message": "Unauthorized"}


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    with Sandbox(generate(50, 1)) as running:
        yield running


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def basic(token: str, email: str = EMAIL) -> dict[str, str]:
    return {"Authorization": f"Basic {base64.b64encode(f'{email}:{token}'.encode()).decode()}"}


def get(
    box: Sandbox, path: str, headers: dict[str, str], base: str = f"{BASE}/rest/api/3/"
) -> httpx.Response:
    return loopback.get(f"{box.url}{base}{path}", headers=headers)


@pytest.mark.parametrize(
    ("headers", "status", "body"),
    [
        (bearer(f"{SCOPED_TOKEN}:{USER}"), 200, None),
        (bearer(f"{OAUTH_TOKEN}:{USER},{READ}"), 200, None),
        (basic(f"{SCOPED_TOKEN}:{USER}"), 200, None),
        (bearer(f"{SCOPED_TOKEN}:{READ},{WRITE}"), 401, NO_SCOPE),
        (bearer(SCOPED_TOKEN), 401, NO_SCOPE),
        (basic(f"{OAUTH_TOKEN}:{USER}"), 401, UNKNOWN),
        (basic(f"{SCOPED_TOKEN}:{USER}", "ann.lee@acme.example"), 401, UNKNOWN),
        (basic("sandbox-jira-token"), 401, UNKNOWN),
        (bearer("sandbox-jira-token"), 401, UNKNOWN),
        (bearer(f"{SCOPED_TOKEN}:read:everything"), 401, UNKNOWN),
        ({}, 401, UNKNOWN),
    ],
)  # fmt: skip
def test_who_gets_in(box: Sandbox, headers: dict[str, str], status: int, body: object) -> None:
    reply = get(box, "myself", headers)
    assert reply.status_code == status
    assert (reply.json() == body) if body else (reply.json()["emailAddress"] == EMAIL)


def test_what_a_scope_is_good_for(box: Sandbox) -> None:
    key = next(iter(box.world.jira.issues.values())).key
    reading, writing = bearer(f"{OAUTH_TOKEN}:{READ}"), bearer(f"{OAUTH_TOKEN}:{WRITE}")
    url = f"{box.url}{BASE}/rest/api/3/issue/{key}"
    edit = {"update": {"labels": [{"add": "x"}]}}
    assert get(box, f"issue/{key}", reading).status_code == 200
    assert get(box, f"issue/{key}", writing).json() == NO_SCOPE
    refused = loopback.request("PUT", url, headers=reading, json=edit)
    assert (refused.status_code, refused.json()) == (401, NO_SCOPE)
    assert loopback.request("PUT", url, headers=writing, json=edit).status_code == 204


def test_an_unknown_path_is_a_scope_that_does_not_match(box: Sandbox) -> None:
    whole = bearer(f"{OAUTH_TOKEN}:{READ},{USER},{WRITE}")
    for path in ("myself/", "nothing/such"):
        assert get(box, path, whole).json() == NO_SCOPE
    assert get(box, "myself", whole, "/ex/jira/another/rest/api/3/").json() == NO_SCOPE


def test_scoped_tokens_are_nothing_to_the_site_itself(box: Sandbox) -> None:
    base = "/jira/rest/api/3/"
    assert get(box, "myself", basic(f"{SCOPED_TOKEN}:{USER}"), base).status_code == 401
    reply = get(box, "myself", bearer(f"{SCOPED_TOKEN}:{USER}"), base)
    assert (reply.status_code, reply.json()) == (403, {"error": "Failed to parse Connect Session Auth Token"})


def test_oauth_alone_tells_its_scopes(box: Sandbox) -> None:
    path = "/oauth/token/accessible-resources"
    (site,) = get(box, "", bearer(f"{OAUTH_TOKEN}:{READ},{USER}"), path).json()
    assert (site["id"], site["scopes"]) == (CLOUD_ID, sorted([READ, USER]))
    for headers in (bearer(f"{SCOPED_TOKEN}:{READ}"), basic(f"{SCOPED_TOKEN}:{READ}"), {}):
        assert get(box, "", headers, path).status_code == 401
    assert get(box, "", {}, "/jira/_edge/tenant_info").json() == {"cloudId": CLOUD_ID}
