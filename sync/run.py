"""The run, on one screen: collect → memory → decide. What is decided is written by `sync.apply`."""

from __future__ import annotations

from datetime import datetime

from config.workspace import Workspace
from connectors.base import Connectors, Progress, untold
from sync.collect.collect import Begun, collect
from sync.collect.external_values import Sources
from sync.decide import Decision, decide
from sync.garbage import collecting_nothing
from sync.stages import Stages
from sync.store.store import Store


def run(
    workspace: Workspace,
    connectors: Connectors,
    store: Store,
    now: datetime,
    progress: Progress | None = None,
    sources: Sources | None = None,
    *,
    rewind: bool = False,
    full: bool = False,
    begun: Begun | None = None,
    stages: Stages | None = None,
) -> Decision:
    """Read both worlds and decide. Writes to no tracker. `rewind`, `full`, `begun`: see `collect`; the first is for looking
    only. `stages` hears how long it took.
    """
    tell, timed = progress or untold, stages or Stages()
    with timed.during("read"):
        observation, alignment = collect(
            workspace, connectors, store, now, progress, sources, rewind=rewind, full=full, begun=begun
        )
    tell("Deciding what to write", 0, None)
    with timed.during("decide"), collecting_nothing():
        memory = store.memory(workspace, now)
        decision = decide(observation, memory, workspace, now, alignment)
    tell("Deciding what to write", 1, 1)
    return decision
