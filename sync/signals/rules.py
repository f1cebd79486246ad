"""All signals, in the order in which a lead should read those of one severity. Pure."""

from __future__ import annotations

from sync.signals.mechanism import SignalRule

RULES: tuple[SignalRule, ...] = ()
"""The one table: a signal that stands here is computed, listed, switched off and documented by its id."""
