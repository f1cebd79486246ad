"""What a decision that left nothing to write is for those who look at it, kept so that nobody has to decide it again. Pure.

`status` and `orphans` show these parts of a decision. At a later moment, while nothing changed and until something goes by the hour
(`sync.settled.holds_until`), the same parts are made of them that deciding would give: what is expected by then, and ages, are
reckoned anew; the items are those that the store has.
"""

from __future__ import annotations

import functools
import hashlib
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date, datetime, tzinfo
from fractions import Fraction
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec

from config.workspace import Path, Workspace
from connectors.model import Ref, WorkItem
from sync.align.alignment import Alignment, ItemAlignment, UnmetClaim
from sync.decide import Decision
from sync.forecast.one_thing import OneThings
from sync.forecast.outlook import Outlook
from sync.history.movement import WorkState
from sync.measure import Reading, Scorecard
from sync.measure.scorecard import read_later
from sync.memory import Memory
from sync.observation import Drift, Observation
from sync.plan.guards import GuardViolation
from sync.plan.plan import Plan, digest_of
from sync.signals.budgets import Slice, Usage
from sync.signals.effort import Effort
from sync.signals.findings.finding import Finding, Kind
from sync.signals.grace import InGrace
from sync.signals.mechanism import SignalContext
from sync.signals.orphans import Orphan, Signals
from sync.signals.signal import Signal

_FORM = 1
"""Grows where the parts are kept otherwise: those of another form are as good as none."""

_TOLD = tuple(one.name for one in fields(Reading) if one.compare)
"""Of a reading all but the pieces of work that it is made of."""


_NOTHING = Plan((), (), digest_of((), ()))


@dataclass(frozen=True, slots=True)
class _Orphan:
    """An orphan with what is told of it beside: when it was created, the effort at stake, and why it is one."""

    orphan: Orphan
    created: datetime
    effort: Effort
    reason: str
    unmet: tuple[UnmetClaim, ...]


@dataclass(frozen=True, slots=True)
class _Finding:
    """What a table and JSON show of a finding; the phrases, from which signals are made, are not."""

    kind: Kind
    items: tuple[Ref, ...]
    message: str
    remedy: str
    place: str


@dataclass(frozen=True, slots=True)
class Kept:
    """The parts. `places`: a digest of where the parts of the declaration stand, which findings name. `drift`: what was told of
    the last whole read. `altered`: those of the items that the alignment takes otherwise than they were read.
    """

    form: int
    places: str
    drift: list[tuple[Ref, Drift]]
    readings: list[dict[str, Any]]
    outlooks: dict[str, Any]
    work_states: dict[str, WorkState]
    one_things: dict[str, OneThings]
    slices: tuple[Slice, ...]
    usages: tuple[Usage, ...]
    findings: tuple[_Finding, ...]
    orphans: list[_Orphan]
    in_grace: list[InGrace]
    planned: list[tuple[Ref, tuple[str, ...]]]
    not_started: dict[str, list[str]]
    homonyms: frozenset[str]
    altered: list[WorkItem]

    def items(self, *, orphans: bool) -> frozenset[Ref]:
        """The items that are shown by name; `orphans`: those of the orphans too."""
        told = {ref for one in self.findings for ref in one.items}
        told |= {ref for ref, _ in self.planned} | {one.item for one in self.in_grace}
        things = (one for several in self.one_things.values() for one in several.things)
        told |= {ref for one in things for ref in (one.item, *one.frees)}
        return frozenset(told | {one.orphan.item for one in self.orphans} if orphans else told)

    def holds_for(self, observation: Observation, workspace: Workspace) -> bool:
        """Whether what it says beside what is decided is still so: where the declaration stands, and what is told of the read."""
        return self.places == _places(workspace) and self.drift == sorted(observation.drift.items())


@dataclass(frozen=True)
class _Remembered:
    """What was decided, in place of deciding it when it is asked for: `sync.decide.Later`. Nothing is left to write."""

    signals: Signals
    efforts: Mapping[Ref, Effort]
    slices: tuple[Slice, ...]
    usages: tuple[Usage, ...]
    homonyms: frozenset[str]
    work_states: Mapping[str, WorkState]
    one_things: Mapping[str, OneThings]
    plan: Plan = _NOTHING
    stops: tuple[GuardViolation, ...] = ()
    unshown: frozenset[Ref] = frozenset()

    @property
    def unaligned(self) -> Signals:
        return self.signals

    @property
    def signal_context(self) -> SignalContext:
        raise LookupError("what signals are computed from is not kept: decide")

    @property
    def warnings(self) -> tuple[Signal, ...]:
        raise LookupError("signals are not kept: decide")


def lacks_commitments(snapshot: Observation, workspace: Workspace) -> bool:
    """Whether the policy asks what is in an active sprint or cycle, and nobody asked when the snapshot was read."""
    asking = {name for name in workspace.active if workspace.policy_of(name).warn == "committed"}
    told = [
        (item.ref.tracker, item.committed is not None)
        for item in snapshot.items
        if item.ref.tracker in asking and item.in_scope and item.level in ("issue", "subtask")
    ]
    lacking = {name for name, _ in told} - {name for name, is_told in told if is_told}
    # What stands as of before the question counts as not committed, where the rest was asked.
    return bool(lacking) and (not lacking <= snapshot.stale or not any(is_told for _, is_told in told))


