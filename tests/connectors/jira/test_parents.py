"""What stands above epics on Data Center: the forms of Parent Link, and what becomes of a value of which nobody knows what it means."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from msgspec import UNSET, convert, structs

from connectors.jira.api import wire
from connectors.jira.api.fields import SiteFields
from connectors.jira.read.find_fields import find_fields
from connectors.jira.read.parents import NotUnderstood, initiative_types, linked_parent, odd_links
from connectors.model import Pull, WorkItem
from connectors.sandbox.jira.http import SERVER_TOKEN
from connectors.sandbox.jira.layout import add_field
from connectors.sandbox.jira.server_show import PARENT_LINK, PARENT_LINK_FIELD, ServerShow
from connectors.sandbox.jira.state import Issue
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from tests.support.jira_site import connector, field

SCHEMA = "com.atlassian.jpo:jpo-custom-field-parent"
CLOUD = {
    "hasEpicLinkFieldDependency": False,
    "showField": True,
    "data": {"id": 10001, "key": "STRAT-1", "keyNum": 1},
}


@pytest.mark.parametrize(
    ("value", "key"),
    [
        (UNSET, None),
        (None, None),
        ("", None),
        ("STRAT-1", "STRAT-1"),
        (" STRAT-1 ", "STRAT-1"),
        ({"id": "10001", "key": "STRAT-1"}, "STRAT-1"),
        (CLOUD, "STRAT-1"),
        ("strat-1", "STRAT-1"),
        ({"key": "strat-1"}, "STRAT-1"),
        ({"data": {"key": "strat-1"}}, "STRAT-1"),
        ({**CLOUD, "data": None}, None),
        ({"data": None}, None),
        ({"hasEpicLinkFieldDependency": False, "showField": True}, None),
    ],
    ids=[
        "no field",
        "null",
        "empty",
        "text",
        "text with spaces",
        "object",
        "object with data",
        "lower case",
        "object in lower case",
        "data in lower case",
        "wrapper with null",
        "data of null",
        "wrapper without data",
    ],
)
def test_forms_of_the_value(value: object, key: str | None) -> None:
    assert linked_parent(value) == key


@pytest.mark.parametrize(
    "value",
    [7, True, "Win teams", "STRAT", "10001", ["STRAT-1"], {}, {"id": "10001"}, {"key": 7}, {"key": "Win"}, {"data": {}}],
    ids=str,
)  # fmt: skip
def test_anything_else_is_refused(value: object) -> None:
    with pytest.raises(NotUnderstood):
        linked_parent(value)


def test_the_field_is_found_by_its_schema_whatever_it_is_called() -> None:
    known = [
        field(1, "Parent Link"),
        field(2, "Родительская ссылка", "any", SCHEMA),
        field(3, "Parent", "any"),
    ]
    assert find_fields("jira", known, None).parent_link == "customfield_2"
    assert find_fields("jira", known[:1], None).parent_link is None


STORY, EPIC, INITIATIVE, THEME, TASK = "1", "2", "3", "4", "5"


def issue(id_: str, type_: str, *, subtask: bool = False, **custom: str) -> tuple[str, wire.Issue]:
    told = {
        "summary": id_,
        "status": {"name": "To Do", "statusCategory": {"key": "new"}},
        "issuetype": {"id": type_, "name": type_, "subtask": subtask},
        "project": {"id": "1", "key": "WEB"},
        "created": "2026-10-01T00:00:00.000+0000",
        "updated": "2026-10-01T00:00:00.000+0000",
    }
    fields = structs.replace(convert(told, wire.Fields), **custom)
    return id_, wire.Issue(id=id_, key=f"WEB-{id_}", fields=fields)


def test_an_odd_link_moves_no_type_up_and_is_named() -> None:
    issues = dict(
        [
            issue("1", STORY, epic_link="WEB-2"),
            issue("2", EPIC, epic_name="Checkout", parent_link="WEB-3"),
            issue("3", INITIATIVE, parent_link="WEB-4"),
            issue("4", THEME),
            issue("5", TASK, parent_link="WEB-6"),
            issue("6", STORY),
            issue("7", EPIC, epic_name="Search", parent_link="WEB-1"),
            issue("8", TASK, parent_link="WEB-9"),
            issue("9", TASK),
        ]
    )
    parents = {"1": "2", "2": "3", "3": "4", "5": "6", "7": "1", "8": "9"}
    above = initiative_types(issues, parents)
    assert above == {INITIATIVE, THEME}
    (note,) = odd_links(issues, parents, above, SiteFields(parent_link="customfield_9"))
    assert note == (
        'Found 3 links in the field "Parent Link" (customfield_9) to work that is on no level above epics (WEB-5 to WEB-6, '
        "WEB-7 to WEB-1, WEB-8 to WEB-9). They pass on what stands there all the same; correct them where that is not meant."
    )
    del issues["5"], issues["7"], issues["8"]
    assert not [*odd_links(issues, parents, above, SiteFields(parent_link="customfield_9"))]


def test_a_link_to_an_epic_or_a_sub_task_makes_no_level() -> None:
    issues = dict(
        [
            issue("1", EPIC, epic_name="Checkout", parent_link="WEB-2"),
            issue("2", EPIC),
            issue("3", EPIC, epic_name="Search", parent_link="WEB-4"),
            issue("4", TASK, subtask=True),
        ]
    )
    assert initiative_types(issues, {"1": "2", "3": "4"}) == frozenset()


def test_items_asked_for_alone_have_the_levels_that_the_pull_learned(sandbox: Sandbox) -> None:
    here = connector(f"{sandbox.url}/jira-dc", email=None, token=SERVER_TOKEN, deployment="data_center")
    try:
        one = next(item for item in here.pull().items if item.level == "initiative")
        (again,) = here.fetch([one.ref.id])
    finally:
        here.close()
    assert again.level == "initiative"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(generate(items=120, seed=3)) as running:
        yield running


def pulled(sandbox: Sandbox) -> Pull:
    here = connector(f"{sandbox.url}/jira-dc", email=None, token=SERVER_TOKEN, deployment="data_center")
    try:
        return here.pull()
    finally:
        here.close()


def linked(pull: Pull) -> list[WorkItem]:
    """The epics under initiatives."""
    above = {item.ref for item in pull.items if item.level == "initiative"}
    return [item for item in pull.items if item.parent in above]


@pytest.mark.parametrize("form", ["text", "object", "object with data"])
def test_initiatives_are_read_as_ancestors_in_every_form(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    made = {
        "text": lambda key: key,
        "object": lambda key: {"key": key},
        "object with data": lambda key: {"data": {"key": key}},
    }
    show(monkeypatch, made[form])
    found = pulled(sandbox)
    epics = linked(found)
    assert {item.level for item in epics} == {"epic"}
    keys = {one.key for one in sandbox.world.jira.issues.values() if one.type.level > 1}
    assert {item.parent_key for item in epics} <= keys
    assert not [note for note in found.notes if "Verknüpfung" in note]


def test_a_value_that_nobody_knows_is_named_and_the_parent_unknown(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    epics = {item.key for item in linked(pulled(sandbox))}
    show(monkeypatch, lambda key: {"title": key})
    found = pulled(sandbox)
    unknown = {item.key: item for item in found.items if item.parent_unknown}
    assert unknown.keys() == epics
    assert {(item.parent, item.parent_key) for item in unknown.values()} == {(None, None)}
    (note,) = [note for note in found.notes if "Verknüpfung" in note]
    assert note.startswith(
        f'Cannot read the field "Übergeordnete Verknüpfung" ({PARENT_LINK}) of {len(epics)} issues ('
    )
    assert min(epics) in note


def test_an_epic_link_is_nearer_than_a_parent_link(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {item.key: item for item in pulled(sandbox).items}
    below = next(key for key, item in before.items() if item.level == "issue" and item.parent is not None)
    other = next(one.key for one in sandbox.world.jira.issues.values() if one.type.level > 1)
    told = ServerShow._linked_parent

    def both(self: ServerShow, issue: Issue) -> str | None:
        return other if issue.key == below else told(self, issue)

    monkeypatch.setattr(ServerShow, "_linked_parent", both)
    item = next(item for item in pulled(sandbox).items if item.key == below)
    assert (item.parent, item.parent_key) == (before[below].parent, before[below].parent_key)


def test_the_cloud_tells_parents_itself_and_is_not_asked_for_the_field() -> None:
    with Sandbox(generate(items=60, seed=3)) as cloud:
        site = cloud.world.jira
        cloud.call(lambda: add_field(site, PARENT_LINK_FIELD))
        for issue in site.issues.values():
            cloud.call(partial(issue.custom.update, {PARENT_LINK: "no key"}))
        here = connector(f"{cloud.url}/jira")
        found = here.pull()
        here.close()
    assert linked(found)
    assert not [item for item in found.items if item.parent_unknown]
    assert not [note for note in found.notes if "Verknüpfung" in note]


def show(monkeypatch: pytest.MonkeyPatch, form: Any) -> None:
    """Let the site give the value in another form."""
    told = ServerShow._linked_parent

    def other(self: ServerShow, issue: Issue) -> object:
        key = told(self, issue)
        return None if key is None else form(key)

    monkeypatch.setattr(ServerShow, "_linked_parent", other)
