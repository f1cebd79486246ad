"""The command that shows the impact map, and never writes."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from sync.cli.commands.inspect import latest
from sync.cli.commands.signals import texts_in
from sync.cli.options import AsOf, Config, Fresh, Full, given_moment
from sync.cli.output import Format
from sync.cli.session import command_session
from sync.cli.verbosity import COMMON
from sync.impact_map.fold import fold
from sync.impact_map.narrowing import MapFilter
from sync.report import impact_map as report

if TYPE_CHECKING:
    from config.text.texts import Texts
    from sync.cli.output import Output
    from sync.decide import Decision
    from sync.impact_map.values import ImpactMap


class MapFormat(StrEnum):
    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    MERMAID = "mermaid"


def map(  # noqa: A001  as it is typed
    config: Config = None,
    style: Annotated[
        MapFormat, typer.Option("--format", "-f", help="Output format.", rich_help_panel=COMMON)
    ] = MapFormat.TEXT,
    cycle: Annotated[
        list[str] | None, typer.Option(help="This cycle. Default: those that run.", metavar="NAME")
    ] = None,
    team: Annotated[
        str | None, typer.Option(help="Only work of this Linear team, or Jira project.", metavar="KEY")
    ] = None,
    objective: Annotated[str | None, typer.Option(help="Only this objective.", metavar="ID")] = None,
    language: Annotated[
        str | None, typer.Option(help="Language of the map. Default: policy.language.", metavar="CODE")
    ] = None,
    fresh: Fresh = False,
    full: Full = False,
    as_of: AsOf = None,
) -> None:
    """Show which work leads to which goal, from goals to epics."""
    given = given_moment(as_of)
    asked = MapFilter(tuple(cycle or ()), team or "", objective or "")
    output_style = Format.TEXT if style is MapFormat.MERMAID else Format(style.value)
    with command_session(config, output_style) as (session, output):
        texts = texts_in(language, session.workspace)
        # Nothing but the map on stdout: it is piped into what draws it.
        output.notice = "%% " if style is MapFormat.MERMAID else ""
        run = latest(session, output, given, fresh=fresh, full=full)
        found = asked.map_of(run, session.workspace)
        match style:
            case MapFormat.MERMAID:
                sys.stdout.write(report.mermaid(found, texts))
            case MapFormat.JSON:
                _tell(output, run, found, asked.words, texts)
            case MapFormat.MARKDOWN:
                sys.stdout.write(f"```mermaid\n{report.mermaid(found, texts)}```\n\n")
                output.show(*report.sections(fold(found), texts, asked.words))
            case MapFormat.TEXT:
                output.show(*report.sections(fold(found), texts, asked.words))


def _tell(output: Output, run: Decision, found: ImpactMap, part: str, texts: Texts) -> None:
    output.data(
        as_of=run.scorecard.as_of.isoformat(),
        language=texts.language,
        narrowed_by=part or None,
        **report.data(found, run.alignment.items),
    )
