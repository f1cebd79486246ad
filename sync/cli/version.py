"""`--version`: which Truenorth this is."""

from __future__ import annotations

from typing import Annotated

import typer


def _show(value: bool) -> bool:
    if value:
        import platform

        from connectors.http.user_agent import user_agent

        # As services are told, and what else an issue report needs.
        typer.echo(f"{user_agent().replace('/', ' ')} (Python {platform.python_version()})")
        raise typer.Exit
    return value


Version = Annotated[
    bool,
    typer.Option("--version", help="Show the version.", callback=_show, expose_value=False, is_eager=True),
]
