"""The section of the impact map: its values are those of the map, its cards and bands as wide as the effort, and nothing is cut apart."""

from __future__ import annotations

import math
import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from config.text.texts import Texts
from sync.impact_map.build import impact_map
from sync.impact_map.fold import fold
from sync.impact_map.values import LAYERS
from sync.report.html.links import Links
from sync.report.html.page import Choice
from sync.report.html.sections import impact_map as section_of
from sync.report.html.sections.impact_map.fitting import wrapped
from sync.report.html.sections.impact_map.geometry import TOP, WIDTH, arrange
from sync.report.html.sections.impact_map.table import MOST
from tests.support.builders import epic, item, metric, work, workspace
from tests.support.maps import HOSTILE, hostile_world, large_world, map_of, source_of, work_in
from tests.support.report_sections import ListedItems, chart, rows, table, words

NO_LINKS = Links({})
SPACE = workspace(
    work("KR1", {"under": "WEB-1"}, actor="New teams", impact="Come back"),
    work("KR2", {"under": "WEB-2"}),
    metric("KR3", 0, 10),
    exempt=[{"name": "ktlo", "labels": ["ktlo"]}],
)
ITEMS = (
    epic("WEB-1", title="Onboarding"),
    epic("WEB-2", title="Secret deal", private=True),
    item("WEB-3", "WEB-1", estimate=5, category="done"),
    item("OPS-4", "WEB-1", estimate=3),
    item("WEB-5", "WEB-2", estimate=2),
    item("WEB-6", labels=("ktlo",), category="doing"),
    item("WEB-7", category="doing"),
)


def test_the_table_has_a_row_for_each_way_to_the_work() -> None:
    found = section_of.section(source_of(SPACE, *ITEMS), NO_LINKS)
    values = [list(one.values()) for one in rows(table(found, "map"))]
    assert values == [
        ["O", "New teams", "Come back", "KR1", "WEB-1", "Onboarding", "on_track", 8, 62, 2],
        ["O", None, None, "KR2", "WEB-2", None, "off_track", 2, 0, 1],
        ["unaligned", None, None, None, None, None, None, 1, 0, 1],
        ["exempt", None, None, "ktlo", None, None, None, 1, 0, 1],
        ["O", None, None, "KR3", None, None, "no_data", 0, None, 0],
    ]


def test_rows_are_shown_for_their_objective_and_teams() -> None:
    found = section_of.section(source_of(SPACE, *ITEMS), NO_LINKS)
    goal, web, ops = Choice("objective", "O"), Choice("team", "jira/WEB"), Choice("team", "jira/OPS")
    assert [one.choices for one in table(found, "map").rows] == [{goal, web, ops}, {goal, web}, {web}, {web}, {goal}]  # fmt: skip
    assert [one.choice for one in chart(found, "map").drawings] == [None, web, ops, goal]
    assert [one["effort"] for one in rows(table(found, "map", ops))] == [3]
    assert [one["effort"] for one in rows(table(found, "map", goal))] == [8, 2, 0]


def test_what_is_restricted_is_a_key_alone() -> None:
    assert "Secret deal" not in words(section_of.section(source_of(SPACE, *ITEMS), NO_LINKS))


def test_tickets_key_results_and_work_without_a_name_have_their_addresses() -> None:
    source = source_of(SPACE, *ITEMS)
    links = Links(source.run.alignment.items, {"jira": ListedItems()})
    drawing = str(chart(section_of.section(source, links), "map").drawings[0].svg)
    assert set(re.findall('href="([^"]*)"', drawing)) == {
        "https://tracker.example/WEB-1",
        "https://tracker.example/WEB-2",
        "kr/KR1/index.html",
        "kr/KR2/index.html",
        "kr/KR3/index.html",
        "#unaligned",
    }
    listed = [row.cells[-1].href for row in table(section_of.section(source, links), "map").rows]
    keys = ("OPS-4&WEB-3", "WEB-5", "WEB-7", "WEB-6")
    assert listed == [*(f"https://tracker.example/search?{some}" for some in keys), ""]


