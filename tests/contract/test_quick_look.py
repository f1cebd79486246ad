"""The quick look says yes only where openapi-core does: right exchanges, altered in every part, judged by both."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

import pytest

from connectors.sandbox.company import SERVICE
from connectors.sandbox.jira.http import SERVICE_TOKEN
from connectors.sandbox.recorder import Exchange
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from tests.support import loopback
from tests.support.contract import layer as contract
from tests.support.contract.jira import BASE, JiraContract, without_nulls
from tests.support.contract.quick_look import JSON, QuickLook

pytestmark = pytest.mark.skipif(not contract.available(), reason=contract.WHY_OFF)

TEXT = {
    "type": "doc",
    "version": 1,
    "content": [{"type": "paragraph", "content": [{"type": "text", "text": "x"}]}],
}
ASKED: list[tuple[str, str, Any]] = [
    ("POST", "search/jql", {"jql": "project = WEB", "fields": ["*all"], "maxResults": 3}),
    ("POST", "issue/bulkfetch", {"issueIdsOrKeys": ["WEB-1", "WEB-2"], "fields": ["summary", "status"]}),
    ("POST", "issue/WEB-1/comment", {"body": TEXT}),
    ("GET", "issue/WEB-1/comment?maxResults=5&startAt=0", None),
    ("GET", "project/WEB?expand=issueTypes", None),
    ("GET", "field", None),
    ("GET", "filter/10000", None),
]
STRANGE: tuple[Any, ...] = (None, True, 5, -1.5, "x", [], {}, ["x"], {"x": 1})


@pytest.fixture(scope="module")
def right() -> list[Exchange]:
    caught: list[Exchange] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Sandbox, "watchers", [caught.append])
        with Sandbox(generate(items=60, seed=3)) as sandbox:
            for method, path, body in ASKED:
                auth = (SERVICE.email, SERVICE_TOKEN)
                loopback.request(method, f"{sandbox.url}{BASE}/{path}", auth=auth, json=body)
    assert [one.status for one in caught] == [200, 200, 201, 200, 200, 200, 400]
    return caught


@pytest.fixture(scope="module")
def both() -> tuple[JiraContract, JiraContract]:
    """With the quick look, and without one."""
    return JiraContract(contract.JIRA, contract.ADF), without_quick_look()


def without_quick_look() -> JiraContract:
    full = JiraContract(contract.JIRA, contract.ADF)
    full.__dict__["_quick"] = QuickLook({"components": {"schemas": {}}, "paths": {}}, "/jira")
    return full


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        yield from places(inner, (*path, key))


def altered(text: bytes, chance: random.Random) -> bytes:
    """The JSON text with one member more, one less or another value."""
    value = copy.deepcopy(json.loads(text))
    *above, last = chance.choice(list(places(value)))
    there = value
    for key in above:
        there = there[key]
    match chance.randrange(3):
        case 0 if isinstance(there, dict):
            there["unheardOf"] = chance.choice(STRANGE)
        case 1:
            del there[last]
        case _:
            there[last] = chance.choice(STRANGE)
    return json.dumps(value).encode()


def changed(one: Exchange, **changes: Any) -> Exchange:
    return Exchange(**{name: getattr(one, name) for name in Exchange.__slots__} | changes)


def variants(one: Exchange, chance: random.Random) -> Iterator[Exchange]:
    for _ in range(25):
        yield changed(one, reply=altered(one.reply, chance))
        if one.body:
            yield changed(one, body=altered(one.body, chance))
    yield changed(one, reply=b"[]", status=200)
    yield changed(one, reply=b"<html>", status=500)
    yield changed(one, body=b"")
    yield changed(one, query=(("maxResults", "many"),))
    yield changed(one, path=f"{one.path}/beyond")
    yield changed(one, path=f"{one.path.rpartition('/')[0]}/many")
    yield changed(one, method="DELETE")
    yield changed(one, reply_headers={"Content-Type": "text/plain"})


def verdict(contract: JiraContract, one: Exchange) -> list[str]:
    return list(contract.problems(one, ours=True))


@pytest.mark.parametrize("number", range(len(ASKED)), ids=[f"{one[0]} {one[1]}" for one in ASKED])
def test_both_say_the_same(
    right: list[Exchange], both: tuple[JiraContract, JiraContract], number: int
) -> None:
    quick, full = both
    assert verdict(quick, right[number]) == verdict(full, right[number]) == []
    chance = random.Random(number)  # noqa: S311  seeded on purpose
    judged = [(verdict(quick, one), verdict(full, one)) for one in variants(right[number], chance)]
    assert [first for first, _ in judged] == [second for _, second in judged]
    assert sum(bool(first) for first, _ in judged) >= 3


def test_what_is_right_is_seen_at_once(
    right: list[Exchange], both: tuple[JiraContract, JiraContract]
) -> None:
    quick = both[0]._quick
    for one in right[:-1]:
        verdict(both[0], one)
        assert quick.allows_request(one, JSON)
        assert quick.allows_reply(one, JSON, json.loads(one.reply))


SCHEMAS: dict[str, Any] = {
    "Marked": {
        "type": "object",
        "properties": {
            "asked": {"type": "string", "writeOnly": True},
            "told": {"type": "string", "readOnly": True},
        },
        "required": ["asked"],
    },
    "One": {"oneOf": [{"type": "object"}, {"type": "object", "required": ["a"]}]},
    "Kind": {
        "anyOf": [{"$ref": "#/components/schemas/Marked"}, {"type": "object"}],
        "discriminator": {"propertyName": "kind", "mapping": {"m": "#/components/schemas/Marked"}},
    },
    "Empty": {"type": "string", "nullable": True, "enum": ["a"]},
    "Beside": {"type": "object", "properties": {"a": {"$ref": "#/components/schemas/Whole", "maximum": 3}}},
    "Whole": {"type": "integer"},
    "Deep": {
        "type": "object",
        "properties": {"deep": {"$ref": "#/components/schemas/Deep"}},
        "maxProperties": 1,
    },
}


VALUES: tuple[Any, ...] = (
    *({"asked": "a", "told": "b"}, {"asked": "a"}, {"told": "b"}, {}, {"a": 1}, {"a": 4}, {"kind": "m"}),
    *({"kind": "m", "told": "b"}, {"kind": "?"}, None, "a", "b", 2, 2.0, 4, True, []),
    *({"deep": {"deep": {}}}, {"deep": {"deep": 1}}, {"deep": {}, "more": {}}),
)


@pytest.mark.parametrize("name", SCHEMAS)
def test_what_openapi_means_by_a_schema(name: str) -> None:
    content = {"content": {JSON: {"schema": {"$ref": f"#/components/schemas/{name}"}}}}
    operation = {"requestBody": content, "responses": {"200": {"description": "", **content}}}
    document = {
        "openapi": "3.0.1",
        "info": {"title": "", "version": ""},
        "paths": {"/x": {"post": operation}},
        "components": {"schemas": SCHEMAS},
    }
    full = without_quick_look()
    full.__dict__["_document"] = document
    quick = QuickLook(document, "/jira")
    seen = set()
    for value in VALUES:
        text, of_json = json.dumps(value).encode(), {"Content-Type": JSON}
        one = Exchange("POST", "/jira/x", (), of_json, text, 200, of_json, text, broken=False)
        quick.learn(one, JSON)
        problems = "\n".join(full._of_request(one)), "\n".join(full._of_reply(one))
        answers = (
            quick.allows_request(one, JSON),
            quick.allows_reply(one, JSON, without_nulls(value)),
        )
        assert not any(yes and problem for yes, problem in zip(answers, problems, strict=True)), value
        seen |= set(answers)
    assert seen == ({False} if name in ("One", "Kind") else {True, False})
