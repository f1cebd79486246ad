"""What rows have people do, as values."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.support.acts.seen import BARE, Goals, KeyResult, orphaned, serving
from tests.support.acts.table import Deed, Ticket

GOALS: dict[str, KeyResult] = {
    "ACT-ONE": KeyResult("Every team knows why", 50, ("act-one",)),
    "ACT-LATE": KeyResult("Late but coming", 10, ("act-late",)),
    "ACT-NAMED": KeyResult("Named by its key", 50),
    "ACT-WORD": KeyResult("Said by people", 30),
    "ACT-STEP": KeyResult("Moves by steps", 45),
    "ACT-LINK": KeyResult("Linked on the web", 50, ("act-link",)),
    # A warning names the first six, so what becomes of these is no news there.
    "ACT-ENDS": KeyResult("Its rule ends", 50, ("act-ends",)),
    "ACT-TITLE": KeyResult("The first title", 50, ("act-title",)),
    "ACT-GONE": KeyResult("Leaves the file", 50, ("act-gone",)),
}

ONE = Ticket(serving("ACT-ONE"), ("act-one",))
"""Aligned by a rule that matches its label."""
TWO = Ticket(serving("ACT-LATE", "ACT-ONE"), ("act-one", "act-late"))
NAMED = Ticket(serving("ACT-NAMED"), named="ACT-NAMED")
"""Aligned by a rule that names its key."""
BELOW = Ticket(serving("ACT-NAMED"), below="ACT-NAMED")
"""Aligned since the rule names its parent."""
ENDS = Ticket(serving("ACT-ENDS"), ("act-ends",))
GONE = Ticket(serving("ACT-GONE"), ("act-gone",))
ORPHAN = Ticket(orphaned())
YOUNG = Ticket(BARE, started=False, is_new=True)
"""Of no key result, and younger than the grace period: it gets no marks."""


def label(name: str) -> Deed:
    return lambda it: it.label(name)


def unlabel(name: str) -> Deed:
    return lambda it: it.unlabel(name)


def choose(name: str) -> Deed:
    """Put a child of a group of Linear's labels on."""
    return lambda it: it.choose(name)


def fill(**fields: Any) -> Deed:
    """Write into fields of Jira; their names with _ for a blank."""

    def deed(it: Any) -> None:
        for name, value in fields.items():
            it.fill(name.replace("_", " "), value)

    return deed


FILLED = {"KR_progress": 100, "KR_health": "Done", "Alignment": "Exempt", "Objective": "My own words"}
COMPUTED = ("KR progress", "KR health", "Alignment", "Objective")


def close(it: Any) -> None:
    it.close()


def start(it: Any) -> None:
    it.start()


def duplicate(it: Any) -> Any:
    return it.duplicate()


def duplicate_with_all(it: Any) -> Any:
    """With what hangs behind the scenes: Jira's properties, Linear's attachments."""
    return it.duplicate(along=True)


def value(id_: str, value: int) -> Any:
    """A declaration in which the key result stands at another value."""
    return lambda goals: dict(goals) | {id_: replace(goals[id_], value=value)}


def title(id_: str, title: str) -> Any:
    return lambda goals: dict(goals) | {id_: replace(goals[id_], title=title)}


def without_rule(id_: str) -> Any:
    """One that links nothing to it."""
    return lambda goals: dict(goals) | {id_: replace(goals[id_], labels=(), names=False)}


def without(id_: str) -> Any:
    def declares(goals: Goals) -> Goals:
        return {name: one for name, one in goals.items() if name != id_}

    return declares
