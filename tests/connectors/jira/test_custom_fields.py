"""Components and custom fields that rules match, from the site's own kinds of values to texts."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.errors import ScopeError
from connectors.jira.api.fields import SiteFields
from connectors.jira.api.wire import Fields, IssueStatus, IssueType, Project, StatusCategory
from connectors.jira.read.custom_fields import find_custom_fields, values_of
from connectors.sandbox.jira.state import STORY_POINTS
from tests.support.jira_site import connector, field, running


def fields_with(site: SiteFields, **values: Any) -> Fields:
    kind = site.issue_type().__annotations__["fields"]
    made: Fields = kind(
        summary="",
        status=IssueStatus(name="To Do", status_category=StatusCategory("new")),
        issuetype=IssueType(id="1", name="Bug"),
        project=Project("1", "WEB"),
        created="",
        updated="",
        **values,
    )
    return made


@pytest.mark.parametrize(
    ("value", "texts"),
    [
        ("Core ", ["Core"]),
        (5.0, ["5"]),
        (2.5, ["2.5"]),
        (True, ["true"]),
        ({"id": "1", "value": "Growth"}, ["Growth"]),
        ({"value": "Europe", "child": {"value": "Paris"}}, ["Europe", "Paris"]),
        ({"accountId": "x", "displayName": "Ada"}, ["Ada"]),
        ([{"name": "1.0"}, {"name": "1.1"}], ["1.0", "1.1"]),
        (["a", "b"], ["a", "b"]),
        (None, []),
        ([], []),
        # An object of Assets has ids alone: there is a value, and no text of it.
        ([{"workspaceId": "w", "id": "w:7", "objectId": "7"}], [""]),
    ],
)
def test_every_kind_of_value_is_read_as_texts(value: object, texts: list[str]) -> None:
    site = SiteFields(custom=(("Squad", "customfield_7"),))
    assert values_of(fields_with(site, custom_0=value), site) == tuple(("Squad", text) for text in texts)


def test_one_field_named_in_two_ways_and_one_that_we_read_anyway() -> None:
    known = [field(7, "Squad"), field(3, "Effort", "number")]
    plain = SiteFields(points=("customfield_3",))
    custom = find_custom_fields("jira", known, ["customfield_7", "effort", "squad"], plain)
    assert custom == (
        ("customfield_7", "customfield_7"),
        ("effort", "customfield_3"),
        ("squad", "customfield_7"),
    )
    site = SiteFields(points=("customfield_3",), custom=custom)
    found = values_of(fields_with(site, points_0=3.0, custom_0="Core"), site)
    assert found == (("customfield_7", "Core"), ("effort", "3"), ("squad", "Core"))
    assert site.wanted.count("customfield_7") == site.wanted.count("customfield_3") == 1


def test_a_field_that_is_not_there_or_is_ours_ends_the_read() -> None:
    known = [field(1, "Key result"), field(7, "Squad")]
    with pytest.raises(ScopeError, match='Did you mean "Squad"'):
        find_custom_fields("jira", known, ["Sqaud"], SiteFields())
    with pytest.raises(ScopeError, match="which Truenorth writes itself"):
        find_custom_fields("jira", known, ["key result"], SiteFields(claim="customfield_1"))


def test_a_site_tells_components_and_the_fields_that_were_asked_for() -> None:
    with running(80) as site:
        jira = connector(site.sandbox.url + "/jira", fields=("Story Points",))
        try:
            items = {item.ref.id: item for item in jira.pull().items}
        finally:
            jira.close()
        issues = site.in_scope("WEB", "OPS")
        assert {str(one.id): tuple(part.name for part in one.components) for one in issues} == {
            id_: item.components for id_, item in items.items() if item.in_scope
        }
        points = {
            str(one.id): one.custom[STORY_POINTS]
            for one in issues
            if one.custom.get(STORY_POINTS) is not None
        }
        assert points
        assert {id_: item.fields for id_, item in items.items() if item.fields} == {
            id_: (("Story Points", f"{value:g}"),) for id_, value in points.items()
        }
        assert any(item.components for item in items.values())
