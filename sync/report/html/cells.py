"""Values as cells of the report, alike in every section: tickets, health, percents, chances, days. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from markupsafe import Markup

from config.text.phrases import say
from config.text.redaction import shown
from config.text.texts import Texts
from connectors.model import WorkItem
from sync.brief.rows import chance_phrase
from sync.measure import ObjectiveReading, Reading
from sync.report.html.page import NO_DRAWING, Cell, Table, Tone

if TYPE_CHECKING:
    from collections.abc import Mapping

TONES: Mapping[str, Tone] = {
    "on_track": "good",
    "done": "good",
    "at_risk": "warn",
    "off_track": "bad",
    "no_data": "quiet",
}

NOTHING = Cell("–", None, tone="quiet")
"""What is not known, or of which there is nothing to say."""


def page_of(key_result: str) -> str:
    """Where the page of a key result is, seen from the report's first page; its id needs no escaping."""
    return f"kr/{key_result}/index.html"


def table_of(objective: str) -> str:
    """The name of the table of an objective's key results, in the overview."""
    return f"objective-{objective}"


def place_of(objective: str) -> str:
    """Where that table is on the report's first page."""
    return f"#overview-{table_of(objective)}"


def web_address(url: str) -> str:
    """The address of a ticket; "" for what is no address of the web."""
    fit = shown(url)
    if urlsplit(fit).scheme not in ("http", "https"):
        return ""
    return quote(fit, safe="/:?#[]@!$&'()*+,;=%~-._")


def item_cell(item: WorkItem) -> Cell:
    """The key of a ticket, which leads to it."""
    return Cell(shown(item.name), item.name, href=web_address(item.url))


def title_cell(item: WorkItem, texts: Texts) -> Cell:
    """The title of a ticket; of one with restricted access a word on that, and no title, since a report is passed on."""
    if item.private:
        return Cell(texts.text("report_key_result.restricted"), None, tone="quiet")
    # Projects of some trackers have no key: their title is their name.
    return Cell(shown(item.title), item.title) if item.title != item.name else Cell("", None)


def status_cell(item: WorkItem) -> Cell:
    """The status as its tracker names it; nothing of a ticket with restricted access."""
    return NOTHING if item.private else Cell(shown(item.status), item.status)


def health_cell(one: Reading | ObjectiveReading, texts: Texts) -> Cell:
    """The health; of a cycle that has ended or has not begun, with a word on that."""
    words = health_words(one, texts)
    if one.phase == "planned":
        return Cell(texts.text("report_overview.health.planned"), "not_begun", tone="quiet")
    if one.phase == "ended" and one.health not in ("done", "no_data"):
        ended = texts.text("report_overview.health.ended", health=words)
        return Cell(ended, one.health, tone=TONES[one.health])
    return Cell(words, one.health, tone=TONES[one.health])


def health_words(one: Reading | ObjectiveReading, texts: Texts) -> str:
    """The health in plain words; of what is on track at its target, that it is there."""
    is_there = one.at_target and one.health == "on_track"
    return texts.text("health.at_target" if is_there else f"health.{one.health}")


def percent_cell(percent: float | None, texts: Texts, *, tone: Tone = "", svg: Markup = NO_DRAWING) -> Cell:
    """A percent, 0 to 100."""
    if percent is None:
        return NOTHING
    return Cell(texts.figures.percent(percent), percent, tone=tone, svg=svg)


def chance_cell(chance: float | Fraction | None, texts: Texts) -> Cell:
    """A chance, 0..1; its value is exact, its text is what a simulation can tell."""
    if chance is None:
        return NOTHING
    return Cell(say(chance_phrase(chance), texts), round(float(chance), 4))


def signed_cell(
    points: float | None, texts: Texts, *, is_good: bool = True, svg: Markup = NO_DRAWING
) -> Cell:
    """Points of percent by which something moved, rounded; up is good unless told otherwise."""
    if points is None:
        return NOTHING if not svg else Cell(NOTHING.text, None, tone="quiet", svg=svg)
    whole = round(points)
    tone: Tone = "quiet" if not whole else "good" if (whole > 0) == is_good else "bad"
    return Cell(signed(whole, texts), whole, tone=tone, svg=svg)


def signed(points: int, texts: Texts) -> str:
    """Points with their sign: a minus is a minus, no hyphen."""
    number = texts.figures.count(abs(points))
    return number if not points else f"+{number}" if points > 0 else f"−{number}"


def count_cell(count: int, texts: Texts, *, href: str = "") -> Cell:
    """How many."""
    return Cell(texts.figures.count(count), count, href=href)


def measured_cell(value: float | Fraction | None, texts: Texts, unit: str = "") -> Cell:
    """A computed figure with the digits that it means."""
    if value is None:
        return NOTHING
    return Cell(texts.figures.measured(value, unit), round(float(value), 4))


def day_cell(day: date | None, texts: Texts, *, near: date | None = None) -> Cell:
    """A day, with its year where that is not the one of the day `near`."""
    if day is None:
        return NOTHING
    return Cell(day_words(day, texts, near=near), day.isoformat())


def day_words(day: date, texts: Texts, *, near: date | None = None) -> str:
    """The same as text."""
    return texts.figures.day(day, year=near is None or day.year != near.year)


def bearing(table: Table) -> Table:
    """The table without the columns that say nothing in any row; the first one stays."""
    kept = [
        at
        for at in range(len(table.columns))
        if not at or not table.rows or any(_says(row.cells[at]) for row in table.rows)
    ]
    return _with_columns(table, kept)


def without(table: Table, names: Collection[str]) -> Table:
    """The table without these columns."""
    return _with_columns(table, [at for at, one in enumerate(table.columns) if one.id not in names])


def _with_columns(table: Table, kept: Sequence[int]) -> Table:
    rows = tuple(replace(row, cells=tuple(row.cells[at] for at in kept)) for row in table.rows)
    return replace(table, columns=tuple(table.columns[at] for at in kept), rows=rows)


def _says(cell: Cell) -> bool:
    return cell.text not in ("", NOTHING.text) or bool(cell.svg)