def encoded(run: Decision, workspace: Workspace) -> bytes:
    """The parts of a decision that left nothing to write, as bytes."""
    signals, alignment, efforts = run.signals, run.alignment, run.efforts
    orphans = [
        _Orphan(
            orphan,
            alignment.items[ref].created,
            efforts[ref],
            alignment.placements[ref].reason,
            alignment.placements[ref].unmet,
        )
        for ref, orphan in signals.orphans.items()
    ]
    kept = Kept(
        form=_FORM,
        places=_places(workspace),
        drift=sorted(run.observation.drift.items()),
        readings=[{name: getattr(one, name) for name in _TOLD} for one in run.scorecard.readings.values()],
        outlooks=dict(run.outlooks),
        work_states=dict(run.work_states),
        one_things=dict(run.one_things),
        slices=run.slices,
        usages=tuple(replace(one, items=()) for one in run.usages),
        findings=tuple(
            _Finding(one.kind, one.items, one.message, one.remedy, one.place) for one in signals.findings
        ),
        orphans=orphans,
        in_grace=list(signals.in_grace.values()),
        planned=list(signals.planned.items()),
        not_started=_by_tracker(signals.not_started),
        homonyms=run.homonyms,
        altered=[],
    )
    shown = kept.items(orphans=True)
    read = {item.ref: item for item in run.observation.items if item.ref in shown}
    altered = [alignment.items[ref] for ref in sorted(shown) if alignment.items[ref] is not read.get(ref)]
    return zlib.compress(_ENCODER.encode(replace(kept, altered=altered)), 1)


def decoded(body: bytes) -> Kept | None:
    """The parts; None where another version kept them otherwise, or they are damaged."""
    try:
        kept = _DECODER.decode(zlib.decompress(body))
    except (zlib.error, msgspec.MsgspecError, ValueError):
        return None
    return kept if kept.form == _FORM else None


def recalled(
    kept: Kept,
    around: Observation,
    items: Mapping[Ref, WorkItem],
    memory: Memory,
    workspace: Workspace,
) -> Decision:
    """The decision at the moment of what was read last, `around`, as far as it was kept; its alignment has the `items` alone.

    Raises KeyError where a key result is not among what was kept.
    """
    now, zone = around.at, workspace.zone
    readings = {row["key_result"]: _rebuilt(Reading, row, zone) for row in kept.readings}
    outlooks = {name: _rebuilt(Outlook, one, zone) for name, one in kept.outlooks.items()}
    scorecard: Scorecard = read_later(readings, workspace, now)
    orphans = {
        one.orphan.item: replace(one.orphan, age_days=(now - one.created).days) for one in kept.orphans
    }
    placements = {
        one.orphan.item: ItemAlignment(one.orphan.item, "unaligned", reason=one.reason, unmet=one.unmet)
        for one in kept.orphans
    }
    signals = Signals(
        orphans,
        tuple(Finding(one.kind, one.items, one.message, one.remedy, one.place) for one in kept.findings),
        {one.item: one for one in kept.in_grace},
        dict(kept.planned),
        frozenset(Ref(tracker, id_) for tracker, ids in kept.not_started.items() for id_ in ids),
    )
    later = _Remembered(
        signals,
        {one.orphan.item: one.effort for one in kept.orphans},
        kept.slices,
        kept.usages,
        kept.homonyms,
        kept.work_states,
        kept.one_things,
    )
    shown = {**items, **{one.ref: one for one in kept.altered if one.ref in items}}
    alignment = Alignment(shown, placements, {})
    no_days: dict[Ref, date] = {}
    return Decision(around, memory, alignment, scorecard, outlooks, no_days, later)


def _by_tracker(refs: Iterable[Ref]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for ref in sorted(refs):
        found.setdefault(ref.tracker, []).append(ref.id)
    return found


def _places(workspace: Workspace) -> str:
    declared = workspace.model_dump(
        mode="json", include={"objectives", "exempt", "flow"}, exclude_defaults=True
    )
    lines = "\n".join(workspace.place_of(path) for path in _paths(declared, ()))
    return hashlib.sha256(lines.encode()).hexdigest()[:16]


def _paths(part: Any, path: Path) -> Iterator[Path]:
    yield path
    if isinstance(part, dict):
        for name, one in part.items():
            yield from _paths(one, (*path, name))
    elif isinstance(part, list):
        for at, one in enumerate(part):
            yield from _paths(one, (*path, at))


def _rebuilt(hint: Any, plain: Any, zone: tzinfo) -> Any:
    """A value of that type from its plain parts. Numbers stay as they are: to programs 1 is not 1.0."""
    kind, inside = get_origin(hint) or hint, get_args(hint)
    if plain is None:
        return None
    if kind in (Union, UnionType):
        return _rebuilt(next(one for one in inside if one is not type(None)), plain, zone)
    if is_dataclass(kind) and isinstance(kind, type):
        hints = _hints(kind)
        return kind(**{name: _rebuilt(hints[name], one, zone) for name, one in plain.items()})
    if kind is tuple and inside[-1] is not Ellipsis:
        return tuple(_rebuilt(one, part, zone) for one, part in zip(inside, plain, strict=True))
    if kind in (tuple, frozenset):
        return kind(_rebuilt(inside[0], part, zone) for part in plain)
    if kind is Mapping:
        return {inside[0](name): _rebuilt(inside[1], one, zone) for name, one in plain.items()}
    if kind in (date, datetime):
        return kind.fromisoformat(plain)
    if kind is Fraction:
        return Fraction(plain)
    return zone if kind is tzinfo else plain


@functools.cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _written(value: Any) -> Any:
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, tzinfo):
        return ""  # that of the workspace
    raise NotImplementedError(type(value))


def _read(kind: type, value: Any) -> Any:
    if kind is Fraction:
        return Fraction(value)
    raise NotImplementedError(kind)


_ENCODER = msgspec.json.Encoder(enc_hook=_written)
_DECODER = msgspec.json.Decoder(Kept, dec_hook=_read)
