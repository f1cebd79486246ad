"""The one interface that the pipeline knows of a tracker, and the errors that come through it.

TrackerError               anything that went wrong with a tracker
├── CredentialError        missing, wrong, expired or revoked credential, or a scope it lacks
├── PermissionDenied       the credential is good, but may not do this
├── ScopeError             a declared project or team does not exist or cannot be seen
├── QueryError             the tracker does not accept a native query from the YAML
├── BadReply               the reply is not what the tracker promises: malformed, partial, HTML
├── Refused                the tracker refuses this one write for good
└── Transient              worth another try, if the call is safe to repeat
    ├── Unreachable        no answer, a dropped connection, a gateway error; may have landed
    └── RateLimited        told to wait; certainly not landed
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Protocol

from connectors.model import Marks, NativeQuery, Pull, Receipt, Ref, Span, WorkItem
from connectors.preflight import Check
from connectors.text.keywords import Gist


class TrackerError(Exception):
    """Something went wrong with a tracker: which one, what, and what to do about it.

    The text is written for the operator and holds no secret, header or body.
    """

    def __init__(self, tracker: str, what: str, remedy: str = "") -> None:
        self.tracker = tracker
        self.what = what
        self.remedy = remedy
        super().__init__(f"{tracker}: {what}" + (f" {remedy}" if remedy else ""))


class CredentialError(TrackerError):
    """The credential is missing, wrong, expired or revoked, or lacks a scope. Never retried."""


class PermissionDenied(TrackerError):
    """The credential is good, but may not do this."""


class ScopeError(TrackerError):
    """A declared project or team does not exist, or the credential cannot see it."""


class QueryError(TrackerError):
    """The tracker does not accept a native query from the YAML."""


class BadReply(TrackerError):
    """The reply is not what the tracker promises."""


class Refused(TrackerError):
    """The tracker refuses this write, and would refuse it again."""


class Transient(TrackerError):
    """Worth another try where the call is safe to repeat.

    `retry_after`: seconds that the tracker asked us to wait, None when it did not say.
    """

    def __init__(
        self, tracker: str, what: str, remedy: str = "", *, retry_after: float | None = None
    ) -> None:
        super().__init__(tracker, what, remedy)
        self.retry_after = retry_after


class Unreachable(Transient):
    """No answer, or none that tells whether the request took effect."""


class RateLimited(Transient):
    """The tracker told us to wait; the request took no effect."""


Wish = tuple[WorkItem, Marks]
"""An item as it was read, and the marks that it should show."""

Stop = Callable[[], bool]
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

    def write_batch(self, wishes: Sequence[Wish], stop: Stop = never) -> Iterator[Receipt]:
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
