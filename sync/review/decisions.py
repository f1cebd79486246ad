"""The decision that people have to take of each key result: what is suggested, and why. Pure.

By one table of rules, of which the first that holds speaks. While the cycle runs, progress is held against what is expected by now. Below 0.4 a grade is red and from 0.7 on green, as OKR literature has
it (Google re:Work, "Set goals with OKRs"; Doerr, "Measure What Matters", 2018). Nothing is decided by it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from config.text.phrases import Percent, Phrase, Value, phrase
from sync.measure import ASPIRATION, Reading, to_percent
from sync.review.promise import Promise
from sync.review.reasons import is_output_without_outcome

Choice = Literal["persevere", "change_work", "revise_target", "drop"]
CHOICES: tuple[Choice, ...] = ("persevere", "change_work", "revise_target", "drop")
"""What can be decided of a key result that was not reached."""

RED = 0.4
_NOISE = 1e-9


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What is suggested; "done" where there is nothing to decide. `because`: the rule that says so, with its figures."""

    choice: Choice | Literal["done"]
    because: Phrase


def suggest(
    reading: Reading,
    promise: Promise | None,
    fired: Collection[str],
    *,
    is_reached: bool | None,
    most_growth: float,
) -> Suggestion:
    """The suggestion for a key result. `fired`: ids of the signals about it; `most_growth`: by which share scope may grow."""
    progress, is_over = reading.progress, reading.phase == "ended" or reading.closed is not None
    if is_reached and reading.counts and progress is not None and progress < 1 - _NOISE:
        # Of an aspiration: what is left of it is carried over as of any other.
        return Suggestion(
            "persevere", phrase("review.because.success", now=Percent(to_percent(progress) or 0))
        )
    if is_reached:
        return Suggestion("done", phrase("review.because.done" if reading.counts else "review.because.holds"))
    if not reading.counts and reading.value is not None:
        return Suggestion("change_work", phrase("review.because.broken"))
    if progress is None:
        choice: Choice = "drop" if is_over else "persevere"
        return Suggestion(choice, phrase(f"review.because.no_data{'' if is_over else '.yet'}"))
    now = Percent(to_percent(progress) or 0)
    if is_over and progress <= _NOISE and not reading.tally.done and not reading.tally.doing:
        return Suggestion("drop", phrase("review.because.nobody"))
    if is_output_without_outcome(reading):
        return Suggestion("change_work", phrase("review.because.output"))
    if promise is not None and (promise.growth or 0) > most_growth and _kept(promise) >= ASPIRATION - _NOISE:
        kept = Percent(int(100 * _kept(promise) + _NOISE))
        return Suggestion("revise_target", phrase("review.because.scope", kept=kept))
    if is_over:
        return _by(progress, fired, "", now=now)
    wanted = Percent(int(100 * reading.expected + _NOISE))
    pace = min(1.0, progress / reading.expected) if reading.expected > _NOISE else 1.0
    return _by(pace, fired, ".so_far", now=now, expected=wanted)


def _by(part: float, fired: Collection[str], phase: str, **values: Value) -> Suggestion:
    """By how much of its goal it reached, or while the cycle runs of what is expected by now."""
    if part >= ASPIRATION - _NOISE:
        return Suggestion("persevere", phrase(f"review.because.near{phase}", "", **values))
    if "stalled_key_result" in fired:
        return Suggestion("change_work", phrase("review.because.stalled", now=values["now"]))
    if part >= RED - _NOISE:
        return Suggestion("persevere", phrase(f"review.because.on_its_way{phase}", "", **values))
    return Suggestion("revise_target", phrase(f"review.because.far{phase}", "", **values))


def _kept(promise: Promise) -> float:
    return promise.kept or 0.0
