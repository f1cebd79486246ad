"""What administrators do over `/__jira`, and which of it `updated` tells as a fault rule says."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from connectors.sandbox.jira.peculiarities import Act
from connectors.sandbox.jira.state import STORY_POINTS
from tests.support import loopback
from tests.support.sandbox_jira_client import Jira, running

LINK = {"globalId": "x", "object": {"url": "https://example.com", "title": "A page"}}


@pytest.fixture
def jira() -> Iterator[Jira]:
    with running(60) as client:
        yield client


def admin(jira: Jira, **given: object) -> None:
    reply = loopback.post(f"{jira.sandbox.url}/__jira", json=given)
    assert reply.status_code == 204, reply.text


def switch(jira: Jira, act: Act, *, on: bool) -> None:
    rule = {"kind": "updated", "tells" if on else "hides": [act]}
    assert loopback.post(f"{jira.sandbox.url}/__faults", json=rule).status_code == 201


def estimated(jira: Jira) -> str:
    return next(one.key for one in jira.site.issues.values() if one.custom.get(STORY_POINTS) is not None)


def child(jira: Jira) -> str:
    """An issue below an epic, which is moved in what follows."""
    return next(
        one.key
        for one in jira.site.issues.values()
        if one.type.level == 0
        and one.parent is not None
        and jira.site.issues[one.parent].key.startswith("WEB-")
    )


def move_parent(jira: Jira) -> None:
    parent = jira.site.issues[jira.site.keys[child(jira)]].parent
    admin(jira, act="move", key=jira.site.issues[parent or 0].key, project="OPS")


def status_of(jira: Jira, key: str) -> str:
    return jira.site.issues[jira.site.keys[key]].status.name


ACTS: dict[Act, tuple[Callable[[Jira], str], Callable[[Jira, str], object]]] = {
    "properties": (lambda _: "WEB-1", lambda jira, key: jira.put(f"issue/{key}/properties/p", json={"a": 1})),
    "remote_links": (lambda _: "WEB-1", lambda jira, key: jira.post(f"issue/{key}/remotelink", json=LINK)),
    "status": (
        lambda _: "WEB-1",
        lambda jira, key: admin(jira, act="status", status=status_of(jira, key), category="done"),
    ),
    "field": (estimated, lambda jira, _: admin(jira, act="field", field=STORY_POINTS, to="Effort")),
    "security": (lambda _: "WEB-1", lambda jira, key: admin(jira, act="security", key=key, level="Board")),
    "project_key": (
        lambda _: "WEB-1",
        lambda jira, _: admin(jira, act="project_key", project="WEB", to="SITE"),
    ),
    "parent": (child, lambda jira, _: move_parent(jira)),
}


@pytest.mark.parametrize("on", [True, False], ids=["told", "hidden"])
@pytest.mark.parametrize("act", ACTS)
def test_each_change_is_told_or_not(jira: Jira, act: Act, on: bool) -> None:
    switch(jira, act, on=on)
    choose, change = ACTS[act]
    key = choose(jira)
    issue = jira.site.issues[jira.site.keys[key]]
    before = issue.updated
    change(jira, key)
    assert (issue.updated > before) is on
    # The rule goes, and the site is as it was.
    assert loopback.delete(f"{jira.sandbox.url}/__faults").status_code == 204
    assert jira.site.peculiar.tells(act) is (act == "remote_links")


def test_the_acts_do_what_they_say(jira: Jira) -> None:
    status = status_of(jira, "WEB-1")
    admin(jira, act="status", status=status, to="Otherwise", category="done")
    shown = jira.issue("WEB-1")["fields"]["status"]
    assert (shown["name"], shown["statusCategory"]["key"]) == ("Otherwise", "done")
    admin(jira, act="field", field=STORY_POINTS, to="Effort")
    assert "Effort" in {one["name"] for one in jira.get("field").json()}
    assert jira.keys("Effort > 0") == jira.keys("cf[10026] > 0")
    admin(jira, act="security", key="WEB-1", level="Board")
    assert jira.issue("WEB-1")["fields"]["security"]["name"] == "Board"
    admin(jira, act="security", key="WEB-1", level=None, seen=False)
    assert jira.get("issue/WEB-1").status_code == 404
    admin(jira, act="security", key="WEB-1")
    assert jira.issue("WEB-1")["fields"]["security"] is None
    admin(jira, act="project_key", project="WEB", to="SITE")
    assert jira.issue("WEB-1")["key"] == "SITE-1"
    admin(jira, act="move", key="SITE-1", project="OPS")
    assert jira.issue("SITE-1")["key"].startswith("OPS-")


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"act": "nonsense"},
        {"act": "status", "status": "Nowhere"},
        {"act": "status", "status": "To Do", "category": "purple"},
        {"act": "field", "field": "customfield_1", "to": "x"},
        {"act": "security", "key": "WEB-99999"},
        {"act": "move", "key": "WEB-1", "project": "NOWHERE"},
        {"act": "move", "key": "WEB-1"},
        {"act": "project_key", "project": "WEB", "to": "lower"},
    ],
    ids=lambda given: "-".join(map(str, given.values())) or "nothing",
)
def test_what_cannot_be_done_is_said(jira: Jira, given: dict[str, object]) -> None:
    reply = loopback.post(f"{jira.sandbox.url}/__jira", json=given)
    assert reply.status_code == 400
    assert reply.json()["error"]
