"""Rules and names in the declaration that match nothing: where they stand, and what was probably meant. Pure.

A mistyped rule beside others that match changes a number without a word, so each is named. What cannot be read is
told apart: a tracker that was not read may have what is asked for, and a field whose values have no text is no typing
error.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from config.conditions import Condition
from config.link_rules import LinkRule
from config.measures import MilestonesMeasure, ProjectMeasure, WorkMeasure
from config.okrs import KeyResult
from config.text.phrases import Phrase, Value, phrase
from config.trackers import trackers_for
from config.workspace import Path, Workspace
from sync.align.alignment import Alignment
from sync.align.native_queries import query_of
from sync.align.rule_book import DeclaredRule, declared_rules
from sync.measure import closed_on
from sync.observation import Observation
from sync.signals.declared.names import FIELD, KnownNames, all_of
from sync.signals.declared.unknown_stages import find_unknown_stages
from sync.signals.findings.finding import Finding, finding

NAMED = (
    "key", "label", "project", "team", "type", "level", "parent", "under", "initiative", "priority", "assignee",
    "component", "group",
)  # fmt: skip
"""Conditions that name something that items bear."""
ELSEWHERE = ("key", "parent", "under", "initiative", "project")
"""Those whose names a tracker is asked for when no item bears them."""
Subject = Literal["rule", "exemption", "measure"]
MOST = 5
"""Names that one line tells of a rule."""


@dataclass(frozen=True, slots=True)
class _Fault:
    """A condition that nothing meets: what about it, and what was probably meant.

    `unreadable`: no typing error. `beyond`: what it names is there, out of scope.
    """

    what: Phrase
    near: str | None = None
    unreadable: bool = False
    beyond: bool = False


def find_unmatched(
    alignment: Alignment, observation: Observation, workspace: Workspace, now: datetime
) -> tuple[Finding, ...]:
    """One finding for each rule of a running cycle that is in effect and matches nothing, whole or in a part.

    First link rules that match nothing at all, then those of which a part does, then names in measures, then
    exemptions, then stages of flow. Of rules that a tracker which was not read could meet nothing is said.
    """
    search = _Search(alignment, observation, workspace, now)
    links, exemptions = search.link_rules(), search.exemptions()
    whole = [finding for finding, is_whole in links if is_whole]
    parts = [finding for finding, is_whole in links if not is_whole]
    stages = find_unknown_stages(alignment, observation, workspace)
    return (*whole, *parts, *search.measures(), *exemptions, *stages)


def runs(workspace: Workspace, today: date) -> bool:
    """Whether any cycle runs."""
    return any(one.start <= today <= one.end for one in workspace.cycles.values())


def judged_key_results(workspace: Workspace, today: date) -> set[str]:
    """The key results of running cycles that are not closed."""
    running = {name for name, one in workspace.cycles.items() if one.start <= today <= one.end}
    return {
        one.id
        for objective, one in workspace.key_results()
        if objective.cycle in running and closed_on(one, objective, today) is None
    }


def in_effect(rule: LinkRule, today: date) -> bool:
    """Whether the rule is asked about open work on this day."""
    return rule.effective is None or rule.effective.holds(today)


class _Search:
    def __init__(
        self, alignment: Alignment, observation: Observation, workspace: Workspace, now: datetime
    ) -> None:
        self._alignment = alignment
        self._observation = observation
        self._workspace = workspace
        self._today = now.astimezone(workspace.zone).date()
        self._names = KnownNames(alignment, workspace)
        self._runs = runs(workspace, self._today)
        self._judged = judged_key_results(workspace, self._today)

    # --- Rules -----------------------------------------------------------------------------------

    def link_rules(self) -> list[tuple[Finding, bool]]:
        """A finding for each link rule, and whether the whole of it matches nothing."""
        found = []
        for rule in declared_rules(self._workspace):
            condition = rule.condition
            if not isinstance(condition, LinkRule) or rule.owner not in self._judged:
                continue
            if not in_effect(condition, self._today):
                continue
            whole = rule.order not in self._alignment.met
            if self._may_be_unread(condition) or (not whole and not _has_parts(condition)):
                continue
            faults = list(self._faults(condition, met=not whole))
            if whole or faults:
                found.append((self._of_rule(rule, faults, whole=whole), whole))
        return found

    def _of_rule(self, rule: DeclaredRule, faults: Sequence[_Fault], *, whole: bool) -> Finding:
        about = _phrase("about.rule", rule=_short(rule.condition), key_result=rule.owner)
        words = _joined(faults) if faults else _phrase("together")
        said = _phrase("none" if whole else "part", about=about, faults=words)
        return self._finding(rule.path, said, _remedy(faults, "rule"))

    def exemptions(self) -> list[Finding]:
        """A finding for each exemption of which something matches nothing."""
        faults: dict[int, tuple[Path, str, list[_Fault]]] = {}
        for rule in declared_rules(self._workspace) if self._runs else ():
            if isinstance(rule.condition, LinkRule) or rule.order in self._alignment.met:
                continue
            if not self._may_be_unread(rule.condition):
                some = list(self._faults(rule.condition, met=False))
                some = some or [_Fault(_phrase("each", condition=_short(rule.condition)))]
                at = int(rule.path[1])
                faults.setdefault(at, (rule.path, rule.owner, []))[2].extend(some)
        return [
            self._finding(
                path,
                _phrase("part", about=_phrase("about.exemption", name=name), faults=_joined(some)),
                _remedy(some, "exemption"),
            )
            for path, name, some in faults.values()
        ]

    def _faults(self, condition: Condition, *, met: bool) -> Iterator[_Fault]:
        """What nothing meets, of the condition and those inside it. `met`: something meets the whole of it."""
        if not met:
            yield from self._own(condition)
        for one in condition.all:
            yield from self._faults(one, met=met)
        for one in (*condition.any, *((condition.not_,) if condition.not_ else ())):
            yield from self._faults(one, met=False)

    def _own(self, condition: Condition) -> Iterator[_Fault]:
        for kind in NAMED:
            value = getattr(condition, kind)
            if value is not None and value not in self._names.of(kind):
                yield self._missing(kind, value)
        for name, text in (condition.field or {}).items():
            if text not in self._names.of(f"field{FIELD}{name}"):
                yield self._field(name, text)
        query = query_of(condition, self._workspace.trackers)
        if query is not None:
            found = self._observation.answers.get(query, frozenset())
            kind = query.query.language.replace("_", " ")
            if not found:
                yield _Fault(_phrase("query.nothing", query=kind))
            elif not any(ref.tracker == query.tracker and ref.id in found for ref in self._alignment.items):
                yield _Fault(_phrase("query.beyond", "items", items=len(found), query=kind))

    def _missing(self, kind: str, value: str) -> _Fault:
        if kind in ELSEWHERE and (elsewhere := self._elsewhere(value)) is not None:
            moved = _phrase("beyond.moved", name=value, now=elsewhere)
            return _Fault(_phrase("beyond", name=value) if elsewhere == value else moved, beyond=True)
        near = None if kind in ("parent", "under") else self._names.of(kind).nearest(value)
        if kind == "key" and near is not None and value.rpartition("-")[2].isdigit():
            near = None  # another number is another ticket
        return _Fault(_phrase(f"no.{kind}", name=value), near)

    def _elsewhere(self, value: str) -> str | None:
        """The key of now of what the tracker says the name means, though it is not among the items."""
        wanted = value.strip().casefold()
        for name, target in sorted(self._observation.resolved.items(), key=lambda one: one[0]):
            if (
                wanted in (name.name, f"{name.tracker}:{name.name}".casefold())
                and target.identity is not None
            ):
                key = target.identity.key
                return value if key.casefold() == name.name else key
        return None

    def _field(self, name: str, text: str) -> _Fault:
        if self._names.has_value_without_text(name):
            return _Fault(_phrase("field.textless", field=name), unreadable=True)
        values = self._names.of(f"field{FIELD}{name}")
        if not values:
            return _Fault(_phrase("field.empty", field=name))
        return _Fault(_phrase("field.value", text=text, field=name), values.nearest(text))

    # --- Measures --------------------------------------------------------------------------------

    def measures(self) -> Iterator[Finding]:
        """A finding for each measure in which a name matches nothing."""
        for at, objective in enumerate(self._workspace.objectives):
            for nr, key_result in enumerate(objective.key_results):
                if key_result.id not in self._judged or self._observation.stale:
                    continue
                faults = list(self._in_measure(key_result))
                if faults:
                    path: Path = ("objectives", at, "key_results", nr, "measure")
                    about = _phrase("about.measure", key_result=key_result.id)
                    said = _phrase("part", about=about, faults=_joined(faults))
                    yield self._finding(path, said, _remedy(faults, "measure"))

    def _in_measure(self, key_result: KeyResult) -> Iterator[_Fault]:
        match key_result.measure:
            case WorkMeasure(weigh="field", field=str(name), weights=weights):
                if not weights and not self._names.of(f"field{FIELD}{name}"):
                    yield self._field(name, "")
                yield from (
                    self._field(name, text)
                    for text in weights
                    if text not in self._names.of(f"field{FIELD}{name}")
                )
            case WorkMeasure(weigh="type" | "label" | "key" as kind, weights=weights):
                yield from (self._missing(kind, one) for one in weights if one not in self._names.of(kind))
            case MilestonesMeasure(weights=weights):
                yield from (self._missing("key", one) for one in weights if one not in self._names.of("key"))
            case ProjectMeasure(project=name):
                if name not in self._names.of("project"):
                    yield self._missing("project", name)

    # --- What may not be said ---------------------------------------------------------------------

    def _may_be_unread(self, condition: Condition) -> bool:
        """Whether a tracker that was not read could have what the condition asks for."""
        return bool(self._observation.stale & possible_trackers(condition, self._workspace))

    def _finding(self, path: Path, said: Phrase, todo: Phrase) -> Finding:
        return finding("unmatched_rule", (), said, todo, self._workspace.place_of(path))


def possible_trackers(condition: Condition, workspace: Workspace) -> frozenset[str]:
    """The trackers whose items the condition can hold for."""
    if condition.tracker is not None:
        return frozenset((condition.tracker,))
    if condition.native is not None:
        return frozenset(trackers_for(condition.native.language, workspace.trackers))
    custom = condition.component is not None or condition.field is not None
    return frozenset(
        name for name, one in workspace.active.items() if not custom or "custom" in one.item_fields
    )


def _has_parts(condition: Condition) -> bool:
    """Whether a part of it may match nothing although the whole of it matches something."""
    return bool(condition.any or condition.not_ or any(map(_has_parts, condition.all)))


def _phrase(key: str, /, count: str = "", **values: Value) -> Phrase:
    return phrase(f"signals.unmatched_rule.{key}", count, **values)


def _joined(faults: Sequence[_Fault]) -> Phrase:
    whats = list(dict.fromkeys(one.what for one in faults))
    first, *others = whats[:MOST]
    for one in others:
        first = _phrase("also", first=first, rest=one)
    return _phrase("more", faults=first, items=len(whats) - MOST) if len(whats) > MOST else first


def _remedy(faults: Sequence[_Fault], what: Subject) -> Phrase:
    meant = list(dict.fromkeys(one.near for one in faults if one.near is not None))
    if meant:
        return _phrase("remedy.meant", names=all_of(meant[:MOST]))
    if faults and all(one.unreadable for one in faults):
        return _phrase("remedy.textless")
    if faults and all(one.beyond for one in faults):
        return _phrase(f"remedy.scope.{what}")
    return _phrase(f"remedy.correct.{what}")


def _short(condition: Condition) -> str:
    words = str(condition)
    return words if len(words) <= 80 else f"{words[:79]}…"
