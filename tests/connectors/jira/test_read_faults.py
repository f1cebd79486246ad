"""Reading a Jira site that fails: whole or not at all, and told in plain words."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from connectors.errors import BadReply, CredentialError, RateLimited, ScopeError, TrackerError, Unreachable
from connectors.jira.api import replies
from connectors.jira.api.errors import Elsewhere
from tests.support.jira_site import TOKEN, Site, Waits, connector, running


@pytest.fixture(scope="module")
def still() -> Iterator[Site]:
    """A site that no test changes."""
    with running(100) as site:
        yield site


@pytest.fixture
def site() -> Iterator[Site]:
    with running(100) as site:
        yield site


def failure(site: Site, **settings: object) -> TrackerError:
    """The error of a pull with these settings."""
    other = connector(site.url, waits=site.waits, **settings)  # type: ignore[arg-type]
    try:
        with pytest.raises(TrackerError) as caught:
            other.pull()
    finally:
        other.close()
    assert TOKEN not in str(caught.value)
    return caught.value


@pytest.mark.parametrize("settings", [{"token": "wrong-token"}, {"email": "nobody@acme.example"}])
def test_a_wrong_credential(still: Site, settings: dict[str, str]) -> None:
    error = failure(still, **settings)
    assert isinstance(error, CredentialError)
    assert "wrong-token" not in str(error)


@pytest.mark.parametrize("match", ["/field", "/project/WEB", "/search/jql", "/bulkfetch"])
def test_a_credential_revoked_in_mid_read_is_not_an_empty_site(site: Site, match: str) -> None:
    site.sandbox.fault(match, "anonymous")
    assert isinstance(failure(site), CredentialError)
    assert site.waits == []


def test_a_missing_project_is_named_with_the_nearest(still: Site) -> None:
    error = failure(still, projects=("WEB", "OSP"))
    assert isinstance(error, ScopeError)
    assert '"OSP"' in str(error)
    assert 'Did you mean "OPS"?' in str(error)


@pytest.mark.parametrize("key", ['"', "WEB) OR project in (HR", "../myself", "%2e%2e/myself", "a b"])
def test_an_odd_project_key_goes_nowhere(still: Site, key: str) -> None:
    assert isinstance(failure(still, projects=(key,)), ScopeError)


def test_an_unknown_points_field_is_named_with_the_nearest(still: Site) -> None:
    error = failure(still, estimate_field="Story Pionts")
    assert isinstance(error, ScopeError)
    assert 'Did you mean "Story Points"?' in str(error)


def test_a_points_field_can_be_chosen(still: Site) -> None:
    chosen = connector(still.url, estimate_field="Story Points")
    try:
        items = chosen.pull().items
    finally:
        chosen.close()
    assert any(item.estimate for item in items if item.project == "WEB")
    assert not any(item.estimate for item in items if item.project == "OPS")


# --- faults --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("match", "kind", "error"),
    [
        ("/myself", "html", Elsewhere),
        ("/search/jql", "html", Elsewhere),
        ("/bulkfetch", "truncate", BadReply),
        ("/search/jql", "truncate", BadReply),
        ("/bulkfetch", "wrong_json", BadReply),
        ("/search/jql", "wrong_json", BadReply),
        ("/bulkfetch", "empty", BadReply),
        ("/bulkfetch", "drop_before", Unreachable),
        ("/myself", "drop_after", Unreachable),
    ],
)
def test_a_read_that_fails_in_part_fails_as_a_whole(
    site: Site, match: str, kind: str, error: type[TrackerError]
) -> None:
    site.sandbox.fault(match, kind)  # type: ignore[arg-type]
    caught = failure(site)
    assert type(caught) is error
    assert "jira" in str(caught)


@pytest.mark.parametrize("match", ["/myself", "/field", "/search/jql", "/bulkfetch"])
@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "drop_after"},
        {"kind": "status", "status": 503},
        {"kind": "status", "status": 502, "headers": {"Retry-After": "2"}},
        {"kind": "status", "status": 429, "headers": {"Retry-After": "2"}},
        {"kind": "status", "status": 429},
    ],
)
def test_a_passing_fault_loses_nothing(site: Site, match: str, fault: dict[str, object]) -> None:
    whole = site.truenorth.pull()
    site.sandbox.fault(match, times=1, **fault)  # type: ignore[arg-type]
    again = site.truenorth.pull()
    assert again.items == whole.items
    assert again.requests == whole.requests + 1
    assert site.waits


def test_it_waits_as_long_as_it_is_told(site: Site) -> None:
    site.sandbox.fault("/search/jql", "status", status=429, times=1, headers={"Retry-After": "17"})
    site.truenorth.pull()
    assert site.waits[0] == 17.0


def test_it_does_not_sit_out_an_hour(site: Site) -> None:
    site.sandbox.fault("/search/jql", "status", status=429, headers={"Retry-After": "3600"})
    error = failure(site)
    assert isinstance(error, RateLimited)
    assert error.retry_after == 3600.0
    assert site.waits == []


def test_an_issue_deleted_between_search_and_read_is_left_out_with_a_note(site: Site) -> None:
    issue = next(one for one in site.in_scope() if not one.children and not one.links)
    reader = site.truenorth._reader
    whole = {item.ref.id for item in site.truenorth.pull().items}
    site_now = reader.site()
    fetched: list[str] = []

    def delete_after_search(what: str, done: int, _total: int | None) -> None:
        if what == "issues" and done == 0 and not fetched:
            fetched.append("once")
            site.sandbox.call(lambda: site.jira.delete(issue))

    pull, _ = reader.pull(site_now, delete_after_search, 0)
    assert {item.ref.id for item in pull.items} == whole - {str(issue.id)}
    assert any("Left out 1 issue, deleted or hidden" in note for note in pull.notes)


# --- issues that Jira could not give at once ------------------------------------------------------


class Bulk:
    """A site of three issues whose bulkfetch gives only what `gives` says for each call in turn.

    A call is answered with all that was asked for once the list is used up; "!" stands for a fault that
    Jira reports as worth another try.
    """

    def __init__(self, server: HTTPServer, gives: list[str], forever: str = "") -> None:
        self.gives = gives
        self.forever = forever
        self.asked: list[list[str]] = []
        rest = "/jira/rest/api/3"
        server.expect_request(f"{rest}/myself").respond_with_json({"accountId": "us", "locale": "en_US"})
        server.expect_request(f"{rest}/field").respond_with_json([])
        server.expect_request(f"{rest}/serverInfo").respond_with_json({})
        server.expect_request(f"{rest}/project/WEB").respond_with_json({"id": "1", "key": "WEB"})
        found = [{"id": "1"}, {"id": "2"}, {"id": "3"}]
        server.expect_request(f"{rest}/search/jql").respond_with_json({"issues": found, "isLast": True})
        server.expect_request(f"{rest}/issue/bulkfetch").respond_with_handler(self.answer)

    def answer(self, request: Request) -> Response:
        asked = request.get_json()["issueIdsOrKeys"]
        self.asked.append(asked)
        given = self.gives.pop(0) if self.gives else "".join(asked)
        failed = [id_ for id_ in asked if f"!{id_}" in given or id_ in self.forever]
        there = [issue(id_) for id_ in asked if id_ in given and id_ not in failed]
        errors = [{"id": id_, "errorMessage": "Try again"} for id_ in failed]
        return Response(
            msgspec.json.encode({"issues": there, "issueErrors": errors}), mimetype="application/json"
        )


def issue(id_: str) -> dict[str, object]:
    when = "2026-11-16T09:00:00.000+0100"
    fields = {
        "summary": f"Issue {id_}",
        "status": {"name": "To Do", "statusCategory": {"key": "new"}},
        "issuetype": {"id": "1", "name": "Task", "hierarchyLevel": 0},
        "project": {"id": "1", "key": "WEB"},
        "created": when,
        "updated": when,
    }
    return {"id": id_, "key": f"WEB-{id_}", "fields": fields, "unknown": {"key": 1}}


@pytest.mark.parametrize(
    ("gives", "items", "notes"),
    [
        (["123"], "123", 0),
        (["13", "2"], "123", 0),
        (["13", ""], "13", 1),
        (["1!23", "2"], "123", 0),
        (["1!23", "!2", "2"], "123", 0),
    ],
)
def test_what_was_not_given_is_asked_for_again(
    httpserver: HTTPServer, gives: list[str], items: str, notes: int
) -> None:
    bulk = Bulk(httpserver, gives)
    made = connector(httpserver.url_for("/jira"), projects=("WEB",))
    try:
        pull = made.pull()
    finally:
        made.close()
    assert "".join(item.ref.id for item in pull.items) == items
    assert sum("deleted or hidden" in note for note in pull.notes) == notes
    assert bulk.asked[0] == ["1", "2", "3"]
    assert bulk.asked[1:] in ([], [["2"]], [["2"], ["2"]])


def test_an_issue_that_jira_never_gives_fails_the_read(httpserver: HTTPServer) -> None:
    Bulk(httpserver, [], forever="2")
    made = connector(httpserver.url_for("/jira"), projects=("WEB",))
    try:
        with pytest.raises(Unreachable, match="ids 2"):
            made.pull()
    finally:
        made.close()


@pytest.mark.parametrize("created", ["yesterday", "2026-11-16T09:00:00", ""])
def test_a_time_that_is_none_names_the_issue(httpserver: HTTPServer, created: str) -> None:
    bad = issue("1")
    bad["fields"] = {**bad["fields"], "created": created}  # type: ignore[dict-item]
    httpserver.expect_request("/jira/rest/api/3/issue/bulkfetch").respond_with_json({"issues": [bad]})
    Bulk(httpserver, [])
    made = connector(httpserver.url_for("/jira"), projects=("WEB",))
    try:
        with pytest.raises(BadReply, match="WEB-1"):
            made.pull()
    finally:
        made.close()


def test_a_data_center_is_refused_in_plain_words(httpserver: HTTPServer) -> None:
    info = {"deploymentType": "Server"}
    httpserver.expect_request("/jira/rest/api/3/serverInfo").respond_with_json(info)
    Bulk(httpserver, [])
    made = connector(httpserver.url_for("/jira"), projects=("WEB",))
    try:
        with pytest.raises(TrackerError, match=r"trackers\.jira declares Jira Cloud"):
            made.pull()
    finally:
        made.close()


def test_an_address_without_a_jira(httpserver: HTTPServer) -> None:
    for path in ("3/serverInfo", "2/serverInfo", "3/myself"):
        httpserver.expect_request(f"/jira/rest/api/{path}").respond_with_data("", status=404)
    made = connector(httpserver.url_for("/jira"))
    try:
        with pytest.raises(TrackerError, match="no Jira site found at"):
            made.pull()
    finally:
        made.close()
    assert [request.headers.get("Authorization") for request, _ in httpserver.log] == [None, None]


def test_a_wait_told_to_one_thread_holds_the_others_back(httpserver: HTTPServer) -> None:
    waits = Waits()
    Bulk(httpserver, [])
    path = "/jira/rest/api/3/late"
    httpserver.expect_request(path).respond_with_json({}, status=429, headers={"Retry-After": "250"})
    made = connector(httpserver.url_for("/jira"), waits=waits)
    try:
        with pytest.raises(RateLimited):
            made._client.call("GET", "late", replies.ANYTHING, repeatable=False)
        waits.clear()
        made._client.send("GET", "myself")
    finally:
        made.close()
    assert len(waits) == 1
    assert 200 < waits[0] <= 250


def test_a_wait_for_one_issue_holds_nobody_else_back(httpserver: HTTPServer) -> None:
    waits = Waits()
    Bulk(httpserver, [])
    headers = {"Retry-After": "250", "RateLimit-Reason": "jira-per-issue-on-write"}
    path = "/jira/rest/api/3/late"
    httpserver.expect_request(path).respond_with_json({}, status=429, headers=headers)
    made = connector(httpserver.url_for("/jira"), waits=waits)
    try:
        with pytest.raises(RateLimited):
            made._client.send("GET", "late")
        waits.clear()
        made._client.send("GET", "myself")
    finally:
        made.close()
    assert waits == []
