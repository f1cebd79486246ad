"""The history of an issue as a whole: what was generated, and what was done since."""

from __future__ import annotations

from collections.abc import Sequence

from connectors.sandbox.jira.generate_history import history_of
from connectors.sandbox.jira.state import History, Issue


def entries(issue: Issue) -> Sequence[History]:
    """The whole history of an issue, oldest first."""
    return history_of(issue)
