"""What planted work means for the goals of the example company, written down where it is planted.

The generators say by hand what each kind of work serves; `truth.py` only passes it down to what hangs below.
No rule of the example's YAML is ever read or evaluated for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

KEEP_THE_LIGHTS_ON = "keep-the-lights-on"
SECURITY_UPKEEP = "security-upkeep"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a piece of work says by itself: the key results it serves, or why it need not serve any.

    Shares are exact and add up to one. One that says nothing takes its meaning from its parent.
    """

    serves: tuple[tuple[str, Fraction], ...] = ()
    exempt: str | None = None

    @property
    def decides(self) -> bool:
        """Whether nothing above needs to be asked."""
        return bool(self.serves) or self.exempt is not None


SILENT = Meaning()
LIGHTS_ON = Meaning(exempt=KEEP_THE_LIGHTS_ON)
SECURITY = Meaning(exempt=SECURITY_UPKEEP)


def serving(*key_results: str) -> Meaning:
    """Serves these, each to an equal part."""
    return Meaning(tuple((one, Fraction(1, len(key_results))) for one in key_results))


def divided(**shares: str) -> Meaning:
    """Serves these by the shares given, as `GROWTH_KR1="1/4"`."""
    return Meaning(tuple((name.replace("_", "-"), Fraction(share)) for name, share in shares.items()))
