"""Why the service does not start. The texts are for people and say what to do."""

from __future__ import annotations


class ServeMissing(Exception):
    """The libraries are not installed."""


class CannotListen(Exception):
    """The address cannot be listened on."""
