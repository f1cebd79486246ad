"""What value streams name must be there: trackers by their names, teams and projects by their keys."""

from __future__ import annotations

from collections.abc import Iterator

from config.checks.finding import ConfigFinding, Names
from config.errors import did_you_mean, quoted
from config.workspace import Workspace


def check_flow(workspace: Workspace, names: Names) -> Iterator[ConfigFinding]:
    """Trackers and teams of `flow.streams` that nobody declared."""
    for at, stream in enumerate(workspace.flow.streams if workspace.flow is not None else ()):
        path = ("flow", "streams", at)
        if stream.tracker not in names.trackers:
            hint = did_you_mean(stream.tracker, names.trackers)
            yield ConfigFinding((*path, "tracker"), f"unknown tracker {quoted(stream.tracker)}", hint)
        elif stream.team is not None and stream.tracker in workspace.trackers:
            scope = workspace.trackers[stream.tracker].scope_keys
            if stream.team.casefold() not in {key.casefold() for key in scope}:
                message = f"{stream.tracker} has no team or project {quoted(stream.team)} in scope"
                yield ConfigFinding((*path, "team"), message, did_you_mean(stream.team, scope))
