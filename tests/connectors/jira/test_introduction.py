"""A site says what it is before it gets a credential, and for no request more than before."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_httpserver import HTTPServer

from connectors.errors import Misdeclared, TrackerError, Unreachable
from connectors.sandbox.jira.gateway import BASE, OAUTH_TOKEN, READ, USER
from connectors.sandbox.jira.http import SERVER_TOKEN
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from tests.support.jira_site import Waits, connector


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    with Sandbox(generate(50, 1)) as running:
        yield running


@pytest.fixture(autouse=True)
def _fresh(box: Sandbox) -> None:
    box.reset()
    box.forget_requests()


def asked(box: Sandbox) -> list[tuple[str, str]]:
    return [(one.path.rpartition("/rest/api/")[2][2:], one.credential) for one in box.requests]


ACTS = {
    "pull": lambda made: made.pull(),
    "items_by_key": lambda made: made.items_by_key({"WEB-1"}),
    "setup": lambda made: made.provisioner().plan(None, {}),
    "owned_items": lambda made: made.owned_items(()),
}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize(
    ("path", "settings", "words"),
    [
        (
            "/jira",
            {"deployment": "data_center", "email": None, "token": SERVER_TOKEN},
            "is Jira Cloud, but trackers.jira declares Jira Data Center. Remove `deployment: data_center`",
        ),
        (
            "/jira-dc",
            {},
            "is Jira Server, but trackers.jira declares Jira Cloud. Add `deployment: data_center` to trackers.jira",
        ),
    ],
    ids=["cloud as data center", "data center as cloud"],
)
def test_a_wrong_kind_is_told_before_any_credential(
    box: Sandbox, act: str, path: str, settings: dict[str, str], words: str
) -> None:
    made = connector(f"{box.url}{path}", **settings)  # type: ignore[arg-type]
    with pytest.raises(Misdeclared) as caught:
        ACTS[act](made)
    (check,) = made.preflight(())
    made.close()
    assert words in str(caught.value)
    assert f"{box.url}{path}" in str(caught.value)
    assert (check.verdict, words in f"{check.found} {check.remedy}") == ("wrong", True)
    assert {who for _, who in asked(box)} == {"anonymous"}


@pytest.mark.parametrize("path", ["/jira", "/jira-dc"])
def test_it_costs_no_request(box: Sandbox, path: str) -> None:
    """The server's time was asked for in every read anyway; that one goes first now."""
    dc = {"deployment": "data_center", "email": None, "token": SERVER_TOKEN} if path == "/jira-dc" else {}
    made = connector(f"{box.url}{path}", **dc)  # type: ignore[arg-type]
    made.pull()
    first = asked(box)
    box.forget_requests()
    made.pull()
    again = asked(box)
    made.close()
    assert first[0] == ("serverInfo", "anonymous")
    # A Data Center, which locks out who comes with a bad credential several times, is asked for nothing else meanwhile.
    beside = {"field", "project/WEB", "project/OPS"} if path == "/jira" else set()
    before = [name for name, _ in first[1 : first.index(("myself", "truenorth@acme.example"))]]
    assert beside.issuperset(before)
    assert [name for name, _ in first].count("serverInfo") == 1
    assert sorted(name for name, _ in first) == sorted(name for name, _ in again)


def test_a_closed_data_center_is_read_all_the_same(box: Sandbox) -> None:
    box.call(lambda: setattr(box.world.jira.peculiar, "is_closed", True))
    made = connector(f"{box.url}/jira-dc", deployment="data_center", email=None, token=SERVER_TOKEN)
    pulled = made.pull()
    made.close()
    names = [name for name, _ in asked(box)]
    assert names.count("serverInfo") == 1
    assert abs((pulled.as_of - box.world.clock.now()).total_seconds()) < 5
    assert pulled.items


def test_through_the_gateway_there_is_nothing_to_ask(box: Sandbox) -> None:
    made = connector(f"{box.url}{BASE}", email=None, token=f"{OAUTH_TOKEN}:{READ},{USER}")
    made.pull()
    made.close()
    assert "anonymous" not in {who for _, who in asked(box)}
    assert {name for name, _ in asked(box)[:4]} == {"myself", "field", "project/WEB", "project/OPS"}


def test_no_answer_is_no_answer(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/jira/rest/api/3/serverInfo").respond_with_data("", status=503)
    made = connector(httpserver.url_for("/jira"), waits=Waits())
    with pytest.raises(Unreachable):
        made.pull()
    made.close()
    assert len(httpserver.log) == 4


@pytest.mark.parametrize(
    "reply",
    [("<html>Log in</html>", 200), ("", 302), ("", 401), ("", 403)],
    ids=["page", "moved", "401", "403"],
)
def test_who_says_nothing_without_a_credential_gets_it(
    httpserver: HTTPServer, reply: tuple[str, int]
) -> None:
    body, status = reply
    httpserver.expect_request("/jira/rest/api/3/serverInfo").respond_with_data(body, status=status)
    httpserver.expect_request("/jira/rest/api/3/myself").respond_with_data("", status=401)
    made = connector(httpserver.url_for("/jira"), waits=Waits())
    with pytest.raises(TrackerError, match="rejected the credential"):
        made.pull()
    made.close()
    first, *others = (request.path.rpartition("/")[2] for request, _ in httpserver.log)
    assert first == "serverInfo"
    assert "myself" in others
    assert set(others) <= {"myself", "field", "WEB", "OPS"}


@pytest.mark.parametrize("project", [200, 404], ids=["anybody sees it", "nobody sees it"])
def test_what_anybody_may_see_is_no_read_with_a_bad_credential(httpserver: HTTPServer, project: int) -> None:
    """Asked beside the identity, fields and projects may be answered as anonymous, without a word of it."""
    api = "/jira/rest/api/3"
    httpserver.expect_request(f"{api}/serverInfo").respond_with_json({"deploymentType": "Cloud"})
    httpserver.expect_request(f"{api}/myself").respond_with_data("", status=401)
    httpserver.expect_request(f"{api}/field").respond_with_json([])
    for key in ("WEB", "OPS"):
        httpserver.expect_request(f"{api}/project/{key}").respond_with_json(
            {"id": key, "key": key}, status=project
        )
    made = connector(httpserver.url_for("/jira"), waits=Waits())
    with pytest.raises(TrackerError, match="rejected the credential"):
        made.pull()
    made.close()
    assert not any("search" in request.path for request, _ in httpserver.log)
