"""The work that serves a key result: epics and projects, teams, and tickets with what they wait for. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from config.text.redaction import shown
from connectors.model import Ref, WorkItem
from sync.align.alignment import Alignment
from sync.align.link import LinkReason
from sync.align.reason_words import reason_words
from sync.forecast.one_thing import open_blockers
from sync.measure import Piece
from sync.plan.plan import natural
from sync.report.html.cells import (
    NOTHING,
    bearing,
    count_cell,
    day_cell,
    item_cell,
    measured_cell,
    percent_cell,
    status_cell,
    title_cell,
    without,
)
from sync.report.html.key_result.measure import counts_cell
from sync.report.html.key_result.subject import MOST_ROWS, Subject
from sync.report.html.page import Block, Cell, Row, Section, Table, Tone
from sync.signals.subjects import team_of

_ABOVE = ("epic", "project", "initiative")
_FEW = 3
_STATES = ("doing", "todo", "done", "dropped")


@dataclass(frozen=True, slots=True)
class Share:
    """How much of a key result's work lies somewhere: so many of its tickets, how many of them done, and what is left."""

    items: int
    done: int
    left: Fraction


def section(subject: Subject) -> Section:
    """What there is to do for it, and what is done."""
    texts, counting = subject.texts, subject.counting
    if not subject.reading.pieces:
        return Section("work", subject.say("work"), (subject.say("work.none"),), ())
    done = sum(piece.category == "done" for piece in counting)
    lead = texts.counted("report_key_result.work.lead", len(counting), done=texts.figures.count(done))
    return Section("work", subject.say("work"), (lead,), tuple(_blocks(subject)))


def _blocks(subject: Subject) -> Iterator[Block]:
    if table := _containers(subject):
        yield table
    if table := _teams(subject):
        yield table
    yield _items(subject)


def share_of(pieces: Iterable[Piece]) -> Share:
    """The share of these pieces, which count."""
    some = tuple(pieces)
    left = sum((piece.part for piece in some if piece.category != "done"), Fraction(0))
    return Share(len(some), sum(piece.category == "done" for piece in some), left)


# --- Epics and projects --------------------------------------------------------------------------


def containers(subject: Subject) -> dict[Ref, tuple[Piece, ...]]:
    """By epic, project and initiative, the work that counts at it and below it."""
    alignment = subject.source.run.alignment
    found: defaultdict[Ref, list[Piece]] = defaultdict(list)
    for piece in subject.counting:
        for ref in _upwards(piece.item.ref, alignment):
            if alignment.items[ref].level in _ABOVE:
                found[ref].append(piece)
    return {ref: tuple(pieces) for ref, pieces in found.items()}


def _upwards(ref: Ref, alignment: Alignment) -> Iterator[Ref]:
    """The item and all that it hangs below, on every side, each once."""
    front, seen = [ref], {ref}
    while front:
        ref = front.pop()
        yield ref
        for side in alignment.sides(ref):
            for above in (side.parent, side.own_project):
                if above is None or above not in alignment.items:
                    continue
                if (counted := alignment.counted(above)) not in seen:
                    seen.add(counted)
                    front.append(counted)


def _containers(subject: Subject) -> Table | None:
    texts, items = subject.texts, subject.source.run.alignment.items
    known = {ref: share_of(pieces) for ref, pieces in containers(subject).items()}
    if not known:
        return None
    whole = share_of(subject.counting).left
    order = sorted(known, key=lambda ref: (-known[ref].left, -known[ref].items, _by_key(items[ref])))
    rows = tuple(
        Row(
            (
                item_cell(items[ref]),
                title_cell(items[ref], texts),
                Cell(texts.text(f"condition.level.{items[ref].level}"), items[ref].level),
                status_cell(items[ref]),
                *_share_cells(known[ref], whole, subject),
                _linked_by(items[ref], subject),
            )
        )
        for ref in order[:MOST_ROWS]
    )
    names = ("ticket", "title", "level", "status", "done", "of", "left", "share", "linked_by")
    note = subject.say("containers.note")
    return Table(
        "containers",
        subject.say("containers"),
        subject.columns(*names),
        rows,
        _cut(note, len(order), subject),
    )


def _share_cells(one: Share, whole: Fraction, subject: Subject) -> tuple[Cell, ...]:
    texts = subject.texts
    percent = round(100 * float(one.left / whole)) if whole else None
    return (
        count_cell(one.done, texts),
        count_cell(one.items, texts),
        measured_cell(one.left, texts),
        percent_cell(percent, texts),
    )


# --- Teams ---------------------------------------------------------------------------------------


