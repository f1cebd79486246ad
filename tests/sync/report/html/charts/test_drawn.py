"""What charts draw, read back from their marks: amounts, marks, words; and that none of them can harm a page."""

from __future__ import annotations

import re
from datetime import date, timedelta
from itertools import accumulate
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest
from markupsafe import Markup

from sync.report.html.charts import (
    Aged,
    AgingColumn,
    Band,
    Bar,
    Dot,
    Guide,
    StageBox,
    aging,
    bars,
    bullet,
    bullets,
    columns,
    cumulative,
    scatter,
    sparkline,
    stacked,
    value_stream,
)
from tests.support import chart_gallery

SAY = chart_gallery.words()
HEIGHT = 240


def read(drawn: Markup) -> Element:
    return ElementTree.fromstring(drawn)  # noqa: S314  our own


def of_class(tree: Element, name: str) -> list[Element]:
    return [one for one in tree.iter() if name in one.get("class", "").split()]


def said(tree: Element) -> list[str]:
    return [one.text or "" for one in tree.iter("title")]


def edge(path: str) -> list[int]:
    """The heights along a path of `M`, `l` and `h` steps of one, until it leaves the plot."""
    begin, *steps = re.findall(r"M0 -?\d+|l1 ?-?\d+|h1", path.split("h9")[0])
    moves = [0 if one == "h1" else int(one[2:]) for one in steps]
    return list(accumulate(moves, initial=int(begin.split()[1])))


GALLERY = chart_gallery.charts(hostile=chart_gallery.HOSTILE)


@pytest.mark.parametrize("name", GALLERY)
def test_a_chart_holds_nothing_that_a_strict_policy_forbids(name: str) -> None:
    tree = read(svg_of(GALLERY[name]))
    for one in tree.iter():
        assert one.tag not in {"script", "img", "style", "foreignObject", "use", "image"}
        assert not [key for key in one.attrib if key.startswith("on") or key in {"style", "id", "src"}]
        if one.tag == "a":
            assert one.get("href", "").startswith(("https://", "kr/", "#"))
    for one in tree.iter("svg"):
        if one.get("role"):
            assert one.get("aria-label")
            assert one.get("role") == ("group" if one.find(".//a") is not None else "img")


def svg_of(drawn: Markup) -> Markup:
    return Markup("<div>{}</div>").format(drawn)


NOTHING: dict[str, Markup] = {
    "stacked": stacked([], [], title="None", words=SAY),
    "no bands": stacked([chart_gallery.MONDAY], [], title="None", words=SAY),
    "cumulative": cumulative([], [], title="None", words=SAY),
    "columns": columns([], [], title="None", words=SAY),
    "scatter": scatter([], [], title="None", words=SAY),
    "aging": aging([], title="None", words=SAY),
    "bars": bars([], title="None", words=SAY),
    "bullets": bullets([], title="None", words=SAY),
    "value stream": value_stream([], title="None", words=SAY),
}


@pytest.mark.parametrize("name", NOTHING)
def test_where_there_is_nothing_the_title_says_it(name: str) -> None:
    assert "".join(read(NOTHING[name]).itertext()) == "None"


def test_areas_stand_on_each_other_with_the_first_on_top() -> None:
    bands = [Band("None", [5, 0, 5], "bad"), Band("A", [3, 10, 5]), Band("B", [2, 0, 10])]
    tree = read(stacked(chart_gallery.days(3), bands, title="T", words=SAY))
    edges = [edge(one.get("d", "")) for one in of_class(tree, "fill")]
    # The axis ends at 20: 12 pixels an item.
    assert edges == [
        [HEIGHT - 12 * total for total in band] for band in ((10, 10, 20), (5, 10, 15), (2, 0, 10))
    ]
    assert [one.get("class") for one in of_class(tree, "fill")] == [
        "fill tone-bad",
        "fill series-1",
        "fill series-2",
    ]
    assert said(tree)[-1] == "2 Sept\nNone: 5\nA: 5\nB: 10"
    assert said(tree)[-2] == "1 Sept\nA: 10"


def test_many_bands_are_folded_and_nothing_is_lost() -> None:
    bands = [
        Band("None", [1.0], "bad"),
        *(Band(f"KR{at}", [float(at)]) for at in range(1, 31)),
        Band("Exempt", [2.0], "quiet"),
    ]
    tree = read(stacked(chart_gallery.days(1), bands, title="T", words=SAY, others="{} more"))
    values = dict(one.rsplit(": ", 1) for one in said(tree)[-1].split("\n")[1:])
    assert list(values) == ["None", *(f"KR{at}" for at in range(25, 31)), "24 more", "Exempt"]
    assert sum(map(float, values.values())) == 1 + sum(range(1, 31)) + 2


