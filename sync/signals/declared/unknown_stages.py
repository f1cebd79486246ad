"""Statuses in declared stages that no work is in or ever was: where they stand, and what was probably meant. Pure.

A mistyped status lets its work fall into no declared stage, and what waits count as active, without a word.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from config.flow import Stage
from config.names import folded
from config.workspace import Path, Workspace
from sync.align.alignment import Alignment
from sync.flow.building import team_of
from sync.observation import Observation
from sync.signals.declared.names import Names
from sync.signals.findings.finding import Finding


def find_unknown_stages(
    alignment: Alignment, observation: Observation, workspace: Workspace
) -> tuple[Finding, ...]:
    """One finding for each stage that names a status which no work in its place bears, nor bore by its history.

    Where a tracker that may have it was not read nothing is said.
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
        missing = [name for name in stage.statuses if name not in known]
        if not missing:
            continue
        place = workspace.place_of((*path, at))
        names = " and ".join(f'"{name}"' for name in missing)
        message = f'the stage "{stage.name}" names what no work is in or ever was: status {names}'
        meant = [near for name in missing if (near := known.nearest(name)) is not None]
        near = " and ".join(f'"{one}"' for one in dict.fromkeys(meant))
        remedy = f"did you mean {near}?" if near else "correct or remove it"
        yield Finding("unmatched_rule", (), f"{place}: {message}" if place else message, remedy, place)
