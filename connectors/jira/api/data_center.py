"""Jira Data Center: REST v2, search by offset, stamps and comments one by one, rich text as wiki markup.

Wire facts: contracts/jira.md, section 6. Search gives no entity properties (JRASERVER-62898), so the stamp of
each issue that may have one costs a request.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from functools import partial
from typing import Any, TypeVar
from urllib.parse import quote

from config.settings import variables
from config.text.figures import ENGLISH
from connectors.errors import BadReply, Misdeclared, QueryError, Unreachable
from connectors.jira.api import replies, wire
from connectors.jira.api.bulk_read import (
    batches,
    jql_text,
    list_comments,
    on_threads,
    read_listed,
    with_comments,
)
from connectors.jira.api.client import JiraClient
from connectors.jira.api.comment_limit import truncate_wiki
from connectors.jira.api.deployment import IssueReader, Landed
from connectors.jira.api.errors import Forbidden, Rejected
from connectors.jira.api.fields import SiteFields, field_text
from connectors.model import SetAside
from connectors.set_aside import Reply
from connectors.stamp import PROPERTY_KEY
from connectors.text.document import Doc

ID_PAGE = 1000
"""Ids a page; a site may give fewer, and says so by what it gives."""

ISSUE_PAGE = 200
"""Issues in full a page."""

LOGGED_ISSUES = 100
"""Issues with their changelogs a page; histories can be long."""

WINDOW = 10_000
"""How far a search reaches from its beginning on newer releases."""

TRIES = 3
"""Walks through a project while issues leave it under our feet."""


P = TypeVar("P", wire.BulkPage, wire.CommentedPage, wire.DescribedPage, wire.LoggedPage)


def _pages(client: JiraClient, jql: str, asked: Mapping[str, Any], reply: Reply[P]) -> Iterator[P]:
    """The pages of a search until all that was found is there. Raises Unreachable when they end before."""
    read = 0
    while True:
        # One that is gone by now would else fail the whole query.
        body = {"jql": jql, "startAt": read, "validateQuery": False, **asked}
        page = client.call("POST", "search", reply, body=body)
        yield page
        aside = len(page.set_aside) if isinstance(page, wire.BulkPage) else 0
        read += len(page.issues) + aside
        if read >= page.total:
            return
        if not (page.issues or aside):
            raise Unreachable(client.name, "a page of the search is empty but is not the last one.")


class DataCenter:
    """A `SiteApi` that is a Data Center site."""

    def __init__(self, client: JiraClient, pool: Executor) -> None:
        self._client = client
        self._pool = pool

    def check(self, info: wire.ServerInfo) -> None:
        """See `SiteApi.check`."""
        if info.deployment_type == "Cloud":
            name = self._client.name
            token, email, *_ = variables(name)
            raise Misdeclared(
                name,
                f"the site at {self._client.api} is Jira Cloud, but trackers.{name} declares Jira Data Center.",
                f"Remove `deployment: data_center` from trackers.{name}, and set its e-mail address and API token "
                f"({email}, {token}).",
            )

    def hint(self) -> str:
        """See `SiteApi.hint`."""
        return "Check the tracker's url, including the context path if there is one, such as https://jira.acme.com/jira."

    def projects(self) -> list[wire.Project]:
        """See `SiteApi.projects`."""
        return self._client.call("GET", "project", replies.PROJECTS)

    def all_projects(self) -> list[wire.Project]:
        """See `SiteApi.all_projects`."""
        return self.projects()

    def labels(self) -> list[str] | None:
        """See `SiteApi.labels`: REST v2 of a Data Center has no such list."""
        return None

    def ids(self, jql: str) -> list[str]:
        """See `SiteApi.ids`. Raises QueryError for more than the site's search reaches."""
        found: dict[str, None] = {}
        start = 0
        while True:
            page = self._page(jql, start, min(ID_PAGE, WINDOW - start))
            found.update((issue.id, None) for issue in page.issues)
            start += len(page.issues)
            if not page.issues or start >= page.total:
                return list(found)
            if start >= WINDOW:
                raise QueryError(
                    self._client.name,
                    f"the query {jql!r} returns {ENGLISH.count(page.total)} issues; Jira Data Center allows {ENGLISH.count(WINDOW)}.",
                    "Narrow the query.",
                )

    def scope(self, projects: Sequence[str]) -> list[str]:
        """See `SiteApi.scope`. Pages go on from a key, so no deletion meanwhile can hide an issue."""
        found: dict[str, None] = {}
        for key in projects:
            for left in range(TRIES - 1, -1, -1):
                try:
                    found.update((id_, None) for id_ in self._walk(key))
                except Rejected as error:
                    # The issue from whose key the next page was to go on has just left.
                    if error.status != 400 or not left:
                        raise
                else:
                    break
        return list(found)

    def scope_pages(self, projects: Sequence[str]) -> Iterator[list[str]]:
        """See `SiteApi.scope_pages`; all in one, since a walk through a project may have to be begun anew."""
        yield self.scope(projects)

    def _walk(self, project: str) -> Iterator[str]:
        here = f"project = {jql_text(project)}"
        after = ""
        while True:
            page = self._page(f"{here}{after} ORDER BY key ASC", 0, ID_PAGE)
            yield from (issue.id for issue in page.issues)
            if not page.issues or len(page.issues) >= page.total:
                return
            after = f" AND key > {jql_text(page.issues[-1].key)}"

    def _page(self, jql: str, start: int, size: int) -> wire.OffsetPage:
        body = {"jql": jql, "startAt": start, "maxResults": size, "fields": ["id"]}
        return self._client.call("POST", "search", replies.OFFSET_PAGE, body=body)

    def newest(self, jql: str) -> str | None:
        """See `SiteApi.newest`."""
        page = self._page(jql, 0, 1)
        return page.issues[0].id if page.issues else None

    def issues(
        self,
        fields: SiteFields,
        known: Collection[str] | None = None,
        commented: Collection[str] = (),
        scope: Collection[str] = (),
    ) -> IssueReader:
        """See `SiteApi.issues`."""
        return ServerIssues(self._client, fields, self._pool, known, commented, scope)

    def comments(self, where: Collection[tuple[str, str]]) -> Iterator[wire.IssueComment]:
        """See `SiteApi.comments`; a request for each, or for all of an issue with several."""
        wanted: defaultdict[str, set[str]] = defaultdict(set)
        for issue, id_ in where:
            wanted[issue].add(id_)
        single = [(issue, id_) for issue, ids in wanted.items() if len(ids) == 1 for id_ in ids]
        for found in on_threads(self._pool, self._comment, single):
            if found:
                yield found
        for issue, comments in self.listed_comments([one for one, ids in wanted.items() if len(ids) > 1]):
            yield from (comment for comment in comments if comment.id in wanted[issue])

    def carried_comments(self, ids: Sequence[str]) -> Iterator[tuple[str, wire.CommentPage]]:
        """See `SiteApi.carried_comments`."""

        def get(jql: str) -> list[wire.CommentedIssue]:
            asked = {"maxResults": ISSUE_PAGE, "fields": [wire.COMMENT_FIELD]}
            try:
                pages = list(_pages(self._client, jql, asked, replies.COMMENTED_PAGE))
            except BadReply:
                return []
            return [issue for page in pages for issue in page.issues]

        queries = [f"id in ({', '.join(part)})" for part in batches(ids, ISSUE_PAGE)]
        for issues in on_threads(self._pool, get, queries):
            for issue in issues:
                if issue.fields.comment is not None:
                    yield issue.id, issue.fields.comment

    def listed_comments(self, ids: Sequence[str]) -> Iterator[tuple[str, list[wire.IssueComment]]]:
        """See `SiteApi.listed_comments`."""
        return on_threads(self._pool, partial(list_comments, self._client), ids)

    def _comment(self, place: tuple[str, str]) -> wire.IssueComment | None:
        path = f"issue/{quote(place[0], safe='')}/comment/{quote(place[1], safe='')}"
        try:
            return self._client.call("GET", path, replies.COMMENT, params={"expand": "properties"})
        except Rejected as error:
            if error.status != 404:
                raise
            return None

    def changelogs(
        self,
        ids: Sequence[str],
        fields: Sequence[str] = ("status",),  # noqa: ARG002
    ) -> Iterator[wire.IssueChangelog]:
        """See `SiteApi.changelogs`; issues come with the whole of theirs. One that the search cuts is asked for alone."""
        queries = [f"id in ({', '.join(part)})" for part in batches(ids, LOGGED_ISSUES)]
        cut: list[str] = []
        for issues in on_threads(self._pool, self._logged, queries):
            for issue in issues:
                if not issue.changelog.is_whole:
                    cut.append(issue.id)
                    continue
                yield wire.IssueChangelog(issue_id=issue.id, change_histories=issue.changelog.histories)
        yield from on_threads(self._pool, self._log_alone, cut)

    def _log_alone(self, id_: str) -> wire.IssueChangelog:
        """The changelog of one issue; what is gone or hidden by now has none that could be had."""
        path, params = f"issue/{quote(id_, safe='')}", {"fields": "id", "expand": "changelog"}
        try:
            log = self._client.call("GET", path, replies.LOGGED_ISSUE, params=params).changelog
        except (Rejected, Forbidden) as error:
            if error.status not in (403, 404):
                raise
            return wire.IssueChangelog(issue_id=id_, is_whole=False)
        return wire.IssueChangelog(issue_id=id_, change_histories=log.histories, is_whole=log.is_whole)

    def _logged(self, jql: str) -> list[wire.LoggedIssue]:
        asked = {"maxResults": LOGGED_ISSUES, "fields": ["id"], "expand": ["changelog"]}
        return [
            issue for page in _pages(self._client, jql, asked, replies.LOGGED_PAGE) for issue in page.issues
        ]

    def descriptions(self, ids: Sequence[str]) -> Iterator[tuple[str, str]]:
        """See `SiteApi.descriptions`."""
        queries = [f"id in ({', '.join(part)})" for part in batches(ids, ISSUE_PAGE)]
        for issues in on_threads(self._pool, self._described, queries):
            for issue in issues:
                if isinstance(issue.fields.description, str):
                    yield issue.id, issue.fields.description

    def _described(self, jql: str) -> list[wire.DescribedIssue]:
        asked = {"maxResults": ISSUE_PAGE, "fields": ["description"]}
        return [
            issue
            for page in _pages(self._client, jql, asked, replies.DESCRIBED_PAGE)
            for issue in page.issues
        ]

    def body(self, doc: Doc) -> str:
        """See `SiteApi.body`."""
        return truncate_wiki(doc)


