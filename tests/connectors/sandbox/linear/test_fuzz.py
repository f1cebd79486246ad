"""Random GraphQL documents: whatever is asked, the workspace answers, and never by falling over.

Short in a normal run, and the same each time; `TRUENORTH_FUZZ=5000` asks for that many documents, new ones.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any

import httpx
import msgspec
import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    get_named_type,
    is_leaf_type,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.sandbox.linear.entity_base import Entity
from connectors.sandbox.linear.graph import schema
from connectors.sandbox.linear.state import APP_TOKEN, TOKEN
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from tests.support import loopback
from tests.support.sandbox_linear_client import INES

ASKED = os.environ.get("TRUENORTH_FUZZ")
SOME = settings(
    max_examples=int(ASKED or 60),
    derandomize=not ASKED,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
TEXTS = ("", "a", "Bug", "-P2W", "P999999999D", "2026-11-16", "2026-02-30", "9999-12-31T23:59:59Z",
         "0001-01-01", "2026-11-16T09:00:00+14:00", "\x00", "\ud800", "🚀\u202e", "x" * 3000, "[a](b)<!--",
         "http://[::1", "https://acme.example/x", "ENG-1", "eng", "lin_", "e30=", "W10=", "bnVsbA==", "}{")  # fmt: skip
NUMBERS = (0, 1, -1, 2, 49, 250, 251, 2**31 - 1, 2**31, 1e308, 0.5, 10**30)


class Workspace:
    """A running sandbox, and ids of what is in it."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.space = sandbox.world.linear
        self.url = f"{sandbox.url}/linear/graphql"
        self.client = httpx.Client(verify=loopback.NO_CERTIFICATES, timeout=60)
        self.ids: dict[str, list[str]] = {
            name: [row.id for row in list(table.values())[:4]]
            for name, table in vars(self.space).items()
            if isinstance(table, dict) and table and isinstance(next(iter(table.values())), Entity)
        }

    def answers(self, body: bytes, token: str) -> None:
        response = self.client.post(self.url, content=body, headers={"Authorization": token})
        assert response.status_code in (200, 400), response.text[:500]
        reply = msgspec.json.decode(response.content)
        codes = [error["extensions"]["code"] for error in reply.get("errors", [])]
        assert "INTERNAL_SERVER_ERROR" not in codes, (body[:2000], reply["errors"][:2])
        assert "Traceback" not in response.text
        assert reply.keys() <= {"data", "errors"}


@pytest.fixture(scope="module")
def workspace() -> Iterator[Workspace]:
    world = generate(60, seed=11)
    world.linear.quota = world.linear.app_quota = (1e12, 1e12)
    world.linear.searches = 1e9
    with Sandbox(world) as sandbox:
        workspace = Workspace(sandbox)
        yield workspace
        workspace.client.close()


# What an id is of, by the name of its argument, or for a plain `id` by that of the field; the first that fits.
TABLES = (
    ("InitiativeToProject", "initiative_to_projects"), ("Relation", "relations"), ("ExternalLink", "external_links"),
    ("projectUpdateC", "status_updates"), ("projectUpdateU", "status_updates"), ("projectLabel", "project_labels"),
    ("abel", "labels"), ("Status", "project_statuses"), ("state", "states"), ("attachment", "attachments"),
    ("omment", "comments"), ("team", "teams"), ("project", "projects"), ("nitiative", "initiatives"),
    ("issue", "issues"), ("parent", "issues"), ("lead", "users"), ("assignee", "users"), ("owner", "users"),
    ("user", "users"), ("member", "users"), ("subscriber", "users"),
)  # fmt: skip


