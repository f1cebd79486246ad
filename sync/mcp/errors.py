"""Why a tool has no answer, or the server does not start. The texts are for people and say what to do."""

from __future__ import annotations


class McpMissing(Exception):
    """The library is not installed."""


class NoAnswer(Exception):
    """A tool cannot answer what was asked."""
