"""The Linear endpoint over real HTTP: credentials, limits, errors, pages, filters.

The facts are those of contracts/linear.md, sections 2 to 7.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from graphql import GraphQLObjectType, get_named_type, is_leaf_type

from connectors.sandbox.linear import errors
from connectors.sandbox.linear.complexity import refuse_beyond_cap
from connectors.sandbox.linear.graph import schema
from connectors.sandbox.linear.state import TOKEN
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from tests.support import loopback
from tests.support.sandbox_linear_client import ANN, Linear


@pytest.fixture(scope="module")
def linear() -> Iterator[Linear]:
    with Sandbox(generate(200, seed=4)) as sandbox:
        yield Linear(sandbox.url, sandbox.world.linear)


# --- Credentials ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("token", "name"), [(TOKEN, "Truenorth"), (ANN, "Ann Lee")])
def test_a_key_acts_as_its_user(linear: Linear, token: str, name: str) -> None:
    viewer = linear.data(
        "{ viewer { id name isMe } users(filter: {isMe: {eq: true}}) { nodes { id } } }", token
    )
    assert viewer["viewer"]["name"] == name
    assert viewer["viewer"]["isMe"] is True
    assert viewer["users"]["nodes"] == [{"id": viewer["viewer"]["id"]}]


@pytest.mark.parametrize(
    ("token", "status", "type_", "code"),
    [
        (None, 401, "authentication error", "AUTHENTICATION_ERROR"),
        ("", 401, "authentication error", "AUTHENTICATION_ERROR"),
        ("nonsense", 401, "authentication error", "AUTHENTICATION_ERROR"),
        ("Bearer nonsense", 401, "authentication error", "AUTHENTICATION_ERROR"),
        ("sandbox-person-token:nobody@acme.example", 401, "authentication error", "AUTHENTICATION_ERROR"),
        (f"Bearer {TOKEN}", 400, "invalid input", "INPUT_ERROR"),
    ],
)
def test_a_wrong_credential_is_distinguished(
    linear: Linear, token: str | None, status: int, type_: str, code: str
) -> None:
    error = linear.error("{ viewer { id } }", status, token)
    assert (error["extensions"]["type"], error["extensions"]["code"]) == (type_, code)
    if status == 400:
        assert "Remove the Bearer prefix" in error["message"]


# --- Limits --------------------------------------------------------------------------------------


def test_headers_tell_the_quota_with_the_reset_in_milliseconds(linear: Linear) -> None:
    first, second = linear.post("{ viewer { id } }", ANN), linear.post("{ viewer { id name } }", ANN)
    assert first.headers["X-RateLimit-Requests-Limit"] == "2500"
    assert first.headers["X-RateLimit-Complexity-Limit"] == "3000000"
    assert first.headers["X-Complexity"] == "2"  # 1 + 0.1, rounded up
    now = linear.space.clock.now().timestamp() * 1000
    assert 3_590_000 < int(first.headers["X-RateLimit-Requests-Reset"]) - now < 3_610_000
    left = [int(one.headers["X-RateLimit-Requests-Remaining"]) for one in (first, second)]
    assert left[1] <= left[0] < 2500


def test_an_empty_bucket_answers_400_with_429_only_inside() -> None:
    world = generate(50)
    world.linear.quota = (2.0, 3_000_000.0)
    with Sandbox(world) as sandbox:
        linear = Linear(sandbox.url, world.linear)
        linear.data("{ viewer { id } }")
        linear.data("{ viewer { id } }")
        error = linear.error("{ viewer { id } }", 400)
        assert error["message"] == "Rate limit exceeded. Only 2 requests are allowed per 1 hour."
        assert (
            error["extensions"] | {"type": "ratelimited", "code": "RATELIMITED", "statusCode": 429}
            == (error["extensions"])
        )
        linear.data("{ viewer { id } }", ANN)  # each user has a quota of their own
        loopback.post(f"{sandbox.url}/__clock", json={"advance_seconds": 1900}).raise_for_status()
        linear.data("{ viewer { id } }")  # the bucket refills all the time


RELATIONS = "{ id inverseRelations(first: 1) { pageInfo { hasNextPage } nodes { type issue { identifier state { type } } } } }"


@pytest.mark.parametrize(
    ("query", "points"),
    [
        ("{ viewer { id name } }", 2),  # 1.2, rounded up
        ("{ issues(first: 250) { nodes { id } } }", 275),
        ("{ issues { nodes { id } } }", 55),  # 50 where nothing is said
        # The measured 4.4 for each relation, next to the node and its id.
        (f"{{ issues(first: 10) {{ nodes {RELATIONS} }} }}", 55),
        ("query ($n: Int = 20) { issues(first: $n) { nodes { id } } }", 22),
        (
            "{ issues(first: 2) { ...F } } fragment F on IssueConnection { nodes { id ... on Issue { title } } }",
            3,
        ),
        ("{ issues(last: 3) { edges { cursor node { id } } } }", 7),
    ],
)
def test_complexity_follows_the_documented_rule(linear: Linear, query: str, points: int) -> None:
    assert linear.post(query).headers["X-Complexity"] == str(points)


def test_a_query_beyond_the_cap_is_refused_whatever_the_rows(linear: Linear) -> None:
    wide = "{ issues(first: $N) { nodes { id comments { nodes { id user { id } } } } } }"
    error = linear.error(wide.replace("$N", "250"), 400)
    assert error["message"] == "Query too complex"
    assert error["extensions"]["code"] == "INPUT_ERROR"
    assert error["extensions"]["type"] == "invalid input"
    assert "Maximum allowed complexity: 10000" in error["extensions"]["userPresentableMessage"]
    linear.data(wide.replace("$N", "80"))


def test_the_cap_itself_is_allowed() -> None:
    refuse_beyond_cap(10_000.0)
    with pytest.raises(errors.BadRequest):
        refuse_beyond_cap(10_000.1)


def test_rate_limit_status_speaks_of_both_buckets(linear: Linear) -> None:
    status = linear.data(
        "{ rateLimitStatus { kind limits { type allowedAmount remainingAmount period reset } } }", ANN
    )
    assert [limit["allowedAmount"] for limit in status["rateLimitStatus"]["limits"]] == [2500, 3_000_000]


# --- Errors --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    [
        "{ issues { nodes { nonsense } } }",
        "{ issues(filter: {identifier: {eq: 1}}) { nodes { id } } }",
        '{ issues(filter: {trashed: {eq: "x"}}) { nodes { id } } }',
        '{ projects(filter: {team: {key: {eq: "ENG"}}}) { nodes { id } } }',
        '{ projects(filter: {accessibleTeams: {key: {eq: "ENG"}}}) { nodes { id } } }',
        "query ($t: String!) { issues(filter: {team: {id: {eq: $t}}}) { nodes { id } } }",
        "query ($n: Int!) { issues(first: $n) { nodes { id } } }",
        '{ issues(filter: {createdAt: {gt: "yesterday"}}) { nodes { id } } }',
        "{ issues { nodes { id } }",
    ],
)
def test_what_the_schema_does_not_know_is_a_400(linear: Linear, query: str) -> None:
    error = linear.error(query, 400)
    assert error["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"


def test_a_variable_of_the_wrong_type_is_a_400(linear: Linear) -> None:
    query = "query ($n: Int!) { issues(first: $n) { nodes { id } } }"
    assert linear.error(query, 400, n="ten")["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"query": 1}', b'{"variables": {}}'])
def test_a_body_that_is_no_graphql_request_is_a_400(linear: Linear, body: bytes) -> None:
    reply = loopback.post(f"{linear.url}/linear/graphql", content=body, headers={"Authorization": TOKEN})
    assert reply.status_code == 400
    assert reply.json()["errors"][0]["extensions"]["code"] == "INPUT_ERROR"


def test_one_missing_id_voids_the_whole_reply_with_status_200(linear: Linear) -> None:
    query = '{ viewer { id } good: issue(id: "ENG-1") { id } bad: issue(id: "ENG-99999") { id } }'
    error = linear.error(query)
    assert error["message"].startswith("Entity not found:")
    assert error["path"] == ["bad"]
    assert error["extensions"]["code"] == "INPUT_ERROR"
    assert error["extensions"]["type"] == "invalid input"


def test_a_set_of_ids_gives_those_that_are_there(linear: Linear) -> None:
    known = next(iter(linear.space.issues))
    query = "query ($ids: [ID!]) { issues(includeArchived: true, filter: {id: {in: $ids}}) { nodes { id } } }"
    found = linear.data(query, ids=[known, "00000000-0000-4000-8000-000000000000"])
    assert found["issues"]["nodes"] == [{"id": known}]


# --- Pages ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("argument", "constraint"),
    [("first: 251", "max"), ("first: 0", "min"), ("first: -1", "min"), ("last: 300", "max")],
)
def test_a_page_holds_1_to_250(linear: Linear, argument: str, constraint: str) -> None:
    error = linear.error(f"{{ issues({argument}) {{ nodes {{ id }} }} }}")
    assert error["message"] == "Argument Validation Error"
    assert error["extensions"]["code"] == "INVALID_INPUT"
    assert constraint in error["extensions"]["validationErrors"][0]["constraints"]


def test_a_page_holds_50_by_default(linear: Linear) -> None:
    assert len(linear.data("{ issues { nodes { id } } }")["issues"]["nodes"]) == 50


def walk(linear: Linear, order: str, size: int) -> list[dict[str, Any]]:
    query = (
        f"query ($after: String) {{ issues(first: {size}, after: $after, {order}) {{"
        " nodes { id createdAt updatedAt title } pageInfo { hasNextPage endCursor } } }"
    )
    rows: list[dict[str, Any]] = []
    after = None
    while True:
        page = linear.data(query, after=after)["issues"]
        rows += page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            return rows
        after = page["pageInfo"]["endCursor"]


@pytest.mark.parametrize(
    ("order", "field", "descending"),
    [
        ("orderBy: createdAt", "createdAt", True),
        ("orderBy: updatedAt", "updatedAt", True),
        ("sort: [{updatedAt: {order: Ascending}}]", "updatedAt", False),
        ("sort: [{title: {order: Descending}}]", "title", True),
    ],
)
def test_a_walk_meets_every_row_once_and_in_order(
    linear: Linear, order: str, field: str, descending: bool
) -> None:
    rows = walk(linear, order, 7)
    visible = {issue.id for issue in linear.space.issues.values() if issue.archived_at is None}
    assert len(rows) == len(visible)
    assert {row["id"] for row in rows} == visible
    values = [row[field] for row in rows]
    assert values == sorted(values, reverse=descending)


def test_a_row_edited_during_the_walk_jumps_to_the_front_and_is_missed(linear: Linear) -> None:
    query = (
        "query ($after: String) { issues(first: 5, after: $after, orderBy: updatedAt)"
        " { nodes { id } pageInfo { endCursor } } }"
    )
    first = linear.data(query)["issues"]
    last = walk(linear, "orderBy: updatedAt", 250)[-1]["id"]
    linear.data("mutation ($id: String!) { issueUpdate(id: $id, input: {priority: 4}) { success } }", id=last)
    linear.data("mutation ($id: String!) { issueUpdate(id: $id, input: {priority: 3}) { success } }", id=last)
    rest, after = [], first["pageInfo"]["endCursor"]
    while after:
        page = linear.data(query, after=after)["issues"]
        rest += [row["id"] for row in page["nodes"]]
        after = page["pageInfo"]["endCursor"] if page["nodes"] else None
    assert last not in rest
    assert linear.data(query)["issues"]["nodes"][0]["id"] == last


def test_backward_pages_end_where_forward_pages_begin(linear: Linear) -> None:
    forward = linear.data("{ issues(first: 9) { edges { cursor node { id } } } }")["issues"]["edges"]
    query = "query ($b: String) { issues(last: 3, before: $b) { nodes { id } pageInfo { hasPreviousPage } } }"
    page = linear.data(query, b=forward[8]["cursor"])["issues"]
    assert [row["id"] for row in page["nodes"]] == [edge["node"]["id"] for edge in forward[5:8]]
    assert page["pageInfo"]["hasPreviousPage"] is True


def test_cursors_of_comments_are_bare_ids_and_foreign_cursors_are_refused(linear: Linear) -> None:
    query = "query ($a: String) { comments(first: 2, after: $a) { nodes { id } pageInfo { endCursor } } }"
    first = linear.data(query)["comments"]
    assert first["pageInfo"]["endCursor"] == first["nodes"][1]["id"]
    second = linear.data(query, a=first["pageInfo"]["endCursor"])["comments"]
    assert not {row["id"] for row in first["nodes"]} & {row["id"] for row in second["nodes"]}
    assert linear.error(query, a="nonsense")["extensions"]["code"] == "INPUT_ERROR"


def test_archived_rows_show_only_when_asked_for_and_by_id(linear: Linear) -> None:
    gone = next(issue for issue in linear.space.issues.values() if issue.archived_at and not issue.trashed)
    query = (
        "query ($id: ID!) { plain: issues(filter: {id: {eq: $id}}) { nodes { id } }"
        " all: issues(filter: {id: {eq: $id}}, includeArchived: true) { nodes { archivedAt trashed } } }"
    )
    found = linear.data(query, id=gone.id)
    assert found["plain"]["nodes"] == []
    assert found["all"]["nodes"][0]["archivedAt"] is not None
    assert found["all"]["nodes"][0]["trashed"] is None
    by_id = linear.data("query ($id: String!) { issue(id: $id) { id } }", id=gone.id)
    assert by_id["issue"]["id"] == gone.id


# --- Filters -------------------------------------------------------------------------------------

CLOSED = ("completed", "canceled", "duplicate")


def names(issue: Any) -> set[str]:
    return {label.name for label in issue.labels}


@pytest.mark.parametrize(
    ("given", "holds"),
    [
        ({"team": {"key": {"in": ["MOB"]}}}, lambda i: i.team.key == "MOB"),
        (
            {"team": {"key": {"eq": "ENG"}}, "number": {"lte": 5}},
            lambda i: i.team.key == "ENG" and i.number <= 5,
        ),
        (
            {"labels": {"name": {"eq": "flaky-test"}}, "state": {"type": {"nin": list(CLOSED)}}},
            lambda i: "flaky-test" in names(i) and i.state.type not in CLOSED,
        ),
        ({"labels": {"every": {"name": {"neq": "Bug"}}}}, lambda i: "Bug" not in names(i)),
        ({"labels": {"length": {"gte": 2}}}, lambda i: len(i.labels) >= 2),
        ({"labels": {"null": True}}, lambda i: not i.labels),
        (
            {"labels": {"parent": {"name": {"eq": "Area"}}}},
            lambda i: bool({"Backend", "Frontend", "Infrastructure"} & names(i)),
        ),
        (
            {"labels": {"and": [{"name": {"eq": "Bug"}}, {"name": {"eq": "Backend"}}]}},
            lambda i: {"Bug", "Backend"} <= names(i),
        ),
        ({"estimate": {"null": True}}, lambda i: i.estimate is None),
        ({"estimate": {"or": [{"eq": 1}, {"gt": 5}]}}, lambda i: i.estimate == 1 or (i.estimate or 0) > 5),
        ({"priority": {"lte": 2}}, lambda i: i.priority <= 2),  # 0, no priority, is among them
        ({"assignee": {"null": True}}, lambda i: i.assignee is None),
        (
            {"assignee": {"name": {"startsWith": "Mei"}}},
            lambda i: bool(i.assignee) and i.assignee.name.startswith("Mei"),
        ),
        (
            {"project": {"name": {"eqIgnoreCase": "onboarding V2"}}},
            lambda i: bool(i.project) and i.project.name == "Onboarding v2",
        ),
        (
            {"project": {"or": [{"null": True}, {"status": {"type": {"eq": "planned"}}}]}},
            lambda i: i.project is None or i.project.status.type == "planned",
        ),
        ({"parent": {"null": False}}, lambda i: i.parent is not None),
        ({"children": {"length": {"gt": 0}}}, lambda i: bool(i.children)),
        (
            {"hasBlockedByRelations": {"eq": True}},
            lambda i: any(r.type == "blocks" for r in i.inverse_relations),
        ),
        ({"createdAt": {"lt": "-P30D"}}, lambda i: i.created_at.date().isoformat() < "2026-10-17"),
        ({"createdAt": {"gte": "2026-10"}}, lambda i: i.created_at.date().isoformat() >= "2026-10-01"),
        (
            {"dueDate": {"lte": "2026-11-20"}},
            lambda i: bool(i.due_date) and i.due_date.isoformat() <= "2026-11-20",
        ),
        ({"title": {"containsIgnoreCase": "</SCRIPT>"}}, lambda i: "</script>" in i.title),
        (
            {"or": [{"priority": {"eq": 1}}, {"number": {"eq": 1}}]},
            lambda i: i.priority == 1 or i.number == 1,
        ),
        ({"or": []}, lambda _i: True),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)
def test_a_filter_finds_what_it_says(linear: Linear, given: dict[str, Any], holds: Any) -> None:
    query = (
        "query ($f: IssueFilter) { issues(first: 250, includeArchived: true, filter: $f) { nodes { id } } }"
    )
    found = {row["id"] for row in linear.data(query, f=given)["issues"]["nodes"]}
    assert found == {issue.id for issue in linear.space.issues.values() if holds(issue)}
    assert found, "the case would pass on an empty world"


def test_other_lists_filter_too(linear: Linear) -> None:
    data = linear.data(
        """{
        projects(filter: {accessibleTeams: {some: {key: {eq: "MOB"}}}}) { nodes { name } }
        issueLabels(filter: {isGroup: {eq: true}}) { nodes { name children { nodes { name } } } }
        teams(filter: {key: {neq: "PEO"}}) { nodes { key } }
        initiatives(filter: {ancestors: {name: {eq: "Acme 2026"}}}) { nodes { name } }
        workflowStates(filter: {team: {key: {eq: "MOB"}}, type: {eq: "started"}}) { nodes { name } }
        attachments(filter: {url: {startsWith: "https://github.com/"}, sourceType: {eq: "github"}}) { nodes { id } }
        }"""
    )
    listed = {
        name: {row.get("name") or row.get("key") for row in page["nodes"]} for name, page in data.items()
    }
    assert listed["projects"] == {
        project.name
        for project in linear.space.projects.values()
        if any(team.key == "MOB" for team in project.teams)
    }
    assert "Faster API" not in listed["projects"]
    assert listed["issueLabels"] == {"Key result", "Area"}
    assert listed["teams"] == {"ENG", "MOB"}
    assert listed["initiatives"] == {"Self-serve growth", "Fast and safe"}
    assert listed["workflowStates"] == {"Building", "On test devices"}
    of_code = [one for one in linear.space.attachments.values() if one.source_type == "github"]
    assert len(data["attachments"]["nodes"]) == min(50, len(of_code)) > 0


def test_an_initiative_holds_the_projects_below_it_unless_asked_otherwise(linear: Linear) -> None:
    query = '{ initiatives(filter: {name: {eq: "Acme 2026"}}) { nodes { projects%s { nodes { name } } } } }'
    below = linear.data(query % "")["initiatives"]["nodes"][0]["projects"]["nodes"]
    own = linear.data(query % "(includeSubInitiatives: false)")["initiatives"]["nodes"][0]["projects"][
        "nodes"
    ]
    assert len(below) == 4
    assert own == []


def test_every_field_of_the_schema_answers(linear: Linear) -> None:
    """All scalars of every type, reached over the connections of the root: no field is without a value."""
    root = schema().query_type
    assert root is not None
    for name, field in root.fields.items():
        kind = get_named_type(field.type)
        assert isinstance(kind, GraphQLObjectType)
        if any(str(arg.type).endswith("!") for arg in field.args.values()) or name == "comment":
            continue
        row = get_named_type(kind.fields["nodes"].type) if "nodes" in kind.fields else kind
        assert isinstance(row, GraphQLObjectType)
        parts = []
        for inner, one in row.fields.items():
            leaf = get_named_type(one.type)
            if is_leaf_type(leaf):
                parts.append(inner)
            elif "nodes" in getattr(leaf, "fields", {}):
                parts.append(f"{inner}(first: 2) {{ nodes {{ __typename }} pageInfo {{ hasNextPage }} }}")
            else:
                parts.append(f"{inner} {{ __typename }}")
        selected = " ".join(parts)
        query = (
            f"{name}(first: 20) {{ nodes {{ {selected} }} }}"
            if row is not kind
            else f"{name} {{ {selected} }}"
        )
        assert linear.data(f"{{ {query} }}")[name]
