"""The one interface that the pipeline knows of a tracker, and the abilities that only some trackers have.

A tracker is a `Connector`. What it can do besides it says by having the methods: the pipeline asks
`isinstance(connector, KeepsHistories)` and does without where the answer is no.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from config.trackers import NativeQuery
from connectors.discovery import Site, Survey
from connectors.model import MARKS, History, Identity, Mark, Marks, Owned, Pull, Receipt, Ref, WorkItem
from connectors.preflight import Catalog, Check
from connectors.setup import Provisioner
from connectors.text.keywords import Keywords

WriteRequest = tuple[WorkItem, Marks]
"""An item as it was read, and the marks that it should show."""

StopRequested = Callable[[], bool]
"""Whether to stop as soon as that leaves nothing half-written."""


STOPPED = "stopped on request; the next run continues"
"""What the receipt says of an item that was left over because of a stop."""

Progress = Callable[[str, int, int | None], None]
"""Called with (what, done, total or None) while a long read or write goes on."""


def untold(_what: str, _done: int, _total: int | None) -> None:
    """Progress of which nobody wants to hear."""


def never() -> bool:
    """Go on to the end."""
    return False


@dataclass(frozen=True, slots=True)
class InitiativeUse:
    """What a configuration does with initiatives, for trackers that may not be allowed to read them.

    - `because`: what uses them, in words; "" where nothing does.
    - `names`: folded names in rules that may be those of initiatives.
    """

    because: str = ""
    names: frozenset[str] = frozenset()


UNSAID = InitiativeUse("what is not known here")
"""Where nobody says, they count as used."""


class Connector(Protocol):
    """One tracker. Methods block; an instance may be used by one thread at a time (but see `WritesSideBySide`)."""

    @property
    def name(self) -> str:
        """The tracker's name in the workspace."""
        ...

    def pull(
        self,
        progress: Progress | None = None,
        owned_ids: Collection[str] | None = None,
        commented_ids: Collection[str] = (),
    ) -> Pull:
        """Read everything in scope, and the ancestors of it that can be seen, with their marks.

        `owned_ids`: ids of all items that may bear marks of ours, None when nobody knows. A tracker that has to
        be asked for marks item by item asks for these alone. `commented_ids`: ids of items that bore our comment when
        last read. A tracker that can give comments with items gives theirs so; nothing but requests depends on it.

        All or nothing: raises TrackerError rather than give a part.
        """
        ...

    def preflight(
        self, labels: Sequence[str], updates: Collection[str] = (), marks: Collection[Mark] = MARKS
    ) -> Iterator[Check]:
        """Look, before the first write, whether everything that a sync needs is there and allowed.

        Reads only. `labels` are the names that marks will use, `updates` the levels on which status updates
        are to be posted, `marks` the kinds that are to be written: what none of them needs is not asked for.
        What only the first write can tell is said. Never raises TrackerError: trouble is a check.
        """
        ...

    def owned_items(self, written: Collection[str], progress: Progress | None = None) -> Owned:
        """Every item that bears anything of ours, ready to be written `NOTHING`.

        Looks at everything in scope, closed work included; at items out of scope that bear a label which the policy
        names, or another trace of ours by which the tracker finds them; and at the items with the ids in `written`, which
        have been written to before: wherever they are by now, and even where the stamp was taken away and only our
        comment is left. Items of another workspace are among them where they are in scope or in `written`, to be refused
        aloud. What cannot be read is named beside. Raises as `pull` does.
        """
        ...

    @property
    def batch(self) -> int:
        """How many items `write_batch` takes at once; 1 where nothing is gained by more."""
        ...

    def write_batch(self, requests: Sequence[WriteRequest], stop: StopRequested = never) -> Iterator[Receipt]:
        """Make each item show what is wanted in place of `item.shown`, and nothing else; at most `batch` of them.

        A receipt for each request, in any order. Writes an item's stamp first, removes it last, sends no request
        when nothing differs. A fault of one item is its receipt, "failed" or "skipped", and hides nothing of the
        others.

        Once `stop` says so the running write finishes and no other begins; the items left over have no
        receipt, or a "skipped" one that says `STOPPED`. The next run finishes them.

        Raises CredentialError, Unreachable or RateLimited (after retries) when the whole tracker is in trouble;
        items without a receipt by then may or may not have been written.
        """
        ...

    def close(self) -> None:
        """Give connections back."""
        ...


@runtime_checkable
class WritesSideBySide(Protocol):
    """Writes several batches at once, which share its limit of requests under way."""

    @property
    def lanes(self) -> int:
        """How many threads may be in `write_batch` at the same time.

        A tracker in trouble is so for all of them: each ends as if it were told to stop, or raises what the trouble is.
        """
        ...


