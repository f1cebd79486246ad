"""The one interface that the pipeline knows of a tracker."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Protocol

from connectors.model import Marks, NativeQuery, Pull, Receipt, Ref, Span, WorkItem
from connectors.preflight import Check
from connectors.text.keywords import Gist

Wish = tuple[WorkItem, Marks]
"""An item as it was read, and the marks that it should show."""

StopRequested = Callable[[], bool]
"""Whether to stop as soon as that leaves nothing half-written."""


def never() -> bool:
    """Go on to the end."""
    return False


STOPPED = "stopped on request; the next run finishes"

Progress = Callable[[str, int, int | None], None]
"""Called with (what, done, total or None) while a long read or write goes on."""


class Connector(Protocol):
    """One tracker. Methods block; an instance may be used by one thread at a time."""

    @property
    def name(self) -> str:
        """The tracker's name in the workspace."""
        ...

    def pull(self, progress: Progress | None = None, known: Collection[str] | None = None) -> Pull:
        """Read everything in scope, and the ancestors of it that can be seen, with their marks.

        `known`: ids of all items that may bear marks of ours, None when nobody knows. A tracker that has to
        be asked for marks item by item asks for these alone.

        All or nothing: raises TrackerError rather than give a part.
        """
        ...

    def examine(self, labels: Sequence[str], updates: Collection[str] = ()) -> Iterator[Check]:
        """Look, before the first write, whether everything that a sync needs is there and allowed.

        Reads only. `labels` are the names that marks will use, `updates` the levels on which status updates
        are to be posted. Never raises TrackerError: trouble is a check.
        """
        ...

    def marked(self, written: Collection[str], progress: Progress | None = None) -> tuple[WorkItem, ...]:
        """Every item that bears anything of ours, ready to be written `NOTHING`.

        Looks at everything in scope, closed work included, and at the items with the ids in `written`, which
        have been written to before: wherever they are by now, and even where the stamp was taken away and only
        our comment is left. Raises as `pull` does.
        """
        ...

    def count(self, query: str) -> int:
        """How many items a native query finds: JQL on Jira, an IssueFilter as JSON on Linear.

        Exact, not an estimate. Raises QueryError when the tracker does not accept the query.
        """
        ...

    def find(self, query: NativeQuery) -> frozenset[str]:
        """Ids of the items that a native query finds, closed and archived ones included; raises as `count`."""
        ...

    def fetch(self, ids: Collection[str]) -> tuple[WorkItem, ...]:
        """The items with these ids that exist and can be seen, in scope or not, as plain facts without marks.

        Raises as `pull` does.
        """
        ...

    def histories(self, items: Collection[WorkItem]) -> Mapping[Ref, tuple[Span, ...]]:
        """The statuses in which each item stood from its creation on, without a gap, oldest first.

        An item whose history cannot be told is left out. Raises as `pull` does.
        """
        ...

    def gists(self, items: Collection[WorkItem]) -> Mapping[Ref, Gist]:
        """The gist of each item's description; an item without one is left out. Raises as `pull` does."""
        ...

    def write(self, item: WorkItem, wanted: Marks) -> Receipt:
        """Make the item show `wanted` in place of `item.shown`, and nothing else.

        Writes the stamp first, removes it last, sends no request when nothing differs. Never raises for
        a fault of this one item: that is a receipt with outcome "failed" or "skipped". Raises
        CredentialError, Unreachable or RateLimited (after retries) when the whole tracker is in trouble.
        """
        ...

    def made(self) -> tuple[str, ...]:
        """Names of what writing marks made beside items, as labels of the workspace; reads only."""
        ...

    def unmake(self, name: str) -> bool:
        """Remove one of `made`; False when people use it by now, and it stays."""
        ...

    @property
    def batch(self) -> int:
        """How many items `write_batch` takes at once; 1 where nothing is gained by more."""
        ...

    def write_batch(self, wishes: Sequence[Wish], stop: StopRequested = never) -> Iterator[Receipt]:
        """`write` for several items in fewer requests: a receipt for each wish, in any order.

        Once `stop` says so the running write finishes and no other begins; the items left over have no
        receipt, or a "skipped" one that says `STOPPED`. The next run finishes them.

        What holds for `write` holds for each item; one that fails never hides the fate of the others.
        Raises what `write` raises; items without a receipt by then may or may not have been written.
        """
        ...

    def close(self) -> None:
        """Give connections back."""
        ...
