"""One whole read of the projects in scope: credential, projects, fields, ids, issues, ancestors, comments."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from copy import copy
from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType
from urllib.parse import quote

import structlog

from config.errors import nearest
from config.text.texts import ENGLISH_TEXTS, Texts
from config.trackers import JiraTracker
from connectors.base import Progress
from connectors.collector import resting_collector
from connectors.errors import (
    BadReply,
    CredentialError,
    PermissionDenied,
    QueryError,
    ScopeError,
    TrackerError,
)
from connectors.http.dates import iso_time
from connectors.jira.api import replies, wire
from connectors.jira.api.bulk_read import jql_text
from connectors.jira.api.client import JiraClient
from connectors.jira.api.deployment import SiteApi
from connectors.jira.api.errors import Rejected
from connectors.jira.api.fields import SiteFields
from connectors.jira.bulk.drafts import Drafts, likely_points
from connectors.jira.changes.learned import Learned, names_on
from connectors.jira.changes.site import Site
from connectors.jira.marks.comment import CommentApi
from connectors.jira.marks.pages import pages_of
from connectors.jira.past.given_health import find_health_field, unknown_words, with_health_days
from connectors.jira.past.kept_logs import KeptLogs
from connectors.jira.read.catalog import account_words
from connectors.jira.read.custom_fields import find_custom_fields
from connectors.jira.read.find_fields import find_fields
from connectors.jira.read.mapping import NO_STATUSES, IssueMapper, sifted
from connectors.jira.read.parents import (
    LinkedTypes,
    close_upwards,
    linked_types,
    odd_links,
    refused_links,
    types_above,
)
from connectors.jira.read.read_notes import cut_changelogs, left_out, no_sprints
from connectors.jira.read.renamed_fields import notes_on_renamed, renamed_fields
from connectors.jira.read.settable_fields import SettableFields
from connectors.jira.read.shared_names import Points, fields_of_one_name, points_among, points_by_project
from connectors.jira.read.shown_comments import kept_from_customers, with_comments, with_remnant
from connectors.jira.read.sprints import with_sprints_of_parents
from connectors.jira.read.status_moves import KnownStatuses
from connectors.jira.read.words import Words
from connectors.model import NOTHING, Owned, Pull, SetAside, WorkItem
from connectors.set_aside import check_share, named

log = structlog.get_logger(__name__)


Begin = Callable[[datetime, Site], tuple[SiteApi, datetime]]
"""See `Reader.pull`."""


class Reader:
    """Reads one tracker. `pages` is the address at which people see the site, `provided` what setup made there, `logs` where changelogs
    are kept that come with issues."""

    def __init__(
        self,
        client: JiraClient,
        site_api: SiteApi,
        tracker: JiraTracker,
        owner: str,
        pages: str,
        pool: Executor,
        fields: Sequence[str] = (),
        labels: Collection[str] = (),
        provided: Mapping[str, str] = MappingProxyType({}),
        *,
        commitments: bool = False,
        texts: Texts = ENGLISH_TEXTS,
        logs: KeptLogs | None = None,
    ) -> None:
        self._client = client
        self._site_api = site_api
        self._tracker = tracker
        self._owner = owner
        self._pages = pages
        self._pool = pool
        self._fields = fields
        self._labels = labels
        self._provided = provided
        self._commitments = commitments
        self._texts = texts
        self.logs = logs or KeptLogs(None)
        self._keys_now: dict[str, str] = {}

    def through(self, site_api: SiteApi) -> Reader:
        """The same reader, asking through another `SiteApi`."""
        other = copy(self)
        other._site_api = site_api  # noqa: SLF001  of this class
        return other

    def signed_in(self) -> wire.User:
        """Who we are; CredentialError where the credential is no good.

        `/myself` is the one read that a bad credential cannot make as anonymous.
        """
        try:
            return self._client.call("GET", "myself", replies.USER)
        except PermissionDenied as error:
            raise CredentialError(self._client.name, error.what, self._site_api.hint()) from None
        except Rejected as error:
            if error.status != 404:
                raise
            raise TrackerError(
                self._client.name,
                f"no Jira site found at {self._client.api} (HTTP 404).",
                self._site_api.hint(),
            ) from None

    def site(self, *, ahead: bool = False) -> Site:
        """Who we are, and which fields there are. `ahead`: and the projects in scope, all asked for side by side, as `pull` needs them.

        Nothing that was asked beside counts before it is known who we are: what answers a bad credential may be what anybody
        sees. On a Data Center it is asked first, since a few bad credentials in a row lock an account out (CAPTCHA).
        """
        self._client.introduced()
        at_once = ahead and self._tracker.deployment == "cloud"
        me = None if at_once else self.signed_in()
        keys = self._tracker.scope.projects if ahead else ()
        asked = {key: self._pool.submit(self._project, key) for key in keys}
        fields = self._pool.submit(self._fields_there) if ahead else None
        me = me or self.signed_in()
        known = fields.result() if fields else self._fields_there()
        found = self.fields_among(known)
        words = self.words_of(me)
        projects = self.projects(asked) if ahead else ()
        return Site(self._account(me), found, words, user=me, listed=known, projects=projects)

    def _fields_there(self) -> list[wire.FieldInfo]:
        return self._client.call("GET", "field", replies.FIELDS)

    def words_of(self, me: wire.User) -> Words:
        """What the account's language calls otherwise than English; a Data Center is read in that language alone."""
        return account_words(self._client, me.locale) if self._tracker.deployment == "cloud" else {}

    def fields_among(self, known: Sequence[wire.FieldInfo]) -> SiteFields:
        """Those of the fields that matter. Raises ScopeError."""
        found = find_fields(
            self._client.name, known, self._tracker.estimate_field, self._provided, self._texts
        )
        custom = find_custom_fields(self._client.name, known, self._fields, found)
        cloud = self._tracker.deployment == "cloud"
        # Paragraphs are text on Data Center, in wiki markup; the Cloud tells every parent as `parent`.
        found = (
            replace(found, parent_link=None)
            if cloud
            else replace(found, paragraphs=frozenset(), options_by_hand=True)
        )
        health = find_health_field(self._client.name, known, self._tracker.health_field, found)
        found = replace(found, given_health=health)
        ours = frozenset(label.casefold() for label in self._labels)
        return replace(found, custom=custom, labels=ours, commitments=self._commitments)

    def _account(self, me: wire.User) -> str:
        if me.account is None:
            raise BadReply(self._client.name, "GET myself returned no account.")
        return me.account

    @resting_collector()
    def pull(
        self,
        site: Site,
        progress: Progress | None,
        sent_before: int,
        known: Collection[str] | None = None,
        commented: Collection[str] = (),
        *,
        ask_settable: bool = True,
        begin: Begin | None = None,
    ) -> tuple[Pull, Site]:
        """Everything in scope and its visible ancestors, with their marks; and the site with what was learned
        of its fields meanwhile. `ask_settable`: ask which fields can be set now that could not be before. `begin`: gives what
        ids and issues are read by, and when that began, at the tracker's time before the first of them."""
        report = progress or (lambda _what, _done, _total: None)
        site_api, as_of = self._site_api, self.server_time()
        projects = site.projects or self.projects()
        if begin is not None:
            site_api, as_of = begin(as_of, site)
        scope = frozenset(project.id for project in projects)
        bulk = site_api.issues(site.fields, known, commented, scope)
        drafts = Drafts(self._early_mapper(site, scope, projects))
        pages = site_api.scope_pages([project.key for project in projects])
        ids, found = bulk.read_scope(pages, drafts.add, lambda done, all_: report("issues", done, all_))
        gone = len(set(ids) - found.keys() - bulk.set_aside.keys())
        notes = [*site.fields.notes, *self.renamed_projects(projects), *left_out(gone)]
        # The index lags behind: an issue may have left the scope since.
        issues = {id_: issue for id_, issue in found.items() if issue.fields.project.id in scope}
        self.logs.keep(issues.values(), site.fields, as_of)
        parents = close_upwards(issues, bulk)
        if ask_settable:
            mine = [issue for issue in issues.values() if issue.fields.project.id in scope]
            settable, refused = SettableFields(self._client, self._pool, self._owner).among(mine, site.fields)
            notes += refused
            site = replace(site, fields=replace(site.fields, settable=settable))
        notes += cut_changelogs(issues.values())
        notes += refused_links(issues.values(), site.fields)
        notes += unknown_words(issues.values(), site.fields)
        notes += no_sprints(self._client.name, site.fields)
        held, points, doubtful = points_among(issues.values(), site.fields)
        notes += doubtful
        notes += fields_of_one_name(issues.values(), site.fields)
        # Nothing but such links tells of levels, and the Cloud tells the levels themselves.
        linked = linked_types(issues, parents) if site.fields.parent_link else LinkedTypes()
        site = replace(site, projects=projects, initiatives=types_above(linked))
        if site.fields.parent_link:
            notes += odd_links(issues, parents, site.initiatives, site.fields)
        site = self.with_statuses(site, issues.values())
        mapper = self.mapper(site, scope, points)
        items, aside = sifted(drafts.finished_by(mapper), issues.values(), parents)
        items = with_health_days(with_sprints_of_parents(items), site_api, site.fields)
        renamed = renamed_fields(items, site.fields, self._owner)
        notes += notes_on_renamed(renamed, site.fields)
        site = replace(site, fields=replace(site.fields, renamed=renamed))
        aside |= bulk.set_aside
        check_share(self._client.name, aside.values(), len(items) + len(aside))
        comments = CommentApi(self._client, self._site_api, self._owner, site.me)
        items = with_comments(items, issues, comments, report)
        items, without = kept_from_customers(items)
        notes += [f"Customers would see comments in project {key}, so it stays without." for key in without]
        learned = Learned(
            names=names_on(issues.values()),
            held=held,
            linked=linked,
            refusing=tuple(without),
            renamed=renamed,
            settable=tuple(sorted(site.fields.settable)),
        )
        site = replace(site, learned=learned)
        pulled = Pull(
            tracker=self._client.name,
            items=tuple(sorted(items, key=lambda item: (len(item.ref.id), item.ref.id))),
            as_of=as_of,
            requests=self._client.requests - sent_before,
            notes=tuple(notes),
            set_aside=tuple(aside[id_] for id_ in sorted(aside)),
            pages=pages_of(self._pages, site.fields.key_result),
        )
        return pulled, site

    def owned_items(
        self, site: Site, written: Collection[str], progress: Progress | None, sent_before: int
    ) -> tuple[Owned, Site]:
        """See `Connector.owned_items`; and the site with what the stamps tell of its fields.

        What left the scope is found by id, since a property cannot be searched for; copies of it, of which nobody has an
        id, by the labels that are ours by name.
        """
        # Marks that are to go need not be filled in first.
        pulled, learned = self.pull(site, progress, sent_before, commented=written, ask_settable=False)
        site = replace(site, initiatives=learned.initiatives)
        scope = [item for item in pulled.items if item.in_scope]
        known = {item.ref.id for item in scope}
        bulk = self._site_api.issues(site.fields, commented=written)
        beyond = bulk.fetch(sorted({*written, *self._labelled_elsewhere()} - known))
        homes = frozenset(issue.fields.project.id for issue in beyond.values())
        site = self.with_statuses(site, beyond.values())
        mapper = self.mapper(site, homes, points_by_project(beyond.values(), site.fields)[0])
        away, aside = sifted(mapper, beyond.values())
        comments = CommentApi(self._client, self._site_api, self._owner, site.me)
        away = [item for item in away if item.ref.id in written or not _is_of_others(item, self._owner)]
        items = [*scope, *with_comments(away, beyond, comments, lambda _what, _done, _total: None)]
        bare = [item.ref.id for item in items if item.ref.id in written and item.shown.stamp is None]
        left = comments.ours_on(bare)
        marked = (with_remnant(item, left.get(item.ref.id), self._owner) for item in items)
        unread = {one.id: one for one in (*pulled.set_aside, *aside.values(), *bulk.set_aside.values())}
        found = tuple(item for item in marked if item.shown.stamp is not None)
        renamed = renamed_fields(found, site.fields, self._owner)
        owned = Owned(found, tuple(unread[id_] for id_ in sorted(unread)))
        return owned, replace(site, fields=replace(site.fields, renamed=renamed))

    def _labelled_elsewhere(self) -> list[str]:
        """Ids of the issues out of scope that bear a label of ours; a request, and none where there are no labels."""
        if not self._labels:
            return []
        labels = ", ".join(map(jql_text, sorted(self._labels)))
        scope = ", ".join(
            jql_text(self._keys_now.get(key.upper(), key)) for key in self._tracker.scope.projects
        )
        try:
            return self._site_api.ids(f"labels in ({labels}) AND project not in ({scope})")
        except QueryError as error:
            log.warning("cannot look for labels out of scope", tracker=self._client.name, cause=error.what)
            return []

    def find(self, query: str) -> frozenset[str]:
        """Ids of the issues that the query finds. Raises QueryError when Jira does not accept it."""
        with self._accepted(query):
            return frozenset(self._site_api.ids(query))

    def probe(self, query: str) -> None:
        """Raise QueryError when Jira does not accept the query."""
        with self._accepted(query):
            self._site_api.newest(query)

    @contextmanager
    def _accepted(self, query: str) -> Iterator[None]:
        try:
            yield
        except Rejected as error:
            if error.status != 400:
                raise
            raise QueryError(
                self._client.name, f"Jira rejected the query {query!r}: {error.words or 'HTTP 400'}"
            ) from None

    def fetch(self, site: Site, ids: Collection[str]) -> tuple[WorkItem, ...]:
        """The issues with these ids, wherever they are, without parents and marks; see `AnswersQueries.fetch`."""
        if not ids:
            return ()
        bulk = self._site_api.issues(site.fields, ())
        found = bulk.fetch(sorted(ids))
        scope = {self._keys_now.get(key.upper(), key.upper()) for key in self._tracker.scope.projects}
        homes = frozenset(
            one.fields.project.id for one in found.values() if one.fields.project.key.upper() in scope
        )
        site = self.with_statuses(site, found.values())
        mapper = self.mapper(site, homes, points_by_project(found.values(), site.fields)[0])
        items, aside = sifted(mapper, found.values())
        self._log_aside((*aside.values(), *bulk.set_aside.values()))
        return tuple(replace(item, shown=NOTHING, writable=frozenset()) for item in items)

    def with_statuses(self, site: Site, issues: Iterable[wire.Issue]) -> Site:
        """The site with its statuses, where they are needed: on Data Center, to date what is done; and for histories that are to come."""
        dates = self._tracker.deployment != "cloud" and any(one.fields.is_done for one in issues)
        if not dates and not (self.logs.wanted and any(True for _ in issues)):
            return replace(site, statuses=None)
        return replace(site, statuses=self._client.call("GET", "status", replies.STATUSES))

    def mapper(self, site: Site, projects: frozenset[str], points: Points) -> IssueMapper:
        """What makes items of issues; `projects` are the ids of those that are in scope."""
        statuses = KnownStatuses(site.statuses, site.words) if site.statuses is not None else NO_STATUSES
        return IssueMapper(
            self._client.name,
            self._tracker,
            site.fields,
            self._owner,
            self._pages,
            projects,
            statuses,
            points,
            site.words,
            site.initiatives,
        )

    def _early_mapper(
        self, site: Site, scope: frozenset[str], projects: Sequence[wire.Project]
    ) -> IssueMapper | None:
        """What makes items of issues as they come; a Data Center tells too little with the issue."""
        points = likely_points(projects, site.fields)
        return self.mapper(site, scope, points) if self._tracker.deployment == "cloud" else None

    def _log_aside(self, aside: Collection[SetAside]) -> None:
        """Say what was set aside where nothing else can say it."""
        if aside:
            log.warning("cannot read items", tracker=self._client.name, items=named(aside))

    def server_time(self) -> datetime:
        """What time it is on the site, or as near as its replies tell. Raises Misdeclared for a site of another kind."""
        info = self._client.site_info()
        if info is not None:
            self._site_api.check(info)
        told = iso_time(info.server_time) if info is not None else None
        return told or self._client.server_time or datetime.now(UTC)

    def projects(
        self, asked: Mapping[str, Future[wire.Project]] = MappingProxyType({})
    ) -> list[wire.Project]:
        """The projects in scope, as they are called now. Raises ScopeError for one that cannot be seen.

        `asked`: those that were asked for already, by the declared key.
        """
        found = []
        for key in self._tracker.scope.projects:
            try:
                found.append(asked[key].result() if key in asked else self._project(key))
            except Rejected as error:
                if error.status != 404:
                    raise
                raise self._no_project(key) from None
        return found

    def _project(self, key: str) -> wire.Project:
        return self._client.call("GET", f"project/{quote(key, safe='')}", replies.PROJECT)

    def renamed_projects(self, projects: Sequence[wire.Project]) -> Iterable[str]:
        """That a project in scope answers by a key that it had."""
        for declared, project in zip(self._tracker.scope.projects, projects, strict=True):
            self._keys_now[declared.upper()] = project.key.upper()
            if declared.upper() != project.key.upper():
                yield f"scope.projects names {declared}, which is {project.key} now."

    def _no_project(self, key: str) -> ScopeError:
        visible = sorted(project.key for project in self._site_api.projects())
        near = nearest(key, visible)
        hint = (
            f'Did you mean "{near}"? ' if near else "" if visible else "The account cannot see any project. "
        )
        return ScopeError(
            self._client.name,
            f'project "{key}" does not exist, or the account cannot browse it.',
            f"{hint}Correct scope.projects, or give the account access.",
        )


def _is_of_others(item: WorkItem, owner: str) -> bool:
    """Whether another workspace has its stamp on an item that is none of ours."""
    return item.shown.stamp is not None and item.shown.stamp.owner != owner
