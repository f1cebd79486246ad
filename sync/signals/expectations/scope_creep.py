"""scope_creep: much of a key result's scope was added late in its cycle and is still open; with a verdict. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from fractions import Fraction
from typing import Literal

from config.measures import WorkMeasure
from config.okrs import Cycle
from config.text.figures import ENGLISH
from config.text.phrases import Measured, Percent, Phrase, phrase
from sync.measure import Piece, Reading
from sync.measure.expected import expected
from sync.signals.mechanism import SignalContext, SignalRule
from sync.signals.signal import Severity, Signal
from sync.signals.subjects import short_team, team_of

ID = "scope_creep"
Verdict = Literal["decides", "behind", "holds"]
"""Whether the added scope is what puts the key result behind; whether it would be behind without it; or neither."""

_SEVERITY: dict[Verdict, Severity] = {"decides": "high", "behind": "medium", "holds": "low"}


def fire(context: SignalContext) -> Iterator[Signal]:
    """A signal for each key result made of work whose open late scope is more than so many percent of all its scope."""
    most = context.workspace.signals.creep_percent
    for objective, key_result in context.workspace.key_results():
        cycle = context.workspace.cycles[objective.cycle]
        reading = context.scorecard.readings[key_result.id]
        is_over = reading.closed is not None and reading.closed <= context.today
        if not isinstance(key_result.measure, WorkMeasure) or is_over:
            continue
        half = middle_of(cycle)
        if not half < context.today <= cycle.end:
            continue
        scope = _scope(reading, context)
        late = [piece for piece in scope if _is_late(piece, half, context)]
        whole, added = _weigh(scope), _weigh(late)
        if not whole or 100 * added <= Fraction(most).limit_denominator(1000) * whole:
            continue
        done = _weigh([piece for piece in scope if _is_done(piece, context.today)])
        wanted = expected(key_result, cycle, context.now, context.workspace.zone)
        verdict = _verdict(done, whole, added, wanted)
        yield Signal(
            ID,
            _SEVERITY[verdict],
            "key_result",
            key_result.id,
            tuple(piece.item.ref for piece in sorted(late, key=lambda one: (-one.part, one.item.ref))),
            phrase(
                "signals.scope_creep.message",
                key_result=key_result.id,
                title=reading.title,
                percent=Percent(round(float(100 * added / whole), 1)),
                half=half,
                by=_by_project(late),
                verdict=phrase(
                    f"signals.scope_creep.verdict.{verdict}",
                    now=Percent(_percent(done, whole)),
                    without=Percent(_percent(done, whole - added)),
                ),
            ),
            phrase("signals.scope_creep.formula"),
            f"creep_percent: {ENGLISH.number(most)}",
            phrase("signals.scope_creep.remedy"),
        )


def middle_of(cycle: Cycle) -> date:
    """The last day of the first half of a cycle."""
    return cycle.start + (cycle.end - cycle.start) / 2


def _scope(reading: Reading, context: SignalContext) -> list[Piece]:
    """What counts, as far as it was there at the context's moment."""
    return [
        piece
        for piece in reading.pieces
        if piece.left_out in (None, "late") and piece.item.created <= context.now
    ]


def _is_late(piece: Piece, half: date, context: SignalContext) -> bool:
    made = piece.item.created.astimezone(context.workspace.zone).date()
    return made > half and not _is_done(piece, context.today)


def _is_done(piece: Piece, day: date) -> bool:
    return piece.category == "done" and (piece.done_on is None or piece.done_on <= day)


def _weigh(pieces: Sequence[Piece]) -> Fraction:
    """Exact, and added up by denominator: nearly all have the same few."""
    numerators: dict[int, int] = defaultdict(int)
    for piece in pieces:
        numerators[piece.part.denominator] += piece.part.numerator
    return sum((Fraction(above, below) for below, above in numerators.items()), Fraction(0))


def _verdict(done: Fraction, whole: Fraction, added: Fraction, wanted: float) -> Verdict:
    if float(done / whole) >= wanted:
        return "holds"
    rest = whole - added
    return "decides" if rest and float(done / rest) >= wanted else "behind"


def _percent(part: Fraction, whole: Fraction) -> int:
    return int(100 * part / whole) if whole else 0


def _by_project(late: Sequence[Piece]) -> tuple[Phrase, ...]:
    """Whose project added how much, most first."""
    found: dict[str, Fraction] = defaultdict(Fraction)
    for piece in late:
        found[piece.item.project or short_team(team_of(piece.item))] += piece.part
    return tuple(
        phrase("signals.scope_creep.project", project=name, amount=Measured(float(amount)))
        for name, amount in sorted(found.items(), key=lambda one: (-one[1], one[0]))
    )


SCOPE_CREEP = SignalRule(ID, fire, replays=True)
