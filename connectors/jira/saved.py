"""The queries of the shared filters, as JQL. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from connectors.jira.fields import ALIGNMENT_NAME, ALIGNMENT_OPTIONS, HEALTH_NAME, HEALTH_OPTIONS
from connectors.model import CLAIM_NAME
from connectors.provision import AT_RISK, BY_KEY_RESULT, DANGLING, UNALIGNED, Need


def filters_wanted(
    need: Need, projects: Iterable[str], fields: Collection[str], labels: Iterable[str]
) -> dict[str, str | None]:
    """Name of each filter to its query; None where it needs a field that is not there.

    Labels before fields: they reach team-managed projects as well. `labels` are those of the site, since JQL
    cannot ask for labels by their beginning.
    """
    within = f"project in ({', '.join(map(quoted, projects))}) AND statusCategory != Done"
    known = {name.casefold() for name in need.key_results}
    strange = sorted(
        label
        for label in labels
        if label.casefold().startswith(need.claims)
        and label.casefold().removeprefix(need.claims) not in known
    )
    aligned = _state(need.aligned, ALIGNMENT_OPTIONS["aligned"], fields)
    orphaned = _state(need.orphaned, ALIGNMENT_OPTIONS["orphaned"], fields)
    order = f" ORDER BY {quoted(CLAIM_NAME)}" if CLAIM_NAME in fields else ""
    risky = ", ".join(quoted(HEALTH_OPTIONS[one]) for one in ("at_risk", "off_track"))
    return {
        UNALIGNED: orphaned and f"{within} AND {orphaned}",
        BY_KEY_RESULT: aligned and f"{within} AND {aligned}{order}",
        AT_RISK: f"{within} AND {quoted(HEALTH_NAME)} in ({risky})" if HEALTH_NAME in fields else None,
        DANGLING: f"{within} AND {_dangling(need, strange, fields)}",
    }


def _state(label: str | None, option: str, fields: Collection[str]) -> str | None:
    if label:
        return f"labels = {quoted(label)}"
    return f"{quoted(ALIGNMENT_NAME)} = {quoted(option)}" if ALIGNMENT_NAME in fields else None


def _dangling(need: Need, strange: list[str], fields: Collection[str]) -> str:
    """Claims of no declared key result; where nothing can tell, what finds nothing: a type is always there."""
    ways = [f"labels in ({', '.join(map(quoted, strange))})"] if strange else []
    if CLAIM_NAME in fields:
        named = "".join(f" AND {quoted(CLAIM_NAME)} !~ {quoted(one)}" for one in need.key_results)
        ways.append(f"({quoted(CLAIM_NAME)} is not EMPTY{named})")
    return f"({' OR '.join(ways)})" if ways else "issuetype is EMPTY"


def quoted(text: str) -> str:
    """A JQL string."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
