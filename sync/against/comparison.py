"""What another declaration makes of the same work: key results that read otherwise, tickets that serve others. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from config.workspace import Workspace
from connectors.model import Health, Ref, WorkItem
from sync.decide import Decision
from sync.measure import Reading

Kind = Literal["added", "removed", "changed"]
"""Whether the key result is declared by the later declaration alone, by the earlier one alone, or by both."""
Fate = Literal["orphaned", "relinked", "linked", "released"]
"""What becomes of a ticket: it loses its last key result and should have one; it has others; it has its first; it has none any
more, and need have none (it is closed, exempt or planned)."""
FATES: tuple[Fate, ...] = ("orphaned", "relinked", "linked", "released")
"""From what asks most for a look to what asks least."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a key result reads: whole percent, None without data; its health; the declared target; so many linked tickets."""

    percent: int | None
    health: Health
    value: float | None
    target: float | None
    tickets: int


@dataclass(frozen=True, slots=True)
class KeyResultChange:
    """A key result that the two declarations do not read alike. `before`, `after`: None where it is not declared.

    `fates`: what becomes of the tickets that come to it or leave it.
    """

    id: str
    title: str
    objective: str
    kind: Kind
    before: Standing | None
    after: Standing | None
    fates: Mapping[Fate, int] = field(default_factory=dict)

    @property
    def moved(self) -> int:
        """By how many percentage points it reads otherwise; what has no data counts as 0 %."""
        return abs(_percent(self.after) - _percent(self.before))

    @property
    def tickets(self) -> int:
        """How many tickets come to it or leave it."""
        return sum(self.fates.values())


@dataclass(frozen=True, slots=True)
class ObjectiveChange:
    """An objective that reads otherwise; None: not declared, or without data."""

    id: str
    title: str
    kind: Kind
    before: int | None
    after: int | None


@dataclass(frozen=True, slots=True)
class TicketChange:
    """A ticket that serves other key results: those before and after, in declared order."""

    item: WorkItem
    fate: Fate
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything that differs, the greatest effect first.

    - `at`: when the work was read by which both are judged. `changed`: whether they declare anything otherwise at all.
    - `aligned`: open tickets in scope that serve a key result, before and after; `orphans`: those that are warned about.
    - `writes`: of how many tickets the next sync would change the marks otherwise. `moved`: how many tickets meet which fate.
    - `findings`: what is found with the later declaration alone, `resolved`: how many findings are gone.
    - `gaps`: what the snapshot cannot answer, by side: "before" and "after".
    """

    at: datetime
    changed: bool
    key_results: tuple[KeyResultChange, ...]
    objectives: tuple[ObjectiveChange, ...]
    tickets: tuple[TicketChange, ...]
    fates: Mapping[Fate, int]
    aligned: tuple[int, int]
    orphans: tuple[int, int]
    writes: int
    findings: tuple[str, ...]
    resolved: int
    gaps: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Whether merging would change nothing that can be seen of this work."""
        return not (
            self.key_results
            or self.objectives
            or self.tickets
            or self.writes
            or self.findings
            or self.resolved
        )


@dataclass(frozen=True, slots=True)
class Side:
    """A declaration and what it decides of the work."""

    workspace: Workspace
    decision: Decision


def compare(before: Side, after: Side, *, changed: bool, gaps: tuple[str, ...] = ()) -> Comparison:
    """What differs between two decisions of the same observation. `gaps`: what could not be answered."""
    tickets = _tickets(before.decision, after.decision)
    found_before, found_after = _findings(before.decision), _findings(after.decision)
    new = tuple(words for one, words in found_after.items() if one not in found_before)
    return Comparison(
        at=after.decision.observation.at,
        changed=changed,
        key_results=_key_results(before, after, tickets),
        objectives=tuple(_objectives(before.decision, after.decision)),
        tickets=tickets,
        fates=Counter(one.fate for one in tickets),
        aligned=(_aligned(before.decision), _aligned(after.decision)),
        orphans=(len(before.decision.signals.orphans), len(after.decision.signals.orphans)),
        writes=_writes(before.decision, after.decision),
        findings=new,
        resolved=len(found_before.keys() - found_after.keys()),
        gaps=gaps,
    )


def _percent(one: Standing | None) -> int:
    return (one.percent if one is not None else None) or 0


# --- Tickets -------------------------------------------------------------------------------------