def test_the_cumulative_flow_says_what_stands_in_each_stage() -> None:
    lines = [Band("Ready", [10, 14]), Band("Doing", [6, 9]), Band("Done", [4, 8])]
    tree = read(cumulative(chart_gallery.weeks(2), lines, title="T", words=SAY))
    names = ["".join(one.itertext()) for one in of_class(tree, "beside")[0].iter("text")]
    assert names == ["Ready 5", "Doing 1", "Done 8"]
    # The axis runs from 4, where the last line begins, to 15.
    heights = [round(HEIGHT - (value - 4) / 11 * HEIGHT) for value in (10, 14)]
    assert edge(of_class(tree, "fill")[0].get("d", "")) == heights


def test_columns_are_as_high_as_their_amounts() -> None:
    tree = read(
        columns(chart_gallery.weeks(2), [Band("In", [4, 0]), Band("Out", [2, 8])], title="T", words=SAY)
    )
    drawn = [re.findall(r"M(\d+) (\d+)", one.get("d", "")) for one in of_class(tree, "solid")]
    # Two columns of 12 a week with as much between weeks; the axis ends at 8.
    assert drawn == [[("12", "120")], [("24", "180"), ("72", "0")]]
    assert said(tree) == ["31 Aug\nIn: 4\nOut: 2", "7 Sept\nIn: 0\nOut: 8"]


def dots(values: list[float], href: str = "https://company.example/x") -> list[Dot]:
    return [
        Dot(chart_gallery.MONDAY + timedelta(days=at % 30), value, f"A-{at}", href)
        for at, value in enumerate(values)
    ]


def test_a_dot_stands_at_its_value_and_leads_to_its_item() -> None:
    tree = read(scatter(dots([5, 10, 20]), [Guide(10, "85 %")], title="T", words=SAY))
    found = {one.findtext("title"): one for one in tree.iter("a")}
    assert set(found) == {"A-0", "A-1", "A-2"}
    shown: dict[Any, Element] = {key: one[1] for key, one in found.items()}
    # The axis ends at one and a half times the guide.
    assert [shown["A-0"].get("cy"), shown["A-1"].get("cy")] == ["160", "80"]
    assert [shown["A-1"].get("class"), shown["A-2"].get("class")] == [None, "outside high"]
    assert of_class(tree, "beyond")[0].text == "▲ 1 > 15"


def test_a_dot_without_an_address_is_no_link() -> None:
    tree = read(scatter(dots([5, 10], href="javascript:x()"), [], title="T", words=SAY))
    assert tree.find(".//a") is None
    assert tree.find(".//svg").get("role") == "img"  # type: ignore[union-attr]
    assert sorted(said(tree)) == ["A-0", "A-1"]


def test_of_many_dots_the_highest_are_links_and_all_are_drawn() -> None:
    tree = read(scatter(dots([float(one) for one in range(1_000)]), [], title="T", words=SAY))
    links = list(tree.iter("a"))
    assert {one.findtext("title") for one in links} == {f"A-{at}" for at in range(600, 1_000)}
    # Nobody has to press Tab four hundred times.
    assert {one.get("tabindex") for one in links} == {"-1"}
    assert of_class(tree, "points")[0].get("d", "").count("M") == 600


def test_very_many_dots_are_counted_by_day_and_value() -> None:
    count = 10_000
    drawn = scatter(dots([float(at % 97) for at in range(count)]), [Guide(40, "85 %")], title="T", words=SAY)
    tree = read(drawn)
    assert sum(int(one.rsplit(": ", 1)[1].replace(",", "")) for one in said(tree)) == count
    assert len(said(tree)) == 30
    cells = [
        at
        for one in tree.iter("path")
        if one.get("class", "").startswith("shade-")
        for at in re.findall(r"M\d+ \d+", one.get("d", ""))
    ]
    assert len(cells) == len(set(cells))
    assert len(drawn) < 40_000


@pytest.mark.parametrize("most", [1, 2, 3, 4, 5, 9, 27, 1_000])
def test_shades_have_every_count_once(most: int) -> None:
    values = [1.0] * most + [50.0] * (2_001 - most)
    one_day = [Dot(date(2026, 9, 1), value, "", "") for value in values]
    tree = read(scatter(one_day, [], title="T", words=SAY))
    key = [li.findtext("span") or "" for li in of_class(tree, "legend")[0]]
    bounds = [[int(part.replace(",", "")) for part in one.split(" – ")] for one in key]
    assert [one[0] for one in bounds] == [1, *(one[-1] + 1 for one in bounds[:-1])]
    assert bounds[-1][-1] == max(most, 2_001 - most)


