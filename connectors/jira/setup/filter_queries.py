"""The queries of the shared filters, as JQL. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from connectors.jira.api.fields import ALIGNMENT_NAME, ALIGNMENT_OPTIONS, HEALTH_NAME, HEALTH_OPTIONS
from connectors.model import CLAIM_NAME
from connectors.setup import AT_RISK, BY_KEY_RESULT, DANGLING, UNALIGNED, Need


def filters_wanted(need: Need, projects: Iterable[str], fields: Collection[str]) -> dict[str, str | None]:
    """Name of each filter to its query; None where it needs a field or a label that is not there.

    Labels before fields: they reach team-managed projects as well. Dangling claims have a label of ours, since
    JQL can neither ask for labels by their beginning nor tell one claim in a text from another.
    """
    within = f"project in ({', '.join(map(quoted, projects))}) AND statusCategory != Done"
    aligned = _state(need.aligned, ALIGNMENT_OPTIONS["aligned"], fields)
    orphaned = _state(need.orphaned, ALIGNMENT_OPTIONS["orphaned"], fields)
    dangling = need.dangling and f"labels = {quoted(need.dangling)}"
    order = f" ORDER BY {quoted(CLAIM_NAME)}" if CLAIM_NAME in fields else ""
    risky = ", ".join(quoted(HEALTH_OPTIONS[one]) for one in ("at_risk", "off_track"))
    return {
        UNALIGNED: orphaned and f"{within} AND {orphaned}",
        BY_KEY_RESULT: aligned and f"{within} AND {aligned}{order}",
        AT_RISK: f"{within} AND {quoted(HEALTH_NAME)} in ({risky})" if HEALTH_NAME in fields else None,
        DANGLING: dangling and f"{within} AND {dangling}",
    }


def _state(label: str | None, option: str, fields: Collection[str]) -> str | None:
    if label:
        return f"labels = {quoted(label)}"
    return f"{quoted(ALIGNMENT_NAME)} = {quoted(option)}" if ALIGNMENT_NAME in fields else None


def quoted(text: str) -> str:
    """A JQL string."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