def _teams(subject: Subject) -> Table | None:
    """Who works on it, those with most left first; nothing about a person."""
    by_team: defaultdict[str, list[Piece]] = defaultdict(list)
    for piece in subject.counting:
        by_team[team_of(piece.item)].append(piece)
    if not by_team:
        return None
    whole = share_of(subject.counting).left
    known = {team: share_of(pieces) for team, pieces in by_team.items()}
    order = sorted(known, key=lambda team: (-known[team].left, -known[team].items, team))
    rows = tuple(
        Row((Cell(team, team), *_share_cells(known[team], whole, subject))) for team in order[:MOST_ROWS]
    )
    columns = subject.columns("team", "done", "of", "left", "share")
    return Table(
        "teams", subject.say("teams"), columns, rows, _cut(subject.say("teams.lead"), len(order), subject)
    )


# --- Tickets -------------------------------------------------------------------------------------


def _items(subject: Subject) -> Table:
    pieces = sorted(subject.reading.pieces, key=_place)
    names = ("ticket", "title", "state", "weight", "counts", "done_on", "due", "team", "waits", "linked_by")
    rows = tuple(Row(tuple(_cells(piece, subject))) for piece in pieces[:MOST_ROWS])
    note = _cut(subject.say("items.note"), len(pieces), subject)
    links = subject.links.of(piece.item.ref for piece in pieces)
    table = Table("items", subject.say("items"), subject.columns(*names), rows, note, links)
    is_said = {
        "weight": any(piece.part != 1 for piece in pieces),
        "counts": any(piece.left_out is not None for piece in pieces),
    }
    return bearing(without(table, [name for name, is_there in is_said.items() if not is_there]))


def _place(piece: Piece) -> tuple[bool, int, Fraction, str, list[tuple[int, int, str]]]:
    """In progress first, then open, then done; what does not count last."""
    return (
        piece.left_out is not None,
        _STATES.index(piece.category),
        -piece.part,
        *_by_key(piece.item),
    )


def _cells(piece: Piece, subject: Subject) -> Iterator[Cell]:
    item, texts, today = piece.item, subject.texts, subject.today
    yield item_cell(item)
    yield title_cell(item, texts)
    yield _state(piece, subject)
    yield measured_cell(piece.part, texts)
    yield counts_cell(piece.left_out, subject)
    yield day_cell(piece.done_on, texts, near=today)
    yield NOTHING if item.private else day_cell(item.due, texts, near=today)
    yield Cell(team_of(item), team_of(item))
    yield _waits(piece, subject)
    yield _linked_by(item, subject)


def _state(piece: Piece, subject: Subject) -> Cell:
    """In words, with the tracker's own name of it where that says more."""
    words, item = subject.say(f"state.{piece.category}"), piece.item
    # Of an earlier moment nobody knows its status, and of restricted work it is not said.
    is_told = not item.private and not subject.reading.bounds.is_past
    tone: Tone = "good" if piece.category == "done" else "quiet" if piece.category == "dropped" else ""
    if not is_told or item.status.casefold() == words.casefold():
        return Cell(words, piece.category, tone=tone)
    return Cell(f"{words} ({shown(item.status)})", piece.category, tone=tone)


def _waits(piece: Piece, subject: Subject) -> Cell:
    """The open work that blocks an open item; its value is how much."""
    alignment = subject.source.run.alignment
    blockers = sorted(open_blockers(piece.item.ref, alignment)) if piece.item.is_open else []
    if not blockers:
        return Cell("–", 0, tone="quiet")
    names = [alignment.items[ref].name for ref in blockers[:_FEW]]
    if len(blockers) > _FEW:
        names.append(subject.texts.counted("progress.waits.more", len(blockers) - _FEW))
    return Cell(", ".join(names), len(blockers), tone="warn")


def _linked_by(item: WorkItem, subject: Subject) -> Cell:
    """The rule or claim by which it serves the key result; what stands above is not named where not everybody may see it."""
    if item.private:
        return NOTHING
    alignment = subject.source.run.alignment
    links = alignment.placements[item.ref].of_every_cycle
    because = next((link.because for link in links if link.key_result == subject.id), None)
    if because is None:
        return NOTHING
    words = subject.texts.text("reason.hidden") if _is_hidden(because, alignment) else None
    return Cell(words or reason_words(because, subject.texts), because.rank)


def _is_hidden(because: LinkReason, alignment: Alignment) -> bool:
    return because.at is not None and alignment.items[because.at].private


def _by_key(item: WorkItem) -> tuple[str, list[tuple[int, int, str]]]:
    return item.ref.tracker, natural(item.key)


def _cut(note: str, whole: int, subject: Subject) -> str:
    """The note, and what is left out of the table, if anything is."""
    if whole <= MOST_ROWS:
        return note
    count = subject.texts.figures.count
    return f"{note} {subject.say('items.cut', shown=count(MOST_ROWS), total=count(whole))}"
