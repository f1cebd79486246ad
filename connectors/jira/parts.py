"""Parts of a Jira site: one project's issues and comments as Jira gave them. See `connectors.parts`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec.json import Decoder

from connectors.base import Progress
from connectors.errors import BadReply
from connectors.jira.api import replies
from connectors.jira.api.bulk_read import read_listed
from connectors.jira.api.client import JiraClient
from connectors.jira.api.deployment import IssueReader, Landed, SiteApi
from connectors.jira.api.fields import SiteFields
from connectors.jira.api.wire import CommentPage, Issue, IssueComment
from connectors.jira.changes.site import Site
from connectors.jira.read.reader import Reader
from connectors.model import Pull, SetAside
from connectors.parts import Part


class ProjectPart(msgspec.Struct):
    """What was read of one project.

    Comments stand beside what was asked for: what is not there is an answer, too.
    """

    as_of: datetime
    requests: int
    issues: list[msgspec.Raw]
    set_aside: list[SetAside]
    asked: list[tuple[str, str]]
    comments: list[IssueComment]
    asked_carried: list[str]
    carried: list[tuple[str, CommentPage]]
    asked_listed: list[str]
    listed: list[tuple[str, list[IssueComment]]]


class Learned(msgspec.Struct):
    """What a pull learns of a site's fields."""

    settable: list[tuple[str, str, str]] = []
    renamed: list[str] = []
    initiatives: list[str] = []


_PART = Decoder(ProjectPart)
_LEARNED = Decoder(Learned)


def read_part(
    reader: Reader,
    site_api: SiteApi,
    client: JiraClient,
    progress: Progress | None,
    owned: Collection[str] | None,
    commented: Collection[str],
) -> Part:
    """See `ReadsParts.read_part`: an ordinary pull that asks for nothing above the scope, listened to."""
    before = client.requests
    site = reader.site(ahead=True)
    heard = _Recorder(site_api)
    categories: Counter[str] = Counter()
    as_of: datetime | None = None
    try:
        pulled, _ = reader.through(heard).pull(site, progress, before, owned, commented, ask_settable=False)
        as_of, categories = pulled.as_of, Counter(item.category for item in pulled.items)
    except BadReply:
        # Too many do not decode: of the whole they may be few, and who has the whole judges.
        if not heard.set_aside:
            raise
    part = heard.part(as_of or client.server_time or datetime.now(UTC), client.requests - before)
    return Part(msgspec.json.encode(part), len(part.issues), part.requests, dict(categories))


