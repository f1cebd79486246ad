"""What planted work says of the example company's key results, written down where it is planted.

The generators say by hand what each kind of work serves and whose word that is, and when they let a piece of work be
taken up and finished; `truth.py` only passes the words down to what hangs below, and counts. No rule of the example's
YAML is ever read or evaluated for it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from fractions import Fraction
from typing import Generic, Literal, TypeVar

CYCLE_BEGINS = datetime(2026, 9, 30, 22, 0, tzinfo=UTC)
"""The first moment of the example's cycle: midnight in Paris, where the company is."""

KEEP_THE_LIGHTS_ON = "keep-the-lights-on"
SECURITY_UPKEEP = "security-upkeep"

ItemKey = tuple[str, str]
"""Tracker and id."""

Source = Literal["claim", "named", "carried", "place"]
"""Whose word an answer is: somebody claims a key result on the work; a rule names it; the work carries it, in a label, a
type; it only lives where it does. The first two hold for all that hangs below, however far; what lives somewhere follows
them against the place.
"""


@dataclass(frozen=True, slots=True)
class PlantedAnswer:
    """What a piece of work serves by itself, or why it need not serve any key result.

    Shares are exact: those of key results made of work add up to one, all others have the whole. What an answer leaves
    open, the next one says, and then what is above, unless it `is_last`.
    """

    serves: tuple[tuple[str, Fraction], ...] = ()
    exempt: str | None = None
    source: Source = "carried"
    is_last: bool = False

    @property
    def holds_below(self) -> bool:
        """Whether it stands before the place where what hangs below lives."""
        return self.source in ("claim", "named")

    @property
    def is_decided(self) -> bool:
        """Whether it says anything by itself."""
        return bool(self.serves) or self.exempt is not None


NO_ANSWER = PlantedAnswer()
LIGHTS_ON = PlantedAnswer(exempt=KEEP_THE_LIGHTS_ON)
SECURITY = PlantedAnswer(exempt=SECURITY_UPKEEP)


def carrying(*key_results: str, beside: tuple[str, ...] = ()) -> PlantedAnswer:
    """Serves these by what it carries, each to an equal part. `beside`: those that take nothing of it, to which it counts whole."""
    return PlantedAnswer(_equal(key_results, beside))


def claiming(*key_results: str, beside: tuple[str, ...] = ()) -> PlantedAnswer:
    """The same by the word of somebody who claimed it, which is said of all key results."""
    return PlantedAnswer(_equal(key_results, beside), source="claim")


def named_for(key_result: str) -> PlantedAnswer:
    """Serves this one, since a rule names it."""
    return PlantedAnswer(_equal((key_result,), ()), source="named")


def living_in(key_result: str) -> PlantedAnswer:
    """Serves this one by where it lives alone."""
    return PlantedAnswer(_equal((key_result,), ()), source="place")


def carrying_exempt(*key_results: str) -> PlantedAnswer:
    """Serves these by what it carries, and bears an exemption too, so that nothing further holds for it."""
    return PlantedAnswer(_equal(key_results, ()), is_last=True)


def carrying_by_share(**shares: str) -> PlantedAnswer:
    """Serves these by the shares given, as `SPEED_KR1="1/2"`."""
    return PlantedAnswer(tuple((name.replace("_", "-"), Fraction(share)) for name, share in shares.items()))


def _equal(key_results: tuple[str, ...], beside: tuple[str, ...]) -> tuple[tuple[str, Fraction], ...]:
    parts = tuple((one, Fraction(1, len(key_results))) for one in key_results)
    return (*parts, *((one, Fraction(1)) for one in beside))


Id = TypeVar("Id", str, ItemKey)


@dataclass
class Planted(Generic[Id]):
    """What the generators wrote down while they planted, by the ids of items in one tracker, or by tracker and id.

    - `answers`: of those that have any of their own, the strongest first.
    - `finished`: when finished work was finished, the last time if it was reopened. What was dropped is not in it.
    - `begun`: since when work in progress is in progress, as far as its tracker tells.
    - `points`: all that they ever wrote down as points, on whatever.
    - `on_purpose`: what was planted as one of a certain kind, by the kind.
    """

    answers: dict[Id, tuple[PlantedAnswer, ...]] = field(default_factory=dict)
    finished: dict[Id, datetime] = field(default_factory=dict)
    begun: dict[Id, datetime] = field(default_factory=dict)
    points: Fraction = Fraction(0)
    on_purpose: dict[str, list[Id]] = field(default_factory=dict)

    def note(self, kind: str, item: Id) -> None:
        """Write down that the item was planted on purpose as one of this kind."""
        self.on_purpose.setdefault(kind, []).append(item)


def put_before(answers: dict[Id, tuple[PlantedAnswer, ...]], item: Id, answer: PlantedAnswer) -> None:
    """Let the answer come before those that the item has."""
    answers[item] = (answer, *answers.get(item, ()))


def merged(**trackers: Planted[str]) -> Planted[ItemKey]:
    """What was planted in all trackers, by tracker and id."""
    whole: Planted[ItemKey] = Planted()
    for tracker, planted in trackers.items():
        whole.answers |= {(tracker, one): answer for one, answer in planted.answers.items()}
        whole.finished |= {(tracker, one): at for one, at in planted.finished.items()}
        whole.begun |= {(tracker, one): at for one, at in planted.begun.items()}
        whole.points += planted.points
        for kind, items in planted.on_purpose.items():
            whole.on_purpose.setdefault(kind, []).extend((tracker, one) for one in items)
    return whole
