"""What a brief tells of a week, as values: what fell, who waits, what is new and serves nothing, what is old, what is disputed. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from config.workspace import Workspace
from connectors.model import Ref, WorkItem
from sync.brief.waits import Wait, waits
from sync.brief.week import is_changed
from sync.decide import Decision
from sync.flow.aging import Aging, age_at
from sync.forecast.attribution import Attribution, Untold, attribute
from sync.forecast.one_thing import OneThing
from sync.forecast.outlook import chance_percent
from sync.measure import Piece
from sync.signals.expectations.word_against_numbers import WORD_AGAINST_NUMBERS
from sync.signals.mechanism import SignalContext
from sync.signals.signal import Signal
from sync.signals.stagnation.aging_work import LEAST
from sync.signals.under_way import under_way


@dataclass(frozen=True, slots=True)
class Fall:
    """The key result whose chance fell most, by what, the work behind that, and what to do.

    `behind`: what was added or dropped where that is scope, else what is in progress of it; heaviest first.
    """

    moved: Attribution
    title: str
    behind: tuple[WorkItem, ...]
    things: tuple[OneThing, ...]


@dataclass(frozen=True, slots=True)
class NewOrphan:
    """Started work that serves nothing since this week: begun in it, or, with `lost`, without its last link since a day of it."""

    item: WorkItem
    day: date
    lost: bool


@dataclass(frozen=True, slots=True)
class OldItem:
    """Work in progress that is older, in days, than 85 % of all work was when it left its stage: that was `limit` at most."""

    item: WorkItem
    stage: str
    age: float
    limit: float


@dataclass(frozen=True, slots=True)
class Brief:
    """A week, from a day on to the moment `at`.

    - `is_changed`: whether anything happened. `falls`: all key results whose chance fell, by their change, the worst first.
    - `untold`: of which key results it cannot be said what moved their chance, and why.
    - `old`: None where histories are not read. `disputed`: where a person's word and the numbers disagree.
    """

    at: datetime
    day: date
    since: date
    is_changed: bool
    falls: tuple[Attribution, ...]
    worst: Fall | None
    untold: Mapping[str, Untold]
    waits: tuple[Wait, ...]
    orphans: tuple[NewOrphan, ...]
    old: tuple[OldItem, ...] | None
    disputed: tuple[Signal, ...]


def brief_of(run: Decision, context: SignalContext, workspace: Workspace, since: datetime) -> Brief:
    """The brief of a run, about what happened since a moment before it. `context`: what the signals of the run see."""
    now = run.scorecard.as_of
    attributions = attribute(run.alignment, run.scorecard, workspace, run.outlooks, run.memory.recent, since)
    falls = sorted(_falls(attributions), key=lambda one: (one.change, one.key_result))
    untold = {name: one for name, one in attributions.items() if not isinstance(one, Attribution)}
    return Brief(
        at=now,
        day=now.astimezone(workspace.zone).date(),
        since=since.astimezone(workspace.zone).date(),
        is_changed=is_changed(run.alignment.items.values(), workspace, attributions, since, now),
        falls=tuple(falls),
        worst=_fall(falls[0], run, since) if falls else None,
        untold=untold,
        waits=waits(run.alignment, now),
        orphans=tuple(sorted(_new_orphans(run, workspace, since), key=lambda one: (one.day, one.item.ref))),
        old=None if context.journeys is None else _old(context, now),
        disputed=tuple(one for one in WORD_AGAINST_NUMBERS.fire(context) if _is_public(one, run)),
    )


def _falls(attributions: Mapping[str, Attribution | Untold]) -> Iterator[Attribution]:
    """Those that people see fall: by a point at least, of chances that are told apart from others."""
    for one in attributions.values():
        if isinstance(one, Attribution):
            before, after = (max(4, min(96, chance_percent(float(at)))) for at in (one.before, one.after))
            if after < before:
                yield one


def _fall(moved: Attribution, run: Decision, since: datetime) -> Fall:
    reading = run.scorecard.readings[moved.key_result]
    counted = [piece for piece in reading.pieces if not piece.item.private]
    behind = [
        piece for piece in counted if (_came(piece, since) if moved.main == "scope" else _is_at_work(piece))
    ]
    behind.sort(key=lambda piece: (-piece.part, piece.item.ref))
    things = run.one_things.get(moved.key_result)
    named = things.things if things is not None else ()
    shown = tuple(one for one in named if not run.alignment.items[one.item].private)
    return Fall(moved, reading.title, tuple(piece.item for piece in behind), shown)


def _came(piece: Piece, since: datetime) -> bool:
    """Whether it came into the scope, or went out of it."""
    dropped = piece.item.dropped
    if piece.left_out == "dropped":
        return dropped is not None and dropped >= since
    return piece.left_out is None and piece.item.created >= since


def _is_at_work(piece: Piece) -> bool:
    return piece.left_out is None and piece.item.category == "doing"


def _new_orphans(run: Decision, workspace: Workspace, since: datetime) -> Iterator[NewOrphan]:
    """The topmost ones, warned about or not yet."""
    signals, items, begin = run.signals, run.alignment.items, since.astimezone(workspace.zone).date()
    begun = under_way(run.alignment, run.scorecard.as_of).begun
    found: dict[Ref, NewOrphan] = {}
    for ref in (*signals.orphans, *signals.in_grace):
        orphan = signals.orphans.get(ref)
        lost = orphan.since if orphan is not None else run.unlinked_since.get(ref)
        start = begun.get(ref)
        if items[ref].private or start is None:
            continue
        if start >= since:
            found[ref] = NewOrphan(items[ref], start.astimezone(workspace.zone).date(), lost=False)
        elif lost is not None and lost > begin:
            found[ref] = NewOrphan(items[ref], lost, lost=True)
    for ref, one in found.items():
        parents = (side.parent for side in run.alignment.sides(ref) if side.parent is not None)
        if not any(run.alignment.counted(parent) in found for parent in parents):
            yield one


def _old(context: SignalContext, now: datetime) -> tuple[OldItem, ...]:
    """The oldest first. Nothing is called old at a stage that fewer pieces of work have left than tell anything."""
    journeys = context.journeys or {}
    aging, found = Aging(journeys), []
    bands = {name: aging.bands(name, now) for name in {one.stream.name for one in journeys.values()}}
    for journey in journeys.values():
        age, visit = age_at(journey, now), journey.at(now)
        if age is None or visit is None or visit.stage is None or journey.item.private:
            continue
        known = bands[journey.stream.name].get(visit.stage.name)
        if journey.item.in_scope and known is not None and known.of >= LEAST and age > known.p85:
            found.append(OldItem(journey.item, visit.stage.name, age, known.p85))
    return tuple(sorted(found, key=lambda one: (-one.age, one.item.ref)))


def _is_public(signal: Signal, run: Decision) -> bool:
    return not any(run.alignment.items[ref].private for ref in signal.items)