class _Recorder:
    """A `SiteApi` that remembers what it gave, and reads no issue that is not in the scope that it told."""

    def __init__(self, live: SiteApi) -> None:
        self._live = live
        self._ids: dict[str, None] = {}
        self._issues: dict[str, Issue] = {}
        self._comments: dict[str, IssueComment] = {}
        self._asked: set[tuple[str, str]] = set()
        self._carried: dict[str, CommentPage] = {}
        self._asked_carried: set[str] = set()
        self._listed: dict[str, list[IssueComment]] = {}
        self.set_aside: dict[str, SetAside] = {}

    def part(self, as_of: datetime, requests: int) -> ProjectPart:
        """All that was given."""
        return ProjectPart(
            as_of,
            requests,
            [msgspec.Raw(msgspec.json.encode(one)) for one in self._issues.values()],
            list(self.set_aside.values()),
            sorted(self._asked),
            list(self._comments.values()),
            sorted(self._asked_carried),
            list(self._carried.items()),
            sorted(self._listed),
            list(self._listed.items()),
        )

    def scope(self, projects: Sequence[str]) -> list[str]:
        """See `SiteApi.scope`."""
        found = self._live.scope(projects)
        self._ids.update(dict.fromkeys(found))
        return found

    def scope_pages(self, projects: Sequence[str]) -> Iterator[list[str]]:
        """See `SiteApi.scope_pages`."""
        for page in self._live.scope_pages(projects):
            self._ids.update(dict.fromkeys(page))
            yield page

    def issues(
        self,
        fields: SiteFields,
        known: Collection[str] | None = None,
        commented: Collection[str] = (),
        scope: Collection[str] = (),
    ) -> IssueReader:
        """See `SiteApi.issues`."""
        return _RecordedIssues(self._live.issues(fields, known, commented, scope), self)

    def keep(self, issues: Mapping[str, Issue], aside: Mapping[str, SetAside]) -> None:
        """Remember issues."""
        self._issues.update(issues)
        self.set_aside.update(aside)

    def within(self, ids: Iterable[str]) -> list[str]:
        """Those of these ids that are in scope."""
        return [id_ for id_ in ids if id_ in self._ids]

    def comments(self, where: Collection[tuple[str, str]]) -> Iterator[IssueComment]:
        """See `SiteApi.comments`."""
        for one in self._live.comments(where):
            self._comments[one.id] = one
            yield one
        self._asked.update(where)

    def carried_comments(self, ids: Sequence[str]) -> Iterator[tuple[str, CommentPage]]:
        """See `SiteApi.carried_comments`."""
        for issue, page in self._live.carried_comments(ids):
            self._carried[issue] = page
            yield issue, page
        self._asked_carried.update(ids)

    def listed_comments(self, ids: Sequence[str]) -> Iterator[tuple[str, list[IssueComment]]]:
        """See `SiteApi.listed_comments`."""
        for issue, comments in self._live.listed_comments(ids):
            self._listed[issue] = comments
            yield issue, comments

    def __getattr__(self, name: str) -> Any:
        return getattr(self._live, name)


class _RecordedIssues:
    def __init__(self, live: IssueReader, recorder: _Recorder) -> None:
        self._live = live
        self._recorder = recorder

    @property
    def set_aside(self) -> Mapping[str, SetAside]:
        """See `IssueReader.set_aside`."""
        return self._live.set_aside

    def fetch(self, ids: Sequence[str], done: Callable[[int], None] | None = None) -> dict[str, Issue]:
        """See `IssueReader.fetch`; nothing out of scope, of which the parts of other projects would ask again."""
        wanted = self._recorder.within(ids)
        found = self._live.fetch(wanted, done) if wanted else {}
        self._recorder.keep(found, self._live.set_aside)
        return found

    def read_scope(
        self, pages: Iterator[list[str]], landed: Landed, done: Callable[[int, int], None]
    ) -> tuple[list[str], dict[str, Issue]]:
        """See `IssueReader.read_scope`."""
        ids, found = self._live.read_scope(pages, landed, done)
        self._recorder.keep(found, self._live.set_aside)
        return ids, found

    def fetch_keys(self, keys: Iterable[str]) -> tuple[dict[str, Issue], dict[str, str]]:  # noqa: ARG002
        """See `IssueReader.fetch_keys`; none, likewise."""
        return {}, {}


