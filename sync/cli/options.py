"""Options that several commands share."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from config.errors import did_you_mean
from sync.cli.output import Format
from sync.cli.verbosity import COMMON
from sync.plan.overrides import Overrides

if TYPE_CHECKING:
    from config.workspace import Workspace
    from sync.plan.guards import GuardViolation
    from sync.plan.undo import Selection

_GUARDS = "Guards"

Config = Annotated[
    Path | None,
    typer.Option(
        "--config",
        "-c",
        help="OKR file or folder. Default: TRUENORTH_CONFIG, then truenorth.yaml.",
        rich_help_panel=COMMON,
    ),
]
FormatOption = Annotated[
    Format, typer.Option("--format", "-f", help="Output format.", rich_help_panel=COMMON)
]
AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        help="Evaluate as of this time, in ISO 8601, in the workspace's time zone. Default: now.",
        metavar="TIME",
        rich_help_panel=COMMON,
    ),
]
MetricsFile = Annotated[
    Path | None,
    typer.Option("--metrics", help="Write Prometheus metrics of this sync to FILE.", metavar="FILE"),
]
MetricsInterval = Annotated[
    str | None,
    typer.Option(help="Time between syncs, for alerts, such as 10m. Default: as they came.", metavar="TIME"),
]
Fresh = Annotated[bool, typer.Option("--fresh", help="Read the trackers instead of the last snapshot.")]
Full = Annotated[
    bool, typer.Option("--full", help="Read everything, not only what changed since the last read.")
]
Items = Annotated[int, typer.Option(min=50, max=1_000_000, help="Approximate number of work items.")]
Seed = Annotated[int, typer.Option(help="Seed of the generator. The same seed gives the same items.")]
FirstRun = Annotated[
    bool, typer.Option("--first-run", help="Allow the first run to write.", rich_help_panel=_GUARDS)
]
AcceptPlan = Annotated[
    str | None,
    typer.Option(
        help="Override the guards for the plan with this hash.", metavar="HASH", rich_help_panel=_GUARDS
    ),
]
AcceptShrink = Annotated[
    list[str] | None,
    typer.Option(
        help="Accept that this tracker shows far fewer items.", metavar="TRACKER", rich_help_panel=_GUARDS
    ),
]
Apply = Annotated[bool, typer.Option("--apply", help="Apply the plan.")]
EachChange = Annotated[
    bool, typer.Option("--all", help="Show each change and finding, not a summary of many.")
]
OnlyItems = Annotated[
    list[str] | None,
    typer.Option("--item", help="Only this ticket, or Linear project by name.", metavar="KEY"),
]
OnlyProjects = Annotated[
    list[str] | None,
    typer.Option("--project", help="Only this Jira project, Linear team or Linear project.", metavar="NAME"),
]
OnlyTrackers = Annotated[
    list[str] | None, typer.Option("--tracker", help="Only this tracker.", metavar="TRACKER")
]


def selection_of(
    item: Iterable[str] | None,
    project: Iterable[str] | None,
    tracker: Iterable[str] | None,
    *,
    whole: bool = False,
) -> Selection:
    """What the options name of the items that were read. `whole`: everything."""
    from sync.plan.undo import Selection

    return Selection(whole, *(frozenset(names or ()) for names in (item, project, tracker)))


def require_trackers(selection: Selection, known: Iterable[str]) -> None:
    """Raises typer.BadParameter for a tracker that is not declared, with the one that was probably meant."""
    names = sorted(known)
    for unknown in sorted(selection.trackers - set(names))[:1]:
        raise typer.BadParameter(f"there is no tracker {unknown!r}; {did_you_mean(unknown, names)}")


def overrides_of(
    first_run: bool, accept_plan: str | None, accept_shrink: Iterable[str] | None = None
) -> Overrides:
    """The guards that the flags override."""
    return Overrides(first_run, accept_plan, frozenset(accept_shrink or ()))


def flag_of(stop: GuardViolation) -> str:
    """The flag that overrides a guard."""
    match stop.guard:
        case "first-run":
            return "--first-run"
        case "shrunken-pull":
            return f"--accept-shrink {stop.subject}"
        case _:
            return f"--accept-plan {stop.subject}"


@dataclass(frozen=True, slots=True)
class GivenTime:
    """The time of `--as-of`, which without an offset is in the zone of a workspace that is not known yet.

    Methods raise typer.BadParameter for a time that lies out of range in that zone alone.
    """

    text: str | None

    def asked_in(self, workspace: Workspace) -> datetime | None:
        """The time in UTC, if one is given; a day alone is its beginning."""
        return None if self.text is None else _time(self.text, workspace.zone)

    def in_zone_of(self, workspace: Workspace) -> datetime:
        """The time to evaluate as of: now, unless one is given."""
        return self.asked_in(workspace) or datetime.now(UTC)


def given_moment(as_of: str | None) -> GivenTime:
    """The time that is given, if one is. Raises typer.BadParameter for what is no time, or one that nobody can mean."""
    if as_of is not None:
        _time(as_of, UTC)
    return GivenTime(as_of)


def given_day(as_of: str | None, zone: tzinfo) -> date:
    """The day in the zone: today, unless a time is given. Raises typer.BadParameter as `given_moment` does."""
    moment = datetime.now(UTC) if as_of is None else _time(as_of, zone)
    return moment.astimezone(zone).date()


_DAYS = {"d": 1, "w": 7}


def given_days(text: str | None) -> int | None:
    """Days, as in "30d", or weeks, as in "6w". Raises typer.BadParameter for anything else."""
    if text is None:
        return None
    found = re.fullmatch(r"([0-9]{1,5})([dw])", text.strip().casefold())
    if found is None:
        message = f"{text!r} is no number of days or weeks, for example 30d or 6w"
        raise typer.BadParameter(message, param_hint="--older-than")
    return int(found[1]) * _DAYS[found[2]]


_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


def given_seconds(text: str | None, option: str) -> float | None:
    """Seconds, as in "90s", "10m", "2h" or "1d". Raises typer.BadParameter for anything else, naming the option."""
    if text is None:
        return None
    found = re.fullmatch(r"([0-9]{1,6})([smhd])", text.strip().casefold())
    if found is None or int(found[1]) == 0:
        raise typer.BadParameter(f"{text!r} is no length of time, for example 10m or 2h", param_hint=option)
    return float(int(found[1]) * _SECONDS[found[2]])


def _time(text: str, zone: tzinfo) -> datetime:
    from connectors.http.dates import EARLIEST, LATEST, given_time

    moment = given_time(text, zone)
    if moment is None:
        message = (
            f"{text!r} is not a time between {EARLIEST.year} and {LATEST.year} in ISO 8601, for example 2026-11-16 or "
            "2026-11-16T09:00"
        )
        raise typer.BadParameter(message, param_hint="--as-of")
    return moment
