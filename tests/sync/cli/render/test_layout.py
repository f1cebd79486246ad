"""Tables on terminals of any width: rows fold, and nothing of them is cut."""

from __future__ import annotations

import re

import pytest

from sync.cli.render.screen import Screen, sentence_to_text
from sync.cli.render.terminal import to_text
from sync.cli.render.width import width_of, wrap
from sync.report.table import Cell, Section, cells

SENTENCE = (
    "the marks of 106 open items rest until tomorrow, since the cycle has ended and no next one is declared"
)
TITLE = "Find out why the status page lags behind by an hour whenever a region fails over"


def lines_of(section: Section, width: int) -> list[str]:
    return list(to_text(section, Screen(width=width)))[2:]


def table(*rows: tuple[Cell, ...], columns: tuple[str, ...], **more: tuple[str, ...]) -> Section:
    return Section("T", (), columns, rows, **more)


ORPHANS = table(
    cells("OPS-1", TITLE, "issue", "In Progress", "42 d", "1,300.5", "Mei Tanaka", "MOB", "https://x.example/OPS-1"),
    cells("Mobile offline mode", "", "project", "Doing", "7 d", "2", "–", "ENG", "https://x.example/mobile"),
    columns=("key", "title", "level", "status", "age", "effort", "assignee", "team", "url"),
    right=("age", "effort"),
    prose=("title",),
    links=("url",),
)  # fmt: skip


@pytest.mark.parametrize("width", [40, 60, 80, 100, 109, 110, 140, 200])
def test_no_figure_id_key_or_address_is_ever_cut(width: int) -> None:
    lines = lines_of(ORPHANS, width)
    text = re.sub(r"\s+", " ", " ".join(lines))
    for row in ORPHANS.rows:
        for cell in row:
            for part in cell.text.split() if cell.text == TITLE else [cell.text]:
                assert part == "–" or part in text, (width, part)
    assert "…" not in text
    assert max(map(width_of, lines)) <= width


@pytest.mark.parametrize(("width", "lines"), [(80, 3), (109, 3), (130, 2), (200, 1)])
def test_a_row_folds_where_it_does_not_fit(width: int, lines: int) -> None:
    """Figures stay on the first line, the title stands below, the address on a line of its own."""
    printed = lines_of(ORPHANS, width)
    first = next(nr for nr, line in enumerate(printed) if line.startswith("OPS-1"))
    assert next(nr for nr, line in enumerate(printed) if line.startswith("Mobile")) - first >= lines
    assert "1,300.5" in printed[first]
    assert (TITLE in printed[first]) is (width == 200)
    if width < 110:
        assert printed[first + 1].startswith(f"  {TITLE[:30]}")


def test_figures_that_have_no_room_go_below_with_their_names() -> None:
    lines = lines_of(ORPHANS, 40)
    assert any("effort 1,300.5" in line for line in lines) or any("assignee Mei" in line for line in lines)
    assert all(not line.startswith("  ") or "–" not in line for line in lines), "nothing is not told there"


def test_columns_are_aligned_under_their_names() -> None:
    lines = lines_of(ORPHANS, 200)
    header, first, second = lines
    end = header.index("effort") + len("effort")
    assert first[:end].endswith("1,300.5")
    assert second[:end].endswith(" 2")
    assert first.index("In Progress") == second.index("Doing") == header.index("status")


@pytest.mark.parametrize("width", [60, 80, 100])
def test_a_remedy_stands_below_its_finding(width: int) -> None:
    remedy = "declare the next cycle with truenorth roll-over 2026-Q4 2027-Q1"
    lines = lines_of(
        table(cells(SENTENCE, remedy), columns=("finding", "remedy"), prose=("finding", "remedy")), width
    )
    at = next(nr for nr, line in enumerate(lines) if line.startswith("  → "))
    assert " ".join(lines[:at]) == SENTENCE
    assert " ".join(line.strip() for line in lines[at:]) == f"→ {remedy}"


def test_examples_stand_below_what_they_are_examples_of() -> None:
    row = (Cell("2 items:", more=("one", "two")), Cell("mend it"))
    section = table(row, columns=("finding", "remedy"), prose=("finding", "remedy"))
    assert lines_of(section, 80) == ["2 items:", "  one", "  two", "  → mend it"]
    assert lines_of(section, 120)[1:] == ["2 items:  mend it", "  one", "  two"]


def test_a_short_text_stays_beside_its_name() -> None:
    section = table(cells("WEB-1", SENTENCE), columns=("key", "change"), prose=("change",))
    lines = lines_of(section, 80)
    assert lines[1].startswith("WEB-1  the marks")
    assert all(line.startswith(" " * 7) for line in lines[2:])


def test_columns_that_say_nothing_are_left_out() -> None:
    section = table(
        cells("WEB-1", "–", "", "x"), cells("WEB-2", "–", "–", ""), columns=("key", "a", "b", "c")
    )
    assert lines_of(section, 80) == ["key    c", "WEB-1  x", "WEB-2"]


def test_a_long_name_wraps_and_a_path_keeps_its_line() -> None:
    place = "/" + "a-long-folder/" * 20 + "truenorth.yaml:26"
    section = table(
        cells(f"{place}: nothing", "correct it"), columns=("finding", "remedy"), prose=("finding", "remedy")
    )
    assert f"{place}:" in lines_of(section, 80)[0], (
        "a word keeps its line whole where nothing stands beside it"
    )
    column = lines_of(section, 120)[0].index("remedy")
    assert place in "".join(line[:column].strip() for line in lines_of(section, 120)[1:])


def test_wide_characters_take_two_columns() -> None:
    section = table(cells("会議", "1"), cells("café", "2"), columns=("name", "n"))
    lines = lines_of(section, 80)
    assert [width_of(line[: line.index(digit)]) for line, digit in zip(lines[1:], "12", strict=True)] == [
        6,
        6,
    ]


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("", 10, [""]),
        ("one two three", 7, ["one two", "three"]),
        ("grew to 53 % today", 10, ["grew to", "53 % today"]),
        ("aaaaaaaaaaaa b", 5, ["aaaaaaaaaaaa", "b"]),
        ("会議会議 ab", 8, ["会議会議", "ab"]),
    ],
)
def test_texts_break_at_spaces_and_not_before_a_unit(text: str, width: int, expected: list[str]) -> None:
    assert wrap(text, width) == expected


def test_a_word_is_broken_only_where_another_column_stands_beside_it() -> None:
    assert wrap("a abcdefgh", 4, breaks_words=True) == ["a", "abcd", "efgh"]


def test_styles_are_put_on_what_was_laid_out() -> None:
    section = table((Cell("WEB-1", "strong"), Cell("bad news", "bad")), columns=("key", "change"))
    plain = list(to_text(section, Screen(width=80)))
    styled = list(to_text(section, Screen(width=80, styled=True, coloured=True)))
    assert [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in styled] == plain
    assert "\x1b[31mbad news\x1b[0m" in styled[-1]
    grey = list(to_text(section, Screen(width=80, styled=True)))
    assert "\x1b[31m" not in "".join(grey)
    assert "\x1b[1mWEB-1" in grey[-1]


def test_a_bullet_hangs() -> None:
    printed = sentence_to_text("  • one two three four", Screen(width=14))
    assert printed.splitlines() == ["  • one two", "    three four"]
