"""Which of our fields can be set now on issues whose stamps say that they could not be set before.

A field that was off the edit screen, or a select without our options, is left out of a write, and what cannot
be mended is no difference to plan for. When an administrator has mended it, only the site can tell: it is asked
once for each project and type of issue in which something was left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Executor
from typing import Any

from connectors.jira.api import replies
from connectors.jira.api.bulk_read import on_threads
from connectors.jira.api.client import JiraClient
from connectors.jira.api.errors import Rejected
from connectors.jira.api.fields import SiteFields
from connectors.jira.api.issues import issue_path
from connectors.jira.api.wire import Issue
from connectors.jira.marks.copies import own_stamp
from connectors.jira.marks.names import field_called
from connectors.jira.marks.shown_marks import unset_fields
from connectors.jira.remedies import why_not

ProjectAndType = tuple[str, str]
"""Ids of a project and a type of issue: editmeta is the same for their issues, but for statuses."""

Settable = tuple[str, str, str]
"""Ids of a project, a type of issue and a field."""


class SettableFields:
    """Asks one site, about open issues that bear the stamp of one owner: closed ones keep what they show."""

    def __init__(self, client: JiraClient, pool: Executor, owner: str) -> None:
        self._client = client
        self._pool = pool
        self._owner = owner

    def among(self, issues: Iterable[Issue], site: SiteFields) -> tuple[frozenset[Settable], list[str]]:
        """See `SiteFields.settable`; and sentences about those that still cannot be set.

        Raises TrackerError; a request for each place where something is to be set.
        """
        unset: dict[ProjectAndType, set[str]] = {}
        sample: dict[ProjectAndType, Issue] = {}
        for issue in issues:
            stamp = own_stamp(issue)
            if stamp is None or stamp.owner != self._owner or issue.fields.is_done:
                continue
            if names := unset_fields(issue.fields, stamp, site):
                place = (issue.fields.project.id, issue.fields.issuetype.id)
                unset.setdefault(place, set()).update(names)
                sample.setdefault(place, issue)
        found: set[Settable] = set()
        refused: dict[tuple[str, str], set[str]] = {}
        remedies: dict[tuple[str, str], dict[str, None]] = {}
        for place, meta in on_threads(self._pool, self._meta, sample.items()):
            for name in unset[place]:
                why, remedy = why_not(name, meta, site, sample[place].fields.project.key)
                if why:
                    what = (field_called(site.names.get(name, name), site.texts), why)
                    refused.setdefault(what, set()).add(_called(sample[place]))
                    remedies.setdefault(what, {})[remedy] = None
                else:
                    found.add((*place, name))
        return frozenset(found), [
            f"Cannot set {name} on {', '.join(sorted(where))}: {why}; what it shows stays as it is. "
            f"{' '.join(sorted(remedies[name, why]))}"
            for (name, why), where in sorted(refused.items())
        ]

    def _meta(self, sample: tuple[ProjectAndType, Issue]) -> tuple[ProjectAndType, dict[str, Any]]:
        place, issue = sample
        try:
            found = self._client.call("GET", f"{issue_path(issue.id)}/editmeta", replies.EDIT_META)
        except Rejected as error:
            if error.status != 404:
                raise
            return place, {}
        return place, found.fields


def _called(issue: Issue) -> str:
    return f"{issue.fields.issuetype.name} in {issue.fields.project.key}"