class Writer:
    """Writes a document with variables by the schema, with now and then something wrong in it."""

    def __init__(self, draw: Any, ids: dict[str, list[str]]) -> None:
        self.draw = draw
        self.tables = ids
        self.ids = sorted(one for table in ids.values() for one in table)
        self.within = ""
        self.variables: dict[str, Any] = {}
        self.declared: list[str] = []

    def one_of(self, *values: Any) -> Any:
        return self.draw(st.sampled_from(values))

    def id_for(self, name: str) -> str:
        """Most often the id of a row that fits there."""
        wanted = self.within if name in ("id", "ids") else name
        table = next((table for part, table in TABLES if part in wanted), "")
        fitting = self.tables.get(table)
        made: str = self.one_of(*self.ids) if not fitting or self.seldom() else self.one_of(*fitting)
        return made

    def seldom(self) -> bool:
        return bool(self.draw(st.integers(0, 19)) == 0)

    def value(self, kind: Any, depth: int, name: str = "") -> Any:
        """A value for an input of this type."""
        if isinstance(kind, GraphQLNonNull):
            return None if self.seldom() else self.value(kind.of_type, depth, name)
        if self.seldom():
            return self.one_of(None, "wrong", 7, [], {}, [[None]], True)
        if isinstance(kind, GraphQLList):
            return [self.value(kind.of_type, depth, name) for _ in range(self.one_of(0, 1, 1, 2, 60))]
        if isinstance(kind, GraphQLInputObjectType):
            return self.input(kind, depth)
        if isinstance(kind, GraphQLEnumType):
            return self.one_of(*kind.values)
        match kind.name:
            case "Int":
                return self.one_of(*NUMBERS[:8])
            case "Float":
                return self.one_of(*NUMBERS)
            case "Boolean":
                return self.one_of(True, False)
            case "ID" | "UUID":
                return self.id_for(name)
            case "JSONObject" | "JSON":
                return self.one_of({}, {"a": 1}, {"a": {"b": []}}, {"messages": [{}]}, "text", {"a": None})
        if name.lower().endswith(("id", "ids")) and not self.seldom():
            return self.id_for(name)
        return self.one_of(*TEXTS)

    def input(self, kind: GraphQLInputObjectType, depth: int) -> dict[str, Any]:
        needed = [name for name, one in kind.fields.items() if isinstance(one.type, GraphQLNonNull)]
        wanted = self.draw(st.sets(st.sampled_from(sorted(kind.fields)), max_size=2 if depth else 0))
        names = sorted({*needed, *wanted})
        return {name: self.value(kind.fields[name].type, depth - 1, name) for name in names}

    def arguments(self, field: Any) -> str:
        given = [
            (name, one)
            for name, one in field.args.items()
            if isinstance(one.type, GraphQLNonNull) or self.draw(st.integers(0, 3)) == 0
        ]
        passed = []
        for name, one in given:
            variable = f"v{len(self.variables)}"
            self.variables[variable] = self.value(one.type, 4, name)
            self.declared.append(f"${variable}: {one.type}")
            passed.append(f"{name}: ${variable}")
        return f"({', '.join(passed)})" if passed else ""

    def selection(self, kind: Any, depth: int) -> str:
        if not isinstance(kind, GraphQLObjectType):
            return "{ __typename }"
        names = [name for name, one in kind.fields.items() if depth or is_leaf_type(get_named_type(one.type))]
        chosen = self.draw(st.lists(st.sampled_from(names), min_size=1, max_size=3)) if names else []
        parts = ["__typename"] if not chosen or self.seldom() else []
        parts += [f"f{number}: {self.field(kind, name, depth)}" for number, name in enumerate(chosen)]
        return f"{{ {' '.join(parts)} }}"

    def field(self, kind: GraphQLObjectType, name: str, depth: int) -> str:
        field, self.within = kind.fields[name], name
        inner = get_named_type(field.type)
        below = "" if is_leaf_type(inner) else " " + self.selection(inner, depth - 1)
        return f"{name}{self.arguments(field)}{below}"

    def document(self) -> str:
        operation = self.one_of("query", "mutation")
        root = schema().query_type if operation == "query" else schema().mutation_type
        assert root is not None
        inner = self.selection(root, 4)
        declared = f"({', '.join(self.declared)})" if self.declared else ""
        return f"{operation} Q{declared} {inner}"


