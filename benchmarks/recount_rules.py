"""The rules of `docs/linking.md` said once more, plainly, for `recount.py`.

It imports nothing of the product, and knows only what the example company declares: what else a file may hold is refused
by name, so that nothing is passed over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from ruamel.yaml import YAML

from benchmarks.recount_works import Id, Work

Rule = dict[str, Any]
WEIGHING = ("work", "milestones")
"""Kinds of measure that are made of work, and so share it."""
_WHERE = {"project", "team", "initiative", "tracker", "level"}
_KNOWN = _WHERE - {"initiative", "level"} | {"key", "label", "type"}
_EXEMPTING = {"labels", "types"}


@dataclass(frozen=True)
class KeyResult:
    """One key result as it is declared."""

    id: str
    measure: dict[str, Any]
    links: list[Rule]

    @property
    def weighs(self) -> bool:
        return self.measure["kind"] in WEIGHING


@dataclass
class Goals:
    """What the YAML files declare. One cycle, from `begins` until before `over`."""

    key_results: list[KeyResult]
    exempt: list[Rule]
    site: str
    projects: list[str]
    teams: list[str]
    begins: datetime
    over: datetime
    grace: timedelta

    @staticmethod
    def read(folder: Path) -> Goals:
        """Raises ValueError for what this recount knows nothing of."""
        whole: dict[str, Any] = {}
        objectives: list[Any] = []
        for file in sorted(folder.glob("*.yaml")):
            part = YAML(typ="safe").load(file)
            objectives += part.pop("objectives", [])
            whole |= part
        (cycle,) = whole["cycles"].values()
        zone = ZoneInfo(whole["time_zone"])
        found = [
            KeyResult(one["id"], one["measure"], one.get("links", []))
            for objective in objectives
            for one in objective["key_results"]
        ]
        for key_result in found:
            for rule in key_result.links:
                if unknown := rule.keys() - _KNOWN - {"share"}:
                    raise ValueError(f"{key_result.id}: this recount knows no condition {', '.join(unknown)}")
        for entry in whole.get("exempt", []):
            if unknown := entry.keys() - _EXEMPTING - {"name", "budget"}:
                raise ValueError(f"{entry['name']}: this recount knows no exemption by {', '.join(unknown)}")
        return Goals(
            key_results=found,
            exempt=whole.get("exempt", []),
            site=whole["trackers"]["jira"]["url"],
            projects=whole["trackers"]["jira"]["scope"]["projects"],
            teams=whole["trackers"]["linear"]["scope"]["teams"],
            begins=_midnight(cycle["start"], zone),
            over=_midnight(cycle["end"] + timedelta(days=1), zone),
            grace=timedelta(days=whole["policy"]["grace_days"]),
        )


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


# --- Which key results an item serves ------------------------------------------------------------


@dataclass
class Place:
    """What an item serves, by key result with its share, or that it is exempt. `claimed`: somebody said so."""

    serves: dict[str, Fraction] = field(default_factory=dict)
    exempt: str | None = None
    claimed: bool = False

    @property
    def is_unaligned(self) -> bool:
        return not self.serves and self.exempt is None


class Linking:
    """Who serves what: `works` by id."""

    def __init__(self, goals: Goals, works: Mapping[Id, Work]) -> None:
        self._goals = goals
        self._works = works
        self._by_name = {one.id.casefold(): one for one in goals.key_results}
        self._sides = {one.id: [one] for one in works.values()}
        for work in works.values():
            for number in work.mirrors:
                other = works.get(("jira", number))
                if other is not None and other.in_scope and work.in_scope:
                    # The side that bears the estimate counts, else Linear's.
                    sides = (
                        [other, work] if work.points is None and other.points is not None else [work, other]
                    )
                    self._sides[work.id] = self._sides[other.id] = sides
        self._linked = dict(self._links())

    @property
    def uncounted(self) -> frozenset[Id]:
        """The other sides of mirrored work, which count nowhere."""
        return frozenset(one.id for one in self._works.values() if self._sides[one.id][0] is not one)

    def oldest(self, work: Work) -> datetime:
        """Since when it is there: the oldest side of mirrored work."""
        return min(one.created for one in self._sides[work.id])

    def places(self) -> dict[Id, Place]:
        """The place of every item."""
        found = {one.id: self._place(one) for one in self._works.values()}
        taken = {}
        for one, others in self._linked.items():
            for other in others:
                # Between equals the one that serves nothing inherits.
                if (
                    other.level == self._works[one].level
                    and found[one].is_unaligned
                    and found[other.id].serves
                ):
                    taken[one] = found[other.id]
        return found | taken

    def _links(self) -> Iterator[tuple[Id, list[Work]]]:
        """Issues on the other tracker that are attached to each, both ways; not the other side of mirrored work."""
        keys = {one.key: one for one in self._works.values() if one.id[0] == "jira"}
        pairs = []
        for work in self._works.values():
            for address in work.attached:
                place, _, key = address.partition("?")[0].rpartition("/browse/")
                other = keys.get(key) if place.casefold() == self._goals.site.casefold() else None
                if other is not None and other not in self._sides[work.id]:
                    pairs += [(work, other), (other, work)]
        for one in self._works.values():
            if others := [other for this, other in pairs if this is one]:
                yield one.id, others

    def _place(self, work: Work) -> Place:
        """The answers to the questions of docs/linking.md, in their order; of mirrored work asked of both sides.

        The first one counts: one for all key results that are made of work, and one for each of the others.
        """
        weighing = {one.id for one in self._goals.key_results if one.weighs}
        found: dict[str, Fraction] = {}
        for answer in self._answers(self._sides[work.id]):
            if answer is None:
                continue
            if answer.exempt is not None:
                return Place(found) if found else answer
            is_settled = bool(weighing & found.keys())
            for name, share in answer.serves.items():
                if name not in found and not (is_settled and name in weighing):
                    found[name] = share
            if answer.claimed:
                break
        return Place(found)

    def _answers(self, sides: list[Work]) -> Iterator[Place | None]:
        yield from map(self._claimed, sides)
        yield from (self._ruled(one, _names) for one in sides)
        yield from (self._ruled(one, _asks_what_it_carries) for one in sides)
        yield from map(self._exempted, sides)
        steps = list(self._steps_above(sides))
        # The nearest thing above that is claimed or named.
        for step in steps:
            yield from map(self._claimed, step)
            yield from (self._ruled(one, _names) for one in step)
        yield from (self._ruled(one, _asks_where_it_lives) for one in sides)
        # The nearest thing above that a rule matches, or that is exempt.
        for step in steps:
            yield from (self._ruled(one, _asks_what_it_carries) for one in step)
            yield from map(self._exempted, step)
            yield from (self._ruled(one, _asks_where_it_lives) for one in step)

    def _above(self, work: Work) -> Iterator[Work]:
        yield from (self._works[at] for at in work.above if at in self._works)
        yield from (one for one in self._linked.get(work.id, []) if one.level > work.level)

    def _steps_above(self, sides: list[Work]) -> Iterator[list[Work]]:
        seen, front = {one.id for one in sides}, sides
        while front:
            above = [found for one in front for found in self._above(one)]
            front = []
            for one in above:
                if one.id not in seen:
                    seen.add(one.id)
                    front.append(one)
            if front:
                yield front

    def _claimed(self, work: Work) -> Place | None:
        named = [self._by_name[name.casefold()] for name in work.claims if name.casefold() in self._by_name]
        return replace(self._shared({one.id: None for one in named}), claimed=True) if named else None

    def _ruled(self, work: Work, is_asked: Callable[[Rule], bool]) -> Place | None:
        found: dict[str, Any] = {}
        for key_result in self._goals.key_results:
            for rule in key_result.links:
                if is_asked(rule) and _holds(rule, work):
                    found.setdefault(key_result.id, rule.get("share"))
        return self._shared(found) if found else None

    def _exempted(self, work: Work) -> Place | None:
        for entry in self._goals.exempt:
            labels = {one.casefold() for one in entry.get("labels", [])}
            types = {one.casefold() for one in entry.get("types", [])}
            if labels & {one.casefold() for one in work.labels} or work.type.casefold() in types:
                return Place(exempt=entry["name"])
        return None

    def _shared(self, declared: dict[str, Any]) -> Place:
        """Those made of work share the item: as declared, the rest in equal parts. All others have it whole."""
        weighing = {one.id for one in self._goals.key_results if one.weighs}
        stated = {name: share for name, share in declared.items() if name in weighing}
        given = {name: Fraction(str(share)) for name, share in stated.items() if share is not None}
        rest, open_ones = 1 - sum(given.values(), Fraction(0)), len(stated) - len(given)
        if given and (not open_ones or rest <= 0):
            mean = sum(given.values(), Fraction(0)) / len(given)
            parts = {name: given.get(name, mean) for name in stated}
        else:
            parts = {name: given.get(name, rest / (open_ones or 1)) for name in stated}
        whole = sum(parts.values(), Fraction(0))
        return Place({name: parts[name] / whole if name in parts else Fraction(1) for name in declared})


def _names(rule: Rule) -> bool:
    return "key" in rule


def _asks_where_it_lives(rule: Rule) -> bool:
    return rule.keys() - {"share"} <= _WHERE


def _asks_what_it_carries(rule: Rule) -> bool:
    return not _names(rule) and not _asks_where_it_lives(rule)


def _holds(rule: Rule, work: Work) -> bool:
    values: dict[str, list[str | None]] = {
        "key": [work.key],
        "label": list(work.labels),
        "type": [work.type],
        "project": [work.project],
        "team": [work.team],
        "tracker": [work.id[0]],
    }
    return all(
        any(value is not None and value.casefold() == str(wanted).casefold() for value in values[name])
        for name, wanted in rule.items()
        if name != "share"
    )
