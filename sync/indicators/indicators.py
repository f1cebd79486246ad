"""All indicators of a run, as one value. docs/indicators.md has the formula and the source of each. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from config.workspace import Workspace
from sync.align.alignment import Alignment
from sync.capacity.person_days import PersonDays
from sync.capacity.teams import crowded_teams
from sync.flow.figures import FlowFigures
from sync.flow.finished import Efficiency, Times
from sync.indicators.attainment import Attainment, attainments
from sync.indicators.customers import CustomerMetric, customer_metrics
from sync.indicators.returns import Return, returns
from sync.indicators.velocity import Velocity, velocities
from sync.measure import Scorecard

LOOK_BACK = timedelta(weeks=26)


@dataclass(frozen=True, slots=True)
class TeamTimes:
    """How long the work of a team took that was finished in the weeks of the flow figures; `team` "" for all of a stream.

    `efficiency`: None where no stage is declared as waiting.
    """

    stream: str
    team: str
    lead_time: Times | None
    cycle_time: Times | None
    efficiency: Efficiency | None


@dataclass(frozen=True, slots=True)
class Indicators:
    """The indicators as of a moment. Teams of fewer than three people are in none of them.

    `days`: person-days of the running cycles; None, as `times`, where histories are not read or no cycle runs.
    """

    as_of: datetime
    attainments: tuple[Attainment, ...]
    velocities: tuple[Velocity, ...]
    times: tuple[TeamTimes, ...] | None
    customers: tuple[CustomerMetric, ...]
    days: PersonDays | None
    returns: tuple[Return, ...]


def indicators_of(
    alignment: Alignment,
    card: Scorecard,
    workspace: Workspace,
    flow: FlowFigures,
    days: PersonDays | None,
    now: datetime,
) -> Indicators:
    """The indicators of what was read and measured."""
    teams = crowded_teams(alignment, now - LOOK_BACK)
    return Indicators(
        now,
        attainments(card, teams),
        velocities(alignment, workspace, now),
        _times(flow, teams) if flow.declared else None,
        customer_metrics(card, workspace),
        days,
        returns(card, workspace, days),
    )


def _times(flow: FlowFigures, teams: frozenset[str]) -> tuple[TeamTimes, ...]:
    return tuple(
        TeamTimes(
            one.stream.name,
            one.team,
            one.lead_time,
            one.cycle_time,
            one.efficiency if one.knows_waiting else None,
        )
        for one in flow.places
        if not one.team or one.team in teams
    )
