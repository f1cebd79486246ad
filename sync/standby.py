"""A process that is ready to run a command: what `truenorth serve` keeps, since loading takes longer than most runs.

It loads what a sync and a report need, waits for one line on stdin, the arguments as JSON, and is then the command, with the
environment and the files as they are by then. Where stdin ends without one, so does it.
"""

from __future__ import annotations

import importlib
import json
import sys

from sync.cli.app import main as command_line

_NEEDED = (
    *(f"sync.cli.commands.{name}" for name in ("report", "run", "signals")),
    *("connectors.jira.connector", "connectors.linear.connector", "connectors.text.markdown"),
    *("babel.dates", "babel.numbers", "sqlalchemy.dialects.sqlite", "sqlite3.dbapi2"),
    "sync.jobs.observing.metrics",
)


def main() -> None:
    """Get ready, wait, and be the command."""
    for name in _NEEDED:
        importlib.import_module(name)
    line = sys.stdin.readline()
    if line:
        sys.argv[1:] = map(str, json.loads(line))
        command_line()


if __name__ == "__main__":
    main()
