"""A comparison as sections that fit into one comment: of each list the twenty of most effect. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from config.text.redaction import shorten
from config.wording import counted
from sync.against.comparison import Comparison, Fate
from sync.report.against.words import (
    LONGEST,
    effect_words,
    fate_words,
    fates_words,
    marks_words,
    movement_words,
    percent_words,
    served,
    ticket_name,
    title_words,
)
from sync.report.table import Cell, Section, Style

MOST = 20
"""Rows of a table."""
_MOST_SENTENCES = 10
_STYLES: dict[Fate, Style] = {"orphaned": "bad", "relinked": "warn", "linked": "good", "released": "dim"}


def marker(workspace: str) -> str:
    """What stands before it in Markdown, so that a program finds its comment again and keeps it up to date."""
    return f"<!-- truenorth goals in review: {workspace} -->"


def sections(found: Comparison, against: str) -> Iterator[Section]:
    """The summary, and a table of each kind of change that there is. `against`: the name of the earlier declaration."""
    yield Section(f"OKR files against {shorten(against, LONGEST)}", tuple(_summary(found)))
    if found.key_results:
        yield _key_results(found)
    if found.objectives:
        yield _objectives(found)
    if found.tickets:
        yield _tickets(found)
    if found.findings:
        yield Section("New findings", _cut(found.findings))


def _summary(found: Comparison) -> Iterator[str]:
    if not found.changed:
        yield "Both declare the same."
    elif found.is_empty:
        yield "They differ in what they declare, and in nothing that can be seen of this work."
    else:
        if words := fates_words(found.fates):
            yield f"{words}."
        was, now = found.aligned
        warned_before, warned = found.orphans
        yield f"Open tickets with a key result: {was} → {now}. Warned as unaligned: {warned_before} → {warned}."
        yield marks_words(found.writes)
    if found.resolved:
        yield f"{counted(found.resolved, 'finding')} gone."
    yield f"Judged on the work as read at {found.at:%Y-%m-%d %H:%M} UTC, for both alike."
    yield from (f"Not judged: {one}." for one in _cut(found.gaps))


def _key_results(found: Comparison) -> Section:
    rows = tuple(
        (
            Cell(one.id, "strong"),
            Cell(shorten(one.title, LONGEST)),
            Cell(movement_words(one)),
            Cell(effect_words(one)),
        )
        for one in found.key_results[:MOST]
    )
    columns = ("key result", "title", "percent", "effect")
    tail = _rest(len(found.key_results), "key result")
    return Section("Key results by effect", (), columns, rows, ("percent",), tail, prose=("title", "effect"))


def _objectives(found: Comparison) -> Section:
    rows = []
    for one in found.objectives[:MOST]:
        words = percent_words(one.before, one.after) if one.kind == "changed" else _declared(one.kind)
        rows.append((Cell(one.id, "strong"), Cell(shorten(one.title, LONGEST)), Cell(words)))
    tail = _rest(len(found.objectives), "objective")
    columns = ("objective", "title", "percent")
    return Section("Objectives", (), columns, tuple(rows), ("percent",), tail, prose=("title",))


def _declared(kind: str) -> str:
    return "new" if kind == "added" else "removed"


def _tickets(found: Comparison) -> Section:
    rows = tuple(
        (
            Cell(ticket_name(one), "strong"),
            Cell(title_words(one.item)),
            Cell(served(one.before), "dim"),
            Cell(served(one.after)),
            Cell(fate_words(one.fate), _STYLES[one.fate]),
        )
        for one in found.tickets[:MOST]
    )
    columns = ("ticket", "title", "before", "after", "effect")
    tail = _rest(len(found.tickets), "ticket")
    return Section("Tickets by effect", (), columns, rows, (), tail, prose=("title", "before", "after"))


def _rest(count: int, noun: str) -> tuple[str, ...]:
    return (f"… and {counted(count - MOST, f'further {noun}')}; JSON lists all.",) if count > MOST else ()


def _cut(sentences: Sequence[str]) -> tuple[str, ...]:
    some = tuple(shorten(one, 3 * LONGEST) for one in sentences[:_MOST_SENTENCES])
    more = len(sentences) - len(some)
    return (*some, f"… and {more} more") if more else some
