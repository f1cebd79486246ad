"""What the sections of the report are made from. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from config.text.texts import Texts
from config.workspace import Workspace
from sync.brief.contents import Brief
from sync.capacity.person_days import PersonDays
from sync.decide import Decision
from sync.flow.figures import FlowFigures, flow_figures
from sync.forecast.attribution import Attribution, Untold, attribute
from sync.history.days import History
from sync.indicators.indicators import Indicators, indicators_of
from sync.review.contents import Review
from sync.signals.capacity.starved_objective import days_so_far


@dataclass(frozen=True)
class ReportSource:
    """A run, how its key results went until then, and the language of the report.

    - `histories`: by key result, see `sync.history.days.until_now`. `since`: Monday of last week, to which the movement is compared.
    - `brief`: what to look at first. What several sections need is computed when it is first asked for, and once.
    - `review`: of the cycle that people want to review now; None where none runs or ended lately.
    """

    run: Decision
    workspace: Workspace
    histories: Mapping[str, History]
    brief: Brief
    since: datetime
    texts: Texts
    review: Review | None = None

    @property
    def now(self) -> datetime:
        return self.run.scorecard.as_of

    @cached_property
    def flow(self) -> FlowFigures:
        return flow_figures(self.run.observation, self.run.alignment, self.workspace, self.now)

    @cached_property
    def person_days(self) -> PersonDays | None:
        """None while no cycle runs, or where histories are not read."""
        return self.run.signal_context.common(days_so_far)

    @cached_property
    def indicators(self) -> Indicators:
        return indicators_of(
            self.run.alignment, self.run.scorecard, self.workspace, self.flow, self.person_days, self.now
        )

    @cached_property
    def attributions(self) -> Mapping[str, Attribution | Untold]:
        """What moved the chance of each key result since then."""
        run = self.run
        return attribute(
            run.alignment, run.scorecard, self.workspace, run.outlooks, run.memory.recent, self.since
        )
