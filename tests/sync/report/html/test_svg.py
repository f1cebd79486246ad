"""SVG as text: what is escaped, which addresses are links, scales, ticks, and labels that keep apart."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from sync.report.html import svg

HOSTILE = "\"'><script>x()</script></title>&"


def test_words_and_attributes_are_escaped() -> None:
    drawn = svg.element("g", svg.title(HOSTILE), HOSTILE, aria_label=HOSTILE, class_=HOSTILE)
    assert "<script" not in drawn
    read = ElementTree.fromstring(drawn)  # noqa: S314  our own
    assert read.attrib == {"aria-label": HOSTILE, "class": HOSTILE}
    assert read.findtext("title") == HOSTILE


def test_what_is_markup_already_is_taken_as_it_is() -> None:
    assert svg.element("g", Markup("<b/>"), "<b/>") == "<g><b/>&lt;b/&gt;</g>"


def test_attributes_are_named_as_in_svg() -> None:
    assert svg.line(
        0, 1.0, "100%", -0.004, "grid", stroke_width=1.5, hidden=None, open=True, wrong=False
    ) == ('<line x1="0" y1="1" x2="100%" y2="0" class="grid" stroke-width="1.5" open=""/>')


def test_only_shapes_are_closed_at_once() -> None:
    assert svg.path("M0 0") == '<path d="M0 0"/>'
    assert svg.element("i") == "<i></i>"


@pytest.mark.parametrize(
    ("href", "is_link"),
    [
        ("https://company.example/browse/A-1?a=1&b=2", True),
        ("http://localhost:8410/", True),
        ("kr/O1-KR1/index.html", True),
        ("../../index.html#flow", True),
        ("#flow", True),
        ("", False),
        ("javascript:alert(1)", False),
        ("JavaScript:alert(1)", False),
        (" java\nscript:alert(1)", False),
        ("\x01javascript:alert(1)", False),
        ("data:text/html,<script>x()</script>", False),
        ("vbscript:x", False),
        ("http://[", False),
    ],
)
def test_a_link_leads_to_a_page_and_to_no_script(href: str, is_link: bool) -> None:
    mark = svg.circle(1, 2, 3)
    assert (svg.link(href, mark) == mark) is not is_link


@pytest.mark.parametrize(
    ("high", "about", "low", "whole", "expected"),
    [
        (0, 4, 0, False, (0, 1)),
        (-3, 4, 0, False, (0, 1)),
        (float("inf"), 4, 0, False, (0, 1)),
        (1, 4, 0, False, (0, 0.25, 0.5, 0.75, 1)),
        (3, 4, 0, True, (0, 1, 2, 3)),
        (9, 4, 0, True, (0, 5, 10)),
        (9, 4, 0, False, (0, 2.5, 5, 7.5, 10)),
        (80, 4, 0, True, (0, 20, 40, 60, 80)),
        (81, 4, 0, True, (0, 25, 50, 75, 100)),
        (512, 4, 310, True, (300, 400, 500, 600)),
        (0.3, 4, 0, False, (0, 0.1, 0.2, 0.3)),
    ],
)
def test_ticks_are_round(
    high: float, about: int, low: float, whole: bool, expected: tuple[float, ...]
) -> None:
    assert svg.ticks(high, about, low=low, whole=whole) == expected


@given(st.floats(1e-6, 1e9), st.integers(1, 8), st.booleans())
def test_ticks_begin_at_zero_end_above_and_are_few(high: float, about: int, whole: bool) -> None:
    found = svg.ticks(high, about, whole=whole)
    assert found[0] == 0
    assert found[-1] >= high * (1 - 1e-8)
    assert len(found) <= about + 2
    if whole:
        assert all(one.is_integer() for one in found)


@given(st.integers(0, 1500), st.integers(2, 10))
def test_days_on_the_axis_are_few_and_within(span: int, most: int) -> None:
    first = date(2026, 8, 5)
    found = svg.day_ticks(first, first + timedelta(days=span), most)
    assert 1 <= len(found) <= most
    assert first <= found[0] <= found[-1] <= first + timedelta(days=span)
    if len(found) > 1 and found[1] - found[0] >= timedelta(days=7):
        assert {one.weekday() for one in found} == {0}


def test_a_scale_keeps_to_its_ends() -> None:
    place = svg.Scale(10, 20, 240, 0)
    assert [place(one) for one in (0, 10, 15, 20, 99)] == [240, 240, 120, 0, 0]
    assert svg.Scale(5, 5, 7, 9)(5) == 7


def test_labels_that_have_room_stay_where_they_are() -> None:
    assert svg.spread([100, 10, 50], 17, 0, 240) == (100, 10, 50)


@given(st.lists(st.floats(-20, 260), max_size=30))
def test_labels_keep_apart_in_their_order_and_within(places: list[float]) -> None:
    found = svg.spread(places, 17, 6, 236)
    assert len(found) == len(places)
    ordered = sorted(range(len(places)), key=lambda at: places[at])
    gap = min(17, 230 / max(len(places) - 1, 1))
    for one, other in pairwise(ordered):
        assert found[other] - found[one] >= gap - 1e-6
    assert all(6 - 1e-6 <= one <= 236 + 1e-6 for one in found)


def test_words_that_do_not_fit_are_cut_with_an_ellipsis() -> None:
    assert svg.fitted("Short", 200) == "Short"
    cut = svg.fitted("A very long name of a key result", 100)
    assert cut.endswith("…")
    assert svg.text_width(cut) <= 100
    assert svg.fitted("anything", 0) == "…"


def test_digits_are_as_wide_as_each_other() -> None:
    assert svg.text_width("111") == svg.text_width("888") > svg.text_width("lll")