class Parts:
    """A `SiteApi` that answers from parts, and asks the site for what they do not hold."""

    def __init__(self, live: SiteApi, bodies: Collection[bytes]) -> None:
        self._live = live
        parts = [_decoded(one) for one in bodies]
        self.as_of = min((one.as_of for one in parts), default=None)
        self.requests = sum(one.requests for one in parts)
        self.raw = [raw for one in parts for raw in one.issues]
        self.set_aside = {one.id: one for part in parts for one in part.set_aside}
        self._asked = {place for one in parts for place in one.asked}
        self._comments = {one.id: one for part in parts for one in part.comments}
        self._asked_carried = {issue for one in parts for issue in one.asked_carried}
        self._carried = {issue: page for one in parts for issue, page in one.carried}
        self._listed = {issue: some for one in parts for issue, some in one.listed}

    def scope(self, projects: Sequence[str]) -> list[str]:
        """See `SiteApi.scope`; asked again, in few requests: an issue may have moved from a project that was yet to be read into
        one that was read before.
        """
        return self._live.scope(projects)

    def scope_pages(self, projects: Sequence[str]) -> Iterator[list[str]]:
        """See `SiteApi.scope_pages`; asked again, likewise."""
        return self._live.scope_pages(projects)

    def issues(
        self,
        fields: SiteFields,
        known: Collection[str] | None = None,
        commented: Collection[str] = (),
        scope: Collection[str] = (),
    ) -> IssueReader:
        """See `SiteApi.issues`."""
        return _KnownIssues(self, self._live.issues(fields, known, commented, scope), fields)

    def comments(self, where: Collection[tuple[str, str]]) -> Iterator[IssueComment]:
        """See `SiteApi.comments`."""
        known = [place for place in where if place in self._asked]
        yield from (self._comments[id_] for _, id_ in known if id_ in self._comments)
        if others := [place for place in where if place not in self._asked]:
            yield from self._live.comments(others)

    def carried_comments(self, ids: Sequence[str]) -> Iterator[tuple[str, CommentPage]]:
        """See `SiteApi.carried_comments`."""
        yield from ((one, self._carried[one]) for one in ids if one in self._carried)
        if others := [one for one in ids if one not in self._asked_carried]:
            yield from self._live.carried_comments(others)

    def listed_comments(self, ids: Sequence[str]) -> Iterator[tuple[str, list[IssueComment]]]:
        """See `SiteApi.listed_comments`."""
        yield from ((one, self._listed[one]) for one in ids if one in self._listed)
        if others := [one for one in ids if one not in self._listed]:
            yield from self._live.listed_comments(others)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._live, name)


class _KnownIssues:
    """Those of the parts; what is in none is asked for."""

    def __init__(self, parts: Parts, live: IssueReader, fields: SiteFields) -> None:
        self._parts = parts
        self._live = live
        decoder = replies.issue_on(fields)
        self._issues = {one.id: one for one in map(decoder.decode, parts.raw)}

    @property
    def set_aside(self) -> dict[str, SetAside]:
        """See `IssueReader.set_aside`."""
        return {**self._parts.set_aside, **self._live.set_aside}

    def fetch(self, ids: Sequence[str], done: Callable[[int], None] | None = None) -> dict[str, Issue]:
        """See `IssueReader.fetch`."""
        found = {id_: self._issues[id_] for id_ in ids if id_ in self._issues}
        if done is not None:
            done(len(found))
        others = [id_ for id_ in ids if id_ not in self._issues and id_ not in self._parts.set_aside]
        return found | (self._live.fetch(others) if others else {})

    def read_scope(
        self, pages: Iterator[list[str]], landed: Landed, done: Callable[[int, int], None]
    ) -> tuple[list[str], dict[str, Issue]]:
        """See `IssueReader.read_scope`."""
        return read_listed(self.fetch, pages, landed, done)

    def fetch_keys(self, keys: Iterable[str]) -> tuple[dict[str, Issue], dict[str, str]]:
        """See `IssueReader.fetch_keys`."""
        return self._live.fetch_keys(keys)


def served(pulled: Pull, parts: Parts) -> Pull:
    """The pull that was answered from parts: as of the earliest of them, from where changes are told, with what they cost."""
    as_of = min(pulled.as_of, parts.as_of) if parts.as_of is not None else pulled.as_of
    return replace(pulled, as_of=as_of, requests=pulled.requests + parts.requests)


def learned_of(site: Site) -> bytes:
    """See `ReadsParts.learned`."""
    found = Learned(sorted(site.fields.settable), list(site.fields.renamed), sorted(site.initiatives))
    return msgspec.json.encode(found)


def with_learned(site: Site, body: bytes) -> Site:
    """The site, with what a pull elsewhere learned of it. Raises ValueError."""
    found = _LEARNED.decode(body)
    fields = replace(site.fields, settable=frozenset(found.settable), renamed=tuple(found.renamed))
    return replace(site, fields=fields, initiatives=frozenset(found.initiatives))


def _decoded(body: bytes) -> ProjectPart:
    return _PART.decode(body)
