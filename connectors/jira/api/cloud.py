"""Jira Cloud: search by token, reading in bulk, rich text as ADF."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import Executor
from functools import partial
from typing import Any

from config.settings import variables
from connectors.errors import BadReply, Misdeclared
from connectors.jira.api import replies, wire
from connectors.jira.api.bulk_read import (
    ISSUE_PAGE,
    Bulk,
    batches,
    id_pages,
    jql_text,
    list_comments,
    on_threads,
    search_ids,
)
from connectors.jira.api.client import JiraClient
from connectors.jira.api.comment_limit import truncate_adf
from connectors.jira.api.deployment import IssueReader
from connectors.jira.api.fields import SiteFields
from connectors.jira.api.paging import listed
from connectors.text.document import Doc
from connectors.text.keywords import adf_text

LOGGED_ISSUES = 1000
"""Issues whose changelogs a request gives at most."""

LOG_PAGE = 10_000
"""Changes a page, as many as Jira gives: a thousand issues have fewer changes of status, assignee and flag, as a rule."""

LOGS_AT_ONCE = 4
"""Requests for changelogs in flight."""

LIST_PAGE = 1000
"""Comment ids a call of comment/list."""


class Cloud:
    """A `SiteApi` that is a Cloud site."""

    def __init__(self, client: JiraClient, pool: Executor) -> None:
        self._client = client
        self._pool = pool

    def check(self, info: wire.ServerInfo) -> None:
        """See `SiteApi.check`."""
        if info.deployment_type != "Cloud":
            name = self._client.name
            token, *_ = variables(name)
            raise Misdeclared(
                name,
                f"the site at {self._client.api} is Jira {info.deployment_type}, but trackers.{name} declares Jira Cloud.",
                f"Add `deployment: data_center` to trackers.{name}, and set {token} to a personal access "
                "token of the site.",
            )

    def hint(self) -> str:
        """See `SiteApi.hint`."""
        return "Check the tracker's url. A Data Center site needs `deployment: data_center`."

    def projects(self) -> list[wire.Project]:
        """See `SiteApi.projects`."""
        params = {"maxResults": "50"}
        return self._client.call("GET", "project/search", replies.PROJECT_PAGE, params=params).values

    def all_projects(self) -> list[wire.Project]:
        """See `SiteApi.all_projects`."""
        found: list[wire.Project] = []
        while True:
            params = {"maxResults": "50", "startAt": str(len(found))}
            page = self._client.call("GET", "project/search", replies.PROJECT_PAGE, params=params)
            found += page.values
            if page.is_last or not page.values:
                return found

    def labels(self) -> list[str] | None:
        """See `SiteApi.labels`."""
        return [str(one) for one in listed(self._client, "label", maxResults="1000")]

    def ids(self, jql: str) -> list[str]:
        """See `SiteApi.ids`."""
        return search_ids(self._client, jql)

    def scope(self, projects: Sequence[str]) -> list[str]:
        """See `SiteApi.scope`."""
        return [id_ for page in self.scope_pages(projects) for id_ in page]

    def scope_pages(self, projects: Sequence[str]) -> Iterator[list[str]]:
        """See `SiteApi.scope_pages`: one walk through all projects, since each one of its own would end in a page that is not full."""
        return id_pages(self._client, f"project in ({', '.join(map(jql_text, projects))}) ORDER BY key ASC")

    def newest(self, jql: str) -> str | None:
        """See `SiteApi.newest`."""
        body = {"jql": jql, "maxResults": 1, "fields": ["id"]}
        page = self._client.call("POST", "search/jql", replies.SEARCH_PAGE, body=body)
        return page.issues[0].id if page.issues else None

    def issues(
        self,
        fields: SiteFields,
        known: Collection[str] | None = None,  # noqa: ARG002
        commented: Collection[str] = (),
        scope: Collection[str] = (),  # noqa: ARG002
    ) -> IssueReader:
        """See `SiteApi.issues`; stamps come with the issues, so `known` and `scope` are not needed."""
        return Bulk(self._client, fields, self._pool, commented)

    def comments(self, where: Collection[tuple[str, str]]) -> Iterator[wire.IssueComment]:
        """See `SiteApi.comments`."""
        numbers = sorted({int(id_) for _, id_ in where})
        for found in on_threads(self._pool, self._list, batches(numbers, LIST_PAGE)):
            yield from found

    def carried_comments(self, ids: Sequence[str]) -> Iterator[tuple[str, wire.CommentPage]]:
        """See `SiteApi.carried_comments`."""

        def get(some: list[str]) -> wire.CommentedPage:
            body = {"issueIdsOrKeys": some, "fields": [wire.COMMENT_FIELD]}
            try:
                return self._client.call("POST", "issue/bulkfetch", replies.COMMENTED_PAGE, body=body)
            except BadReply:
                return wire.CommentedPage(issues=[])

        for page in on_threads(self._pool, get, batches(ids, ISSUE_PAGE)):
            for issue in page.issues:
                if issue.fields.comment is not None:
                    yield issue.id, issue.fields.comment

    def listed_comments(self, ids: Sequence[str]) -> Iterator[tuple[str, list[wire.IssueComment]]]:
        """See `SiteApi.listed_comments`."""
        return on_threads(self._pool, partial(list_comments, self._client), ids)

    def _list(self, ids: list[int]) -> list[wire.IssueComment]:
        params = {"expand": "properties"}
        found: list[wire.IssueComment] = []
        while ids:
            page = self._client.call(
                "POST", "comment/list", replies.COMMENT_LIST, params=params, body={"ids": ids}
            )
            found += page.values
            if page.is_last is not False or not page.values:
                break
            got = {comment.id for comment in page.values}
            ids = [id_ for id_ in ids if str(id_) not in got]
        return found

    def changelogs(
        self, ids: Sequence[str], fields: Sequence[str] = ("status",)
    ) -> Iterator[wire.IssueChangelog]:
        """See `SiteApi.changelogs`; at most ten fields."""
        part = partial(self._changes, fields)
        # A few at once: what a thousand issues went through takes megabytes.
        for some in batches(batches(ids, LOGGED_ISSUES), LOGS_AT_ONCE):
            for found in on_threads(self._pool, part, some):
                yield from found

    def _changes(self, fields: Sequence[str], ids: list[str]) -> list[wire.IssueChangelog]:
        found: list[wire.IssueChangelog] = []
        tokens: set[str] = set()
        body: dict[str, object] = {"issueIdsOrKeys": ids, "fieldIds": [*fields], "maxResults": LOG_PAGE}
        while True:
            page = self._client.call("POST", "changelog/bulkfetch", replies.CHANGELOG_PAGE, body=body)
            found += page.issue_change_logs
            token = page.next_page_token
            if not token:
                return found
            if token in tokens:
                raise BadReply(self._client.name, "the changelog returned the same page token twice.")
            tokens.add(token)
            body["nextPageToken"] = token

    def descriptions(self, ids: Sequence[str]) -> Iterator[tuple[str, str]]:
        """See `SiteApi.descriptions`."""

        def get(some: list[str]) -> wire.DescribedPage:
            body = {"issueIdsOrKeys": some, "fields": ["description"]}
            return self._client.call("POST", "issue/bulkfetch", replies.DESCRIBED_PAGE, body=body)

        for page in on_threads(self._pool, get, batches(ids, ISSUE_PAGE)):
            for issue in page.issues:
                if issue.fields.description:
                    yield issue.id, adf_text(issue.fields.description)

    def body(self, doc: Doc) -> dict[str, Any]:
        """See `SiteApi.body`."""
        return truncate_adf(doc)
