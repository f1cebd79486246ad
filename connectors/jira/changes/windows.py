"""What was changed since a moment, by the search: ids, and when each was changed last as far as the index knows.

Wire facts: contracts/jira.md, sections 1 and 1.2. On the Cloud a moment is epoch milliseconds, which no zone touches; a page holds 5,000
ids, but a hundred as soon as it tells `updated`. On Data Center it is a minute of the account's own zone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from config.text.figures import ENGLISH
from connectors.changes import NeedsWholeRead
from connectors.errors import BadReply, Unreachable
from connectors.http.dates import item_time
from connectors.jira.api import replies, wire
from connectors.jira.api.bulk_read import batches
from connectors.jira.api.client import JiraClient
from connectors.jira.api.deployment import SiteApi
from connectors.jira.api.errors import Rejected

Rows = dict[str, datetime | None]
"""Ids, and when each was changed; None where that was not asked for."""

LEAN_PAGES = 10
"""Pages of a hundred that tell `updated`, one after another; beyond them there are pages of 5,000 that do not."""

CLOUD_PAGE = 5000
SERVER_PAGE = 1000
WINDOW = 10_000
"""How far a search of a Data Center reaches from its beginning."""

TRIES = 3
NAMED_IDS = 400
"""How many ids a query names."""


class Windows(Protocol):
    """One site's searches for changes. Raise TrackerError."""

    is_exact: bool
    """Whether `count` is no estimate."""

    def changed(
        self, projects: Sequence[str], above: Sequence[str], since: datetime, settled: datetime
    ) -> Rows | None:
        """What was changed in the projects with these ids, or is named in `above`, since the moment.

        `settled`: what was changed before that was read since. Where too many were for all of their times, those changed later have
        none, and the others `since`, so that what is known to have been changed in between counts as read.

        None where the site refuses a query that names what is not there (any more). Raises NeedsWholeRead where so
        much was changed that a whole read is as cheap.
        """
        ...

    def count(self, projects: Sequence[str]) -> int | None:
        """How many issues are in these projects; None where the site does not tell."""
        ...


class CloudWindows:
    """Of a Cloud site."""

    is_exact = False

    def __init__(self, client: JiraClient, site_api: SiteApi) -> None:
        self._client = client
        self._site_api = site_api

    def changed(
        self, projects: Sequence[str], above: Sequence[str], since: datetime, settled: datetime
    ) -> Rows | None:
        """See `Windows.changed`."""
        found: Rows = {}
        for where in queries(projects, above):
            try:
                found |= self._rows(where, since, settled)
            except Rejected as error:
                if error.status != 400:
                    raise
                return None
        return found

    def _rows(self, where: str, since: datetime, settled: datetime) -> Rows:
        jql, later = (
            f"{where} AND updated >= {milliseconds(moment)} ORDER BY key ASC" for moment in (since, settled)
        )
        rows: Rows = {}
        token: str | None = None
        for _ in range(LEAN_PAGES):
            body: dict[str, object] = {"jql": jql, "maxResults": CLOUD_PAGE, "fields": ["updated"]}
            if token:
                body["nextPageToken"] = token
            page = self._client.call("POST", "search/jql", replies.DATED_PAGE, body=body)
            rows |= {one.id: item_time(one.fields.updated) for one in page.issues}
            if page.is_last or (not page.next_page_token and page.is_last is None):
                return rows
            if not page.next_page_token or page.next_page_token == token:
                raise BadReply(
                    self._client.name,
                    "a page of the search is not the last one but has no token for the next page.",
                )
            token = page.next_page_token
        return dict.fromkeys(self._site_api.ids(jql), since) | dict.fromkeys(self._site_api.ids(later)) | rows

    def count(self, projects: Sequence[str]) -> int | None:
        """See `Windows.count`: the site's count is approximate, and behind as the index is."""
        body = {"jql": in_projects(projects)}
        try:
            return self._client.call("POST", "search/approximate-count", replies.COUNT, body=body).count
        except Rejected:
            return None


