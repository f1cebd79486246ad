"""A distributed sync that is under way, for `status`. Pure."""

from __future__ import annotations

from typing import Any

from config.text.figures import ENGLISH
from config.wording import agree, counted
from sync.memory import RunUnderWay
from sync.report.table import Section


def section(run: RunUnderWay) -> Section:
    """What it does, how far it has come, and who works on it."""
    return Section("Distributed sync", (_sentence(run),))


def _sentence(run: RunUnderWay) -> str:
    done, all_ = ENGLISH.count(run.done), ENGLISH.count(run.partitions)
    stages = {
        "reading": f"{done} of {all_} partitions read",
        "deciding": "everything is read, and what to write is being decided",
        "writing": f"{done} of {all_} partitions written",
        "closing": "everything is written, and is being remembered",
    }
    if run.stage in ("reading", "writing") and run.items:
        stages[run.stage] += f", {counted(run.items, 'item')} so far"
    by = (
        f"{counted(run.workers, 'worker')} {agree(run.workers, 'is', 'are')} there"
        if run.workers
        else "no worker is there: start truenorth worker"
    )
    return f"A distributed sync is running: {stages[run.stage]}; {by}."


def data(run: RunUnderWay | None) -> dict[str, Any] | None:
    """The same for programs; None while there is none."""
    if run is None:
        return None
    return {
        "run": run.id,
        "stage": run.stage,
        "partitions": run.partitions,
        "done": run.done,
        "working": run.working,
        "items": run.items,
        "workers": run.workers,
    }