def test_work_that_is_older_than_most_is_marked_by_its_shape() -> None:
    column = AgingColumn(
        "Doing", 2, 4, 8, 16, [Aged(8, "A-1", "https://x.example/1"), Aged(9, "A-2", ""), Aged(99, "A-3", "")]
    )
    tree = read(aging([column], title="T", words=SAY))
    row = of_class(tree, "tall-36")[0]
    assert [one.get("class") for one in of_class(row, "dots")[0]] == [None, "outside high", "outside high"]
    assert [one.get("x") for one in of_class(row, "high")] == ["36%", "100%"]
    bands = [(one.get("class"), one.get("width"), one.findtext("title")) for one in row.iter("rect")]
    assert bands == [
        ("age-1", "8%", "50 %: 2"),
        ("age-2", "8%", "70 %: 4"),
        ("age-3", "16%", "85 %: 8"),
        ("age-4", "32%", "95 %: 16"),
        ("age-5", "36%", None),
    ]


def test_dots_of_one_age_lie_beside_each_other() -> None:
    column = AgingColumn("Doing", None, None, None, None, [Aged(5, f"A-{at}") for at in range(9)])
    tree = read(aging([column], title="T", words=SAY))
    heights = sorted(float(one.get("cy", "")) for one in tree.iter("circle"))
    assert heights == [50 + 8 * at for at in range(-4, 5)]


def test_a_bar_is_as_long_as_its_share_of_the_longest() -> None:
    rows = [Bar("A", 30, 40, "30 d"), Bar("B", 20, None, "20 d", tone="bad"), Bar("C", 0, 0, "0 d")]
    tree = read(bars(rows, title="T", words=SAY, marker="weight", value="days"))
    assert [(one.get("width"), one.get("class")) for one in of_class(tree, "solid")] == [
        ("75%", "solid series-1"),
        ("50%", "solid tone-bad"),
    ]
    assert [one.get("x1") for one in of_class(tree, "marker")] == ["100%", "0%"]
    assert said(tree) == ["A: 30 d; weight 40", "C: 0 d; weight 0"]


def test_a_bullet_draws_what_is_known() -> None:
    known = bullet(value=0.4, pace=0.5, low=0.6, middle=0.7, high=1.2, title="T")
    tree = read(known)
    assert [one.get("width") for one in of_class(tree, "solid")] == ["40%"]
    assert [one.get("x1") for one in of_class(tree, "pace")] == ["50%"]
    assert next((one.get("x1"), one.get("x2")) for one in of_class(tree, "range")) == ("60%", "100%")
    assert [one.get("cx") for one in of_class(tree, "middle")] == ["70%"]
    unknown = read(bullet(value=None, pace=None, low=None, middle=None, high=None, title="T"))
    assert not any(of_class(unknown, name) for name in ("solid", "pace", "range", "middle"))


def test_a_sparkline_is_broken_where_nothing_is_known() -> None:
    def path(values: list[float | None]) -> str:
        points = list(zip(chart_gallery.days(len(values)), values, strict=True))
        found = of_class(read(sparkline(points, title="T", last="3")), "edge")
        return found[0].get("d", "") if found else ""

    assert path([1, 2, None, 3, 4]).count("M") == 2
    assert path([None, 1, None]) == "M56 14h0"
    assert path([None, None]) == ""
    assert edges_of(path([7, 7])) == {"14"}


def edges_of(path: str) -> set[str]:
    return set(re.findall(r"[ML][\d.]+ ([\d.]+)", path))


def test_the_value_stream_names_its_bottleneck_and_adds_up_its_days() -> None:
    stages = [
        StageBox("Queue", True, 9, None, 6.0, "", is_bottleneck=True),
        StageBox("Doing", False, 2, 1.0, 1.0, "of two"),
        StageBox("Away", False, 0, None, None, ""),
    ]
    tree = read(
        value_stream(
            stages, title="T", words=SAY, touch="worked", wait="waiting", bottleneck="Bottleneck", days="{} d"
        )
    )
    kinds = [one.get("class") for one in of_class(tree, "stage")]
    assert kinds == ["stage queue bottleneck", "stage", "stage"]
    assert ["".join(one.itertext()) for one in of_class(tree, "badge")] == ["Bottleneck"]
    assert [one.get("width") for one in of_class(tree, "timeline")[0]] == ["75%", "12.5%", "12.5%"]
    assert ["".join(one.itertext()) for one in of_class(tree, "legend")[0]] == [
        "waiting 7 d",
        "worked 1 d",
    ]
    ladder = [[one.text for one in rung.iter("text")] for rung in of_class(tree, "ladder")]
    assert ladder == [["6 d"], ["1 d", "1 d"], []]
