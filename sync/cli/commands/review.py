"""The commands that look back: on a cycle, and on a week."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from config.text.texts import Texts
from config.workspace import Workspace
from sync.brief.week import last_monday
from sync.cli.commands.inspect import latest
from sync.cli.commands.signals import texts_in
from sync.cli.options import AsOf, Config, FormatOption, Fresh, Full, given_moment
from sync.cli.output import Format, Output
from sync.cli.session import command_session
from sync.explain.next_cycle import NoSuchCycleError
from sync.jobs.review.review import digest as make_digest
from sync.jobs.review.review import review as make_review
from sync.report.review.data import review_data
from sync.report.review.digest_blocks import digest_section
from sync.report.review.digest_data import digest_data
from sync.report.review.markdown import to_markdown
from sync.report.review.section import review_section
from sync.report.review.tables import sections
from sync.report.roll_over import as_yaml
from sync.review.contents import Review

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
        _show(found, session.workspace, texts, output)
        if output.wants_data:
            output.data(**review_data(found, run.alignment.items, texts))


def _show(found: Review, workspace: Workspace, texts: Texts, output: Output) -> None:
    pages = _pages(workspace)
    section, after = review_section(found, texts, lambda name: pages.get(name, "")), found.successor
    code = as_yaml(after, found.at) if after is not None and after.objectives else ""
    if output.style is Format.MARKDOWN:
        text = to_markdown(
            section,
            texts,
            code,
            cut=lambda more: texts.counted("review.cut", more, cycle=found.name),
            too_long=texts.text("review.next.cut", before=after.before, cycle=after.name) if after else "",
        )
        sys.stdout.write(text)
        return
    output.show(*sections(section, texts))
    if output.style is Format.TEXT and code:
        output.say()
        sys.stdout.write(code)


def _pages(workspace: Workspace) -> dict[str, str]:
    return {one.id: workspace.url_of(one) for _, one in workspace.key_results()}


def digest(
    config: Config = None,
    style: FormatOption = Format.TEXT,
    language: Language = None,
    fresh: Fresh = False,
    full: Full = False,
    as_of: AsOf = None,
) -> None:
    """Print what the week did to the key results.

    With --format markdown at most 65,000 characters, to paste into a page. Writes nothing.
    """
    given = given_moment(as_of)
    with command_session(config, style) as (session, output):
        texts = texts_in(language, session.workspace)
        run = latest(session, output, given, fresh=fresh, full=full)
        found = make_digest(session, run, last_monday(run.scorecard.as_of, session.workspace.zone))
        pages, items = _pages(session.workspace), run.alignment.items
        section = digest_section(found, items, texts, lambda name: pages.get(name, ""))
        if output.style is Format.MARKDOWN:
            sys.stdout.write(to_markdown(section, texts, cut=lambda more: texts.counted("digest.cut", more)))
            return
        output.show(*sections(section, texts))
        if output.wants_data:
            output.data(**digest_data(found, items, texts))
