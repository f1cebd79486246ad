"""Whether and where one ticket counts, in plain words: what it counts as, in which cycles, and which of its links count nothing. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from config.okrs import KeyResult
from config.text.figures import ENGLISH
from config.wording import agree, counted
from config.workspace import Workspace
from connectors.model import WorkItem
from sync.align.alignment import ItemAlignment, Link
from sync.decide import Decision
from sync.explain.key_result import reason_words
from sync.measure import Piece, weighting_of


def several_cycles(item: WorkItem, served: Sequence[Link], run: Decision) -> Iterator[str]:
    """That each of several cycles counts the item by itself."""
    cycles = tuple(dict.fromkeys(link.cycle for link in served if not _is_left_out(item, link, run)))
    if len(cycles) > 1:
        yield f"It counts whole in each of {' and '.join(cycles)}: cycles take nothing from each other."


def not_counted(item: WorkItem, link: Link, key_result: KeyResult, run: Decision) -> str:
    """That a key result in force does not count the item, and why; "" where it does."""
    piece, reading = _piece(item, link, run), run.scorecard.readings[link.key_result]
    if piece is None or piece.left_out is None:
        return ""
    return f"; not counted: {reason_words(piece.left_out, weighting_of(key_result), reading)}"


def _is_left_out(item: WorkItem, link: Link, run: Decision) -> bool:
    piece = _piece(item, link, run)
    return piece is not None and piece.left_out is not None


def _piece(item: WorkItem, link: Link, run: Decision) -> Piece | None:
    pieces = run.scorecard.readings[link.key_result].pieces
    return next((piece for piece in pieces if piece.item.ref == item.ref), None)


def not_in_force(
    item: WorkItem, placement: ItemAlignment, run: Decision, workspace: Workspace
) -> Iterator[str]:
    """The links that count nothing of it now, each with why."""
    for link in (*placement.past, *placement.planned):
        cycle, reading = workspace.cycles[link.cycle], run.scorecard.readings[link.key_result]
        if reading.closed is not None:
            why = f"closed on {reading.closed}"
        elif link in placement.planned:
            why = f"planned: its cycle {link.cycle} begins on {cycle.start}"
        else:
            open_ = "the work is open" if item.is_open else "the work was closed later"
            why = f"its cycle {link.cycle} ended on {cycle.end}, and {open_}"
        yield f"Not in force: {link.key_result} · {reading.title}, {why} ({link.because})."


def counts_as(item: WorkItem, placement: ItemAlignment, run: Decision) -> str:
    """What it counts as by itself, estimates above and below it aside."""
    alignment = run.alignment
    if placement.state == "rested":
        resting = [link.key_result for link in placement.past if alignment.terms[link.key_result].rests]
        names = " and ".join(dict.fromkeys(resting))
        return f"It counts for no running key result, and in {names} as that stands."
    if placement.state != "aligned":
        return "It counts for no key result."
    if alignment.counts_elsewhere(item.ref):
        return "It does not count itself."
    if item.category == "dropped":
        return "It was dropped, so it does not count."
    below = len(alignment.counted_below(item.ref))
    if below:
        return f"Its child items count instead of it ({counted(below, 'item')})."
    if all(_is_left_out(item, link, run) for link in placement.links):
        return "No key result counts it."
    state = "counts as done" if item.category == "done" else "counts as open work"
    estimate = (
        "without an estimate"
        if item.estimate is None
        else f"with {ENGLISH.number(item.estimate)} {agree(item.estimate, 'point', 'points')}"
    )
    return f"It {state}, {estimate}."
