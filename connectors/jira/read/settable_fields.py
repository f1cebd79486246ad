"""Which of our fields can be set now on issues whose stamps say that they could not be set before.

A field that was off the edit screen, or a select without our options, is left out of a write, and what cannot
be mended is no difference to plan for. When an administrator has mended it, only the site can tell: it is asked
once for each project and type of issue in which something was left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import Executor
from typing import Any

from config.wording import agree
from connectors.jira.api import replies
from connectors.jira.api.bulk_read import on_threads
from connectors.jira.api.client import JiraClient
from connectors.jira.api.errors import Rejected
from connectors.jira.api.fields import ALIGNMENT_OPTIONS, HEALTH_OPTIONS, SiteFields
from connectors.jira.api.issues import issue_path
from connectors.jira.api.wire import Issue
from connectors.jira.read.mapping import missing_values, stamp_on

ProjectAndType = tuple[str, str]
"""Ids of a project and a type of issue: editmeta is the same for their issues, but for statuses."""


class SettableFields:
    """Asks one site, about issues that bear the stamp of one owner."""

    def __init__(self, client: JiraClient, pool: Executor, owner: str) -> None:
        self._client = client
        self._pool = pool
        self._owner = owner

    def among(self, issues: Iterable[Issue], site: SiteFields) -> frozenset[tuple[str, str, str]]:
        """See `SiteFields.settable`. Raises TrackerError; a request for each place where something is empty."""
        empty: dict[ProjectAndType, set[str]] = {}
        sample: dict[ProjectAndType, Issue] = {}
        for issue in issues:
            stamp = stamp_on(issue)
            if stamp is None or stamp.owner != self._owner:
                continue
            if names := missing_values(issue.fields, stamp, site):
                place = (issue.fields.project.id, issue.fields.issuetype.id)
                empty.setdefault(place, set()).update(names)
                # What is closed may be closed to edits too.
                if place not in sample or _is_closed(sample[place]):
                    sample[place] = issue
        options = {site.health: set(HEALTH_OPTIONS.values()), site.alignment: set(ALIGNMENT_OPTIONS.values())}
        return frozenset(
            (*place, name)
            for place, meta in on_threads(self._pool, self._meta, sample.items())
            for name in empty[place]
            if name in meta and options.get(name, set()) <= allowed(meta[name])
        )

    def _meta(self, sample: tuple[ProjectAndType, Issue]) -> tuple[ProjectAndType, dict[str, Any]]:
        place, issue = sample
        try:
            found = self._client.call("GET", f"{issue_path(issue.id)}/editmeta", replies.EDIT_META)
        except Rejected as error:
            if error.status != 404:
                raise
            return place, {}
        return place, found.fields


def allowed(field: Any) -> set[str]:
    """The options that editmeta gives of a field."""
    rows = field.get("allowedValues") or () if isinstance(field, dict) else ()
    return {str(row.get("value")) for row in rows if isinstance(row, dict)}


def adding(name: str, options: Sequence[str]) -> str:
    """Which options a field lacks, and where an administrator of a Data Center adds them: its API cannot."""
    return (
        f"Ask a Jira administrator to add {agree(len(options), 'this option', 'these options')} to {name} "
        f"(Administration, Issues, Custom fields, {name}, Configure, Edit options): {', '.join(options)}."
    )


def _is_closed(issue: Issue) -> bool:
    return issue.fields.status.status_category.key == "done"
