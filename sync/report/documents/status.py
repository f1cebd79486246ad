"""The document of `status`. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sync.decide import Decision
from sync.history.days import History
from sync.memory import RemovedMarks, RunRecord, RunUnderWay, Stuck
from sync.report import budgets, data, distributed, movement
from sync.report import status as status_tables
from sync.report.setup.lines import things_data
from sync.report.weekly.data import one_things_data


@dataclass(frozen=True, slots=True)
class Standing:
    """What the store knows beside a run.

    - `running`: a distributed sync that is under way. `last`: the last sync, and what it could not write, as `troubled`.
    - `histories`: how each key result went until the run. `removed`: undo runs since marks were last put on.
    - `set_up`: what setup made, by tracker: the address by the name.
    """

    running: RunUnderWay | None
    last: RunRecord | None
    troubled: Sequence[Stuck]
    stuck: Sequence[Stuck]
    histories: Mapping[str, History]
    removed: Sequence[RemovedMarks]
    set_up: Mapping[str, Mapping[str, str]]


def document(run: Decision, standing: Standing) -> dict[str, Any]:
    """Everything that `status` shows, for programs."""
    return {
        "as_of": run.scorecard.as_of.isoformat(),
        "scorecard": data.of_scorecard(run.scorecard, run.outlooks),
        "movement": movement.movement_data(standing.histories),
        "one_things": one_things_data(run.one_things, run.alignment.items),
        "work": budgets.data(run),
        "running": distributed.data(standing.running),
        "last_run": status_tables.last_run_data(standing.last, standing.troubled),
        "set_up": things_data(standing.set_up),
        "undone": status_tables.removed_data(standing.removed),
        "stuck": [asdict(one) for one in standing.stuck],
        "orphans": len(run.signals.orphans),
        "not_warned": data.of_unwarned_counts(run.signals),
        "in_grace": data.of_in_grace(run),
        "planned": data.of_planned(run),
        "unwritten": None if run.observation.rewound else len(run.plan.edits),
        "findings": data.of_findings(run, run.signals),
    }
