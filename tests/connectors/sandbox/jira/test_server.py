"""The same site as a Data Center serves it: what it has otherwise than the Cloud, and what it lacks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from connectors.sandbox.jira.http import SERVER_TOKEN
from connectors.sandbox.jira.limits import UserLimit
from tests.support import loopback
from tests.support.sandbox_jira_client import ANN, Jira, running

EPIC_LINK, EPIC_NAME = "customfield_10014", "customfield_10011"
BEARER = {"Authorization": f"Bearer {SERVER_TOKEN}"}


class Server(httpx.Client):
    """Paths are below /jira-dc/rest/api/2; signs in by token unless given another login."""

    def __init__(self, cloud: Jira, **login: Any) -> None:
        super().__init__(
            base_url=f"{cloud.sandbox.url}/jira-dc/rest/api/2/",
            timeout=20,
            verify=loopback.NO_CERTIFICATES,
            **(login or {"headers": BEARER}),
        )
        self.cloud = cloud

    def found(self, **body: Any) -> dict[str, Any]:
        reply = self.post("search", json=body)
        assert reply.status_code == 200, reply.text
        value: dict[str, Any] = reply.json()
        return value

    def issue(self, key: str) -> dict[str, Any]:
        value: dict[str, Any] = self.get(f"issue/{key}").json()["fields"]
        return value


@pytest.fixture
def server() -> Iterator[Server]:
    with running(200) as cloud, Server(cloud) as client:
        yield client


def test_who_and_what_it_says_it_is(server: Server) -> None:
    assert server.get("serverInfo").json()["deploymentType"] == "Server"
    me = server.get("myself").json()
    assert (me["name"], me["emailAddress"]) == ("truenorth", "truenorth@acme.example")
    assert me["key"].startswith("JIRAUSER")
    assert "accountId" not in me
    assert server.get("user", params={"username": "ann.lee"}).json()["displayName"] == "Ann Lee"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "search/jql"),
        ("POST", "search/approximate-count"),
        ("POST", "issue/bulkfetch"),
        ("POST", "changelog/bulkfetch"),
        ("GET", "issue/WEB-1/changelog"),
        ("POST", "jql/parse"),
        ("POST", "comment/list"),
        ("GET", "project/search"),
        ("GET", "label"),
        ("GET", "field/search"),
    ],
)
def test_what_the_cloud_alone_has_is_not_there(server: Server, method: str, path: str) -> None:
    assert server.request(method, path, json={}).status_code in (404, 405)


def test_search_pages_by_offset_and_knows_the_total(server: Server) -> None:
    whole = server.found(jql="project = WEB order by key", maxResults=500, fields=["summary"])
    assert whole["total"] == len(whole["issues"]) > 40
    by_get = server.get("search", params={"jql": "project = WEB order by key", "startAt": 40}).json()
    assert (by_get["startAt"], by_get["maxResults"], by_get["total"]) == (40, 50, whole["total"])
    keys = [row["key"] for row in whole["issues"]]
    assert [row["key"] for row in by_get["issues"]] == keys[40:90]
    assert server.found(jql="project = WEB", maxResults=0)["issues"] == []
    assert server.found(jql="project = WEB", startAt=5000)["issues"] == []
    # Here, a query may be unbounded.
    assert server.found(jql="", maxResults=1)["total"] == len(server.cloud.site.issues)


def test_the_cap_is_echoed_and_the_window_is_an_error(server: Server) -> None:
    limits = server.cloud.site.limits
    server.cloud.sandbox.call(lambda: setattr(limits, "server_page", 7))
    server.cloud.sandbox.call(lambda: setattr(limits, "server_window", 20))
    for size in (100, -1):
        page = server.found(jql="project = WEB", maxResults=size)
        assert (page["maxResults"], len(page["issues"])) == (7, 7)
    beyond = server.post("search", json={"jql": "project = WEB", "startAt": 14, "maxResults": 100})
    assert beyond.status_code == 500
    assert "exceeded the search platform limit of 20" in beyond.json()["message"]


def test_bad_jql_and_a_strange_body_are_a_400(server: Server) -> None:
    assert server.post("search", json={"jql": "project = NOPE"}).status_code == 400
    assert server.post("search", json={"jql": "", "nextPageToken": "x"}).status_code == 400


def test_search_does_not_lag_here(server: Server) -> None:
    server.cloud.sandbox.call(lambda: setattr(server.cloud.site, "lag", 600.0))
    server.put("issue/WEB-1", json={"update": {"labels": [{"add": "fresh"}]}})
    assert server.found(jql="labels = fresh")["total"] == 1
    assert server.cloud.ids("labels = fresh") == []


def test_epics_are_linked_by_key_and_parents_are_for_sub_tasks(server: Server) -> None:
    site = server.cloud.site
    epic = site.keys["WEB-1"]
    child = next(i for i in site.issues.values() if i.parent == epic and i.type.level == 0)
    shown = server.issue(child.key)
    assert shown[EPIC_LINK] == "WEB-1"
    assert "parent" not in shown
    assert "hierarchyLevel" not in shown["issuetype"]
    sub = next(i for i in site.issues.values() if i.type.is_subtask and i.project.key == "WEB")
    assert server.issue(sub.key)["parent"]["key"] == site.issues[sub.parent or 0].key
    assert server.issue("WEB-1")[EPIC_NAME] == "New onboarding"
    names = {
        field["name"]: field["schema"].get("custom")
        for field in server.get("field").json()
        if "schema" in field
    }
    assert names["Epic Link"].endswith(":gh-epic-link")
    assert names["Epic Name"].endswith(":gh-epic-label")


def test_an_epic_link_that_is_set_here_is_a_parent_there(server: Server) -> None:
    site = server.cloud.site
    key = next(i.key for i in site.issues.values() if i.project.key == "WEB" and i.type.level == 0)
    for epic in ("WEB-2", "WEB-1"):
        assert server.put(f"issue/{key}", json={"fields": {EPIC_LINK: epic}}).status_code == 204
        assert server.cloud.issue(key)["fields"]["parent"]["key"] == epic
        assert server.issue(key)[EPIC_LINK] == epic
    server.put(f"issue/{key}", json={"fields": {EPIC_LINK: None}})
    assert "parent" not in server.cloud.issue(key)["fields"]
    assert server.issue(key)[EPIC_LINK] is None
    assert server.put(f"issue/{key}", json={"fields": {EPIC_LINK: key}}).status_code == 400
    refused = server.put(f"issue/{key}", json={"fields": {"parent": {"key": "WEB-1"}}})
    assert (refused.status_code, set(refused.json()["errors"])) == (400, {"parent"})


def test_an_epic_needs_a_name(server: Server) -> None:
    fields = {"project": {"key": "WEB"}, "issuetype": {"name": "Epic"}, "summary": "Long summary"}
    assert server.post("issue", json={"fields": fields}).json()["errors"] == {
        EPIC_NAME: "Epic Name is required."
    }
    made = server.post("issue", json={"fields": fields | {EPIC_NAME: "Short"}})
    assert made.status_code == 201
    assert server.issue(made.json()["key"])[EPIC_NAME] == "Short"


def test_people_go_by_name(server: Server) -> None:
    assert server.put("issue/WEB-1", json={"fields": {"assignee": {"name": "ann.lee"}}}).status_code == 204
    assert server.issue("WEB-1")["assignee"]["name"] == "ann.lee"
    assert server.found(jql="assignee = ann.lee and key = WEB-1")["total"] == 1
    assert server.put("issue/WEB-1", json={"fields": {"assignee": {"name": "nobody"}}}).status_code == 400
    (entry,) = server.get("issue/WEB-1", params={"expand": "changelog"}).json()["changelog"]["histories"][-1:]
    (item,) = entry["items"]
    assert "fieldId" not in item
    assert item["to"] == server.get("user", params={"username": "ann.lee"}).json()["key"]


def test_texts_are_wiki_markup_and_come_back_as_they_were_written(server: Server) -> None:
    text = "h2. Status\n\n*On track*: [board|https://x.example/]\n\n|| a || b ||\n| 1 | {{2}} |"
    made = server.post("issue/WEB-1/comment", json={"body": text}).json()
    assert made["body"] == text
    assert server.get("issue/WEB-1/comment").json()["comments"][-1]["body"] == text
    seen = server.cloud.get(f"issue/WEB-1/comment/{made['id']}").json()["body"]
    assert [block["type"] for block in seen["content"]] == ["heading", "paragraph", "table"]
    refused = server.post("issue/WEB-1/comment", json={"body": {"type": "doc", "version": 1, "content": []}})
    assert refused.status_code == 400
    server.put("issue/WEB-1", json={"fields": {"description": text}})
    assert server.issue("WEB-1")["description"] == text
    assert server.cloud.issue("WEB-1")["fields"]["description"]["type"] == "doc"


def test_tokens_and_names_sign_in_and_others_do_not(server: Server) -> None:
    with Server(server.cloud, auth=("ann.lee", ANN[1])) as ann:
        assert ann.get("myself").json()["name"] == "ann.lee"
    with Server(server.cloud, headers={"Authorization": "Bearer nonsense"}) as bad:
        assert bad.get("issue/WEB-1").status_code == 401
    with Server(server.cloud, auth=None) as nobody:
        assert nobody.get("myself").status_code == 401
        assert nobody.get("search").json()["total"] == 0


def test_failed_logins_end_at_a_captcha_which_a_token_does_not_meet(server: Server) -> None:
    with Server(server.cloud, auth=("ann.lee", "wrong")) as bad:
        assert [bad.get("myself").status_code for _ in range(4)] == [401, 401, 401, 403]
    with Server(server.cloud, auth=("ann.lee", ANN[1])) as good:
        locked = good.get("myself")
        assert locked.status_code == 403
        assert locked.headers["X-Authentication-Denied-Reason"].startswith("CAPTCHA_CHALLENGE; login-url=")
        assert locked.headers["X-Seraph-LoginReason"] == "AUTHENTICATION_DENIED"
        assert locked.headers["Content-Type"].startswith("text/html")
        server.cloud.sandbox.call(server.cloud.site.failed_logins.clear)
        assert good.get("myself").status_code == 200
    assert server.get("myself").status_code == 200


def test_a_user_has_a_bucket_whose_end_is_tomcats_page(server: Server) -> None:
    world = server.cloud.sandbox.world
    world_limit = UserLimit(size=3, fill=2, interval=1)
    server.cloud.sandbox.call(lambda: world.clock.run_at(0))
    server.cloud.sandbox.call(lambda: setattr(world.jira.limits, "per_user", world_limit))
    left = [server.get("myself").headers["X-RateLimit-Remaining"] for _ in range(3)]
    assert left == ["2", "1", "0"]
    refused = server.get("myself")
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "0"
    assert refused.headers["X-RateLimit-FillRate"] == "2"
    assert "HTTP Status 429" in refused.text
    with Server(server.cloud, auth=("ann.lee", ANN[1])) as ann:
        assert ann.get("myself").status_code == 200
