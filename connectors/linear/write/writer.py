"""Making items show what they should: the ways of many items in shared requests.

All items are looked at together; then, round by round, what each of them writes next goes into one request.
An item alone is a batch of one, so that there is only one way to write.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice

from connectors.base import STOPPED, StopRequested, WriteRequest, never
from connectors.errors import BadReply, PermissionDenied, Refused, SkipItem, TrackerError
from connectors.linear.api.client import LinearClient
from connectors.linear.api.effects import Effect, Effects, FindComment, FindUpdates, ListComments, ReadItem
from connectors.linear.api.errors import NotFound
from connectors.linear.marks.labels import LabelCatalog
from connectors.linear.write.batching import BatchRequests
from connectors.linear.write.item_write import ItemWrite, words_of
from connectors.linear.write.update_write import write_update
from connectors.model import ALL_MARKS, Marks, Outcome, Receipt, WorkItem

BATCH = 100
"""Items at once: one look, and one request for each kind of mark."""


class _BatchItem:
    """One item under way. `ask` is what it waits for, None when it has come to its end."""

    def __init__(self, item: WorkItem, steps: Effects[list[str]]) -> None:
        self.item = item
        self.ask: Effect | None = None
        self.outcome: Outcome = "written"
        self.reason: str | None = None
        self._steps = steps
        self._go(partial(next, steps))

    def resume(self, answer: object) -> None:
        """Go on with an answer, or with the error in place of one."""
        if isinstance(answer, TrackerError):
            self._go(partial(self._steps.throw, answer))
        else:
            self._go(partial(self._steps.send, answer))

    def halt(self) -> None:
        """Its stamp proves what stands there; what is missing is planned again."""
        self._steps.close()
        self._end("skipped", STOPPED)

    def _go(self, step: Callable[[], Effect]) -> None:
        self.ask = None
        try:
            self.ask = step()
        except StopIteration as end:
            if end.value:
                self._end("failed", " ".join(end.value))
        except SkipItem as skip:
            self._end("skipped", str(skip))
        except NotFound:
            self._end("skipped", f"{self.item.key} no longer exists, or the credential cannot see it.")
        except (Refused, PermissionDenied, BadReply) as error:
            self._end("failed", words_of(error))

    def _end(self, outcome: Outcome, reason: str) -> None:
        self.ask, self.outcome, self.reason = None, outcome, reason


class LinearWriter:
    """Writes on one workspace. `author` tells what comments and attachments say of their author."""

    def __init__(
        self,
        client: LinearClient,
        catalog: LabelCatalog,
        owner: str,
        author: Callable[[], Mapping[str, str]] = dict,
    ) -> None:
        self._author = author
        self._client = client
        self._catalog = catalog
        self._owner = owner

    def write(self, requests: Sequence[WriteRequest], stop: StopRequested = never) -> Iterator[Receipt]:
        """See `Connector.write_batch`. Requests for several items count with the first receipt after them."""
        before = self._client.requests
        shared = BatchRequests(self._client)

        def receipt(item: WorkItem, outcome: Outcome, reason: str | None) -> Receipt:
            nonlocal before
            sent, before = self._client.requests - before, self._client.requests
            return Receipt(item.ref, item.key, outcome, sent, reason)

        entries: list[_BatchItem] = []
        for item, wanted in requests:
            differing = [mark for mark in ALL_MARKS if getattr(item.shown, mark) != getattr(wanted, mark)]
            cannot = [mark for mark in differing if mark not in item.writable]
            if not differing and wanted.page in ("", item.shown.page):
                yield receipt(item, "written", None)
            elif cannot:
                yield receipt(
                    item, "skipped", f"{item.key} is read-only or does not support {', '.join(cannot)}."
                )
            else:
                entries.append(_BatchItem(item, self._way(item, wanted)))
        while entries:
            if stop():
                for entry in entries:
                    entry.halt()
            else:
                _answer(entries, shared, stop)
            for entry in [one for one in entries if one.ask is None]:
                yield receipt(entry.item, entry.outcome, entry.reason)
            entries = [one for one in entries if one.ask is not None]

    def _way(self, item: WorkItem, wanted: Marks) -> Effects[list[str]]:
        """The marks that stay, and then the update that people are notified of."""
        tracker, problems = self._client.tracker, list[str]()
        before = replace(item, shown=replace(item.shown, update=None))
        after = replace(wanted, update=None)
        if before.shown != after or after.page not in ("", before.shown.page):
            work = ItemWrite(
                tracker, self._catalog, self._owner, before, after, self._author(), self._catalog.texts
            )
            problems += yield from work.effects()
        if item.shown.update != wanted.update:
            yield from write_update(tracker, self._owner, item, wanted.update)
        return problems


def _answer(entries: Sequence[_BatchItem], shared: BatchRequests, stop: StopRequested) -> None:
    """Carry out what all of them wait for: looks first, for they are cheap, then the writes."""
    looks = [(entry, entry.ask) for entry in entries if isinstance(entry.ask, ReadItem)]
    finds = [(entry, entry.ask) for entry in entries if isinstance(entry.ask, FindComment)]
    lists = [(entry, entry.ask) for entry in entries if isinstance(entry.ask, ListComments)]
    updates_asked = [(entry, entry.ask) for entry in entries if isinstance(entry.ask, FindUpdates)]
    writes = [(entry, entry.ask) for entry in entries if isinstance(entry.ask, tuple)]
    seen = shared.look([ask for _, ask in looks])
    for entry, look in looks:
        entry.resume(seen[look.item])
    found = shared.find([ask.comment for _, ask in finds])
    for entry, find in finds:
        entry.resume(found.get(find.comment))
    listed = shared.comments_on([ask for _, ask in lists])
    for entry, list_ in lists:
        entry.resume(listed[list_.item])
    updates = shared.updates([ask for _, ask in updates_asked])
    for entry, ask_ in updates_asked:
        entry.resume(updates[ask_.item])
    outcomes = iter(shared.carry([one for _, ask in writes for one in ask], stop))
    for entry, ask in writes:
        its = list(islice(outcomes, len(ask)))
        if len(its) < len(ask):
            entry.halt()
        else:
            entry.resume(its)
