"""Filters and dashboards: whose they are, who sees them, and what a lead sees on their pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from connectors.sandbox.company import DIRECTORY
from tests.support import loopback
from tests.support.sandbox_jira_client import ANN, SERVICE, Jira, running

GRACE = ("grace.kim@acme.example", "sandbox-person-token")
BOARD: dict[str, Any] = {"name": "Goals", "sharePermissions": [], "editPermissions": []}
GADGET = {"moduleKey": "com.atlassian.jira.gadgets:filter-results-gadget"}


@pytest.fixture
def jira() -> Iterator[Jira]:
    with running(100) as client:
        yield client


def make(jira: Jira, **body: Any) -> dict[str, Any]:
    reply = jira.post("filter", json={"name": "Unaligned", "jql": "labels = x ORDER BY key"} | body)
    assert reply.status_code == 200, reply.text
    found: dict[str, Any] = reply.json()
    return found


def test_a_filter_is_made_changed_and_deleted(jira: Jira) -> None:
    made = make(jira, description="mine", favourite=True)
    assert made["owner"]["accountId"] == DIRECTORY[SERVICE[0]].account_id
    assert (made["favourite"], made["favouritedCount"], made["sharePermissions"]) == (True, 1, [])
    path = f"filter/{made['id']}"
    assert jira.get(path).json() == made
    shared = {"name": "Orphans", "jql": "project = WEB", "sharePermissions": [{"type": "authenticated"}]}
    changed = jira.put(path, json=shared).json()
    assert (changed["name"], changed["description"]) == ("Orphans", "")
    kept = jira.put(path, json={"name": "Orphans", "jql": "project = OPS"}).json()
    assert (kept["jql"], kept["sharePermissions"]) == ("project = OPS", changed["sharePermissions"])
    assert [one["id"] for one in jira.get("filter/my").json()] == [made["id"]]
    assert jira.delete(path).status_code == 204
    assert jira.get(path).status_code == 400  # not 404, as documented


def test_a_name_is_unique_for_its_owner_only(jira: Jira) -> None:
    first, other = make(jira), make(jira, name="Other")
    assert jira.post("filter", json={"name": "Unaligned"}).json()["errors"] == {
        "filterName": "Filter with same name already exists."
    }
    assert jira.put(f"filter/{other['id']}", json={"name": "Unaligned"}).status_code == 400
    assert jira.put(f"filter/{first['id']}", json={"name": "Unaligned"}).status_code == 200
    with jira.acting_as(ANN) as ann:
        assert ann.post("filter", json={"name": "Unaligned"}).status_code == 200


BAD: dict[str, dict[str, Any]] = {
    "jql": {"jql": "nosuchfield = 1"},
    "no-name": {"name": " "},
    "unknown-member": {"color": "red"},
    "unknown-share": {"sharePermissions": [{"type": "everyone"}]},
    "unknown-project": {"sharePermissions": [{"type": "project", "project": {"id": "99"}}]},
    "role-without-project": {"sharePermissions": [{"type": "projectRole", "role": {"id": "10002"}}]},
    "unknown-group": {"sharePermissions": [{"type": "group", "group": {"name": "nobodies"}}]},
    "unknown-user": {"sharePermissions": [{"type": "user", "user": {"accountId": "x"}}]},
}


@pytest.mark.parametrize("change", BAD.values(), ids=BAD)
def test_a_bad_filter_is_refused(jira: Jira, change: dict[str, Any]) -> None:
    assert jira.post("filter", json={"name": "n", "jql": "project = WEB"} | change).status_code == 400
    assert jira.get("filter/my").json() == []


SEEN: dict[str, tuple[list[dict[str, Any]], bool, bool, bool]] = {
    "private": ([], False, False, False),
    "user": ([{"type": "user", "user": {"accountId": DIRECTORY[ANN[0]].account_id}}], True, False, False),
    "group": ([{"type": "group", "group": {"name": "web"}}], True, False, False),
    "project": ([{"type": "project", "project": {"id": "10000"}}], True, True, False),
    "authenticated": ([{"type": "authenticated"}], True, True, False),
    "global": ([{"type": "global"}], True, True, True),
}


@pytest.mark.parametrize(("shares", "for_ann", "for_grace", "for_all"), SEEN.values(), ids=SEEN)
def test_a_share_decides_who_sees(
    jira: Jira, shares: list[dict[str, Any]], for_ann: bool, for_grace: bool, for_all: bool
) -> None:
    number = make(jira, sharePermissions=shares)["id"]
    for auth, expected in ((ANN, for_ann), (GRACE, for_grace), (None, for_all)):
        with jira.acting_as(auth) as other:
            assert (other.get(f"filter/{number}").status_code == 200) is expected
            found = other.get("filter/search").json()["values"]
            assert ([row["id"] for row in found] == [number]) is expected


def test_shares_read_back_by_other_names_and_everybody_is_everybody(jira: Jira) -> None:
    logged_in = make(jira, sharePermissions=[{"type": "authenticated"}])
    assert [share["type"] for share in logged_in["sharePermissions"]] == ["loggedin"]
    both = [{"type": "group", "group": {"name": "web"}}, {"type": "global"}]
    everybody = make(jira, name="All", sharePermissions=both)
    assert [share["type"] for share in everybody["sharePermissions"]] == ["global"]
    role = {"type": "projectRole", "project": {"id": "10000"}, "role": {"id": "10002"}}
    (shown,) = make(jira, name="Role", sharePermissions=[role])["sharePermissions"]
    assert (shown["type"], shown["project"]["key"], shown["role"]["id"]) == ("project", "WEB", 10002)


def test_sharing_needs_the_permission_and_follows_the_default_scope(jira: Jira) -> None:
    assert jira.get("filter/defaultShareScope").json() == {"scope": "PRIVATE"}
    assert jira.put("filter/defaultShareScope", json={"scope": "AUTHENTICATED"}).status_code == 200
    assert make(jira)["sharePermissions"][0]["type"] == "loggedin"
    jira.sandbox.call(lambda: jira.site.permissions.take(SERVICE[0], "CREATE_SHARED_OBJECTS"))
    body = {"name": "x", "jql": "", "sharePermissions": [{"type": "global"}]}
    assert set(jira.post("filter", json=body).json()["errors"]) == {"sharePermissions"}
    assert make(jira, name="Quiet")["sharePermissions"] == []


def test_others_see_a_shared_filter_but_do_not_change_it(jira: Jira) -> None:
    number = make(jira, sharePermissions=[{"type": "authenticated"}])["id"]
    with jira.acting_as(ANN) as ann:
        assert ann.put(f"filter/{number}", json={"name": "Hers"}).status_code == 400
        assert ann.delete(f"filter/{number}").status_code == 401
        assert ann.put(f"filter/{number}/favourite").json()["favouritedCount"] == 1
        assert [one["id"] for one in ann.get("filter/favourite").json()] == [number]
    editors = {"name": "Unaligned", "editPermissions": [{"type": "group", "group": {"name": "web"}}]}
    assert jira.put(f"filter/{number}", json=editors).status_code == 200
    with jira.acting_as(ANN) as ann:
        assert ann.put(f"filter/{number}", json={"name": "Hers"}).status_code == 200


def test_the_search_tells_names_unless_asked_for_more(jira: Jira) -> None:
    for name in ("OKR: B", "OKR: A", "Other"):
        make(jira, name=name)
    found = jira.get("filter/search", params={"filterName": "okr:", "maxResults": 1}).json()
    assert (found["total"], found["isLast"]) == (2, False)
    assert set(found["values"][0]) == {"expand", "self", "id", "name"}
    more = jira.get(
        found["nextPage"], params={"filterName": "okr:", "expand": "jql,owner", "startAt": 1}
    ).json()
    assert (more["values"][0]["name"], more["values"][0]["jql"]) == ("OKR: B", "labels = x ORDER BY key")
    assert jira.get("filter/search?expand=nonsense").status_code == 400
    assert jira.get("filter/search?orderBy=colour").status_code == 400


def dashboard(jira: Jira, **more: Any) -> str:
    reply = jira.post("dashboard", json=BOARD | more)
    assert reply.status_code == 200, reply.text
    number: str = reply.json()["id"]
    return number


def test_a_dashboard_is_made_found_changed_and_deleted(jira: Jira) -> None:
    for name in BOARD:
        assert jira.post("dashboard", json={k: v for k, v in BOARD.items() if k != name}).status_code == 400
    number = dashboard(jira, sharePermissions=[{"type": "group", "group": {"name": "web"}}])
    assert jira.post("dashboard", json=BOARD).status_code == 400
    with jira.acting_as(ANN) as ann, jira.acting_as(GRACE) as grace:
        assert ann.get(f"dashboard/{number}").json()["isWritable"] is False
        assert ann.put(f"dashboard/{number}", json=BOARD).status_code == 400
        assert grace.get(f"dashboard/{number}").status_code == 404
        assert [row["id"] for row in ann.get("dashboard/search").json()["values"]] == [number]
        assert grace.get("dashboard").json()["total"] == 0
    assert jira.put(f"dashboard/{number}", json=BOARD | {"name": "Aims"}).json()["name"] == "Aims"
    assert [row["name"] for row in jira.get("dashboard?filter=my").json()["dashboards"]] == ["Aims"]
    assert jira.delete(f"dashboard/{number}").status_code == 204
    assert jira.get(f"dashboard/{number}").status_code == 404


def test_a_new_gadget_moves_the_others_down(jira: Jira) -> None:
    path = f"dashboard/{dashboard(jira)}/gadget"
    for title in ("first", "second", "third"):
        body = GADGET | {"title": title, "position": {"row": 0, "column": 0}}
        assert jira.post(path, json=body).status_code == 200
    rows = jira.get(path).json()["gadgets"]
    assert [(one["title"], one["position"]["row"]) for one in rows] == [
        ("third", 0),
        ("second", 1),
        ("first", 2),
    ]
    assert jira.put(f"{path}/{rows[2]['id']}", json={"title": "last", "color": "red"}).status_code == 204
    assert jira.delete(f"{path}/{rows[0]['id']}").status_code == 204
    assert [one["title"] for one in jira.get(path).json()["gadgets"]] == ["second", "last"]
    for bad in ({}, {"moduleKey": "no:such"}, GADGET | {"uri": "x"}, GADGET | {"color": "pink"}):
        assert jira.post(path, json=bad).status_code == 400, bad


def test_gadget_settings_are_item_properties(jira: Jira) -> None:
    board = dashboard(jira, sharePermissions=[{"type": "authenticated"}])
    gadget = jira.post(f"dashboard/{board}/gadget", json=GADGET).json()["id"]
    path = f"dashboard/{board}/items/{gadget}/properties"
    assert [jira.put(f"{path}/config", json={"num": n}).status_code for n in (5, 6)] == [201, 200]
    assert jira.get(f"{path}/config").json() == {"key": "config", "value": {"num": 6}}
    with jira.acting_as(ANN) as ann:
        assert ann.get(path).json()["keys"][0]["key"] == "config"
        assert ann.put(f"{path}/config", json=1).status_code == 403
    assert jira.delete(f"{path}/config").status_code == 204
    assert jira.get(f"{path}/config").status_code == 404
    assert jira.get(f"dashboard/{board}/items/1/properties").status_code == 404


def test_a_lead_sees_the_issues_of_a_filter_on_its_page_and_on_a_dashboard(jira: Jira) -> None:
    marks = {"labels": ["okr-unaligned"], "customfield_10101": "GROWTH-KR2 <b>", "customfield_10102": 40}
    jira.put("issue/WEB-1", json={"fields": marks})
    made = make(jira, name="<i>Unaligned</i>", jql="labels = okr-unaligned")
    board = dashboard(jira)
    gadget = jira.post(f"dashboard/{board}/gadget", json=GADGET | {"title": "Look here"}).json()["id"]
    settings = {"filterId": f"filter-{made['id']}"}
    jira.put(f"dashboard/{board}/items/{gadget}/properties/config", json=settings)
    pages = [made["viewUrl"], f"{jira.sandbox.url}/jira/filter/{made['id']}"]
    pages.append(jira.get(f"dashboard/{board}").json()["view"])
    for address in pages:
        shown = loopback.get(address, follow_redirects=True)
        assert shown.status_code == 200
        for text in (
            'href="/jira/browse/WEB-1"',
            "New onboarding",
            "In Progress",
            "GROWTH-KR2 &lt;b&gt;",
            'aria-label="40 percent"',
            "okr-unaligned",
            "1 found",
            "&lt;i&gt;Unaligned&lt;/i&gt;",
        ):
            assert text in shown.text, text
        assert "WEB-2" not in shown.text
    front = loopback.get(jira.sandbox.url).text
    assert 'href="/jira/filters"' in front
    listed = loopback.get(f"{jira.sandbox.url}/jira/filters").text
    assert f'href="/jira/filter/{made["id"]}"' in listed
    assert f'href="/jira/dashboard/{board}"' in listed
    assert loopback.get(f"{jira.sandbox.url}/jira/filter/1").status_code == 404
