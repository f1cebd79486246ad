"""The command for Monday morning: what to look at first this week, here or in a chat channel."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from config.load import fingerprint
from config.posting.webhooks import Webhook, webhook
from config.text.texts import Texts
from sync.brief.channels import MESSAGES, to_markdown, to_text
from sync.brief.contents import Brief, brief_of
from sync.brief.rows import Row, rows_of
from sync.brief.week import last_monday, week_of
from sync.cli.commands.inspect import latest
from sync.cli.commands.signals import texts_in
from sync.cli.options import AsOf, Config, FormatOption, Fresh, Full, given_moment
from sync.cli.output import Format, Output
from sync.cli.session import command_session, configured
from sync.decide import Decision
from sync.jobs.brief.post import Posting, post
from sync.jobs.session import Session
from sync.report.weekly.data import brief_data


@dataclass(frozen=True, slots=True)
class _Asked:
    """Where to post it, whether only to show that, and whether also where it was posted before."""

    place: Webhook | None
    preview: bool
    anew: bool


def brief(
    config: Config = None,
    style: FormatOption = Format.TEXT,
    language: Annotated[
        str | None, typer.Option(help="Language of the brief. Default: policy.language.", metavar="CODE")
    ] = None,
    to: Annotated[
        str | None,
        typer.Option(help="Post it to this place: TRUENORTH_BRIEF_NAME_URL.", metavar="NAME"),
    ] = None,
    preview: Annotated[
        bool,
        typer.Option("--preview", help="With --to: print what would be posted, as JSON, and post nothing."),
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help="With --to: post it though this week's was posted there.")
    ] = False,
    fresh: Fresh = False,
    full: Full = False,
    as_of: AsOf = None,
) -> None:
    """Print what to look at first this week, or post it to a channel.

    At most 25 lines.
    """
    if to is None and (preview or again):
        raise typer.BadParameter("it needs --to NAME", param_hint="--preview" if preview else "--again")
    given = given_moment(as_of)
    asked = _Asked(None if to is None else webhook(to, configured()), preview, again)
    # What would be posted is JSON, whatever is asked for.
    with command_session(config, Format.JSON if preview else style) as (session, output):
        texts = texts_in(language, session.workspace)
        run = latest(session, output, given, fresh=fresh, full=full)
        since = last_monday(run.scorecard.as_of, session.workspace.zone)
        found = brief_of(run, run.signal_context, session.workspace, since)
        titles = {name: reading.title for name, reading in run.scorecard.readings.items()}
        rows = rows_of(found, run.alignment.items, titles)
        if asked.place is not None and asked.preview:
            service = asked.place.service
            output.data(to=to, service=service, message=MESSAGES[service](rows, texts))
            return
        _show(rows, texts, output)
        output.data(**_data(found, rows, texts, run))
        if asked.place is not None:
            _post(session, output, asked.place, MESSAGES[asked.place.service](rows, texts), found, anew=again)


def _show(rows: tuple[Row, ...], texts: Texts, output: Output) -> None:
    if output.style is Format.MARKDOWN:
        sys.stdout.write("\n".join(to_markdown(rows, texts)) + "\n")
        return
    for line, row in zip(to_text(rows, texts), rows, strict=True):
        output.say(line, strong=row.kind in ("title", "heading"))


def _data(found: Brief, rows: tuple[Row, ...], texts: Texts, run: Decision) -> dict[str, Any]:
    return brief_data(found, run.alignment.items, texts, to_text(rows, texts))


def _post(
    session: Session, output: Output, place: Webhook, body: dict[str, Any], found: Brief, *, anew: bool
) -> None:
    workspace = session.workspace
    week = week_of(found.at, workspace.zone)
    what = Posting(body, week, fingerprint(workspace), workspace.workspace)
    before = post(session.store, place, what, anew=anew)
    output.say()
    if before is None:
        output.say(f"Posted to {place.name}, for {week}.")
    elif before.sending == "posted":
        at = f"{before.at:%Y-%m-%d %H:%M} UTC"
        output.say(
            f"Not posted: the brief for {week} was posted to {place.name} on {at}. Use --again to post it once more."
        )
    else:
        at = f"{before.at:%Y-%m-%d %H:%M} UTC"
        output.say(
            f"Not posted: on {at} the brief for {week} was sent to {place.name}, and it is not known whether it arrived. "
            "Look there, and use --again if it is missing."
        )
    output.data(
        posted={
            "to": place.name,
            "service": place.service,
            "week": week,
            "now": before is None,
            "before": None
            if before is None
            else {"at": before.at.isoformat(), "known": before.sending == "posted"},
        }
    )