def encoded(value: Any) -> bytes:
    return json.dumps(value).encode()


@SOME
@given(data=st.data())
def test_documents_by_the_schema_are_answered(workspace: Workspace, data: st.DataObject) -> None:
    writer = Writer(data.draw, workspace.ids)
    query = writer.document()
    token = writer.one_of(TOKEN, INES, f"Bearer {APP_TOKEN}")
    workspace.answers(encoded({"query": query, "variables": writer.variables}), token)


@SOME
@given(data=st.data())
def test_lists_with_any_filter_order_and_page_are_answered(workspace: Workspace, data: st.DataObject) -> None:
    root = schema().query_type
    assert root is not None
    lists = sorted(
        name for name, one in root.fields.items() if get_named_type(one.type).name.endswith("Connection")
    )
    writer = Writer(data.draw, workspace.ids)
    name = writer.one_of(*lists)
    arguments = writer.arguments(root.fields[name])
    declared = f"({', '.join(writer.declared)})" if writer.declared else ""
    query = f"query{declared} {{ {name}{arguments} {{ nodes {{ id }} pageInfo {{ endCursor }} }} }}"
    workspace.answers(encoded({"query": query, "variables": writer.variables}), TOKEN)


TOKENS = ("{", "}", "(", ")", "query", "mutation", "issues", "issue", "nodes", "id", "...", "on", "Issue", "$v", ":",
          "fragment", "F", "@skip(if: true)", '"x"', '"""', "[", "]", "1", "null", "\\u", "#", "!", "=")  # fmt: skip


@SOME
@given(st.lists(st.sampled_from(TOKENS), max_size=25).map(" ".join) | st.text(max_size=80))
def test_what_is_hardly_a_document_is_refused(workspace: Workspace, query: str) -> None:
    workspace.answers(encoded({"query": query, "variables": {"v": "ENG-1"}}), TOKEN)


@SOME
@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.floats(allow_nan=False)
        | st.text(max_size=5)
        | st.just("{viewer{id}}"),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["query", "variables", "operationName"]), inner, max_size=3)
        ),
        max_leaves=6,
    ).map(encoded)
    | st.binary(max_size=60)
)
def test_what_is_hardly_a_request_is_refused(workspace: Workspace, body: bytes) -> None:
    workspace.answers(body, TOKEN)


DEEP = 3000


@pytest.mark.parametrize(
    "query",
    [
        '{ issue(id: "ENG-1") ' + "{ parent " * DEEP + "{ id }" + " }" * DEEP + " }",
        "{ issues(filter: " + "{ parent: " * DEEP + "{}" + " }" * DEEP + ") { nodes { id } } }",
        "{ issues(filter: {or: " + "[" * DEEP + "]" * DEEP + "}) { nodes { id } } }",
        "query { ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
        "query { ...F0 } "
        + " ".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(30))
        + " fragment F30 on Query { viewer { id } }",
        "{" * DEEP,
        "{ viewer { " + "id " * 30_000 + "} }",
    ],
    ids=["fields", "filters", "lists", "circle", "doubling", "open", "long"],
)
def test_what_would_exhaust_a_server_is_answered_at_once(workspace: Workspace, query: str) -> None:
    workspace.answers(encoded({"query": query}), TOKEN)


def test_deep_variables_are_answered(workspace: Workspace) -> None:
    query = "query ($f: IssueFilter) { issues(filter: $f) { nodes { id } } }"
    deep = '{"parent": ' * DEEP + "{}" + "}" * DEEP
    workspace.answers(f'{{"query": "{query}", "variables": {{"f": {deep}}}}}'.encode(), TOKEN)
    workspace.answers(b"[" * 100_000, TOKEN)
