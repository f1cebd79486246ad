"""The command that answers assistants: mcp."""

from __future__ import annotations

from sync.cli.options import Config
from sync.cli.session import configured
from sync.mcp.knowledge import Knowledge
from sync.mcp.server import serve


def mcp(config: Config = None) -> None:
    """Answer assistants (Model Context Protocol) from the last read.

    Serves status, explain, orphans, signals and brief on stdin and stdout; asks no tracker and writes nothing.
    """
    knowledge = Knowledge(configured(), config)
    try:
        serve(knowledge)
    finally:
        knowledge.close()
