"""The commands that look back: the review of a cycle."""

from __future__ import annotations

from typing import Annotated

import typer

from sync.cli.commands.inspect import latest
from sync.cli.commands.signals import texts_in
from sync.cli.options import AsOf, Config, FormatOption, Fresh, Full, given_moment
from sync.cli.output import Format
from sync.cli.session import command_session
from sync.explain.next_cycle import NoSuchCycleError
from sync.jobs.review.review import review as make_review
from sync.report.review.data import review_data

Language = Annotated[str | None, typer.Option(help="Language. Default: policy.language.", metavar="CODE")]


def review(
    cycle: Annotated[str, typer.Argument(help="Cycle to review, such as 2026-Q4.", metavar="CYCLE")],
    config: Config = None,
    style: FormatOption = Format.TEXT,
    after: Annotated[
        str | None,
        typer.Option(
            "--next", help="Name of the next cycle. Default: what is declared, or follows.", metavar="CYCLE"
        ),
    ] = None,
    language: Language = None,
    fresh: Fresh = False,
    full: Full = False,
    as_of: AsOf = None,
) -> None:
    """Review a cycle: grades, promises, forecasts, wins, decisions.

    With --format markdown at most 65,000 characters, to paste into a page. Writes nothing.
    """
    given = given_moment(as_of)
    with command_session(config, style) as (session, output):
        texts = texts_in(language, session.workspace)
        run = latest(session, output, given, fresh=fresh, full=full)
        try:
            found = make_review(session, run, cycle, after)
        except NoSuchCycleError as error:
            raise typer.BadParameter(str(error)) from None
        output.data(**review_data(found, run.alignment.items, texts))
