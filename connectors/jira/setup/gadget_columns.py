"""The columns of the dashboard's lists: what a lead asks of a ticket first, and none that is always empty. Pure.

How old a ticket is stands in its day of creation: Jira has no column for ages. The names are those of Jira's navigator; a custom
field has its id.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.jira.api.fields import HEALTH_NAME, PROGRESS_NAME
from connectors.model import CLAIM_NAME
from connectors.setup import AT_RISK, BY_KEY_RESULT, DANGLING

_BASE = ("issuetype", "issuekey", "summary", "status", "assignee", "created")
_BEFORE = "issuetype|issuekey|summary|status|assignee"
"""What older versions gave every list."""

_MORE = {
    BY_KEY_RESULT: (CLAIM_NAME, PROGRESS_NAME, HEALTH_NAME),
    AT_RISK: (CLAIM_NAME, PROGRESS_NAME, HEALTH_NAME),
    DANGLING: ("labels",),
}
"""What a list has beside: names of our fields, or columns of Jira's own."""

_STANDARD = frozenset({"labels"})


def columns_for(view: str, fields: Mapping[str, str | None], settings: Mapping[str, Any]) -> str:
    """The columns that the list of a view should have, in the form of its settings: those that people chose, where they did.

    `fields`: ids of our fields by name; one without an id is not there.
    """
    chosen = settings.get("columnNames")
    if chosen is not None and chosen not in _ours(view, fields):
        return str(chosen)
    return _joined(view, fields)


def _ours(view: str, fields: Mapping[str, str | None]) -> set[str]:
    """What setup gave the list, now or before there were these fields."""
    return {_BEFORE, _joined(view, {}), _joined(view, fields)}


def _joined(view: str, fields: Mapping[str, str | None]) -> str:
    more = (name if name in _STANDARD else fields.get(name) for name in _MORE.get(view, ()))
    return "|".join((*_BASE, *filter(None, more)))
