"""One Linear workspace as a connector."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice
from typing import cast

import msgspec

from config.policy import NO_LABELS, LabelPolicy
from config.settings import Credentials
from config.text.issue_pages import IssuePages
from config.text.texts import ENGLISH_TEXTS, Texts
from config.trackers import LinearTracker, NativeQuery
from connectors.base import UNSAID, InitiativeUse, Progress, StopRequested, WriteRequest, never
from connectors.changes import Changes, KnownItems, Landing
from connectors.discovery import Site, Survey
from connectors.errors import QueryError, Refused
from connectors.http.throttle import Throttle
from connectors.linear.api import queries, wire
from connectors.linear.api.client import LinearClient
from connectors.linear.api.errors import Quota
from connectors.linear.changes.changes import about, read_changes
from connectors.linear.discovery import Explorer
from connectors.linear.marks.labels import LabelCatalog
from connectors.linear.marks.own_labels import OwnLabels
from connectors.linear.marks.pages import linked_views
from connectors.linear.parts import Parts, learned_of, read_part, served, with_learned
from connectors.linear.preflight import preflight
from connectors.linear.read.catalog import catalog
from connectors.linear.read.descriptions import keywords
from connectors.linear.read.histories import histories
from connectors.linear.read.keys import items_by_key
from connectors.linear.read.reader import fetch, owned_items, pull
from connectors.linear.setup.workspace import LinearProvisioner
from connectors.linear.write.writer import BATCH, LinearWriter
from connectors.model import MARKS, History, Identity, Mark, Owned, Pull, Receipt, Ref, WorkItem
from connectors.parts import Part
from connectors.preflight import Catalog, Check
from connectors.text.keywords import Keywords


class LinearConnector:
    """Reads and marks the teams in scope. See connectors.base.Connector for what each method promises.

    `commitments`: a pull tells of each issue whether it is in an active cycle. `provided` is what setup made, ids by
    `Action.what`. `texts`: those that are written there.
    """

    def __init__(
        self,
        name: str,
        tracker: LinearTracker,
        credentials: Credentials,
        owner: str,
        *,
        throttle: Throttle | None = None,
        labels: LabelPolicy = NO_LABELS,
        initiatives: InitiativeUse = UNSAID,
        elsewhere: Sequence[IssuePages] = (),
        commitments: bool = False,
        provided: Mapping[str, str] | None = None,
        texts: Texts = ENGLISH_TEXTS,
    ) -> None:
        self._tracker = tracker
        self._views = linked_views(provided or {})
        self._elsewhere = tuple(elsewhere)
        self._commitments = commitments
        self._initiatives = initiatives
        self._client = LinearClient(
            name,
            credentials.url or tracker.url,
            credentials.token,
            throttle or Throttle(),
            private_allowed=credentials.private_allowed,
        )
        self._explorer = Explorer(self._client)
        self._labels = LabelCatalog(self._client, OwnLabels(owner, labels, {}, texts=texts))
        self._writer = LinearWriter(self._client, self._labels, owner, self._author)
        self._is_app: bool | None = None
        self._parts: Parts | None = None

    @property
    def name(self) -> str:
        """The tracker's name in the workspace."""
        return self._client.tracker

    @property
    def quotas(self) -> dict[str, Quota]:
        """The last reading of Linear's limits, by kind; empty before the first reply."""
        return dict(self._client.quotas)

    def _author(self) -> Mapping[str, str]:
        """Whom comments and attachments name as their author; Linear takes that from an app's token only.

        Source: contracts/linear.md, section 12. Status updates have no such input: they show the app itself.
        """
        actor = self._tracker.app
        if actor is None:
            return {}
        if self._is_app is None:
            self._is_app = self._client.execute(queries.VIEWER).viewer.app
        if not self._is_app:
            return {}
        return {"createAsUser": actor.name} | ({"displayIconUrl": actor.icon} if actor.icon else {})

    def pull(
        self,
        progress: Progress | None = None,
        owned_ids: Collection[str] | None = None,  # noqa: ARG002
        commented_ids: Collection[str] = (),  # noqa: ARG002
    ) -> Pull:
        """See `Connector.pull`; marks come with the items, so `owned_ids` are not needed."""
        return self._pull(progress)

    def pull_into(
        self,
        landing: Landing,
        progress: Progress | None = None,
        owned_ids: Collection[str] | None = None,  # noqa: ARG002
        commented_ids: Collection[str] = (),  # noqa: ARG002
    ) -> Pull:
        """See `ResumesReads.pull_into`."""
        return self._pull(progress, landing)

    def _pull(self, progress: Progress | None, landing: Landing | None = None) -> Pull:
        parts = self._parts
        result, labels = pull(
            # It passes on whatever it does not answer.
            self._client if parts is None else cast("LinearClient", parts),
            self._tracker,
            self._labels.last,
            progress,
            self._initiatives,
            self._elsewhere,
            cycles=self._commitments,
            views=self._views,
            landing=landing,
            since=None if parts is None else parts.as_of,
        )
        self._labels.fill(labels)
        return result if parts is None else served(result, parts)

    def read_part(
        self,
        progress: Progress | None = None,
        owned_ids: Collection[str] | None = None,  # noqa: ARG002
        commented_ids: Collection[str] = (),  # noqa: ARG002
    ) -> Part:
        """See `ReadsParts.read_part`."""
        return read_part(self._client, self._tracker, progress, self._initiatives, cycles=self._commitments)

    def serve(self, parts: Collection[bytes]) -> None:
        """See `ReadsParts.serve`."""
        self._parts = Parts(self._client, parts)

    def learned(self) -> bytes:
        """See `ReadsParts.learned`."""
        return learned_of(self._labels.own)

    def learn(self, learned: bytes) -> None:
        """See `ReadsParts.learn`."""
        self._labels.fill(with_learned(self._labels.last, learned))

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
        of = about(
            self._tracker, self._labels.last, self._initiatives, self._elsewhere, cycles=self._commitments
        )
        result, labels = read_changes(
            self._client,
            self._tracker,
            self._labels.last,
            known,
            bookmark,
            of,
            progress,
            self._initiatives,
            self._elsewhere,
            self._views,
            cycles=self._commitments,
            sweep=sweep,
            doubtful=doubtful,
        )
        if labels is not None:
            self._labels.fill(labels)
        return result

    def preflight(
        self, labels: Sequence[str], updates: Collection[str] = (), marks: Collection[Mark] = MARKS
    ) -> Iterator[Check]:
        """See `Connector.preflight`."""
        return preflight(self._client, self._tracker, labels, updates, marks, self._initiatives)

    def places(self, wanted: Collection[str] = ()) -> Site:
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
        return catalog(self._client, saved)

    def owned_items(self, written: Collection[str], progress: Progress | None = None) -> Owned:
        """See `Connector.owned_items`."""
        found, labels = owned_items(
            self._client, self._tracker, self._labels.last, written, progress, self._initiatives
        )
        self._labels.fill(labels)
        return found

    def count(self, query: NativeQuery) -> int:
        """See `AnswersQueries.count`: in all teams unless the filter names some."""
        return len(self.find(query))

    def find(self, query: NativeQuery) -> frozenset[str]:
        """See `AnswersQueries.find`: with the archive, into which Linear puts closed work by itself, without the trash."""
        found = self._in_view(query.text) if query.language == "view" else self._answer(query.text)
        return frozenset(one.id for one in found if not one.trashed)

    def probe(self, query: NativeQuery) -> None:
        """See `AnswersQueries.probe`: by its first page."""
        if query.language == "view":
            self._in_view(query.text, most=1)
        else:
            self._answer(query.text, most=1)

    def _answer(self, query: str, most: int | None = None) -> list[wire.FoundNode]:
        try:
            given = json.loads(query)
        except (ValueError, RecursionError):
            raise QueryError(
                self.name, "the filter is not valid JSON.", "Use a Linear IssueFilter."
            ) from None
        if not isinstance(given, dict):
            raise QueryError(self.name, "the filter is not an object.", "Use a Linear IssueFilter.")
        try:
            return list(
                islice(self._client.walk(queries.FOUND, lambda reply: reply.issues, filter=given), most)
            )
        except Refused as error:
            raise QueryError(self.name, error.what, "Correct the filter in the OKR files.") from error
        except (msgspec.EncodeError, RecursionError):
            raise QueryError(self.name, "the filter is nested too deeply.") from None

    def _in_view(self, identity: str, most: int | None = None) -> list[wire.FoundNode]:
        listed: set[str] = set()

        def issues(reply: wire.ViewIssues) -> wire.Connection[wire.FoundNode]:
            listed.add(reply.custom_view.model_name)
            return reply.custom_view.issues

        try:
            found = list(islice(self._client.walk(queries.VIEW, issues, id=identity), most))
        except Refused as error:
            what = f"cannot read the custom view {identity!r}: {error.what}"
            raise QueryError(self.name, what, "Share it, or use a view of the service account.") from error
        if listed != {"Issue"}:
            what = f"the custom view {identity!r} lists {', '.join(sorted(listed))}s, not issues."
            raise QueryError(self.name, what, "Use a view of issues.")
        return found

    def fetch(self, ids: Collection[str]) -> tuple[WorkItem, ...]:
        """See `AnswersQueries.fetch`."""
        return fetch(self._client, self._tracker, self._labels.last, ids)

    def items_by_key(self, keys: Collection[str]) -> Mapping[str, Identity]:
        """See `ResolvesKeys.items_by_key`."""
        return items_by_key(self._client, keys)

    def projects_by_key(self, keys: Collection[str]) -> Mapping[str, Identity]:  # noqa: ARG002
        """See `ResolvesKeys.projects_by_key`: projects have names, and none that they had is kept."""
        return {}

    def histories(self, items: Collection[WorkItem], *, everything: bool = False) -> Mapping[Ref, History]:
        """See `KeepsHistories.histories`."""
        return histories(self._client, items, everything=everything)

    def keywords(self, items: Collection[WorkItem]) -> Mapping[Ref, Keywords]:
        """See `HasDescriptions.keywords`."""
        return keywords(self._client, items)

    def created_labels(self) -> tuple[str, ...]:
        """See `CreatesLabels.created_labels`: the labels that we created."""
        return self._labels.created_labels()

    def delete_label(self, name: str) -> bool:
        """See `CreatesLabels.delete_label`: a label that any issue bears stays."""
        return self._labels.delete_label(name)

    @property
    def batch(self) -> int:
        """See `Connector.batch`."""
        return BATCH

    def write_batch(self, requests: Sequence[WriteRequest], stop: StopRequested = never) -> Iterator[Receipt]:
        """See `Connector.write_batch`."""
        return self._writer.write(requests, stop)

    def provisioner(self) -> LinearProvisioner:
        """See `Provisions.provisioner`."""
        dropped = self._tracker.dropped_states or ()
        return LinearProvisioner(self._client, self._tracker.scope.teams, dropped)

    def show_projects(self, view: str, projects: Sequence[str]) -> bool:
        """See `ShowsProjects.show_projects`."""
        return self.provisioner().show_projects(view, projects)

    def close(self) -> None:
        """Give connections back."""
        self._client.close()
