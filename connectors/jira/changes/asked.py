"""What a read of changes asks a site before it reads issues: what is fixed, and what was changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from concurrent.futures import Executor
from datetime import datetime, timedelta
from typing import Any

from msgspec import structs

from config.trackers import JiraTracker
from connectors.changes import KnownItems, NeedsWholeRead
from connectors.jira.api import replies, wire
from connectors.jira.api.client import JiraClient
from connectors.jira.api.deployment import SiteApi
from connectors.jira.api.fields import SiteFields
from connectors.jira.changes.bookmark import Bookmark
from connectors.jira.changes.fixed_facts import FixedFacts, changed_facts, fixed_facts
from connectors.jira.changes.learned import Names, differences, project_facts, status_facts, type_facts
from connectors.jira.changes.windows import CloudWindows, ServerWindows, Windows, changed_rows, settled_at
from connectors.jira.read.reader import Reader
from connectors.set_aside import Reply

HOT = timedelta(minutes=15)
"""How far the index is usually behind at most (contracts/jira.md, section 1.2)."""

COLD = timedelta(hours=12)
"""How far it was seen to be behind (section 1.1)."""

_LISTS: dict[str, Reply[Any]] = {
    "status": replies.STATUSES,
    "issuetype": replies.ISSUE_TYPES,
    "priority": replies.NAMED_ROWS,
    "resolution": replies.NAMED_ROWS,
}


def refuse(causes: Iterable[str]) -> None:
    """Raise NeedsWholeRead for the first of them."""
    for cause in causes:
        raise NeedsWholeRead(cause)


class Questions:
    """Asks one site."""

    def __init__(
        self, client: JiraClient, site_api: SiteApi, reader: Reader, tracker: JiraTracker, pool: Executor
    ) -> None:
        self._client = client
        self._site_api = site_api
        self._reader = reader
        self._is_server = tracker.deployment == "data_center"
        self._pool = pool

    def fixed(
        self, mark: Bookmark, me: wire.User, read_at: datetime, *, fresh: bool
    ) -> tuple[FixedFacts, SiteFields]:
        """The fixed facts, read anew where that is due, and of the fields those that matter.

        Raises NeedsWholeRead where they are otherwise by now, and ScopeError for a project that cannot be seen.
        """
        fields = self._reader.fields_among(mark.fixed.fields)
        if not fresh and mark.fixed.is_good(read_at):
            return mark.fixed, fields
        lists = {
            path: self._pool.submit(self._client.call, "GET", path, reply) for path, reply in _LISTS.items()
        }
        known = self._client.call("GET", "field", replies.FIELDS)
        projects = self._reader.projects()
        rows = {path: asked.result() for path, asked in lists.items()}
        statuses = rows["status"] if self._is_server or self._reader.logs.wanted else None
        now = fixed_facts(read_at, me, known, projects, self._reader.words_of(me), statuses)
        anew = self._reader.fields_among(now.fields)
        names: Names = {
            "status": {one.id: status_facts(one) for one in rows["status"]},
            "type": {one.id: type_facts(one) for one in rows["issuetype"]},
            "priority": {one.id: one.names for one in rows["priority"]},
            "resolution": {one.id: one.names for one in rows["resolution"]},
            "project": {one.id: project_facts(one) for one in projects},
        }
        refuse(differences(mark.learned.names, names))
        # On the Cloud they are there for histories alone: those that stand on issues were compared above.
        compared = now if self._is_server else structs.replace(now, statuses=None)
        refuse(changed_facts(mark.fixed, compared, (fields, anew)))
        return now, anew

    def windows(self, fixed: FixedFacts, read_at: datetime) -> Windows:
        """The searches of the site."""
        if self._is_server:
            return ServerWindows(self._client, fixed.zone, read_at)
        return CloudWindows(self._client, self._site_api)

    def changed(
        self, mark: Bookmark, known: KnownItems, windows: Windows, places: Sequence[str], *, sweep: bool
    ) -> set[str]:
        """Ids of what has to be read since it was changed, in the projects with the ids `places` and above."""
        since = min(mark.watermark, mark.swept) - COLD if sweep else mark.watermark - HOT
        unsure: Collection[str] = ()
        settled = settled_at(mark.read_at)
        rows = windows.changed(places, mark.above, since, settled)
        if rows is None:
            # One of those above is gone or hidden: they are looked at by id.
            rows, unsure = windows.changed(places, (), since, settled), mark.above
        if rows is None:
            raise NeedsWholeRead("the projects in scope cannot be searched as before")
        before = {id_: item.updated for id_, item in known.items(rows).items()}
        return changed_rows(rows, before, mark.read_at) | set(unsure)
