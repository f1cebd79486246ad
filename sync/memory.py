"""What earlier runs left, as values: what decisions take of it, and the rows that people are shown. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from connectors.model import Outcome, Ref
from sync.history.movement import WorkState
from sync.marks.status_updates import PostedUpdate
from sync.observation import Past
from sync.signals.grace import LinkDays


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One run as remembered. `outcome`: "planned", "stopped", "done", "partial", "failed"."""

    id: int
    kind: str
    at: datetime
    outcome: str
    configuration: str
    summary: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RunUnderWay:
    """A run that several machines work on now. `stage`: "reading", "deciding", "writing", "closing".

    `partitions` of the stage, how many of them are `done` and how many are `working`; `items` that were read or written in the
    stage so far; `workers` that are there.
    """

    id: int
    stage: str
    partitions: int
    done: int
    working: int
    items: int
    workers: int


@dataclass(frozen=True, slots=True)
class Stuck:
    """A write that did not come to its end: on which item, how it stands, why."""

    key: str
    state: str
    why: str
    tracker: str = ""


@dataclass(frozen=True, slots=True)
class RemovedMarks:
    """An undo after which no run put marks on: its run, what it was asked for, and of the items that it took marks
    from, how many there are and how many the next sync would mark again.
    """

    run: int
    at: datetime
    scope: str
    items: int
    again: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One recorded write. `outcome` None: open, its fate unknown. `changes`: mark, before, after."""

    id: int
    run: int
    kind: str
    configuration: str
    at: datetime | None
    item: Ref
    key: str
    operation: str
    outcome: Outcome | None
    error: str | None
    changes: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Quarantined:
    """An item whose writes failed: why, how often in a row, and when the next try is due."""

    reason: str
    failures: int
    until: datetime


@dataclass(frozen=True, slots=True)
class Memory:
    """What a decision takes of earlier runs; of a new store nothing.

    - `past`: for key results that are closed or whose cycle has ended, the last reading on or before that day.
    - `recent`: the readings of the last weeks that forecasts draw on, by key result, oldest first.
    - `last_progress`: the latest progress of each key result within its present cycle, 0..1.
    - `found`: how many items in scope the last run saw, by tracker.
    - `work_states`: where the work of each key result stood when its progress was last posted.
    - `work_states_before`: where it stood on the last day before this one that was read, as far as it is known.
    - `last_updates`: what our latest status update on each item said, whatever became of it since.
    - `commented`: how many new comments each item got today.
    - `quarantine`: items whose writes failed and that still rest.
    - `writing_runs`: how many runs of this workspace ever recorded a write; `unnamed_runs`: how many of a version that
      did not say whose they were.
    - `provisions`: by tracker, ids of what setup made, and what it made it for (`sync/plan/setup_basis.py`).
    - `last_write`, `last_undo`, `last_setup`: the latest run that recorded a write to put marks on, to take them away,
      and the latest setup, which moves addresses alone; 0 for none.
    - `undone`: items that an undo was the last to write to.
    - `last_sync`: the latest run that went through with its writes; `configuration`: the short name of what is declared now.
    - `links`: what is remembered of work that lost its links; `last_read`: the latest day that was evaluated.
    """

    past: Mapping[str, Past] = field(default_factory=dict)
    recent: Mapping[str, Sequence[Past]] = field(default_factory=dict)
    last_progress: Mapping[str, float | None] = field(default_factory=dict)
    found: Mapping[str, int] = field(default_factory=dict)
    work_states: Mapping[str, WorkState] = field(default_factory=dict)
    work_states_before: Mapping[str, WorkState] = field(default_factory=dict)
    last_updates: Mapping[Ref, PostedUpdate] = field(default_factory=dict)
    commented: Mapping[Ref, int] = field(default_factory=dict)
    quarantine: Mapping[Ref, Quarantined] = field(default_factory=dict)
    writing_runs: int = 0
    unnamed_runs: int = 0
    last_write: int = 0
    last_undo: int = 0
    last_setup: int = 0
    undone: frozenset[Ref] = frozenset()
    provisions: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    last_sync: RunRecord | None = None
    configuration: str = ""
    links: LinkDays = field(default_factory=dict)
    last_read: date | None = None
