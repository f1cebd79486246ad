"""What `signals` shows of a run, and its document. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from config.text.texts import Texts
from config.workspace import Workspace
from sync.decide import Decision
from sync.flow.figures import FlowFigures, flow_figures
from sync.indicators.indicators import Indicators, indicators_of
from sync.report import flow, indicators
from sync.report.signals import data
from sync.report.signals.selection import SignalFilter
from sync.signals.capacity.starved_objective import days_so_far
from sync.signals.conflicts.waits import Edge, edges, waits
from sync.signals.mechanism import Reason, not_computed
from sync.signals.rules import RULES
from sync.signals.signal import Signal


@dataclass(frozen=True, slots=True)
class Warnings:
    """The signals that are asked for, who waits for whom, what is not computed, and the figures beside."""

    found: Sequence[Signal]
    waiting: Sequence[Edge]
    missing: Mapping[str, Sequence[Reason]]
    figures: FlowFigures
    indicators: Indicators


def warnings(run: Decision, workspace: Workspace, asked: SignalFilter) -> Warnings:
    """What `signals` shows. Raises SelectionError where what is asked for is not there."""
    context = run.signal_context
    found = asked.part_of(run.warnings, run.alignment, workspace)
    figures = flow_figures(run.observation, run.alignment, workspace, context.now)
    days = context.common(days_so_far)
    told = indicators_of(run.alignment, run.scorecard, context.workspace, figures, days, context.now)
    who = asked.edges_of(edges(context.shared(waits)))
    return Warnings(found, who, not_computed(context, RULES), figures, told)


def document(told: Warnings, run: Decision, texts: Texts, narrowed_by: str = "") -> dict[str, Any]:
    """The same for programs; figures only where nothing narrows it."""
    return {
        "as_of": run.scorecard.as_of.isoformat(),
        "language": texts.language,
        "narrowed_by": narrowed_by or None,
        "signals": data.signals_data(told.found, run.alignment.items, texts),
        "waiting": data.waiting_data(told.waiting, run.signal_context.now),
        "not_computed": data.absent_data(told.missing, texts),
        "flow": None if narrowed_by else flow.data(told.figures),
        "indicators": None if narrowed_by else indicators.data(told.indicators),
    }
