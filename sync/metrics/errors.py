"""Why the metrics of a run were not written."""

from __future__ import annotations


class MetricsRefused(Exception):
    """No file can be written there, which is known before the run; the text says what to do."""


class MetricsNotWritten(Exception):
    """The file could not be written; the old one is there, and what the run wrote to trackers stays."""
