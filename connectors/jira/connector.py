"""The Jira connector: one site, one credential, one owner."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from config.trackers import JiraTracker
from connectors.base import Progress, StopRequested, Wish, never
from connectors.http.throttle import Governor
from connectors.jira.api.client import JiraClient
from connectors.jira.api.cloud import Cloud
from connectors.jira.api.data_center import DataCenter
from connectors.jira.api.deployment import Source
from connectors.jira.preflight import Inspector
from connectors.jira.read.histories import histories
from connectors.jira.read.reader import Reader, Site
from connectors.jira.setup.cloud import JiraProvisioner
from connectors.jira.setup.server import ServerProvisioner
from connectors.jira.write.batch import BATCH, BatchWriter
from connectors.jira.write.writer import Writer
from connectors.model import Marks, NativeQuery, Pull, Receipt, Ref, Span, WorkItem
from connectors.preflight import Check
from connectors.setup import Provisioner
from connectors.text.keywords import Gist, gist_of

if TYPE_CHECKING:
    from config.settings import Credentials

GATEWAY = "/ex/jira/"
"""Part of every gateway address, which serves the API but no pages (contracts, section 8)."""


class JiraConnector:
    """A `Connector` for Jira: Cloud, or Data Center where the tracker says so.

    `owner` signs every mark. `fields` names the custom fields whose values items carry. `governor` is shared by all
    who use the same site and credential. `threads` is how many requests a read has in flight; the vendor asks for no
    more than ten.
    """

    def __init__(
        self,
        name: str,
        tracker: JiraTracker,
        credentials: Credentials,
        owner: str,
        *,
        fields: Sequence[str] = (),
        governor: Governor | None = None,
        threads: int = 8,
    ) -> None:
        api = (credentials.url or tracker.url).rstrip("/")
        pages = tracker.url.rstrip("/") if GATEWAY in api else api
        self._name = name
        self._scope = tracker.scope.projects
        self._tracker = tracker
        self._server = tracker.deployment == "data_center"
        self._client = JiraClient(
            name,
            api,
            credentials,
            governor or Governor(),
            threads=threads,
            version="2" if self._server else "3",
        )
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=f"{name}-read")
        source: Source = (DataCenter if self._server else Cloud)(self._client, self._pool)
        self._source = source
        self._reader = Reader(self._client, source, tracker, owner, pages, self._pool, fields)
        self._writer = Writer(self._client, source, owner, self._known_site)
        self._batches = BatchWriter(self._writer, owner)
        self._site: Site | None = None

    @property
    def name(self) -> str:
        """The tracker's name in the workspace."""
        return self._name

    def pull(self, progress: Progress | None = None, known: Collection[str] | None = None) -> Pull:
        """See `Connector.pull`."""
        before = self._client.requests
        pulled, self._site = self._reader.pull(self._reader.site(), progress, before, known)
        self._writer.sender.forget_off_screen(self._site.fields.regained)
        return pulled

    def examine(self, labels: Sequence[str], updates: Collection[str] = ()) -> Iterator[Check]:  # noqa: ARG002
        """See `Connector.examine`; any word can be a label here, and there are no status updates."""
        return Inspector(self._client, self._source, self._tracker, self._reader).examine()

    def marked(self, written: Collection[str], progress: Progress | None = None) -> tuple[WorkItem, ...]:
        """See `Connector.marked`."""
        before = self._client.requests
        self._site = self._reader.site()
        return self._reader.marked(self._site, written, progress, before)

    def count(self, query: str) -> int:
        """See `Connector.count`; `query` is JQL with at least one restriction."""
        self._known_site()
        return self._reader.count(query)

    def find(self, query: NativeQuery) -> frozenset[str]:
        """See `Connector.find`; a saved filter is asked as JQL, which takes its id."""
        self._known_site()
        return self._reader.find(f"filter = {query.text}" if query.language == "saved_filter" else query.text)

    def fetch(self, ids: Collection[str]) -> tuple[WorkItem, ...]:
        """See `Connector.fetch`."""
        return self._reader.fetch(self._known_site(), ids)

    def histories(self, items: Collection[WorkItem]) -> Mapping[Ref, tuple[Span, ...]]:
        """See `Connector.histories`."""
        return histories(self._client, self._source, items)

    def gists(self, items: Collection[WorkItem]) -> Mapping[Ref, Gist]:
        """See `Connector.gists`."""
        found = self._source.descriptions(sorted(item.ref.id for item in items))
        return {Ref(self._name, id_): gist for id_, text in found if (gist := gist_of(text))}

    def write(self, item: WorkItem, wanted: Marks) -> Receipt:
        """See `Connector.write`."""
        return self._writer.write(item, wanted)

    def made(self) -> tuple[str, ...]:
        """See `Connector.made`. Jira's labels are only words on issues."""
        return ()

    def unmake(self, name: str) -> bool:  # noqa: ARG002
        """See `Connector.unmake`."""
        return False

    @property
    def batch(self) -> int:
        """See `Connector.batch`. Data Center has no call for several issues."""
        return 1 if self._server else BATCH

    def write_batch(self, wishes: Sequence[Wish], stop: StopRequested = never) -> Iterator[Receipt]:
        """See `Connector.write_batch`."""
        yield from self._batches.write(wishes, stop)

    @property
    def provisioner(self) -> Provisioner:
        """Setup of this site."""
        if self._server:
            return ServerProvisioner(self._client, self._source, self._scope)
        return JiraProvisioner(self._client, self._scope)

    def close(self) -> None:
        """See `Connector.close`."""
        self._client.close()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _known_site(self) -> Site:
        if self._site is None:
            self._site = self._reader.site()
        return self._site
