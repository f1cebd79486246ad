"""What a calendar names must be there: trackers by their names, teams and projects by their keys."""

from __future__ import annotations

from collections.abc import Iterator

from config.checks.finding import ConfigFinding, Names
from config.errors import did_you_mean, quoted
from config.workspace import Workspace


def check_calendar(workspace: Workspace, names: Names) -> Iterator[ConfigFinding]:
    """Trackers and teams in `calendar` that nobody declared."""
    for name in workspace.calendar.trackers:
        if name not in names.trackers:
            hint = did_you_mean(name, names.trackers)
            path = ("calendar", "trackers", name)
            yield ConfigFinding(path, f"unknown tracker {quoted(name)}", hint, at_key=True)
    if len(names.trackers) > len(workspace.trackers):
        return  # a faulty tracker may have the team that is meant
    scope = [key for tracker in workspace.trackers.values() for key in tracker.scope_keys]
    known = {key.casefold() for key in scope}
    seen: dict[str, str] = {}
    for team in workspace.calendar.teams:
        twin = seen.setdefault(team.casefold(), team)
        if twin != team:
            message = f"{quoted(twin)} and {quoted(team)} differ only in case"
            first = ("calendar", "teams", twin)
            yield ConfigFinding(("calendar", "teams", team), message, "keep one", first, at_key=True)
        if team.casefold() not in known:
            message = f"no tracker has a team or project {quoted(team)} in scope"
            yield ConfigFinding(("calendar", "teams", team), message, did_you_mean(team, scope), at_key=True)
