"""Why a key result was not reached, as far as numbers tell: signals, scope, and work that was left. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from config.text.phrases import Measured, Percent, Phrase, phrase
from connectors.model import Ref
from sync.measure import LITTLE, MUCH, Reading
from sync.review.promise import Promise
from sync.signals.expectations.word_against_numbers import WORD_AGAINST_NUMBERS
from sync.signals.mechanism import SEVERITIES
from sync.signals.signal import Signal

ReasonKind = Literal["no_data", "signal", "scope", "output", "left", "no_work"]
MOST_SIGNALS = 3
SCOPE = 0.1
"""Scope that grew by less is no reason."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason in words. `signal`: the id of the warning signal that says it, else "". `items`: its evidence."""

    kind: ReasonKind
    said: Phrase
    signal: str = ""
    items: tuple[Ref, ...] = ()


def is_output_without_outcome(reading: Reading) -> bool:
    """Whether most of the work is done, and the value has hardly moved."""
    if reading.progress is None or reading.output is None:
        return False
    return reading.output >= MUCH and reading.progress < LITTLE


def reasons(reading: Reading, promise: Promise | None, signals: Iterable[Signal]) -> tuple[Reason, ...]:
    """The reasons, what weighs most first. `signals`: those of its cycle, of which its own and its objective's are told."""
    return tuple(_reasons(reading, promise, _about(reading, signals)))


def _reasons(reading: Reading, promise: Promise | None, signals: Sequence[Signal]) -> Iterator[Reason]:
    if reading.progress is None:
        yield Reason("no_data", phrase("review.why.no_data"))
    if is_output_without_outcome(reading):
        yield Reason(
            "output",
            phrase(
                "review.why.output",
                output=Percent(int(100 * (reading.output or 0) + 1e-9)),
                outcome=Percent(int(100 * (reading.progress or 0) + 1e-9)),
            ),
        )
    if promise is not None and (promise.growth or 0) >= SCOPE:
        yield _scope(promise)
    for one in signals[:MOST_SIGNALS]:
        # Added scope is told with its figures above.
        if one.id != "scope_creep" or promise is None or (promise.growth or 0) < SCOPE:
            yield Reason("signal", one.message, one.id, one.items)
    tally = reading.tally
    left = tally.leaves - tally.done
    if not tally.leaves and not tally.late:
        yield Reason("no_work", phrase("review.why.no_work"))
    elif left:
        said = phrase("review.why.left_over", "left", left=left, of=tally.leaves)
        # Of a moment before the read it is not known what was in progress then.
        if not reading.bounds.is_past:
            waiting = left - tally.doing
            said = phrase("review.why.left", "left", left=left, of=tally.leaves, not_begun=waiting)
        yield Reason("left", said)


def _scope(promise: Promise) -> Reason:
    growth, kept = promise.growth or 0.0, promise.kept
    said = phrase(
        "review.why.scope",
        "added",
        added=promise.added.items,
        growth=Percent(round(100 * growth)),
        kept=Percent(int(100 * (kept or 0) + 1e-9)),
        day=promise.day,
        weight=Measured(float(promise.added.weight)),
    )
    return Reason("scope", said)


def _about(reading: Reading, signals: Iterable[Signal]) -> list[Signal]:
    """Those about the key result before those about its objective, the most severe first."""
    mine = [
        one
        for one in signals
        # What somebody said of it is no cause.
        if one.id != WORD_AGAINST_NUMBERS.id
        and (one.kind, one.subject) in (("key_result", reading.key_result), ("objective", reading.objective))
    ]
    return sorted(mine, key=lambda one: (one.kind != "key_result", SEVERITIES.index(one.severity)))
