"""Mistyped statuses in declared stages: where they stand, and what was probably meant. Pure.

A mistyped status lets its work fall into no declared stage, and what waits count as active, without a word.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from config.analysis.flow import Stage
from config.names import folded
from config.text.phrases import phrase
from config.workspace import Path, Workspace
from sync.align.alignment import Alignment
from sync.flow.building import team_of
from sync.observation import Observation
from sync.signals.declared.names import Names, all_of
from sync.signals.findings.finding import Finding, finding


def find_unknown_stages(
    alignment: Alignment, observation: Observation, workspace: Workspace
) -> tuple[Finding, ...]:
    """One finding for each stage that names a status which no work in its place bears, nor bore, beside one that is called nearly so.

    Of a name that is like no other nothing is said: a tracker has statuses in which no work is. Nor is anything where a
    tracker that may have it was not read.
    """
    return tuple(
        finding
        for path, stages, tracker, team in _places(workspace)
        if not observation.stale & ({tracker} if tracker else set(workspace.active))
        for finding in _unknown(workspace, path, stages, _known(alignment, observation, tracker, team))
    )


def _places(workspace: Workspace) -> Iterator[tuple[Path, Sequence[Stage], str | None, str | None]]:
    flow = workspace.flow
    if flow is None:
        return
    if flow.stages:
        yield ("flow", "stages"), flow.stages, None, None
    for at, stream in enumerate(flow.streams):
        yield ("flow", "streams", at, "stages"), stream.stages, stream.tracker, stream.team


def _known(alignment: Alignment, observation: Observation, tracker: str | None, team: str | None) -> Names:
    found: set[str] = set()
    for ref, item in alignment.items.items():
        if tracker not in (None, ref.tracker) or (team and folded(team_of(item)) != folded(team)):
            continue
        found.update(item.called("status"))
        for span in observation.histories.get(ref, ()):
            found.update((span.status, *span.also))
    return Names(found)


def _unknown(workspace: Workspace, path: Path, stages: Sequence[Stage], known: Names) -> Iterator[Finding]:
    for at, stage in enumerate(stages):
        near = {name: known.nearest(name) for name in stage.statuses if name not in known}
        meant = {name: one for name, one in near.items() if one is not None}
        if not meant:
            continue
        said = phrase("signals.unmatched_rule.stage", stage=stage.name, names=all_of(meant))
        todo = phrase("signals.unmatched_rule.remedy.meant", names=all_of(meant.values()))
        yield finding("unmatched_rule", (), said, todo, workspace.place_of((*path, at)))
