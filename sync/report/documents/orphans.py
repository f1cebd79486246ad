"""The document of `orphans`. Pure."""

from __future__ import annotations

from typing import Any

from sync.decide import Decision
from sync.report import data


def document(
    run: Decision, warned: int, narrowed_by: str = "", *, everything: bool = False
) -> dict[str, Any]:
    """Unaligned work, for programs. `run`: the part of it that is asked for; `warned`: how many orphans the whole has;
    `everything`: also work that is not warned.
    """
    return {
        "as_of": run.scorecard.as_of.isoformat(),
        "narrowed_by": narrowed_by or None,
        "warned": warned,
        "orphans": data.of_orphans(run),
        "not_warned": data.of_unwarned_counts(run.signals),
        **({"unwarned": data.of_unwarned(run)} if everything else {}),
        "in_grace": data.of_in_grace(run),
        "planned": data.of_planned(run),
        "findings": data.of_findings(run, run.signals),
    }
