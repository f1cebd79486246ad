"""What was read, remembered, planned and written as bytes, so that whoever has them decides the same.

MessagePack and not JSON: its maps have keys of any kind, as observations do.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec
from msgspec.msgpack import Decoder

from connectors.model import Marks, Receipt, Ref, WorkItem
from sync.memory import Memory
from sync.observation import Observation
from sync.plan.outcome import Applied, RenewedView
from sync.plan.plan import Edit, Plan, changes_of
from sync.store.distributed.runs import PartName


@dataclass(frozen=True, slots=True)
class Known:
    """All that a decision takes but the workspace and the moment."""

    observation: Observation
    memory: Memory


@dataclass(frozen=True, slots=True)
class Written:
    """What came of a part that was to be written. `stopped`: why its tracker was written to no further; `lost`: for good."""

    receipts: tuple[Receipt, ...] = ()
    stopped: Mapping[str, str] = field(default_factory=dict)
    lost: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ToWrite:
    """What is to be written of a part, in the order of the plan, and what the tracker's connector learned while it was read."""

    edits: tuple[tuple[WorkItem, Marks], ...]
    learned: bytes

    def plan(self) -> Plan:
        """The part of the plan."""
        edits = tuple(Edit(item, wanted, changes_of(item, wanted)) for item, wanted in self.edits)
        return Plan(edits, (), "")


KNOWN = Decoder(Known)
WRITTEN = Decoder(Written)
TO_WRITE = Decoder(ToWrite)
APPLIED = Decoder(Applied)


def image_of(value: Known | Written | ToWrite | Applied) -> bytes:
    """The value as bytes."""
    return msgspec.msgpack.encode(value)


def parts_of(plan: Plan, places: Mapping[str, Collection[str]]) -> dict[PartName, tuple[Edit, ...]]:
    """The edits by the parts in which they are written: those of an item in its project or team, the others, as on initiatives, in
    a part of their tracker without a place. `places`: those that are declared, by tracker, in any case.
    """
    declared = {name: {one.casefold(): one for one in some} for name, some in places.items()}
    found: dict[PartName, list[Edit]] = {}
    for edit in plan.edits:
        item = edit.item
        named = declared.get(item.ref.tracker, {})
        homes = (named.get((name or "").casefold()) for name in (item.team, item.project))
        place = next((one for one in homes if one is not None), "")
        found.setdefault(PartName("write", item.ref.tracker, place), []).append(edit)
    return {part: tuple(found[part]) for part in sorted(found, key=lambda one: (one.tracker, one.place))}


def joined(plan: Plan, written: Sequence[Written], views: tuple[RenewedView, ...] = ()) -> Applied:
    """What became of the whole plan, in its order."""
    receipts: dict[Ref, Receipt] = {one.item: one for some in written for one in some.receipts}
    stopped: dict[str, str] = {}
    for some in written:
        for name, why in some.stopped.items():
            stopped.setdefault(name, why)
    ordered = tuple(receipts[edit.item.ref] for edit in plan.edits if edit.item.ref in receipts)
    lost = frozenset(name for some in written for name in some.lost)
    return Applied(ordered, stopped, lost, views)
