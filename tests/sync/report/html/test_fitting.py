"""Which charts give way where a page would be too large."""

from __future__ import annotations

from markupsafe import Markup

from sync.report.html.fitting import Dropped, most_bytes, to_drop, without
from sync.report.html.page import Cell, Chart, Choice, Column, Drawing, Row, Section, Table

A, B, GOAL = Choice("team", "jira/A"), Choice("team", "jira/B"), Choice("objective", "O")
ORDER = (A, GOAL, B)


def drawing(choice: Choice | None, size: int) -> Drawing:
    table = Table("t", "T", (Column("c", "C"),), (Row((Cell("x", "x"),)),))
    return Drawing(choice, Markup("{}").format("x" * size), table)


def sections(**sizes: dict[Choice | None, int]) -> tuple[Section, ...]:
    charts = tuple(
        Chart(name, name, "", tuple(drawing(choice, size) for choice, size in some.items()))
        for name, some in sizes.items()
    )
    return (Section("s", "S", (), charts),)


def names(dropped: Dropped) -> set[tuple[str, str]]:
    return {(chart, choice.name) for _, chart, choice in dropped}


USUAL = sections(
    flow={None: 9_000, A: 3_000, B: 3_000, GOAL: 3_000}, map={None: 90_000, A: 30_000, B: 40_000, GOAL: 4_000}
)


def test_large_charts_of_a_choice_go_first_the_largest_before_the_others() -> None:
    assert to_drop(USUAL, 0, ORDER) == frozenset()
    assert names(to_drop(USUAL, 1, ORDER)) == {("map", "jira/B")}
    assert names(to_drop(USUAL, 41_000, ORDER)) == {("map", "jira/B"), ("map", "jira/A")}


def test_then_all_of_a_choice_goes_the_last_in_order_before_the_others() -> None:
    large = {("map", "jira/B"), ("map", "jira/A")}
    assert names(to_drop(USUAL, 72_000, ORDER)) == large | {("flow", "jira/B")}
    # Once one chart of a choice goes, so does all of it.
    assert names(to_drop(USUAL, 75_000, ORDER)) == large | {("flow", "jira/B"), ("flow", "O"), ("map", "O")}


def test_what_is_drawn_of_everything_never_goes() -> None:
    dropped = to_drop(USUAL, 10**9, ORDER)
    left = without(USUAL, dropped)
    (section,) = left
    assert [
        [one.choice for one in chart.drawings] for chart in section.blocks if isinstance(chart, Chart)
    ] == [[None], [None]]
    assert to_drop(left, 10**9, ORDER) == frozenset()


def test_several_drawings_of_one_choice_go_together() -> None:
    two = (
        Section("s", "S", (), (Chart("c", "C", "", (drawing(None, 10), drawing(A, 900), drawing(A, 900))),)),
    )
    (section,) = without(two, to_drop(two, 1, ORDER))
    (chart,) = section.blocks
    assert isinstance(chart, Chart)
    assert [one.choice for one in chart.drawings] == [None]


def test_more_items_may_have_a_larger_page() -> None:
    assert (most_bytes(10_000), most_bytes(10_001)) == (1_500_000, 2_000_000)
