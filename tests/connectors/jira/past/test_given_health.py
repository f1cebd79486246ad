"""How people say it is going with Jira's work: the words that are understood, the field that has to be there."""

from __future__ import annotations

import pytest

from connectors.errors import ScopeError
from connectors.jira.api.fields import SiteFields
from connectors.jira.api.wire import FieldInfo, FieldSchema
from connectors.jira.past.given_health import find_health_field, health_of

FIELDS = [
    FieldInfo(id=id_, name=name, schema=FieldSchema(type="option", custom="x:select"))
    for id_, name in (
        ("customfield_1", "Health"),
        ("customfield_2", "KR health"),
        ("customfield_3", "Effort"),
    )
]
OURS = SiteFields(health="customfield_2")


@pytest.mark.parametrize(
    ("text", "health"),
    [
        ("On Track", "on_track"), ("on-track", "on_track"), ("GREEN", "on_track"), ("Vert", "on_track"), ("🟢", "on_track"),
        ("🟢 On track", "on_track"), ("En bonne voie", "on_track"), ("Dans les délais", "on_track"),
        ("At risk", "at_risk"), ("Yellow", "at_risk"), ("Amber", "at_risk"), ("À risque", "at_risk"), ("A RISQUE", "at_risk"),
        ("À surveiller", "at_risk"), ("🟡", "at_risk"),
        ("Off track", "off_track"), ("Red", "off_track"), ("En difficulté", "off_track"), ("Rouge.", "off_track"), ("🔴", "off_track"),
        ("Mauve", None), ("", None), ("Done", None), ("Green or red", None), ("🟢🔴", None), ("On track?? who knows", None),
        ("🟢 no idea", None),
    ],
)  # fmt: skip
def test_words_for_health(text: str, health: str | None) -> None:
    assert health_of(text) == health


@pytest.mark.parametrize("name", ["health", "Health", "customfield_1"])
def test_the_field_is_found_by_its_name_or_id(name: str) -> None:
    assert find_health_field("jira", FIELDS, name, OURS) == "customfield_1"
    assert find_health_field("jira", FIELDS, None, OURS) is None


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Heath", 'health_field "Heath" is not a custom field of this site. Did you mean "Health"?'),
        ("KR health", 'health_field "KR health" is a field that Truenorth writes itself.'),
    ],
)
def test_a_field_that_cannot_be_it_is_an_error(name: str, said: str) -> None:
    with pytest.raises(ScopeError) as raised:
        find_health_field("jira", FIELDS, name, OURS)
    assert said in f"{raised.value.what} {raised.value.remedy}"
