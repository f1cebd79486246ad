"""Custom fields: found by name, read leniently, written in a form that reads back."""

from __future__ import annotations

import msgspec
import pytest

from connectors.errors import ScopeError
from connectors.jira.api.bulk_read import jql_text
from connectors.jira.api.comment_limit import truncate_adf
from connectors.jira.api.fields import field_text, percent_of
from connectors.jira.api.wire import FieldInfo
from connectors.jira.read.find_fields import find_fields
from connectors.text.document import Bullets, Doc, Panel, Table, line, para
from tests.support.jira_site import field


def test_fields_are_found_by_name_in_any_case() -> None:
    site = find_fields("jira", [field(2, "kr Progress", "number"), field(1, "KEY RESULT")], None)
    assert (site.key_result, site.progress) == ("customfield_1", "customfield_2")
    assert site.notes == ()


def test_the_sites_own_field_comes_before_a_teams_and_the_older_before_the_newer() -> None:
    known = [field(9, "Key result"), field(10, "Key result"), field(1, "Key result", team=True)]
    site = find_fields("jira", known, None)
    assert site.key_result == "customfield_9"
    assert any("3 fields" in note for note in site.notes)


@pytest.mark.parametrize(
    ("known", "claim", "key_result", "progress"),
    [
        ([], None, None, None),
        ([field(1, "Key result", "option")], "customfield_1", None, None),
        ([field(1, "Key result"), field(2, "KR progress", "string")], "customfield_1", "customfield_1", None),
    ],
)
def test_what_cannot_be_written_is_said(
    known: list[FieldInfo], claim: str | None, key_result: str | None, progress: str | None
) -> None:
    site = find_fields("jira", known, None)
    assert (site.claim, site.key_result, site.progress) == (claim, key_result, progress)
    assert site.notes


@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        (None, ("customfield_1", "customfield_2")),
        ("Story Points", ("customfield_1",)),
        ("customfield_3", ("customfield_3",)),
        ("effort", ("customfield_3",)),
    ],
)
def test_points(chosen: str | None, found: tuple[str, ...]) -> None:
    known = [
        field(1, "Story Points", "number"),
        field(2, "Schätzung", "number", "com.pyxis.greenhopper.jira:jsw-story-points"),
        field(3, "Effort", "number"),
        field(4, "Story Points", "string"),
    ]
    assert find_fields("jira", known, chosen).points == found


def test_points_that_do_not_exist() -> None:
    with pytest.raises(ScopeError, match="Effrot"):
        find_fields("jira", [field(3, "Effort", "number")], "Effrot")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (" A ", "A"),
        ({"value": "A", "id": "1"}, "A"),
        ([{"value": "A"}, {"value": "B"}], "A, B"),
        (["A", "B"], "A, B"),
        ({"type": "doc"}, ""),
        (7, ""),
    ],
)
def test_a_field_of_any_kind(value: object, text: str) -> None:
    assert field_text(value) == text


@pytest.mark.parametrize(
    ("value", "percent"),
    [
        (None, None),
        (0, 0),
        (40.0, 40),
        (99.9, 99),
        (100, 100),
        (101, None),
        (-1, None),
        ("40", None),
        (True, None),
    ],
)
def test_a_percent(value: object, percent: int | None) -> None:
    assert percent_of(value) == percent


@pytest.mark.parametrize("value", ['a"b', "a\\b", 'a\\"b', "AND", "x) OR (y"])
def test_jql_text_stays_one_text(value: str) -> None:
    quoted = jql_text(value)
    inner = quoted[1:-1]
    assert not inner.replace("\\\\", "").replace('\\"', "").count('"')


@pytest.mark.parametrize(
    "doc",
    [
        Doc((Bullets(tuple(line("x" * 50) for _ in range(900))),)),
        Doc((para("intro"), Table(("a",), tuple((line("x" * 50),) for _ in range(400))))),
        Doc((Panel("warning", tuple(para("x" * 50) for _ in range(600))),)),
        Doc((para("x" * 50_000),)),
        Doc(tuple(para("x" * 500) for _ in range(200))),
    ],
)
def test_a_long_comment_is_cut_and_says_so(doc: Doc) -> None:
    adf = truncate_adf(doc)
    assert len(msgspec.json.encode(adf)) <= 30_000
    assert "more" in adf["content"][-1]["content"][0]["text"]


def test_of_a_long_comment_of_panels_the_last_ones_go_whole() -> None:
    panel = Panel("info", tuple(para("x" * 200) for _ in range(5)))
    *panels, rest = truncate_adf(Doc((panel,) * 60))["content"]
    assert 10 < len(panels) < 60
    assert {len(one["content"]) for one in panels} == {5}
    assert f"{60 - len(panels)} more" in rest["content"][0]["text"]


def test_a_short_comment_is_left_whole() -> None:
    assert truncate_adf(Doc((para("short"),)))["content"][0]["content"][0]["text"] == "short"
