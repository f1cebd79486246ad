"""Reading many issues: every id that a query finds, then the issues by hundreds on threads."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import Executor, as_completed
from contextlib import suppress
from itertools import islice
from typing import TypeVar
from urllib.parse import quote

from config.wording import counted
from connectors.errors import BadReply, Unreachable
from connectors.jira.api import replies, wire
from connectors.jira.api.client import JiraClient
from connectors.jira.api.deployment import Landed
from connectors.jira.api.errors import Forbidden, Rejected
from connectors.jira.api.fields import SiteFields
from connectors.jira.api.wire import BulkPage, Issue
from connectors.jira.bulk.stream import stream
from connectors.model import SetAside
from connectors.stamp import PROPERTY_KEY

A = TypeVar("A")
B = TypeVar("B")

ID_PAGE = 5000
"""Ids a page: the cap when nothing but ids is asked for (contracts, section 1)."""

ISSUE_PAGE = 100
"""Issues a bulkfetch."""

COMMENT_PAGE = 100
"""Comments of one issue a page."""


def search_ids(client: JiraClient, jql: str) -> list[str]:
    """Ids of every issue that the query finds, each once; see `id_pages`."""
    return [id_ for page in id_pages(client, jql) for id_ in page]


def id_pages(client: JiraClient, jql: str) -> Iterator[list[str]]:
    """The same page by page, as they come.

    A short page is not the end; a token that comes back a second time is a loop and a BadReply.
    """
    seen: set[str] = set()
    tokens: set[str] = set()
    token: str | None = None
    while True:
        body: dict[str, object] = {"jql": jql, "maxResults": ID_PAGE, "fields": ["id"]}
        if token:
            body["nextPageToken"] = token
        page = client.call("POST", "search/jql", replies.SEARCH_PAGE, body=body)
        fresh = [id_ for id_ in dict.fromkeys(issue.id for issue in page.issues) if id_ not in seen]
        seen.update(fresh)
        yield fresh
        token = page.next_page_token
        if page.is_last or (not token and page.is_last is None):
            return
        if not token:
            raise BadReply(
                client.name, "a page of the search is not the last one but has no token for the next page."
            )
        if token in tokens:
            raise BadReply(client.name, "the search returned the same page token twice.")
        tokens.add(token)


class Bulk:
    """Issues by id from one site, in full as far as `site` names fields; see `SiteApi.issues` for `commented`."""

    def __init__(
        self, client: JiraClient, site: SiteFields, pool: Executor, commented: Collection[str] = ()
    ) -> None:
        self._client = client
        self._commented = frozenset(commented)
        self._fields = site.wanted
        self._page = replies.issues_on(site)
        self._pool = pool
        self.set_aside: dict[str, SetAside] = {}

    def fetch(self, ids: Sequence[str], done: Callable[[int], None] | None = None) -> dict[str, Issue]:
        """The issues with these ids that exist and can be seen.

        What is absent is asked for once more, and what Jira could not give is asked for in ever smaller
        calls; Unreachable when it still cannot, because a part must not pass for the whole.
        """
        found, failed = self._round(ids, ISSUE_PAGE, done)
        return found | self._again([id_ for id_ in ids if id_ not in found], failed)

    def _again(self, absent: Iterable[str], failed: set[str]) -> dict[str, Issue]:
        """What a first round did not give. Raises Unreachable for `failed`, which Jira has and could not give."""
        rest = [id_ for id_ in absent if not (id_ in failed or id_ in self.set_aside)]
        found, _ = self._round(rest, ISSUE_PAGE)
        for size in (10, 1):
            if failed:
                again, failed = self._round(sorted(failed), size)
                found |= again
        if failed:
            some = ", ".join(sorted(failed)[:5])
            raise Unreachable(
                self._client.name, f"Jira did not return {counted(len(failed), 'issue')} (ids {some})."
            )
        return found

    def read_scope(
        self, pages: Iterator[list[str]], landed: Landed, done: Callable[[int, int], None]
    ) -> tuple[list[str], dict[str, Issue]]:
        """See `IssueReader.read_scope`: issues are asked for while further pages of ids are on their way."""
        ids: list[str] = []
        found: dict[str, Issue] = {}
        failed: set[str] = set()
        parts = self._parts(pages, ids)
        for page in stream(self._pool, parts, self._get, lambda: done(len(found), len(ids))):
            found.update((issue.id, issue) for issue in page.issues)
            failed.update(error.id for error in page.issue_errors)
            self.set_aside |= {one.id: one for one in page.set_aside}
            landed(page.issues)
            done(len(found), len(ids))
        late = self._again([id_ for id_ in ids if not (id_ in found or id_ in self.set_aside)], failed)
        landed(list(late.values()))
        return ids, found | late

    def _parts(self, pages: Iterator[list[str]], ids: list[str]) -> Iterator[list[list[str]]]:
        """The ids of each page by hundreds; what is left over, and what bears comments, comes last, so that there is no request more."""
        kept: list[str] = []
        for page in pages:
            ids += page
            kept += page
            plain = [id_ for id_ in kept if id_ not in self._commented] if self._commented else kept
            whole = plain[: len(plain) - len(plain) % ISSUE_PAGE]
            chosen = set(whole)
            kept = [id_ for id_ in kept if id_ not in chosen]
            yield list(batches(whole, ISSUE_PAGE))
        # Together, so that the others are not asked for comments.
        yield list(batches(sorted(kept, key=lambda id_: id_ not in self._commented), ISSUE_PAGE))

    def fetch_keys(self, keys: Iterable[str]) -> tuple[dict[str, Issue], dict[str, str]]:
        """Issues by key, and the id for each key that could be resolved, old keys of moved issues too."""
        wanted = sorted(set(keys))
        found, _ = self._round(wanted, ISSUE_PAGE)
        by_key = {issue.key: issue.id for issue in found.values()}
        for key in wanted:
            if key not in by_key:
                try:
                    path = f"issue/{quote(key, safe='')}"
                    by_key[key] = self._client.call(
                        "GET", path, replies.ISSUE_KEY, params={"fields": "id"}
                    ).id
                except (Rejected, Forbidden) as error:
                    # Data Center may answer 403 for what is hidden.
                    if error.status not in (403, 404):
                        raise
        return found, {key: by_key[key] for key in wanted if key in by_key}

    def _round(
        self, ids: Sequence[str], size: int, done: Callable[[int], None] | None = None
    ) -> tuple[dict[str, Issue], set[str]]:
        found: dict[str, Issue] = {}
        failed: set[str] = set()
        # Together, so that the others are not asked for comments, and no request more is needed for them.
        ordered = sorted(ids, key=lambda id_: id_ not in self._commented)
        for page in on_threads(self._pool, self._get, batches(ordered, size)):
            found.update((issue.id, issue) for issue in page.issues)
            failed.update(error.id for error in page.issue_errors)
            self.set_aside |= {one.id: one for one in page.set_aside}
            if done:
                done(len(found))
        return found, failed - found.keys()

    def _get(self, ids: list[str]) -> BulkPage:
        def get(fields: list[str]) -> BulkPage:
            body = {"issueIdsOrKeys": ids, "fields": fields, "properties": [PROPERTY_KEY]}
            return self._client.call("POST", "issue/bulkfetch", self._page, body=body)

        return with_comments(get, self._fields, carried=not self._commented.isdisjoint(ids))


def with_comments(get: Callable[[list[str]], BulkPage], fields: list[str], *, carried: bool) -> BulkPage:
    """What `get` gives for the fields, and for the comments too where they are to be `carried`.

    Comments may be as long as people like: a reply that cannot be taken because of them is asked for without.
    """
    if carried:
        with suppress(BadReply):
            found = get([*fields, wire.COMMENT_FIELD])
            if not found.set_aside:
                return found
    return get(fields)


def list_comments(client: JiraClient, issue: str) -> tuple[str, list[wire.IssueComment]]:
    """The issue and all its comments, with their properties; none of one that is gone."""
    found: dict[str, wire.IssueComment] = {}
    start = 0
    while True:
        params = {"startAt": str(start), "maxResults": str(COMMENT_PAGE), "expand": "properties"}
        path = f"issue/{quote(issue, safe='')}/comment"
        try:
            page = client.call("GET", path, replies.COMMENT_PAGE, params=params)
        except Rejected as error:
            if error.status != 404:
                raise
            return issue, []
        found.update((comment.id, comment) for comment in page.comments)
        start += len(page.comments)
        if not page.comments or start >= page.total:
            return issue, list(found.values())


def read_listed(
    fetch: Callable[[Sequence[str], Callable[[int], None]], dict[str, Issue]],
    pages: Iterator[list[str]],
    landed: Landed,
    done: Callable[[int, int], None],
) -> tuple[list[str], dict[str, Issue]]:
    """`IssueReader.read_scope` for who reads nothing before all ids are there."""
    ids = [id_ for page in pages for id_ in page]
    done(0, len(ids))
    found = fetch(ids, lambda count: done(count, len(ids)))
    landed(list(found.values()))
    return ids, found


def on_threads(pool: Executor, work: Callable[[A], B], parts: Iterable[A]) -> Iterator[B]:
    """Results as they come; the first error ends it and withdraws what has not begun."""
    futures = [pool.submit(work, part) for part in parts]
    try:
        for future in as_completed(futures):
            yield future.result()
    finally:
        for future in futures:
            future.cancel()


def batches(values: Iterable[A], size: int) -> Iterator[list[A]]:
    """The values in lists of at most `size`."""
    rest = iter(values)
    while batch := list(islice(rest, size)):
        yield batch


def jql_text(value: str) -> str:
    """The value as a quoted JQL string, in which no character has a meaning of its own."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
