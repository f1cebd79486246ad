"""The Jira connector: one site, one credential, one owner."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from config.text.texts import ENGLISH_TEXTS, Texts
from config.trackers import JiraTracker, NativeQuery, is_gateway
from connectors.base import Progress, StopRequested, WriteRequest, never
from connectors.changes import Changes, KnownItems, Landing
from connectors.discovery import Site as Seen
from connectors.discovery import Survey
from connectors.http.throttle import Throttle
from connectors.jira.api.client import JiraClient
from connectors.jira.api.cloud import Cloud
from connectors.jira.api.data_center import DataCenter
from connectors.jira.api.deployment import SiteApi
from connectors.jira.changes.bookmark import about, bookmark_of, digest_of, encoded
from connectors.jira.changes.changed import ChangeReader
from connectors.jira.changes.landed import begin, landed
from connectors.jira.changes.site import Site
from connectors.jira.discovery import Explorer
from connectors.jira.marks.remote_links import our_prefix
from connectors.jira.parts import Parts, learned_of, read_part, served, with_learned
from connectors.jira.past.kept_logs import KeptLogs
from connectors.jira.preflight import Inspector
from connectors.jira.read.catalog import catalog
from connectors.jira.read.histories import histories
from connectors.jira.read.keys import identities
from connectors.jira.read.reader import Reader
from connectors.jira.setup.cloud import JiraProvisioner
from connectors.jira.setup.server import ServerProvisioner
from connectors.jira.write.loader import IssueLoader
from connectors.jira.write.writer import BATCH, LANES, SINGLE, JiraWriter
from connectors.model import MARKS, History, Identity, Mark, Owned, Pull, Receipt, Ref, WorkItem
from connectors.parts import Part
from connectors.preflight import Catalog, Check
from connectors.setup import Provisioner
from connectors.text.keywords import Keywords, extract_keywords

if TYPE_CHECKING:
    from config.settings import Credentials


class JiraConnector:
    """A `Connector` for Jira: Cloud, or Data Center where the tracker says so.

    `owner` signs every mark. `fields` names the custom fields whose values items carry. `throttle` is shared by all
    who use the same site and credential. `threads` is how many requests a read has in flight, the throttle's reads if it is None.
    `labels` are those of the policy, which are ours by name, whoever put them on. `provided` is what setup
    made, ids by `Action.what`. `commitments`: items tell whether they are in an active sprint. `texts`: those that are written
    there. `history_weeks`: histories of what was alive in so many weeks will be asked for. `writes_in_flight` is how many requests its writes have under way at once, where not as many as the throttle lets through.
    """

    def __init__(
        self,
        name: str,
        tracker: JiraTracker,
        credentials: Credentials,
        owner: str,
        *,
        fields: Sequence[str] = (),
        throttle: Throttle | None = None,
        threads: int | None = None,
        labels: Collection[str] = (),
        provided: Mapping[str, str] | None = None,
        commitments: bool = False,
        texts: Texts = ENGLISH_TEXTS,
        writes_in_flight: int | None = None,
        history_weeks: int | None = None,
    ) -> None:
        api = (credentials.url or tracker.url).rstrip("/")
        pages = tracker.url.rstrip("/") if is_gateway(api) else api
        self._name, self._owner, self._pages = name, owner, pages
        self._scope = tracker.scope.projects
        self._tracker = tracker
        self._server = tracker.deployment == "data_center"
        throttle = throttle or Throttle()
        self._client = JiraClient(name, api, credentials, throttle, version="2" if self._server else "3")
        self._pool = ThreadPoolExecutor(
            threads or throttle.in_flight.reads, thread_name_prefix=f"{name}-read"
        )
        site_api: SiteApi = (DataCenter if self._server else Cloud)(self._client, self._pool)
        self._site_api = site_api
        self._client.introduce(site_api.check, site_api.hint())
        self._logs = KeptLogs(history_weeks)
        self._reader = Reader(
            self._client,
            site_api,
            tracker,
            owner,
            pages,
            self._pool,
            fields,
            labels,
            provided or {},
            commitments=commitments,
            texts=texts,
            logs=self._logs,
        )
        self._about = about(
            (name, api, pages, owner, commitments, tuple(fields)), tracker, labels, provided or {}, texts
        )
        self._changes = ChangeReader(self._client, site_api, self._reader, tracker, owner, pages, self._pool)
        self._explorer = Explorer(self._client, site_api, self._reader, pages)
        self._loader = IssueLoader(self._client, site_api, owner, self._known_site)
        self._writer = JiraWriter(
            self._loader,
            shares=not self._server,
            in_flight=writes_in_flight or throttle.in_flight.writes,
        )
        self._site: Site | None = None
        self._parts: Parts | None = None

    @property
    def name(self) -> str:
        """The tracker's name in the workspace."""
        return self._name

    def pull(
        self,
        progress: Progress | None = None,
        owned_ids: Collection[str] | None = None,
        commented_ids: Collection[str] = (),
    ) -> Pull:
        """See `Connector.pull`."""
        return self._pull(progress, owned_ids, commented_ids)

    def pull_into(
        self,
        landing: Landing,
        progress: Progress | None = None,
        owned_ids: Collection[str] | None = None,
        commented_ids: Collection[str] = (),
    ) -> Pull:
        """See `ResumesReads.pull_into`. The `landing` keeps what was read of issues."""
        return self._pull(progress, owned_ids, commented_ids, landing)

    def _pull(
        self,
        progress: Progress | None,
        owned_ids: Collection[str] | None,
        commented_ids: Collection[str],
        landing: Landing | None = None,
    ) -> Pull:
        before, parts = self._client.requests, self._parts
        self._logs.clear()
        reader = self._reader if parts is None else self._reader.through(parts)
        pulled, self._site = reader.pull(
            reader.site(ahead=True),
            progress,
            before,
            owned_ids,
            commented_ids,
            begin=None if landing is None or parts is not None else partial(self._begin, landing),
        )
        self._loader.api.forget_off_screen(self._site.fields.settable)
        if parts is not None:
            pulled = served(pulled, parts)
        return replace(pulled, bookmark=encoded(bookmark_of(pulled, self._site, self._about)))

    def _begin(self, landing: Landing, at: datetime, site: Site) -> tuple[SiteApi, datetime]:
        begun = begin(landing, at, digest_of((self._about, site.me, site.fields.wanted)))
        client = landed(self._client, landing)
        return (DataCenter if self._server else Cloud)(client, self._pool), begun

    def changes(
        self,
        bookmark: str,
        known: KnownItems,
        *,
        sweep: bool = False,
        doubtful: Collection[str] = (),
        progress: Progress | None = None,
    ) -> Changes:
        """See `ReadsChanges.changes`."""
        self._logs.clear()
        found, self._site = self._changes.read(
            bookmark, self._about, known, progress, sweep=sweep, doubtful=frozenset(doubtful)
        )
        self._loader.api.forget_off_screen(self._site.fields.settable)
        return found

    def read_part(
        self,
        progress: Progress | None = None,
        owned_ids: Collection[str] | None = None,
        commented_ids: Collection[str] = (),
    ) -> Part:
        """See `ReadsParts.read_part`."""
        return read_part(self._reader, self._site_api, self._client, progress, owned_ids, commented_ids)

    def serve(self, parts: Collection[bytes]) -> None:
        """See `ReadsParts.serve`."""
        self._parts = Parts(self._site_api, parts)

    def learned(self) -> bytes:
        """See `ReadsParts.learned`."""
        return learned_of(self._known_site())

    def learn(self, learned: bytes) -> None:
        """See `ReadsParts.learn`."""
        self._site = with_learned(self._reader.site(), learned)

    def preflight(
        self,
        labels: Sequence[str],  # noqa: ARG002
        updates: Collection[str] = (),  # noqa: ARG002
        marks: Collection[Mark] = MARKS,
    ) -> Iterator[Check]:
        """See `Connector.preflight`; any word can be a label here, and there are no status updates."""
        return Inspector(self._client, self._site_api, self._tracker, self._reader, marks).preflight()

    def places(self, wanted: Collection[str] = ()) -> Seen:
        """See `Discovers.places`."""
        return self._explorer.places(wanted)

    def survey(self, keys: Collection[str]) -> Survey:
        """See `Discovers.survey`."""
        return self._explorer.survey(keys)

    @property
    def requests(self) -> int:
        """See `Discovers.requests`."""
        return self._client.requests

    def catalog(self, saved: Collection[NativeQuery]) -> Catalog:
        """See `HasCatalog.catalog`."""
        # Who is signed in is asked first: a bad credential would be served as anonymous.
        words = self._known_site().words
        return catalog(self._client, self._site_api, saved, words)

    def owned_items(self, written: Collection[str], progress: Progress | None = None) -> Owned:
        """See `Connector.owned_items`."""
        before = self._client.requests
        owned, self._site = self._reader.owned_items(self._reader.site(ahead=True), written, progress, before)
        return owned

    def count(self, query: NativeQuery) -> int:
        """See `AnswersQueries.count`; Jira's own count is approximate, so the ids are listed."""
        return len(self.find(query))

    def find(self, query: NativeQuery) -> frozenset[str]:
        """See `AnswersQueries.find`; JQL has at least one restriction, and takes the id of a saved filter."""
        self._known_site()
        return self._reader.find(_jql(query))

    def probe(self, query: NativeQuery) -> None:
        """See `AnswersQueries.probe`."""
        self._known_site()
        self._reader.probe(_jql(query))

    def fetch(self, ids: Collection[str]) -> tuple[WorkItem, ...]:
        """See `AnswersQueries.fetch`."""
        return self._reader.fetch(self._known_site(), ids)

    def items_by_key(self, keys: Collection[str]) -> Mapping[str, Identity]:
        """See `ResolvesKeys.items_by_key`."""
        self._known_site()
        return identities(self._client, self._pool, "issue", keys)

    def projects_by_key(self, keys: Collection[str]) -> Mapping[str, Identity]:
        """See `ResolvesKeys.projects_by_key`."""
        self._known_site()
        return identities(self._client, self._pool, "project", keys)

    def histories(self, items: Collection[WorkItem], *, everything: bool = False) -> Mapping[Ref, History]:
        """See `KeepsHistories.histories`."""
        if not items:
            return {}
        site = self._known_site()
        return histories(self._client, self._site_api, items, site, self._logs, everything=everything)

    def keywords(self, items: Collection[WorkItem]) -> Mapping[Ref, Keywords]:
        """See `HasDescriptions.keywords`."""
        found = self._site_api.descriptions(sorted(item.ref.id for item in items))
        return {Ref(self._name, id_): words for id_, text in found if (words := extract_keywords(text))}

    def pages_of(self, item: WorkItem) -> tuple[str, ...]:
        """See `TellsPages.pages_of`: the remote links, of which Jira has no bulk read."""
        self._known_site()
        return tuple(self._loader.api.pages(item.ref.id, our_prefix(self._owner)))

    @property
    def batch(self) -> int:
        """See `Connector.batch`. Data Center has no call for several issues."""
        return SINGLE if self._server else BATCH

    @property
    def lanes(self) -> int:
        """See `WritesSideBySide.lanes`."""
        return LANES

    def write_batch(self, requests: Sequence[WriteRequest], stop: StopRequested = never) -> Iterator[Receipt]:
        """See `Connector.write_batch`."""
        return self._writer.write(requests, stop)

    def provisioner(self) -> Provisioner:
        """See `Provisions.provisioner`."""
        if self._server:
            return ServerProvisioner(self._client, self._site_api, self._scope, self._pages)
        return JiraProvisioner(self._client, self._scope, self._pages)

    def close(self) -> None:
        """See `Connector.close`."""
        self._client.close()
        self._writer.close()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _known_site(self) -> Site:
        if self._site is None:
            self._site = self._reader.site()
        return self._site


def _jql(query: NativeQuery) -> str:
    return f"filter = {query.text}" if query.language == "saved_filter" else query.text
