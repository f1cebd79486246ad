"""What the blocks of reviews and digests share: columns, cells and words. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from config.text.texts import Texts
from connectors.model import WorkItem
from sync.measure import Reading
from sync.report.html.cells import NOTHING, web_address
from sync.report.html.page import Cell, Choice, Column, Kind, Link
from sync.review.unaligned import Unaligned
from sync.signals.subjects import team_of

HrefOf = Callable[[str], str]
"""The address of a key result's page; "" where it has none."""

_NUMBERS = frozenset(
    [
        "grade",
        "progress",
        "kept",
        "growth",
        "week",
        "chance",
        "came",
        "days",
        "of_all",
        "share",
        "declared",
        "before",
        "points",
        "by_work",
        "by_scope",
        "chance_before",
        "work",
        "scope",
        "time",
    ]
)


def columns(texts: Texts, *names: str) -> tuple[Column, ...]:
    """Columns by their names: the review's own, or those that indicators have too."""
    return tuple(
        Column(
            name,
            texts.text(
                f"review.column.{name}" if f"review.column.{name}" in texts else f"indicators.column.{name}"
            ),
            _kind(name),
        )
        for name in names
    )


def _kind(name: str) -> Kind:
    return "number" if name in _NUMBERS or name.startswith("kind_") else "day" if name == "day" else "text"


def choices_of(reading: Reading) -> frozenset[Choice]:
    """What shows a row about a key result in the report: its objective, and every team that has work for it."""
    teams = {team_of(piece.item) for piece in reading.pieces if not piece.item.private}
    return frozenset(
        {
            Choice("objective", reading.objective),
            *(Choice("team", one) for one in teams if one.partition("/")[2]),
        }
    )


def name_cell(reading: Reading, href_of: HrefOf) -> Cell:
    """The id of a key result, which leads to its page."""
    return Cell(reading.key_result, reading.key_result, href=href_of(reading.key_result))


def item_link(item: WorkItem) -> str | Link:
    """The key of a ticket, which leads to it where it has an address."""
    address = web_address(item.url)
    return Link(item.name, address) if address else item.name


def grade_words(grade: float | None, texts: Texts) -> str:
    """A grade with its one decimal, as the language writes it."""
    point = texts.figures.number(0.5)[1:2]
    return NOTHING.text if grade is None else f"{grade:.1f}".replace(".", point)


def grade_cell(grade: float | None, texts: Texts) -> Cell:
    """A grade, 0.0 to 1.0."""
    return NOTHING if grade is None else Cell(grade_words(grade, texts), grade)


def day_words(day: date, texts: Texts) -> str:
    """A day with its year."""
    return texts.figures.day(day, year=True)


def unaligned_words(found: Unaligned, texts: Texts) -> str:
    """How much it was before, and whose word that is."""
    before, name = found.before, found.before_name
    if before is not None:
        share = texts.figures.percent(round(100 * before.share))
        key = "review.unaligned.before.items" if before.told_by == "items" else "review.unaligned.before"
        values = {"share": share, "cycle": name}
        if before.told_by != "items":
            values["day"] = day_words(before.on, texts)
        said = texts.text(key, **values)
    elif name:
        said = texts.text("review.unaligned.before.none", cycle=name)
    else:
        said = texts.text("review.unaligned.first")
    if found.now is not None and found.now.told_by == "items":
        said = texts.text("review.unaligned.now.items", before=said)
    return said