def _tickets(before: Decision, after: Decision) -> tuple[TicketChange, ...]:
    """The tickets in scope whose key results differ: what asks most for a look first, then the greatest estimate."""
    found = []
    for ref, placement in after.alignment.placements.items():
        item = after.alignment.items[ref]
        was = before.alignment.placements.get(ref)
        served = tuple(link.key_result for link in was.links) if was is not None else ()
        serves = tuple(link.key_result for link in placement.links)
        if item.in_scope and set(served) != set(serves):
            found.append(TicketChange(item, _fate(ref, served, serves, after), served, serves))
    found.sort(key=lambda one: (FATES.index(one.fate), -(one.item.estimate or 0), one.item.ref))
    return tuple(found)


def _fate(ref: Ref, before: tuple[str, ...], after: tuple[str, ...], run: Decision) -> Fate:
    if after:
        return "relinked" if before else "linked"
    return "orphaned" if run.unaligned.is_unaligned(ref) else "released"


def _aligned(run: Decision) -> int:
    items = run.alignment.items
    return sum(
        bool(one.links) and items[ref].in_scope and items[ref].is_open
        for ref, one in run.alignment.placements.items()
    )


# --- Key results and objectives ------------------------------------------------------------------


def _key_results(before: Side, after: Side, tickets: tuple[TicketChange, ...]) -> tuple[KeyResultChange, ...]:
    """Those that read otherwise: first those that most tickets come to or leave, then those that moved most."""
    fates: dict[str, Counter[Fate]] = {}
    for one in tickets:
        for name in set(one.before) ^ set(one.after):
            fates.setdefault(name, Counter())[one.fate] += 1
    read = {reading.key_result: reading for reading in _readings(before.decision)}
    reads = {reading.key_result: reading for reading in _readings(after.decision)}
    linked, links = _linked(before.decision), _linked(after.decision)
    targets, later = _targets(before.workspace), _targets(after.workspace)
    found = []
    for name in dict.fromkeys((*reads, *read)):
        was = _standing(read.get(name), linked[name], targets.get(name))
        now = _standing(reads.get(name), links[name], later.get(name))
        if was == now and name not in fates:
            continue
        reading = reads.get(name) or read[name]
        kind: Kind = "added" if was is None else "removed" if now is None else "changed"
        found.append(
            KeyResultChange(
                name, reading.title, reading.objective, kind, was, now, fates.get(name, Counter())
            )
        )
    return tuple(sorted(found, key=lambda one: (-one.tickets, -one.moved)))


def _readings(run: Decision) -> Iterator[Reading]:
    for objective in run.scorecard.objectives:
        yield from objective.readings


def _linked(run: Decision) -> Counter[str]:
    items = run.alignment.items
    return Counter(
        link.key_result
        for ref, one in run.alignment.placements.items()
        if items[ref].in_scope
        for link in one.links
    )


def _targets(workspace: Workspace) -> dict[str, float | None]:
    """The targets that are declared; all the work that is linked is none."""
    return {one.id: getattr(one.measure, "target", None) for _, one in workspace.key_results()}


def _standing(reading: Reading | None, tickets: int, target: float | None) -> Standing | None:
    if reading is None:
        return None
    return Standing(reading.percent, reading.health, reading.value, target, tickets)


def _objectives(before: Decision, after: Decision) -> Iterator[ObjectiveChange]:
    read = {one.objective: one for one in before.scorecard.objectives}
    reads = {one.objective: one for one in after.scorecard.objectives}
    for name in dict.fromkeys((*reads, *read)):
        was, now = read.get(name), reads.get(name)
        before_percent = was.percent if was is not None else None
        after_percent = now.percent if now is not None else None
        kind: Kind = "added" if was is None else "removed" if now is None else "changed"
        if kind != "changed" or before_percent != after_percent:
            title = (now or read[name]).title
            yield ObjectiveChange(name, title, kind, before_percent, after_percent)


# --- What would be written, and what is found ----------------------------------------------------


def _writes(before: Decision, after: Decision) -> int:
    """On how many items the next sync would leave other marks."""
    planned = {edit.item.ref: edit.changes for edit in before.plan.edits}
    plans = {edit.item.ref: edit.changes for edit in after.plan.edits}
    return sum(planned.get(ref) != plans.get(ref) for ref in planned.keys() | plans.keys())


def _findings(run: Decision) -> dict[tuple[str, str], str]:
    """The messages of the findings, by kind and message without its place in the files, which moves with every line."""
    return {
        (one.kind, one.message.removeprefix(f"{one.place}: ") if one.place else one.message): one.message
        for one in run.signals.findings
    }
