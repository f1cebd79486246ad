"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from sync.cli.output import Format

Config = Annotated[
    Path | None,
    typer.Option("--config", "-c", help="OKR file or folder; else TRUENORTH_CONFIG, else truenorth.yaml."),
]
Style = Annotated[Format, typer.Option("--format", "-f", help="How to print: text, json or markdown.")]
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", help="Judge as of this moment (ISO 8601) and not as of now.", metavar="TIME"),
]
Fresh = Annotated[bool, typer.Option("--fresh", help="Read the trackers again and not the last snapshot.")]
Items = Annotated[int, typer.Option(min=50, max=1_000_000, help="How many work items, about.")]
FirstRun = Annotated[bool, typer.Option("--first-run", help="Let the first run of all write.")]
AcceptPlan = Annotated[
    str | None, typer.Option(help="Let a guard through, by the plan's hash.", metavar="HASH")
]
AcceptShrink = Annotated[
    list[str] | None, typer.Option(help="Let a shrunken pull of this tracker through.", metavar="TRACKER")
]
Seed = Annotated[int, typer.Option(help="Equal seeds give equal worlds.")]


def accepted_flags(
    first_run: bool, accept_plan: str | None, accept_shrink: Iterable[str] | None = None
) -> list[str]:
    """What was let through, in the words of the guards' flags."""
    accepted = [f"--accept-shrink {tracker}" for tracker in accept_shrink or ()]
    accepted += ["--first-run"] if first_run else []
    return accepted + ([f"--accept-plan {accept_plan}"] if accept_plan else [])


def moment_of(as_of: str | None) -> datetime:
    """The moment to judge as of: now, unless one is given. Raises typer.BadParameter for what is no time."""
    if as_of is None:
        return datetime.now(UTC)
    try:
        moment = datetime.fromisoformat(as_of)
    except ValueError:
        message = f"{as_of!r} is no moment in ISO 8601, such as 2026-11-16 or 2026-11-16T09:00"
        raise typer.BadParameter(message, param_hint="--as-of") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
