"""Done work of running cycles that can no longer be seen, by the key results that it served. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from config.text.phrases import Phrase, phrase
from config.workspace import Workspace
from sync.observation import LostItem, Observation
from sync.signals.findings.finding import Finding, finding


def find_lost(observation: Observation, workspace: Workspace) -> Iterator[Finding]:
    """A finding for each key result that lost done work, with how much."""
    for _, key_result in workspace.key_results():
        lost = sorted(
            (one for one in observation.lost.values() if key_result.id in one.key_results),
            key=lambda one: one.key,
        )
        if lost:
            names = tuple(one.key for one in lost)
            said = phrase(
                "signals.lost_work.message",
                "items",
                items=len(lost),
                key_result=key_result.id,
                names=names,
                points=_points(lost),
            )
            todo = phrase("signals.lost_work.remedy")
            yield finding("lost_work", (), said, todo, key_result=key_result.id)


def _points(lost: Sequence[LostItem]) -> Phrase:
    known = [one.points for one in lost if one.points is not None]
    if not known:
        return phrase("signals.lost_work.points.none")
    points, missing = (
        phrase("signals.lost_work.points", count="total", total=sum(known)),
        len(lost) - len(known),
    )
    return phrase("signals.lost_work.points.some", points=points, missing=missing) if missing else points
