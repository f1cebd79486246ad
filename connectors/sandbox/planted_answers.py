"""Which key results planted work serves in the example company, written down where it is planted.

The generators say by hand what each kind of work serves; `truth.py` only passes it down to what hangs below.
No rule of the example's YAML is ever read or evaluated for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

KEEP_THE_LIGHTS_ON = "keep-the-lights-on"
SECURITY_UPKEEP = "security-upkeep"


@dataclass(frozen=True, slots=True)
class PlantedAnswer:
    """What a piece of work serves by itself, or why it need not serve any key result.

    Shares are exact and add up to one. One without an answer of its own takes its parent's.
    """

    serves: tuple[tuple[str, Fraction], ...] = ()
    exempt: str | None = None

    @property
    def is_decided(self) -> bool:
        """Whether it needs no answer from its parent."""
        return bool(self.serves) or self.exempt is not None


NO_ANSWER = PlantedAnswer()
LIGHTS_ON = PlantedAnswer(exempt=KEEP_THE_LIGHTS_ON)
SECURITY = PlantedAnswer(exempt=SECURITY_UPKEEP)


def serving(*key_results: str) -> PlantedAnswer:
    """Serves these, each to an equal part."""
    return PlantedAnswer(tuple((one, Fraction(1, len(key_results))) for one in key_results))


def serving_by_share(**shares: str) -> PlantedAnswer:
    """Serves these by the shares given, as `GROWTH_KR1="1/4"`."""
    return PlantedAnswer(tuple((name.replace("_", "-"), Fraction(share)) for name, share in shares.items()))