def test_a_long_table_says_how_many_rows_are_left_out() -> None:
    space, items = large_world(30, 9)
    found = table(section_of.section(source_of(space, *items), NO_LINKS), "map")
    assert len(found.rows) == MOST
    assert f"; {30 * 9 - MOST} more are left out" in found.note
    efforts = [one["effort"] for one in rows(found)]
    assert efforts == sorted(efforts, reverse=True)  # type: ignore[type-var]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_hostile_names_are_text_and_no_style_is_written(language: str) -> None:
    space, items = hostile_world()
    found = section_of.section(source_of(space, *items, texts=Texts(language)), NO_LINKS)
    drawing = str(chart(found, "map").drawings[0].svg)
    met = Elements(drawing)
    assert met.tags == {"div", "svg", "g", "path", "title", "a", "rect", "text", "tspan"}
    assert not {one for one in met.names if one == "style" or one.startswith("on")}
    assert "&lt;script&gt;" in drawing
    assert HOSTILE not in drawing


class Elements(HTMLParser):
    """The names of the elements of a drawing, and of their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.names: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.names.update(name for name, _ in attrs)


# --- The drawing ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("key_results", "epics"), [(1, 1), (3, 4), (12, 9), (50, 3)])
def test_cards_of_a_column_keep_apart_and_in_their_order(key_results: int, epics: int) -> None:
    space, items = large_world(key_results, epics)
    found = fold(map_of(space, *items))
    drawn = arrange(found, lambda _node, _width: 40.0)
    for layer in found.layers:
        cards = [one for one in drawn.cards if one.layer == layer]
        assert [one.node for one in cards] == list(found.of_layer(layer))
        for one, other in pairwise(cards):
            assert one.y + one.height < other.y
        assert cards[0].y >= TOP
        assert cards[-1].y + cards[-1].height <= drawn.height
    last = drawn.columns[-1]
    assert last.x + last.width <= WIDTH


def test_bands_are_as_wide_as_the_effort_and_meet_cards_beside_each_other() -> None:
    space, items = large_world(6, 5)
    found = map_of(space, *items)
    drawn = arrange(found, lambda _node, _width: 20.0)
    each = {band.effort.amount: legs[0].thick for band, legs in drawn.ways}
    ratio = [thick / amount for amount, thick in each.items() if thick > 1.5]
    assert math.isclose(min(ratio), max(ratio))
    for card in drawn.cards:
        for legs, end in ((card.before, "arrives"), (card.after, "leaves")):
            ends = [(getattr(leg, end) - leg.thick / 2, getattr(leg, end) + leg.thick / 2) for leg in legs]
            assert all(one[1] <= other[0] + 1e-9 for one, other in pairwise(ends))
            if ends:
                assert card.y - 1e-9 <= ends[0][0]
                assert ends[-1][1] <= card.y + card.height + 1e-9


def test_a_band_past_a_column_runs_between_its_cards() -> None:
    space = workspace(
        *(
            work(f"KR{nr}", {"under": f"WEB-{nr}"}, **({"actor": f"Actor {nr}"} if nr % 2 else {}))
            for nr in range(1, 8)
        )
    )
    items = [one for nr in range(1, 8) for one in (epic(f"WEB-{nr}"), item(f"WEB-{nr}0", f"WEB-{nr}"))]
    found = map_of(space, *items)
    assert found.layers == ("goal", "actor", "key_result", "deliverable")
    drawn = arrange(found, lambda _node, _width: 30.0)
    actors = [(one.y, one.y + one.height) for one in drawn.cards if one.layer == "actor"]
    passing = [legs for _, legs in drawn.ways if len(legs) == 2]
    assert len(passing) == 3
    for first, _ in passing:
        low, high = first.arrives - first.thick / 2, first.arrives + first.thick / 2
        assert all(high <= top or low >= bottom for top, bottom in actors)


def test_words_wrap_and_what_has_no_room_is_cut() -> None:
    assert wrapped("one two three four five", 60, 2) == ["one two", "three fo…"]
    assert wrapped("", 60, 2) == []


def test_a_map_of_nothing_is_a_section_too() -> None:
    space = workspace(work("KR1"))
    found = section_of.section(source_of(space), NO_LINKS)
    assert [one["effort"] for one in rows(table(found, "map"))] == [0]


def test_every_layer_has_a_name_in_each_language() -> None:
    for language in ("en", "fr"):
        assert all(f"report_map.layer.{layer}" in Texts(language) for layer in LAYERS)


def test_the_map_of_a_choice_is_a_part_of_the_whole() -> None:
    source = source_of(SPACE, *ITEMS)
    drawn = work_in(source.run, SPACE)
    parts = [
        impact_map(drawn, source.run.scorecard, SPACE, source.run.alignment.items, teams=[team]).effort.amount
        for team in ("jira/WEB", "jira/OPS", "jira/")
    ]
    assert math.fsum(parts) == map_of(SPACE, *ITEMS).effort.amount
