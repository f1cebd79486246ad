"""What the cycle after another one is called. Pure."""

from __future__ import annotations

import re
from datetime import date

from config.workspace import Workspace
from sync.align.terms import successor_to_come, successor_without_objectives

_PARTS = {"Q": 4, "H": 2, "T": 3}
_IN_YEAR = re.compile(
    r"(?P<lead>.*?)(?P<year>\d{4})(?P<between>\D*?)(?P<kind>[QHT])(?P<number>\d)", re.IGNORECASE
)


def successor_of(name: str, workspace: Workspace, today: date) -> str | None:
    """The declared cycle of like length that comes next, or else what the name leads to: 2026-Q4 to 2027-Q1, 2026 to 2027; None
    where it says nothing of the kind, or that is the name of another cycle.
    """
    declared = successor_to_come(name, workspace, today) or successor_without_objectives(name, workspace)
    if declared is not None:
        return declared
    ended = workspace.cycles[name].end
    later = [one for one, cycle in workspace.cycles.items() if cycle.start > ended]
    guessed = _counted_on(name)
    return guessed if guessed is not None and (guessed in later or guessed not in workspace.cycles) else None


def _counted_on(name: str) -> str | None:
    if name.isdecimal():
        return str(int(name) + 1)
    found = _IN_YEAR.fullmatch(name)
    if found is None:
        return None
    year, number = int(found["year"]), int(found["number"]) + 1
    if number > _PARTS[found["kind"].upper()]:
        year, number = year + 1, 1
    return f"{found['lead']}{year}{found['between']}{found['kind']}{number}"
