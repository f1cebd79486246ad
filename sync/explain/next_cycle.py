"""What the next cycle takes over from one: the key results that are not done, as they would be declared there. Pure.

Nothing that is dated within the old cycle goes along, and everything that is left out or changed is said.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from config.errors import did_you_mean, quoted
from config.measures import CompositeMeasure, KeepMeasure, MetricMeasure, WorkMeasure
from config.okrs import Cycle, KeyResult, Objective
from config.text.figures import ENGLISH
from config.wording import percent
from config.workspace import Workspace
from sync.decide import Decision
from sync.measure import Reading, latest

LONGEST = 64
"""Characters of an id."""


class NoSuchCycleError(Exception):
    """A cycle that nothing can be carried over from or to; the text says why."""


@dataclass(frozen=True, slots=True)
class Carried:
    """A part of the declaration as it would stand in the next cycle, as plain data, and notes on where it comes from."""

    id: str
    declared: Mapping[str, Any]
    notes: tuple[str, ...]
    parts: tuple[Carried, ...] = ()


@dataclass(frozen=True, slots=True)
class NextCycle:
    """What is carried over.

    - `runs_until`: the last day of the cycle before, while it runs: until then values can change; else None.
    - `is_guessed`: whether the days of the cycle are not declared yet; `left_out`: ids, and why.
    """

    before: str
    name: str
    cycle: Cycle
    is_guessed: bool
    objectives: tuple[Carried, ...]
    left_out: tuple[tuple[str, str], ...]
    runs_until: date | None = None


def next_cycle(before: str, after: str, run: Decision, workspace: Workspace) -> NextCycle:
    """What `after` takes over from `before`, by the readings of the run. Raises NoSuchCycleError."""
    if before not in workspace.cycles:
        hint = did_you_mean(before, workspace.cycles)
        raise NoSuchCycleError(f"no cycle {quoted(before)} is declared{f'; {hint}' if hint else ''}")
    declared = workspace.cycles.get(after)
    cycle = declared or _guessed(before, after, workspace.cycles[before])
    if cycle.start <= workspace.cycles[before].end:
        raise NoSuchCycleError(
            f"{quoted(after)} ({cycle.start} to {cycle.end}) does not begin after {quoted(before)} ends "
            f"({workspace.cycles[before].end}); name a later cycle"
        )
    return _Carrying(before, after, cycle, run, workspace).over(is_guessed=declared is None)


# --- The cycle -----------------------------------------------------------------------------------

_IN_YEAR = re.compile(r"(\d{4})\D*?([QHT])(\d)$", re.IGNORECASE)
_PARTS = {"Q": 4, "H": 2, "T": 3}


def _guessed(before: str, after: str, cycle: Cycle) -> Cycle:
    """The days of the next cycle: as long as the one before, and as many such later as the names say, else the next one."""
    steps = _steps(before, after)
    months = _months(cycle)
    if months is None:
        length = cycle.end - cycle.start + timedelta(days=1)
        return Cycle(start=cycle.start + steps * length, end=cycle.end + steps * length)
    start = _later(cycle.start, steps * months)
    return Cycle(start=start, end=_later(start, months) - timedelta(days=1))


def _steps(before: str, after: str) -> int:
    first, then = _IN_YEAR.search(before), _IN_YEAR.search(after)
    if first and then and first[2].upper() == then[2].upper():
        per_year = _PARTS[first[2].upper()]
        return (int(then[1]) - int(first[1])) * per_year + int(then[3]) - int(first[3])
    if before.isdecimal() and after.isdecimal():
        return int(after) - int(before)
    return 1


def _months(cycle: Cycle) -> int | None:
    """How many whole months the cycle is long; None where it is not made of them."""
    day_after = cycle.end + timedelta(days=1)
    if cycle.start.day != 1 or day_after.day != 1:
        return None
    return (day_after.year - cycle.start.year) * 12 + day_after.month - cycle.start.month


def _later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


# --- Its objectives ------------------------------------------------------------------------------


@dataclass(slots=True)
class _Carrying:
    before: str
    after: str
    cycle: Cycle
    run: Decision
    workspace: Workspace
    left_out: list[tuple[str, str]] = field(default_factory=list)
    new_ids: dict[str, str] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)

    def over(self, *, is_guessed: bool) -> NextCycle:
        workspace = self.workspace
        self.taken = {one.id.casefold() for one in workspace.objectives}
        self.taken |= {kr.id.casefold() for _, kr in workspace.key_results()}
        chosen = [
            (objective, parts)
            for objective in workspace.objectives
            if objective.cycle == self.before and (parts := self._unfinished(objective))
        ]
        for objective, parts in chosen:
            for name in (objective.id, *(one.id for one in parts)):
                self.new_ids[name] = self._new_id(name)
        carried = tuple(self._objective(objective, parts) for objective, parts in chosen)
        end = workspace.cycles[self.before].end
        runs_until = end if self.run.scorecard.as_of.date() <= end else None
        return NextCycle(
            self.before, self.after, self.cycle, is_guessed, carried, tuple(self.left_out), runs_until
        )

    def _unfinished(self, objective: Objective) -> list[KeyResult]:
        """Those to carry over; none where nothing but guard-rails would be."""
        found = []
        for one in objective.key_results:
            why = self._why_not(objective, one)
            if why:
                self.left_out.append((one.id, why))
            else:
                found.append(one)
        # What is a mean of others goes along with these.
        names = {one.id for one in found}
        for one in [one for one in found if isinstance(one.measure, CompositeMeasure)]:
            own = {kr.id for kr in objective.key_results}
            if (
                isinstance(one.measure, CompositeMeasure)
                and not names.intersection(one.measure.of)
                and own.issuperset(one.measure.of)
            ):
                self.left_out.append((one.id, "nothing that it is made of is carried over"))
                found.remove(one)
        if found and all(isinstance(one.measure, KeepMeasure) for one in found):
            self.left_out += [(one.id, "nothing else of its objective is carried over") for one in found]
            return []
        return found

    def _why_not(self, objective: Objective, one: KeyResult) -> str:
        reading = self.run.scorecard.readings[one.id]
        later = next(
            (
                kr.id
                for other, kr in self.workspace.key_results()
                if other.cycle == self.after and (kr.continues or "").casefold() == one.id.casefold()
            ),
            None,
        )
        if later is not None:
            return f"{later} continues it already"
        if reading.closed is not None:
            return f"closed on {reading.closed}"
        if objective.closed is not None or one.closed is not None:
            return f"to be closed on {one.closed or objective.closed}"
        if reading.health == "done" and reading.counts:
            return "done"
        if reading.at_target and reading.counts:
            return "at target"
        return ""

    def _new_id(self, name: str) -> str:
        """The id of the next cycle: with its name in the place of the old one, or behind."""
        stem = _renamed(name, self.before, self.after)
        suffix = _fit(self.after) or "next"
        if stem == name:
            stem = f"{name[: LONGEST - len(suffix) - 1]}-{suffix}"
        wanted, nr = stem[:LONGEST], 2
        while wanted.casefold() in self.taken:
            wanted, nr = f"{stem[: LONGEST - 3]}-{nr}", nr + 1
        self.taken.add(wanted.casefold())
        return wanted

    def _objective(self, objective: Objective, parts: list[KeyResult]) -> Carried:
        reading = next(one for one in self.run.scorecard.objectives if one.objective == objective.id)
        notes = [f"{objective.id} of {self.before}: {percent(reading.percent, 'no data')}"]
        declared = objective.model_dump(
            mode="python", exclude_defaults=True, by_alias=True, exclude={"key_results", "closed"}
        )
        declared |= {"id": self.new_ids[objective.id], "cycle": self.after}
        if objective.parent is not None:
            above = self._above(objective.parent)
            if above is None:
                del declared["parent"]
                notes.append(f"its parent {objective.parent} is not carried over")
            else:
                declared["parent"] = above
        own = tuple(self._key_result(one) for one in parts)
        return Carried(declared["id"], declared, tuple(notes), own)

    def _above(self, parent: str) -> str | None:
        """The parent in the next cycle; None where it is over by then."""
        cycle = next(one.cycle for one in self.workspace.objectives if one.id == parent)
        if cycle == self.before:
            return self.new_ids.get(parent)
        return parent if self.workspace.cycles[cycle].end >= self.cycle.start else None

    # --- One key result --------------------------------------------------------------------------

    def _key_result(self, one: KeyResult) -> Carried:
        reading = self.run.scorecard.readings[one.id]
        notes = [f"{one.id}: {percent(reading.percent, 'no data')} ({reading.evidence})"]
        declared = one.model_dump(
            mode="python", exclude_defaults=True, by_alias=True, exclude={"closed", "override", "measure"}
        )
        if one.override is not None:
            notes.append(
                f"left out: the percent by hand, {percent(one.override.percent)} until {one.override.until}"
            )
        links, gone = self._links(declared.pop("links", ()))
        notes += gone
        measure, changed = self._measure(one, reading)
        notes += changed
        declared |= {"id": self.new_ids[one.id], "continues": one.id, "measure": measure}
        if links:
            declared["links"] = links
        return Carried(declared["id"], declared, tuple(notes))

    def _links(self, links: tuple[dict[str, Any], ...]) -> tuple[list[dict[str, Any]], list[str]]:
        """The rules that can apply in the next cycle, and notes on the others."""
        kept, notes = [], []
        for rule in links:
            until = (rule.get("effective") or {}).get("until")
            if until is not None and until < self.cycle.start:
                notes.append(f"left out: a rule that applied until {until}")
            else:
                kept.append(dict(rule))
        return kept, notes

    def _measure(self, one: KeyResult, reading: Reading) -> tuple[dict[str, Any], list[str]]:
        how = one.measure
        declared = how.model_dump(mode="python", exclude_defaults=True, by_alias=True)
        # Whatever is dated within the old cycle is over: phases, check-ins, a baseline, the day of a scope.
        notes = [f"left out: {name}" for name in ("phases", "baseline") if declared.pop(name, None)]
        if isinstance(declared.get("since"), date):
            notes.append(f"left out: since {declared.pop('since')}")
        declared.pop("done", None)
        if "start" in declared and reading.value is not None and reading.value != declared["start"]:
            # From anywhere else the way to the target would turn around, or there would be none.
            low, high = sorted((declared["start"], declared["target"]))
            shown, _ = ENGLISH.ratio(reading.value, declared["target"])
            if low < reading.value < high:
                declared["start"] = reading.value
                notes.append(f"starts at the last value, {shown}")
            else:
                notes.append(f"starts as before: the last value, {shown}, is not between start and target")
        if isinstance(how, MetricMeasure | KeepMeasure) and declared.pop("checkins", None):
            last = latest(how.checkins, self.run.scorecard.as_of, self.workspace)
            if last is not None:
                declared["checkins"] = [{"on": last.on, "value": last.value}]
                notes.append("the last check-in goes along, until there is another one")
        if isinstance(how, WorkMeasure) and how.target is not None and reading.value is not None:
            rest = round(how.target - reading.value, 4)
            if rest > 0:
                declared["target"] = rest
                notes.append(f"the rest of the fixed target of {ENGLISH.number(how.target)}")
        if isinstance(how, CompositeMeasure):
            declared["of"], gone = self._parts(how)
            notes += [f"left out: its part {name}" for name in gone]
        return declared, notes

    def _parts(self, how: CompositeMeasure) -> tuple[dict[str, float], list[str]]:
        """What a composite is made of then, and what of it is over."""
        cycle_of = {kr.id: objective.cycle for objective, kr in self.workspace.key_results()}
        kept, gone = {}, []
        for name, weight in how.of.items():
            if name in self.new_ids:
                kept[self.new_ids[name]] = weight
            elif self.workspace.cycles[cycle_of[name]].end >= self.cycle.start:
                kept[name] = weight
            else:
                gone.append(name)
        return kept, gone


def _renamed(name: str, before: str, after: str) -> str:
    """An id that names the old cycle, whole or by the parts that change, with the new one in its place."""
    whole = _with(name, before, after)
    old, new = (re.split(r"[-_. ]", one) for one in (before, after))
    if whole != name or len(old) != len(new):
        return whole
    for was, is_now in zip(old, new, strict=True):
        if was != is_now and not was.isdecimal():
            name = _with(name, was, is_now)
    return name


def _with(name: str, old: str, new: str) -> str:
    """The name with one in place of the other, where that stands by itself."""
    there = rf"(?<![A-Za-z0-9]){re.escape(_fit(old))}(?![A-Za-z0-9])"
    return re.sub(there, _fit(new), name, flags=re.IGNORECASE)


def _fit(cycle: str) -> str:
    """The name of a cycle as a part of an id."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", cycle).strip("-")
