"""The stages of value streams and where work stood in them, for `recount_flow.py`. It imports nothing of the product."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from ruamel.yaml import YAML

from benchmarks.recount_histories import Past
from benchmarks.recount_works import Work


@dataclass(frozen=True)
class Stage:
    name: str
    category: str
    waiting: bool | None
    statuses: frozenset[str]


@dataclass(frozen=True)
class Way:
    """Where a piece of work stood: the place of a stage, or None, and from when to when; the last is open."""

    work: Work
    place: str
    past: Past
    stops: list[tuple[int | None, datetime]]

    def at(self, moment: datetime) -> int | None:
        """The place of its stage at a moment; None where it is not known, or before it was there."""
        return next((place for place, begin in reversed(self.stops) if begin <= moment), None)

    def stays(self, until: datetime) -> Iterator[tuple[int | None, datetime, datetime]]:
        for (place, begin), (_, end) in pairwise([*self.stops, (None, until)]):
            yield place, begin, max(begin, end)


def declared_flow(goals: Path) -> tuple[list[dict[str, Any]], int, ZoneInfo]:
    """The stages that are declared for all, how many weeks, and the zone. Raises ValueError for other declarations."""
    whole: dict[str, Any] = {}
    for file in sorted(goals.glob("*.yaml")):
        whole |= YAML(typ="safe").load(file)
    flow = whole["flow"]
    if flow.keys() - {"stages", "window_weeks"} or not flow.get("stages"):
        raise ValueError("this recount knows stages that are declared for all, and no streams")
    return flow["stages"], flow.get("window_weeks", 26), ZoneInfo(whole["time_zone"])


def stages_of(declared: Sequence[dict[str, Any]], past: Iterable[tuple[Work, Past]]) -> list[Stage]:
    """The declared stages between one for all else that is not begun and one for all that is done.

    Raises ValueError where work was in progress in a status that no stage names: this recount puts none in order.
    """
    named = {name.casefold() for one in declared for name in one["statuses"]}
    categories: defaultdict[str, Counter[str]] = defaultdict(Counter)
    others: dict[str, Counter[str]] = {"todo": Counter(), "done": Counter()}
    written: dict[str, str] = {}
    given: list[tuple[str, str]] = []
    for key, status, category, whose in _stood(list(past)):
        written[key] = min(written.get(key, status), status)
        if key in named:
            categories[key][category] += 1
        elif category == "doing":
            raise ValueError(f"no stage names {status}, in which {whose} was in progress")
        else:
            others[category][key] += 1
    for one in declared:
        some: Counter[str] = Counter()
        for name in one["statuses"]:
            some += categories[name.casefold()]
        given.append((one["name"], some.most_common(1)[0][0] if some else "doing"))
    found = [
        Stage(name, category, bool(one.get("waiting")), frozenset(map(str.casefold, one["statuses"])))
        for one, (name, category) in zip(declared, given, strict=True)
    ]
    for category, at in (("todo", 0), ("done", len(found) + 1)):
        if some := others[category]:
            usual = min(some, key=lambda key: (-some[key], key))
            found.insert(at, Stage(written[usual], category, None, frozenset(some)))
    return found


def _stood(past: list[tuple[Work, Past]]) -> Iterator[tuple[str, str, str, str]]:
    """Each status that each work stood in, once: folded, as it is written, its category, whose. Not those of dropped work alone."""
    ended: dict[str, set[tuple[str, str]]] = {"dropped": set(), "done": set()}
    for work, one in past:
        if work.state in ended:
            ended[work.state].add((work.id[0], one.status.casefold()))
    gone = {name for _, name in ended["dropped"] - ended["done"]}
    for work, one in past:
        seen = [(stop.status, stop.category) for stop in one.lived(work.state)]
        if not one.stops and work.state != "dropped":
            seen = [(one.status, work.state)]
        for status, category in dict.fromkeys(seen):
            if status and category is not None and status.casefold() not in gone:
                yield status.casefold(), status, category, work.key


def percentile(values: Sequence[float], percent: int) -> float:
    """The smallest of the values that so many percent of them do not exceed."""
    return min(one for one in values if 100 * sum(two <= one for two in values) >= percent * len(values))


def bands(values: list[float]) -> dict[str, Any] | None:
    """The percentiles that are shown, and of how many values; None where there are none."""
    if not values:
        return None
    return {f"p{one}": percentile(values, one) for one in (50, 70, 85, 95)} | {"of": len(values)}
