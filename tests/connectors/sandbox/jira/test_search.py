"""Search and bulk reads over HTTP: paging, caps, strictness, and who may see what."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support import loopback
from tests.support.sandbox_jira_client import ANN, SERVICE, Jira, paragraph, running

ALL = "project in (WEB, OPS)"


@pytest.fixture(scope="module")
def jira() -> Iterator[Jira]:
    with running(420) as client:
        yield client


def pages(jira: Jira, **body: object) -> list[list[str]]:
    """The ids of each page, until there is no token."""
    found: list[list[str]] = []
    token: dict[str, str] = {}
    while True:
        reply = jira.search(**body, **token).json()
        found.append([row["id"] for row in reply["issues"]])
        assert reply["isLast"] is ("nextPageToken" not in reply)
        if reply["isLast"]:
            return found
        token = {"nextPageToken": reply["nextPageToken"]}


def test_without_fields_a_row_is_its_id_alone_and_there_is_no_total(jira: Jira) -> None:
    reply = jira.search(jql=ALL, maxResults=2).json()
    assert set(reply) == {"issues", "isLast", "nextPageToken"}
    assert all(set(row) == {"id"} for row in reply["issues"])


def test_get_and_post_answer_alike(jira: Jira) -> None:
    query = {"jql": ALL, "maxResults": 7, "fields": "summary,labels"}
    by_get = jira.get("search/jql", params=query).json()  # type: ignore[arg-type]
    by_post = jira.search(jql=ALL, maxResults=7, fields=["summary", "labels"]).json()
    assert by_get["issues"] == by_post["issues"]
    assert set(by_get["issues"][0]["fields"]) == {"summary", "labels"}


@pytest.mark.parametrize(
    ("body", "first_page"),
    [
        ({"fields": ["id"], "maxResults": 5000}, "everything"),
        ({"fields": ["id", "key"], "maxResults": 5000}, "everything"),
        ({"fields": ["summary"], "maxResults": 5000}, 100),
        ({"properties": ["truenorth"], "maxResults": 5000}, 100),
        ({}, 50),
        ({"maxResults": 3}, 3),
    ],
)
def test_pages_are_capped_by_what_is_asked_for(
    jira: Jira, body: dict[str, object], first_page: object
) -> None:
    rows = len(jira.search(jql=ALL, **body).json()["issues"])
    assert rows == (len(jira.ids(ALL)) if first_page == "everything" else first_page)


@pytest.mark.parametrize("order", ["", "order by key", "order by duedate desc, created", "order by updated"])
def test_the_pages_together_are_the_whole_without_repeats(jira: Jira, order: str) -> None:
    jql = f"{ALL} {order}"
    found = pages(jira, jql=jql, maxResults=30)
    assert [number for page in found for number in page] == jira.ids(jql)
    assert len(found) > 5


def test_paging_is_by_position_so_a_deleted_row_shifts_nothing() -> None:
    with running(100) as jira:
        jql = "project = WEB order by key"
        keys = jira.keys(jql)
        first = jira.search(jql=jql, maxResults=5).json()
        assert jira.delete(f"issue/{keys[0]}", params={"deleteSubtasks": "true"}).status_code == 204
        second = jira.search(jql=jql, maxResults=5, nextPageToken=first["nextPageToken"]).json()
        expected = [str(jira.site.keys[key]) for key in keys[5:10] if key in jira.site.keys]
        assert [row["id"] for row in second["issues"]][: len(expected)] == expected


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"jql": ALL, "startAt": 0}, "Invalid request payload."),
        ({"jql": ALL, "fields": "summary"}, "Invalid request payload."),
        ({"jql": ALL, "maxResults": "5"}, "Invalid request payload."),
        ({"jql": ALL, "maxResults": True}, "Invalid request payload."),
    ],
)
def test_the_post_body_is_strict_and_its_error_has_no_errors_key(
    jira: Jira, body: dict[str, object], said: str
) -> None:
    reply = jira.search(**body)
    assert reply.status_code == 400
    assert set(reply.json()) == {"errorMessages"}
    assert reply.json()["errorMessages"][0].startswith(said)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff"])
def test_what_is_no_json_object_is_a_400(jira: Jira, content: bytes) -> None:
    reply = jira.post("search/jql", content=content, headers={"Content-Type": "application/json"})
    assert reply.status_code == 400
    assert set(reply.json()) == {"errorMessages"}


def test_a_post_that_is_not_json_is_a_415_problem(jira: Jira) -> None:
    reply = jira.post("search/jql", content=b'{"jql": "project = WEB"}')
    assert reply.status_code == 415
    assert reply.headers["Content-Type"].startswith("application/problem+json")


@pytest.mark.parametrize("size", [0, -1, 5001, None])
def test_sizes_outside_the_range_are_refused(jira: Jira, size: int | None) -> None:
    reply = jira.search(jql=ALL, maxResults=size)
    assert reply.status_code == 400
    assert "maxResults" in reply.json()["errorMessages"][0]


def test_checks_come_in_the_real_order(jira: Jira) -> None:
    said = [
        jira.search(jql="", maxResults=0, nextPageToken="garbage").json()["errorMessages"][0],
        jira.search(jql="", maxResults=0).json()["errorMessages"][0],
        jira.search(jql="").json()["errorMessages"][0],
    ]
    assert ["nextPageToken" in said[0], "maxResults" in said[1], "Unbounded" in said[2]] == [True] * 3


def test_a_token_belongs_to_its_query(jira: Jira) -> None:
    token = jira.search(jql=ALL, maxResults=5).json()["nextPageToken"]
    assert jira.search(jql="project = WEB", nextPageToken=token).status_code == 400


@pytest.mark.parametrize("version", ["2", "3"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_old_search_is_gone(jira: Jira, version: str, method: str) -> None:
    reply = jira.request(method, f"{jira.sandbox.url}/jira/rest/api/{version}/search")
    assert reply.status_code == 410
    assert reply.json()["errors"] == {}


def test_counting_and_parsing(jira: Jira) -> None:
    assert jira.post("search/approximate-count", json={"jql": ALL}).json() == {"count": len(jira.ids(ALL))}
    assert jira.post("search/approximate-count", json={"jql": ""}).status_code == 400
    parsed = jira.post("jql/parse", json={"queries": ["project = WEB", "project = NOPE", "x ="]}).json()
    good, unknown, broken = parsed["queries"]
    assert good["structure"]["where"]["field"]["name"] == "project"
    assert unknown["errors"] == ["The value 'NOPE' does not exist for the field 'project'."]
    assert broken["errors"]


def test_bulk_fetch_answers_in_id_order_and_leaves_out_what_is_missing(jira: Jira) -> None:
    number = str(jira.site.keys["WEB-1"])
    asked = ["OPS-1", "web-2", number, "WEB-99999", "WEB-1"]
    body = {"issueIdsOrKeys": asked, "fields": ["summary"], "properties": ["truenorth"]}
    jira.put("issue/WEB-2/properties/truenorth", json={"v": 1})
    reply = jira.post("issue/bulkfetch", json=body).json()
    assert sorted(row["key"] for row in reply["issues"]) == ["OPS-1", "WEB-1", "WEB-2"]
    ids = [int(row["id"]) for row in reply["issues"]]
    assert ids == sorted(ids)
    assert all(set(row["fields"]) == {"summary"} for row in reply["issues"])
    properties = {row["key"]: row["properties"] for row in reply["issues"]}
    assert properties == {"WEB-1": {}, "WEB-2": {"truenorth": {"v": 1}}, "OPS-1": {}}
    assert reply["issueErrors"] == []


@pytest.mark.parametrize(
    "body",
    [
        {"issueIdsOrKeys": [str(n) for n in range(101)]},
        {"issueIdsOrKeys": []},
        {},
        {"issueIdsOrKeys": ["WEB-1"], "properties": list("abcdef")},
        {"issueIdsOrKeys": ["WEB-1"], "maxResults": 5},
    ],
)
def test_bulk_fetch_refuses_what_is_beyond_its_limits(jira: Jira, body: dict[str, object]) -> None:
    assert jira.post("issue/bulkfetch", json=body).status_code == 400


@pytest.mark.parametrize("auth", [(SERVICE[0], "expired"), ("nobody@acme.example", SERVICE[1]), ANN[::-1]])
def test_a_bad_credential_reads_as_the_anonymous_public(jira: Jira, auth: tuple[str, str]) -> None:
    with jira.acting_as(auth) as bad:
        reply = bad.search(jql=ALL)
        assert (reply.status_code, reply.json()) == (200, {"issues": [], "isLast": True})
        assert reply.headers["X-Seraph-LoginReason"] == "AUTHENTICATED_FAILED"
        assert bad.post("issue/bulkfetch", json={"issueIdsOrKeys": ["WEB-1"]}).json()["issues"] == []
        assert bad.get("issue/WEB-1").status_code == 404
        assert bad.get("field").status_code == 200
        assert bad.get("myself").status_code == 401
        assert bad.put("issue/WEB-1", json={"fields": {"summary": "x"}}).status_code == 401
        assert bad.post("issue/WEB-1/comment", json={"body": paragraph("x")}).status_code == 401
        assert bad.put("issue/WEB-1/properties/x", json=1).status_code == 401


def test_no_credential_is_not_a_failed_one(jira: Jira) -> None:
    with jira.acting_as(None) as nobody:
        reply = nobody.search(jql=ALL)
        assert (reply.status_code, reply.json()["issues"]) == (200, [])
        assert "X-Seraph-LoginReason" not in reply.headers


def test_a_bearer_token_is_refused_on_the_site_host(jira: Jira) -> None:
    reply = loopback.get(f"{jira.base_url}myself", headers={"Authorization": "Bearer x"})
    assert (reply.status_code, reply.json()) == (403, {"error": "Failed to parse Connect Session Auth Token"})


def test_a_hidden_project_is_as_good_as_absent() -> None:
    with running(100) as jira:
        jira.sandbox.call(lambda: setattr(jira.site.projects["OPS"], "browsers", frozenset({ANN[0]})))
        assert jira.search(jql="project = OPS").status_code == 400
        assert jira.get("project/OPS").status_code == 404
        assert jira.get("issue/OPS-1").status_code == 404
        assert jira.get("issue/OPS-1").json()["errorMessages"] == [
            "Issue does not exist or you do not have permission to see it."
        ]
        assert jira.post("issue/bulkfetch", json={"issueIdsOrKeys": ["OPS-1"]}).json()["issues"] == []
        keys = [project["key"] for project in jira.get("project/search").json()["values"]]
        assert keys == ["HR", "STRAT", "WEB"]
        with jira.acting_as(ANN) as ann:
            assert ann.get("issue/OPS-1").status_code == 200


def test_every_answer_has_the_headers_of_the_cloud(jira: Jira) -> None:
    for reply in (jira.get("myself"), jira.get("issue/WEB-99999"), jira.search(jql="")):
        assert reply.headers["Content-Type"] == "application/json;charset=UTF-8"
        assert reply.headers["Atl-Traceid"]
        assert reply.headers["X-Seraph-LoginReason"] == "OK"


def test_site_reads(jira: Jira) -> None:
    assert jira.get("myself").json()["emailAddress"] == SERVICE[0]
    assert jira.get("serverInfo").json()["deploymentType"] == "Cloud"
    fields = {field["name"]: field for field in jira.get("field").json()}
    assert fields["Epic Link"]["schema"]["custom"] == "com.pyxis.greenhopper.jira:gh-epic-link"
    estimate = fields["Story point estimate"]
    assert estimate["schema"]["custom"] == "com.pyxis.greenhopper.jira:jsw-story-points"
    assert fields["Story Points"]["schema"]["custom"].endswith(":float")
    assert {"Key result", "KR progress"} <= set(fields)
    assert jira.get("project/web").json()["name"] == "Web"
    assert jira.get("project/NOPE").status_code == 404
    paged = jira.get("project/search", params={"maxResults": 1, "startAt": 1}).json()
    assert ([p["key"] for p in paged["values"]], paged["total"], paged["isLast"]) == (["OPS"], 4, False)
    asked = jira.get("mypermissions", params={"permissions": "EDIT_ISSUES,EDIT_ALL_COMMENTS"}).json()
    held = {name: entry["havePermission"] for name, entry in asked["permissions"].items()}
    assert held == {"EDIT_ISSUES": True, "EDIT_ALL_COMMENTS": False}
    assert jira.get("mypermissions").status_code == 400
    assert {kind["name"] for kind in jira.get("issuetype").json()} >= {"Epic", "Initiative", "Sub-task"}
    assert jira.get("priority").json()[0]["name"] == "Highest"
    assert jira.get("nothing/here").status_code == 404
