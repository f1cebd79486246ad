"""The commands that look at the OKR files alone, and load nothing beside: validate, schema."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from config.errors import did_you_mean
from config.load import advice, fingerprint, load
from config.loading.migrations import CURRENT, migration
from config.settings import Settings
from config.wording import counted
from sync.cli.exit_codes import complain
from sync.cli.options import Config, FormatOption
from sync.cli.output import Format, Output


def validate(
    config: Config = None,
    style: FormatOption = Format.TEXT,
    diff: Annotated[
        bool, typer.Option("--diff", help="Show what an older file has to change, as `patch -p0` takes it.")
    ] = False,
) -> None:
    """Check the OKR files without contacting a tracker. Lists every problem with file, line and column."""
    output = Output(style)
    settings = Settings()
    place = config or settings.config
    if diff:
        _show_migration(place, output)
        return
    workspace = load(place)
    key_results = sum(1 for _ in workspace.key_results())
    hints = (
        *advice(workspace),
        *(f"{one}; see `truenorth validate --diff`." for one in migration(place).steps),
    )
    output.data(
        valid=True,
        version=workspace.version,
        workspace=workspace.workspace,
        fingerprint=fingerprint(workspace),
        objectives=len(workspace.objectives),
        key_results=key_results,
        advice=list(hints),
    )
    output.say(
        f"Valid: {counted(len(workspace.objectives), 'objective')}, {counted(key_results, 'key result')}, "
        f"{counted(len(workspace.trackers), 'tracker')}."
    )
    for hint in hints:
        output.say(f"Advice: {hint}")
    output.finish()


def _show_migration(place: Path, output: Output) -> None:
    """What the files have to change to be of this version. Raises ConfigError where they cannot be read."""
    found = migration(place)
    if not found.steps and not found.files:
        load(place)
    output.data(version=CURRENT, diff=found.diff(), by_hand=list(found.by_hand))
    for line in found.diff().splitlines():
        output.say(line, verbatim=True)
    for sentence in found.by_hand:
        complain(sentence)
    if not found.files and not found.by_hand:
        output.say(f"Nothing to change: these files are of version {CURRENT}.")
    output.finish()


def schema(
    of: Annotated[
        str | None,
        typer.Option("--of", help="Of the JSON that this command prints, instead.", metavar="COMMAND"),
    ] = None,
) -> None:
    """Print the JSON Schema of OKR files or of JSON output.

    That of OKR files is for editors, which complete and check by it; with --of that of what a command prints with --format json.
    """
    import json

    sys.stdout.write(json.dumps(_schema(of), indent=2, ensure_ascii=False) + "\n")


def _schema(of: str | None) -> dict[str, Any]:
    if of is None:
        from config.loading.json_schema import schema as json_schema

        return json_schema()
    from sync.report.schemas.names import DOCUMENTS

    for document in DOCUMENTS:
        if document == of:
            from sync.report.schemas.published import schema_of

            return schema_of(document)
    hint = did_you_mean(of, DOCUMENTS)
    raise typer.BadParameter(f"there is no schema of {of!r}; {hint}", param_hint="--of")
