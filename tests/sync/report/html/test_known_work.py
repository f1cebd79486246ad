"""What a run knows of the work of a tracker, so that figures lead to pages that list just their items."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from config.text.texts import Texts
from config.workspace import Workspace
from connectors.lists import KnownWork
from connectors.model import MARKS, Pull, SetAside
from sync.decide import Decision, look
from sync.memory import Memory
from sync.observation import Observation, Unread
from sync.plan.setup_basis import basis, projects_basis, views_are_current
from sync.report.html.links import Links, known_work
from sync.report.html.page import Link
from tests.support.builders import NOW, item, ref, workspace
from tests.support.report_sections import ListedItems

PROJECT = item(
    "project-1",
    level="project",
    team="ENG",
    category="doing",
    started=NOW.replace(month=10),
    writable=frozenset(MARKS),
)
MADE = {"view Unaligned work": "v1", "at view Unaligned work": "s1", "at workspace": "acme"}


def run_of(provisions: Mapping[str, str], *, aside: bool = False, **sections: Any) -> Decision:
    pull = Pull("linear", (PROJECT,), NOW, set_aside=(SetAside("x", "ENG-9", "no time"),) if aside else ())
    jira = Pull("jira", (item("WEB-1"),), NOW)
    memory = Memory(provisions={"linear": provisions})
    return look(Observation((jira, pull), NOW, **sections), memory, workspace(), NOW)


def known(provisions: Mapping[str, str], where: Workspace | None = None, **facts: Any) -> KnownWork:
    return known_work(run_of(provisions, **facts), where or workspace())["linear"]


def test_views_count_while_setup_is_as_new_as_what_is_declared() -> None:
    was = MADE | basis(workspace(), "linear")
    assert known(was).views == was
    assert known(was, workspace(policy={"labels": {"orphaned": "lost"}})).views == {}
    assert (
        known(
            was,
            workspace(
                trackers={**_trackers(), "linear": {"kind": "linear", "scope": {"teams": ["ENG", "OPS"]}}}
            ),
        ).views
        == {}
    )
    assert known(MADE).views == {}, "nobody knows what they were made for"
    renamed = workspace({"id": "NEW", "title": "New", "measure": {"kind": "work"}})
    assert known(was, renamed).views == was, "key results make labels, and no view goes by them"


def _trackers() -> dict[str, Any]:
    return {"jira": {"kind": "jira", "url": "https://acme.example", "scope": {"projects": ["WEB", "OPS"]}}}


def test_the_view_of_projects_is_known_by_what_it_was_last_given() -> None:
    was = MADE | basis(workspace(), "linear")
    assert known(was | projects_basis(["project-1"])).listed_projects == ("project-1",)
    assert known(was | projects_basis(["project-1", "project-2"])).listed_projects is None
    assert known(was).listed_projects is None
    assert views_are_current(workspace(), Memory(provisions={"linear": was | projects_basis([])}), "linear")


@pytest.mark.parametrize(
    ("facts", "is_current"),
    [
        ({}, True),
        ({"rewound": True}, False),
        ({"aside": True}, False),
        ({"unread": (Unread("tracker", "linear", "outage", "no answer"),)}, False),
        ({"unread": (Unread("tracker", "jira", "outage", "no answer"),)}, True),
    ],
    ids=["read", "as of another time", "some not read", "stands as last read", "another tracker stands so"],
)
def test_labels_are_known_of_what_was_read_whole_just_now(facts: dict[str, Any], is_current: bool) -> None:
    assert known({}, **facts).is_current is is_current
    assert known({}, **facts).scope == ("ENG",)


# --- Links ---------------------------------------------------------------------------------------

ITEMS = {one.ref: one for one in (item("WEB-1"), item("WEB-2"), item("eng-1", url="javascript:alert(1)"))}
LISTED = ListedItems()


def test_a_link_says_how_many_it_lists_on_which_tracker() -> None:
    links = Links(ITEMS, {"jira": LISTED, "linear": LISTED}, Texts("fr"))
    assert links.of([ref("WEB-2"), ref("eng-1"), ref("WEB-1"), ref("WEB-2")]) == (
        Link("2\u00a0éléments dans jira", "https://tracker.example/search?WEB-1&WEB-2"),
        Link("1\u00a0élément dans linear", "https://tracker.example/search?eng-1"),
    )


def test_one_page_is_named_only_where_it_lists_all() -> None:
    links = Links(ITEMS, {"jira": LISTED, "linear": Half()})
    assert links.page_of([ref("WEB-1")]) == "https://tracker.example/search?WEB-1"
    assert links.page_of([ref("WEB-1"), ref("eng-1")]) == "", "they are on two trackers"
    assert links.page_of([]) == ""
    assert links.page_of([ref("WEB-1"), ref("WEB-404")]) == "", "nothing is known of one"
    assert links.page_of([ref("eng-1")]) == "", "the page lists fewer"
    assert Links(ITEMS).of([ref("WEB-1")]) == ()


def test_only_addresses_of_the_web_are_opened() -> None:
    links = Links(ITEMS)
    assert [links.ticket(ref(key)) for key in ("WEB-1", "eng-1", "WEB-404")] == [
        "https://tracker.example/WEB-1",
        "",
        "",
    ]


class Half:
    """A tracker whose pages list less than was asked for."""

    def pages(self, items: Any) -> tuple[tuple[str, int], ...]:
        return (("https://tracker.example/half", len(items) - 1),)