class ServerWindows:
    """Of a Data Center site. `zone` is the one of the account's profile."""

    is_exact = True

    def __init__(self, client: JiraClient, zone: str | None, now: datetime) -> None:
        self._client = client
        self._zone = zone
        self._now = now

    def changed(
        self,
        projects: Sequence[str],
        above: Sequence[str],
        since: datetime,
        settled: datetime,  # noqa: ARG002
    ) -> Rows | None:
        """See `Windows.changed`; all times are told here. A query may name what is not there any more."""
        found: Rows = {}
        moment = f"updated >= {minute(since, self._zone, self._now)}"
        for where in queries(projects, above):
            found |= self._rows(f"{where} AND {moment} ORDER BY key ASC")
        return found

    def _rows(self, jql: str) -> Rows:
        for _ in range(TRIES):
            rows: Rows = {}
            totals = []
            for page in self._pages(jql):
                rows |= {one.id: item_time(one.fields.updated) for one in page.issues}
                totals.append(page.total)
            # What leaves the list while it is read moves others to pages that were read already.
            if min(totals) == totals[0]:
                return rows
        raise Unreachable(self._client.name, "what was changed goes on changing while it is read.")

    def _pages(self, jql: str) -> Iterator[wire.DatedPage]:
        start = 0
        while True:
            body = {
                "jql": jql,
                "startAt": start,
                "maxResults": min(SERVER_PAGE, WINDOW - start),
                "fields": ["updated"],
                "validateQuery": False,
            }
            page = self._client.call("POST", "search", replies.DATED_PAGE, body=body)
            if page.total > WINDOW:
                raise NeedsWholeRead(f"{ENGLISH.count(page.total)} issues were changed")
            yield page
            start += len(page.issues)
            if not page.issues or start >= page.total:
                return

    def count(self, projects: Sequence[str]) -> int | None:
        """See `Windows.count`."""
        body = {"jql": in_projects(projects), "startAt": 0, "maxResults": 0, "fields": ["id"]}
        return self._client.call("POST", "search", replies.OFFSET_PAGE, body=body).total


def in_projects(projects: Sequence[str]) -> str:
    """The clause of these projects, by their ids, which no renaming touches."""
    return f"project in ({', '.join(projects)})"


def queries(projects: Sequence[str], above: Sequence[str]) -> Iterator[str]:
    """Clauses that together find what is in the projects or named."""
    first, *more = [*batches(above, NAMED_IDS)] or [[]]
    yield f"({in_projects(projects)} OR id in ({', '.join(first)}))" if first else in_projects(projects)
    for some in more:
        yield f"id in ({', '.join(some)})"


def milliseconds(moment: datetime) -> int:
    """The moment as JQL of the Cloud takes it."""
    return int(moment.timestamp() * 1000)


def minute(moment: datetime, zone: str | None, now: datetime) -> str:
    """The minute in which the moment lies, in the zone of the account, as JQL takes it; or the one an hour before, where the
    clock shows it twice. Relative to `now` where the zone is not told or not known here.
    """
    try:
        known = ZoneInfo(zone) if zone else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        known = None
    if known is None:
        return f"-{int((now - moment) / timedelta(minutes=1)) + 2}m"
    local = moment.astimezone(known)
    if local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset():
        local -= timedelta(hours=1)
    return f'"{local:%Y/%m/%d %H:%M}"'


def settled_at(read_at: datetime) -> datetime:
    """Before when what was changed is known as it was left, by a read that began at that time."""
    return read_at.replace(microsecond=0)


def changed_rows(rows: Rows, known: Mapping[str, datetime], read_at: datetime) -> set[str]:
    """The ids of what has to be read: all but what was read after its last change.

    `known`: when what is known was changed last, as it was read. Jira may keep whole seconds, so what was changed in the second in which
    the last read began, or later, may have been changed once more since.
    """
    settled = settled_at(read_at)
    return {
        id_
        for id_, told in rows.items()
        if told is None or (before := known.get(id_)) is None or told > before or told >= settled
    }
