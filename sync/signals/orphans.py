"""Orphans: open work that serves no key result; and, with the findings, all signals of a run. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from config.workspace import Workspace
from connectors.model import Ref
from sync.align.alignment import Alignment
from sync.measure import Scorecard
from sync.observation import Observation
from sync.signals.declared.cycles import find_missing_cycles
from sync.signals.declared.unmatched import find_unmatched
from sync.signals.findings.drift import find_drift
from sync.signals.findings.find import find
from sync.signals.findings.finding import KINDS, Finding
from sync.signals.findings.lost_work import find_lost
from sync.signals.grace import InGrace, in_grace, is_warned, resting
from sync.signals.under_way import UnderWay, under_way


@dataclass(frozen=True, slots=True)
class Orphan:
    """Open work in scope, past its grace, that serves no key result and that the policy warns about.

    - `top`: whether its parent is no orphan itself: that one carries the comment.
    - `begun`: the day since which it, or something below it, is in progress; None where nothing is.
    - `since`: the day on which it was found without its last link; None where it is not known to have had one.
    - `above`: the orphan that is its parent; None for a topmost one.
    """

    item: Ref
    top: bool
    age_days: int
    since: date | None = None
    above: Ref | None = None
    begun: date | None = None


@dataclass(frozen=True, slots=True)
class Signals:
    """What a run found, each by ref in order of ref.

    - `orphans`: the unaligned work that is warned about; `in_grace`: that which will be, which is all that bears no warning yet while
      a cycle has ended that nothing succeeds.
    - `not_started`: open unaligned work that the policy does not warn about as long as it is neither started nor, where
      it asks for that, committed.
    - `planned`: the open work that only cycles yet to come claim, with their names.
    """

    orphans: dict[Ref, Orphan]
    findings: tuple[Finding, ...]
    in_grace: Mapping[Ref, InGrace] = field(default_factory=dict)
    planned: Mapping[Ref, tuple[str, ...]] = field(default_factory=dict)
    not_started: frozenset[Ref] = frozenset()

    @property
    def unlinked(self) -> tuple[InGrace, ...]:
        """The work within its grace that lost its last link."""
        return tuple(one for one in self.in_grace.values() if one.was_linked)

    def is_unaligned(self, ref: Ref) -> bool:
        """Whether it is open work that serves no key result, warned about or not."""
        return ref in self.orphans or ref in self.in_grace or ref in self.not_started


def find_signals(
    alignment: Alignment,
    scorecard: Scorecard,
    observation: Observation,
    workspace: Workspace,
    now: datetime,
    unlinked_since: Mapping[Ref, date] | None = None,
) -> Signals:
    """Everything worth saying about this alignment at this moment. `unlinked_since`: see `find_unaligned`."""
    found = find_findings(alignment, scorecard, observation, workspace, now)
    return replace(find_unaligned(alignment, workspace, now, unlinked_since), findings=found)


def find_findings(
    alignment: Alignment, scorecard: Scorecard, observation: Observation, workspace: Workspace, now: datetime
) -> tuple[Finding, ...]:
    """The findings, kind by kind."""
    found = [
        *find(alignment, scorecard, workspace, now),
        *find_unmatched(alignment, observation, workspace, now),
        *find_lost(observation, workspace),
        *find_missing_cycles(alignment, workspace, now),
        *find_drift(observation),
    ]
    return tuple(sorted(found, key=lambda one: KINDS.index(one.kind)))


def find_unaligned(
    alignment: Alignment,
    workspace: Workspace,
    now: datetime,
    unlinked_since: Mapping[Ref, date] | None = None,
) -> Signals:
    """The work that serves no key result now, without any findings.

    `unlinked_since`: work that was linked before, and since when it is not.
    """
    since = unlinked_since or {}
    going = under_way(alignment, now)
    accused, not_started = _accused(alignment, workspace, going)
    young = in_grace(alignment, accused, since, workspace, now)
    young = dict(sorted({**young, **resting(alignment, accused, young, since, workspace, now)}.items()))
    flagged = {ref for ref in accused if ref not in young}
    orphans = {
        ref: _orphan(ref, flagged, alignment, going, since.get(ref), workspace, now)
        for ref in sorted(flagged)
    }
    planned = {
        ref: tuple(dict.fromkeys(link.cycle for link in placement.planned))
        for ref, placement in sorted(alignment.placements.items())
        if placement.state == "planned" and alignment.items[ref].is_open
    }
    return Signals(orphans, (), young, not_started=not_started, planned=planned)


def _accused(
    alignment: Alignment, workspace: Workspace, going: UnderWay
) -> tuple[dict[Ref, datetime], frozenset[Ref]]:
    """Of the open work that serves no key result that which the policy warns about, since when, and the rest."""
    warn = {name: workspace.policy_of(name).warn for name in workspace.trackers}
    accused: dict[Ref, datetime] = {}
    rest: set[Ref] = set()
    for ref, placement in sorted(alignment.placements.items()):
        item = alignment.items[ref]
        # Mirrored work is one piece, and accused on one ticket.
        if placement.state != "unaligned" or not item.is_open or alignment.counts_elsewhere(ref):
            continue
        stands = any(is_warned(side, workspace.workspace) for side in alignment.sides(ref))
        since = going.accused_since(item, warn[ref.tracker], is_warned=stands)
        if since is None:
            rest.add(ref)
        else:
            accused[ref] = since
    return accused, frozenset(rest)


def _orphan(
    ref: Ref,
    flagged: Collection[Ref],
    alignment: Alignment,
    going: UnderWay,
    since: date | None,
    workspace: Workspace,
    now: datetime,
) -> Orphan:
    above = _flagged_above(ref, flagged, alignment)
    begun = going.begun.get(ref)
    return Orphan(
        ref,
        above is None,
        (now - alignment.items[ref].created).days,
        since,
        above,
        begun.astimezone(workspace.zone).date() if begun is not None else None,
    )


def orphans_below(orphans: Mapping[Ref, Orphan]) -> Counter[Ref]:
    """How many orphans hang below each, at whatever depth."""
    found: Counter[Ref] = Counter()
    for orphan in orphans.values():
        above, seen = orphan.above, {orphan.item}
        while above is not None and above not in seen:
            seen.add(above)
            found[above] += 1
            above = orphans[above].above if above in orphans else None
    return found


def _flagged_above(ref: Ref, flagged: Collection[Ref], alignment: Alignment) -> Ref | None:
    """The orphan that is its parent, or that of another side of it."""
    parents = (side.parent for side in alignment.sides(ref))
    counted = (alignment.counted(parent) for parent in parents if parent is not None)
    return next((parent for parent in counted if parent in flagged and parent != ref), None)
