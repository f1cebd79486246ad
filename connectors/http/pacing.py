"""One budget for several processes that ask the same site with the same credential.

A reply tells what the site still allows, to whichever process asked. What no reply tells is what the others have under way, and
that the site asked one of them to wait: that they tell each other by a pacer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from connectors.http.rate_limits import Allowance

EVERY = 0.25
"""Seconds between two exchanges of one process: what happens in between, the others do not know yet."""


@dataclass(frozen=True, slots=True)
class Shared:
    """What the others tell.

    - `outstanding`: requests that they have under way.
    - `processes`: how many ask, this one included; each has an equal part of what may be in flight.
    - `pause`: seconds for which nothing may be sent.
    - `readings`: the last reading of every limit by whichever process, each with its age in seconds.
    """

    outstanding: int = 0
    processes: int = 1
    pause: float = 0.0
    readings: tuple[tuple[Allowance, float], ...] = ()


class Pacer(Protocol):
    """What several processes share for one site and one credential. Safe to use from several threads."""

    def exchange(
        self, outstanding: int, pause: float, readings: Sequence[tuple[Allowance, float]]
    ) -> Shared | None:
        """Tell what this process has under way, how long the site wants no request, and what it read of the limits, each with its
        age in seconds; and hear the others. None while the last exchange is not `EVERY` old. Never raises: without the others
        each goes by what replies tell it.
        """
        ...
