"""What comments and updates state of key results, in the form in which trackers keep it and plans compare it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import cast, get_args

from connectors.model import Fact, Health

_PERCENT, _HEALTH, _TITLE = "percent", "health", "title"
_GOAL, _OWNER = "goal", "owner"
_SIGNALS = "signals"


@dataclass(frozen=True, slots=True)
class Figures:
    """What was stated of a key result: whole percent, and health; None where it was not, or had no data."""

    percent: int | None = None
    health: str | None = None


def percent_fact(key_result: str, percent: int | None) -> Fact:
    """The percent of a key result, "none" without data."""
    return f"{key_result} {_PERCENT}", "none" if percent is None else percent


def health_fact(key_result: str, health: Health) -> Fact:
    """The health of a key result."""
    return f"{key_result} {_HEALTH}", health


def title_fact(key_result: str, title: str) -> Fact:
    """The title of a key result."""
    return f"{key_result} {_TITLE}", title


def goal_fact(key_result: str, goal: str) -> Fact:
    """What a key result is declared to reach, by which measure and day, in a line."""
    return f"{key_result} {_GOAL}", goal


def owner_fact(key_result: str, owner: str) -> Fact:
    """Who owns a key result; "" is nobody."""
    return f"{key_result} {_OWNER}", owner


def own_part_fact(key_result: str, percent: int | None) -> Fact:
    """How much of a ticket's own part in a key result is done, in percent; "none" where it has none."""
    return f"{key_result} here", "none" if percent is None else percent


def waits_fact(key_result: str, waits: str) -> Fact:
    """What of a ticket's own part waits for what, in a line; "" is nothing."""
    return f"{key_result} waits", waits


def signals_fact(names: Iterable[str]) -> Fact:
    """The signals that a comment names, each by its id and the key result that it is about, if any."""
    return _SIGNALS, ", ".join(names)


def signals_in(facts: Iterable[Fact]) -> tuple[str, ...]:
    """The signals that the facts name."""
    named = dict(facts).get(_SIGNALS)
    return tuple(named.split(", ")) if isinstance(named, str) and named else ()


def is_always_stated(name: str) -> bool:
    """Whether every record holds a fact of that name where it holds any of its key result, or of its language: other
    kinds came, and may go, with releases."""
    return name.rpartition(" ")[2] in (_PERCENT, _HEALTH, _TITLE) or " " not in name


def is_goal(name: str) -> bool:
    """Whether a fact of that name is the goal of a key result, in a line."""
    return name.endswith(f" {_GOAL}")


def goal_in(facts: Iterable[Fact], key_result: str) -> str | int | None:
    """The goal of a key result in a line, as the facts state it; None where they do not."""
    return dict(facts).get(f"{key_result} {_GOAL}")


def figures_in(facts: Iterable[Fact]) -> Mapping[str, Figures]:
    """What the facts state of each key result, in their order; a record on a tracker may hold anything beside."""
    found: dict[str, dict[str, object]] = {}
    for name, value in facts:
        key_result, _, what = name.rpartition(" ")
        if key_result:
            found.setdefault(key_result, {})[what] = value
    return {
        name: Figures(
            percent if isinstance(percent := said.get(_PERCENT), int) else None,
            health if isinstance(health := said.get(_HEALTH), str) else None,
        )
        for name, said in found.items()
    }


@dataclass(frozen=True, slots=True)
class StatedKeyResult:
    """A key result as facts state it in full; `percent` is None without data."""

    id: str
    percent: int | None
    health: Health
    title: str = ""


def stated_in(facts: Iterable[Fact]) -> list[StatedKeyResult]:
    """What the facts of a text of ours state. Raises ValueError where no text of ours states them."""
    titles = {name.rpartition(" ")[0]: value for name, value in facts if name.endswith(f" {_TITLE}")}
    found = []
    for name, one in figures_in(facts).items():
        if one.health not in get_args(Health) or not (one.percent is None or 0 <= one.percent <= 100):
            raise ValueError(f"{name}: {one.percent}, {one.health}")
        found.append(StatedKeyResult(name, one.percent, cast(Health, one.health), str(titles.get(name, ""))))
    return found
