"""The decision that people have to take of each key result: what is suggested, and why. Pure.

By one table of rules, of which the first that holds speaks. Below 0.4 a grade is red and from 0.7 on green, as OKR literature has
it (Google re:Work, "Set goals with OKRs"; Doerr, "Measure What Matters", 2018). Nothing is decided by it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from config.text.phrases import Percent, Phrase, phrase
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
    progress = reading.progress
    if is_reached:
        return Suggestion("done", phrase("review.because.done" if reading.counts else "review.because.holds"))
    if not reading.counts:
        return _guard_rail(reading)
    if progress is None:
        return Suggestion("drop", phrase("review.because.no_data"))
    now = Percent(to_percent(progress) or 0)
    if progress <= _NOISE and not reading.tally.done and not reading.tally.doing:
        return Suggestion("drop", phrase("review.because.nobody"))
    if is_output_without_outcome(reading):
        return Suggestion("change_work", phrase("review.because.output"))
    if promise is not None and (promise.growth or 0) > most_growth and _kept(promise) >= ASPIRATION - _NOISE:
        kept = Percent(int(100 * _kept(promise) + _NOISE))
        return Suggestion("revise_target", phrase("review.because.scope", kept=kept))
    if progress >= ASPIRATION - _NOISE:
        return Suggestion("persevere", phrase("review.because.near", now=now))
    if "stalled_key_result" in fired:
        return Suggestion("change_work", phrase("review.because.stalled", now=now))
    if progress >= RED - _NOISE:
        return Suggestion("persevere", phrase("review.because.on_its_way", now=now))
    return Suggestion("revise_target", phrase("review.because.far", now=now))


def _kept(promise: Promise) -> float:
    return promise.kept or 0.0


def _guard_rail(reading: Reading) -> Suggestion:
    key = "no_data" if reading.value is None else "broken"
    return Suggestion("drop" if key == "no_data" else "change_work", phrase(f"review.because.{key}"))
