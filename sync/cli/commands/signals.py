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
from sync.report import flow, indicators
from sync.report.documents.signals import document, warnings
from sync.report.signals import sections
from sync.report.signals.selection import SignalFilter


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
        told, items = warnings(run, workspace, asked), run.alignment.items
        output.show(*sections.sections(told.found, items, texts, each=everything, narrowed_by=asked.words))
        if told.waiting:
            output.show(sections.waiting(told.waiting, run.signal_context.now, texts))
        if told.missing:
            output.show(sections.absent(told.missing, texts))
        if not asked.words:
            output.show(*flow.sections(told.figures, texts))
            output.show(*indicators.sections(told.indicators, workspace, texts))
        if output.wants_data:
            output.data(**document(told, run, texts, asked.words))


def texts_in(language: str | None, workspace: Workspace) -> Texts:
    """The texts of the language that is asked for, or of the policy. Raises typer.BadParameter for one that there is not."""
    wanted = language or workspace.policy.language
    known = sorted({*SHIPPED, *workspace.words})
    if wanted not in known:
        hint = did_you_mean(wanted, known)
        raise typer.BadParameter(f"there is no language {wanted!r}; {hint}", param_hint="--language")
    return Texts(wanted, workspace.words.get(wanted, {}))
