"""The commands that look at the OKR files alone, and load nothing beside: validate, schema."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from config.errors import did_you_mean
from config.load import advice, fingerprint, load
from config.settings import Settings
from config.wording import counted
from sync.cli.options import Config, FormatOption
from sync.cli.output import Format, Output


def validate(config: Config = None, style: FormatOption = Format.TEXT) -> None:
    """Check the OKR files without contacting a tracker. Lists every problem with file, line and column."""
    output = Output(style)
    settings = Settings()
    workspace = load(config or settings.config)
    key_results = sum(1 for _ in workspace.key_results())
    hints = advice(workspace)
    output.data(
        valid=True,
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