class ServerIssues:
    """Issues by id from one site; see `IssueReader`.

    `known` are those whose stamps are asked for, None for all. Beside them those with a text in one of our fields, or, in
    the projects of `scope`, with a label of the policy: another workspace or another store may have written it, or it
    was copied. Each costs a request. See `SiteApi.issues` for `commented`.
    """

    def __init__(
        self,
        client: JiraClient,
        fields: SiteFields,
        pool: Executor,
        known: Collection[str] | None,
        commented: Collection[str] = (),
        scope: Collection[str] = (),
    ) -> None:
        self._client = client
        self._site = fields
        self._fields = fields.wanted
        self._page = replies.issues_on(fields)
        self._pool = pool
        self._known = None if known is None else frozenset(known)
        self._commented = frozenset(commented)
        self._scope = frozenset(scope)
        self.set_aside: dict[str, SetAside] = {}

    def fetch(self, ids: Sequence[str], done: Callable[[int], None] | None = None) -> dict[str, wire.Issue]:
        """See `IssueReader.fetch`."""
        found = self._round("id", ids, done)
        absent = [id_ for id_ in ids if id_ not in found and id_ not in self.set_aside]
        found |= self._round("id", absent)
        self._stamp(found.values())
        return found

    def read_scope(
        self, pages: Iterator[list[str]], landed: Landed, done: Callable[[int, int], None]
    ) -> tuple[list[str], dict[str, wire.Issue]]:
        """See `IssueReader.read_scope`."""
        return read_listed(self.fetch, pages, landed, done)

    def fetch_keys(self, keys: Iterable[str]) -> tuple[dict[str, wire.Issue], dict[str, str]]:
        """See `IssueReader.fetch_keys`. Search resolves old keys, but does not say which is whose."""
        wanted = sorted(set(keys))
        found = self._round("key", [jql_text(key) for key in wanted])
        self._stamp(found.values())
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
        self, by: str, names: Sequence[str], done: Callable[[int], None] | None = None
    ) -> dict[str, wire.Issue]:
        found: dict[str, wire.Issue] = {}
        # Together, so that the others are not asked for comments, and no request more is needed for them.
        ordered = sorted(names, key=lambda name: name not in self._commented)
        get = partial(self._get, by)
        for page in on_threads(self._pool, get, batches(ordered, ISSUE_PAGE)):
            found.update((issue.id, issue) for issue in page.issues)
            self.set_aside |= {one.id: one for one in page.set_aside}
            if done:
                done(len(found))
        return found

    def _get(self, by: str, names: Sequence[str]) -> wire.BulkPage:
        # A number in quotes would be looked for among the keys.
        jql = f"{by} in ({', '.join(names)})"

        def get(fields: list[str]) -> wire.BulkPage:
            # When work was done stands nowhere but in the changelog.
            asked = {"maxResults": ISSUE_PAGE, "fields": fields, "expand": ["changelog"]}
            pages = list(_pages(self._client, jql, asked, self._page))
            return wire.BulkPage(
                issues=[issue for page in pages for issue in page.issues],
                set_aside=[one for page in pages for one in page.set_aside],
            )

        return with_comments(get, self._fields, carried=not self._commented.isdisjoint(names))

    def _stamp(self, issues: Iterable[wire.Issue]) -> None:
        """Put the stamps on the issues, as the Cloud gives them."""
        asked = {issue.id: issue for issue in issues if self._may_bear(issue)}
        for id_, value in on_threads(self._pool, self._property, asked):
            if value is not None:
                asked[id_].properties = {PROPERTY_KEY: value}

    def _may_bear(self, issue: wire.Issue) -> bool:
        fields = issue.fields
        ours = (fields.key_result, fields.kr_health, fields.kr_alignment, fields.kr_objective)
        if any(map(field_text, ours)):
            return True
        if self._known is None:
            # What is read only because something in scope hangs below it shows nothing of ours but in such a field.
            return not self._scope or fields.project.id in self._scope
        if issue.id in self._known:
            return True
        return fields.project.id in self._scope and any(map(self._site.is_ours, fields.labels))

    def _property(self, id_: str) -> tuple[str, object]:
        path = f"issue/{quote(id_, safe='')}/properties/{PROPERTY_KEY}"
        try:
            return id_, self._client.call("GET", path, replies.PROPERTY).value
        except Rejected as error:
            if error.status != 404:
                raise
            return id_, None
