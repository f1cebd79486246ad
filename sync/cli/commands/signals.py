"""The command that lists warning signals, and never writes."""

from __future__ import annotations

from typing import Annotated

import typer

from config.errors import did_you_mean
from config.messages import SHIPPED
from config.text.texts import Texts
from config.workspace import Workspace
from sync.cli.commands.inspect import latest
from sync.cli.options import AsOf, Config, FormatOption, Fresh, Full, given_moment
from sync.cli.output import Format
from sync.cli.session import command_session
from sync.decide import Decision
from sync.flow.figures import FlowFigures, flow_figures
from sync.indicators.indicators import Indicators, indicators_of
from sync.report import flow, indicators
from sync.report.signals import data, sections
from sync.report.signals.selection import SignalFilter
from sync.signals.capacity.starved_objective import days_so_far
from sync.signals.conflicts.waits import edges, waits
from sync.signals.mechanism import not_computed
from sync.signals.rules import RULES


def signals(
    config: Config = None,
    style: FormatOption = Format.TEXT,
    everything: Annotated[bool, typer.Option("--all", help="Each signal by itself, however many.")] = False,
    team: Annotated[
        list[str] | None, typer.Option(help="Only this Linear team, or Jira project.", metavar="KEY")
    ] = None,
    objective: Annotated[list[str] | None, typer.Option(help="Only this objective.", metavar="ID")] = None,
    language: Annotated[
        str | None,
        typer.Option(help="Language of the signals. Default: policy.language.", metavar="CODE"),
    ] = None,
    fresh: Fresh = False,
    full: Full = False,
    as_of: AsOf = None,
) -> None:
    """List warning signals, with thresholds, evidence and remedies.

    Each has its base rate beside it: in how many of the weeks behind it would have fired. Publishes nothing.
    """
    given = given_moment(as_of)
    asked = SignalFilter(tuple(team or ()), tuple(objective or ()))
    with command_session(config, style, document="signals") as (session, output):
        workspace = session.workspace
        texts = texts_in(language, workspace)
        run = latest(session, output, given, fresh=fresh, full=full)
        context, items = run.signal_context, run.alignment.items
        found = asked.part_of(run.warnings, run.alignment, workspace)
        missing = not_computed(context, RULES)
        who = asked.edges_of(edges(context.shared(waits)))
        output.show(*sections.sections(found, items, texts, each=everything, narrowed_by=asked.words))
        if who:
            output.show(sections.waiting(who, context.now, texts))
        if missing:
            output.show(sections.absent(missing, texts))
        figures = flow_figures(run.observation, run.alignment, workspace, context.now)
        told = _indicators(run, figures)
        if not asked.words:
            output.show(*flow.sections(figures, texts))
            output.show(*indicators.sections(told, workspace, texts))
        if output.wants_data:
            output.data(
                as_of=run.scorecard.as_of.isoformat(),
                language=texts.language,
                narrowed_by=asked.words or None,
                signals=data.signals_data(found, items, texts),
                waiting=data.waiting_data(who, context.now),
                not_computed=data.absent_data(missing, texts),
                flow=None if asked.words else flow.data(figures),
                indicators=None if asked.words else indicators.data(told),
            )


def _indicators(run: Decision, figures: FlowFigures) -> Indicators:
    context = run.signal_context
    days = context.common(days_so_far)
    return indicators_of(run.alignment, run.scorecard, context.workspace, figures, days, context.now)


def texts_in(language: str | None, workspace: Workspace) -> Texts:
    """The texts of the language that is asked for, or of the policy. Raises typer.BadParameter for one that there is not."""
    wanted = language or workspace.policy.language
    known = sorted({*SHIPPED, *workspace.words})
    if wanted not in known:
        hint = did_you_mean(wanted, known)
        raise typer.BadParameter(f"there is no language {wanted!r}; {hint}", param_hint="--language")
    return Texts(wanted, workspace.words.get(wanted, {}))
