"""The command `truenorth suggest`."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import Annotated

import typer

from config.settings import Settings
from connectors.model import Ref
from sync import logs
from sync.align.suggestions import Suggestion
from sync.align.suggestions import suggest as find
from sync.cli.exit_codes import stop_on_signals
from sync.cli.options import AsOf, Config, Fresh, Style
from sync.cli.output import Format, Output
from sync.jobs.last_read import latest_run
from sync.jobs.session import open_session
from sync.report.suggestions import as_yaml as to_yaml
from sync.report.suggestions import suggestions, suggestions_data


def suggest(
    config: Config = None,
    style: Style = Format.TEXT,
    as_yaml: Annotated[bool, typer.Option("--as-yaml", help="Print link rules to paste.")] = False,
    fresh: Fresh = False,
    as_of: AsOf = None,
) -> None:
    """The likeliest key results of orphaned work, each with a score and the words that speak for it."""
    if as_yaml and style is not Format.TEXT:
        raise typer.BadParameter("--as-yaml is a format of its own: leave --format out")
    output = Output(style)
    settings = Settings()
    logs.configure(settings.log_level, settings.log_format)
    with open_session(settings, config) as session, stop_on_signals(session):
        run = latest_run(session, output, fresh, as_of)
        found = dict(
            _of_orphans(find(run.alignment, session.workspace, run.observed.gists), run.signals.orphans)
        )
        titles = {one.id: one.title for _, one in session.workspace.key_results()}
    if as_yaml:
        sys.stdout.write(logs.redactor.text(to_yaml(found, run.alignment, titles)))
        return
    output.show(suggestions(found, run.alignment, len(run.signals.orphans)))
    output.data(
        as_of=run.scorecard.as_of.isoformat(),
        orphans=len(run.signals.orphans),
        suggestions=suggestions_data(found, run.alignment),
    )
    output.finish()


def _of_orphans(
    found: Mapping[Ref, tuple[Suggestion, ...]], orphans: Mapping[Ref, object]
) -> Iterator[tuple[Ref, tuple[Suggestion, ...]]]:
    """Leave work that is still within its grace in peace."""
    return ((ref, some) for ref, some in found.items() if ref in orphans)