@runtime_checkable
class AnswersQueries(Protocol):
    """Answers the query languages of its kind (`config.trackers`)."""

    def count(self, query: NativeQuery) -> int:
        """How many items a native query finds.

        Exact, not an estimate. Raises QueryError when the tracker does not accept the query.
        """
        ...

    def find(self, query: NativeQuery) -> frozenset[str]:
        """Ids of the items that a native query finds, closed and archived ones included, deleted ones not; raises as `count`."""
        ...

    def probe(self, query: NativeQuery) -> None:
        """Ask the query for the little that shows whether it is accepted. Raises as `count` does."""
        ...

    def fetch(self, ids: Collection[str]) -> tuple[WorkItem, ...]:
        """The items with these ids that exist and can be seen, in scope or not, as plain facts without marks.

        Raises as `pull` does.
        """
        ...


@runtime_checkable
class ResolvesKeys(Protocol):
    """Knows what a key means that an item or a project had once. Each key costs a request; raises as `pull` does."""

    def items_by_key(self, keys: Collection[str]) -> Mapping[str, Identity]:
        """The item that has or had each of the keys; one that nobody has, or that cannot be seen, is left out."""
        ...

    def projects_by_key(self, keys: Collection[str]) -> Mapping[str, Identity]:
        """The project that has or had each of the keys, likewise; none where projects have no keys."""
        ...


@runtime_checkable
class HasCatalog(Protocol):
    """Tells which names it has, before a single item was read."""

    def catalog(self, saved: Collection[NativeQuery]) -> Catalog:
        """Its names, and which of these saved filters or views are not there. Raises as `pull` does."""
        ...


@runtime_checkable
class Discovers(Protocol):
    """Can be looked at before anything is declared of it, in a few requests whatever its size. Reads only; raises as `pull` does."""

    def places(self, wanted: Collection[str] = ()) -> Site:
        """Who signs in, and the projects or teams that are seen; those of the `wanted` keys are among them.

        Raises ScopeError for a wanted one that is not there.
        """
        ...

    def survey(self, keys: Collection[str]) -> Survey:
        """What the open work of the places with these keys looks like, from a sample of it."""
        ...

    @property
    def requests(self) -> int:
        """How many requests were sent so far, repeated ones included."""
        ...

    def close(self) -> None:
        """See `Connector.close`."""
        ...


@runtime_checkable
class KeepsHistories(Protocol):
    """Knows in which statuses an item stood."""

    def histories(self, items: Collection[WorkItem], *, everything: bool = False) -> Mapping[Ref, History]:
        """The statuses in which each item stood from its creation on, asked for in bulk.

        `everything`: also who it was assigned to and when it was flagged, as far as the same requests tell it. An item without
        a readable history is left out. Raises as `pull` does.
        """
        ...


@runtime_checkable
class HasDescriptions(Protocol):
    """Its items have descriptions, from which suggestions may draw."""

    def keywords(self, items: Collection[WorkItem]) -> Mapping[Ref, Keywords]:
        """The keywords of each item's description; an item without one is left out. Raises as `pull` does."""
        ...


@runtime_checkable
class TellsPages(Protocol):
    """Its items have links to pages elsewhere, which can be read only item by item."""

    def pages_of(self, item: WorkItem) -> tuple[str, ...]:
        """Addresses to which people or integrations linked the item, without ours, in the tracker's order. Costs one
        request; raises as `pull` does.
        """
        ...


@runtime_checkable
class CreatesLabels(Protocol):
    """Its labels are things of the workspace, which writing marks may create."""

    def created_labels(self) -> tuple[str, ...]:
        """Names of what writing marks made beside items, as labels of the workspace; sorted; reads only."""
        ...

    def delete_label(self, name: str) -> bool:
        """Remove one of `created_labels`; False when people use it by now, and it stays."""
        ...


@runtime_checkable
class Provisions(Protocol):
    """Setup can provide it with fields, filters, views or label groups."""

    def provisioner(self) -> Provisioner:
        """Setup of this tracker."""
        ...


@runtime_checkable
class ShowsProjects(Protocol):
    """Has views that name the projects they show, since nothing else of a project can be asked for."""

    def show_projects(self, view: str, projects: Sequence[str]) -> bool:
        """Let the view with this id, made by setup, show the projects with these ids alone; False when there is no such
        view any more. Raises as `pull` does, and Refused.
        """
        ...


Connectors = Mapping[str, Connector]
"""The connectors of a workspace, by the names of their trackers."""
