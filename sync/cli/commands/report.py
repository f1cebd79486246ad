"""The command that writes the report: pages that a browser opens from a folder, or that any host serves."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from config.text.texts import Texts
from config.wording import counted
from sync.cli.commands.inspect import latest
from sync.cli.commands.signals import texts_in
from sync.cli.options import AsOf, Config, FormatOption, Fresh, Full, given_moment
from sync.cli.output import Format, Output
from sync.cli.session import command_session
from sync.decide import Decision
from sync.jobs.report.folder import Written, check_folder
from sync.jobs.report.write import write_report
from sync.jobs.session import Session


def report(
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            help="Folder of the report: a new or empty one, or that of an earlier report.",
            metavar="DIR",
        ),
    ],
    config: Config = None,
    style: FormatOption = Format.TEXT,
    language: Annotated[
        str | None, typer.Option(help="Language of the report. Default: policy.language.", metavar="CODE")
    ] = None,
    fresh: Fresh = False,
    full: Full = False,
    as_of: AsOf = None,
) -> None:
    """Write the report: pages for a browser, with JSON and CSV.

    index.html opens from the folder, without a network; kr/ID/index.html is the page of a key result.
    """
    given = given_moment(as_of)
    check_folder(out)
    with command_session(config, style) as (session, output):
        texts = texts_in(language, session.workspace)
        run = latest(session, output, given, fresh=fresh, full=full)
        output.data(as_of=run.scorecard.as_of.isoformat())
        refresh(session, output, run, texts, out)


def refresh(
    session: Session, output: Output, run: Decision, texts: Texts, folder: Path, *, brief: bool = False
) -> None:
    """Write the report of a run, and say what became of it. `brief`: only what somebody should look at."""
    done = write_report(session, run, texts, folder)
    if not brief:
        output.say(f"Report in {folder / 'index.html'}: {_words(done)}.")
    for name in done.kept:
        output.say(f"Kept {folder / name}: it is no longer part of the report, and somebody changed it.")
    output.data(
        report={
            "folder": str(folder),
            "language": texts.language,
            "written": done.written,
            "unchanged": done.unchanged,
            "removed": done.removed,
            "kept": done.kept,
            "bytes": done.bytes,
        }
    )


def _words(done: Written) -> str:
    if not done.written and not done.removed:
        return "nothing changed"
    parts = [f"{counted(done.written, 'file')} written"]
    parts += [f"{done.unchanged} unchanged"] * bool(done.unchanged)
    parts += [f"{done.removed} removed"] * bool(done.removed)
    return ", ".join(parts)
