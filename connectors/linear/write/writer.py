"""Making items show what they should: the ways of many items in shared requests.

All items are looked at together; then, round by round, what each of them writes next goes into one request.
An item alone is a batch of one, so that there is only one way to write.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice

from connectors.base import STOPPED, StopRequested, Wish, never
from connectors.errors import BadReply, PermissionDenied, Refused, TrackerError
from connectors.linear.api.client import LinearClient
from connectors.linear.api.effects import Ask, FindComment, FindUpdates, Look, Steps
from connectors.linear.api.errors import NotFound
from connectors.linear.marks.labels import LabelShelf
from connectors.linear.marks.status_updates import update_steps
from connectors.linear.write.batching import Post
from connectors.linear.write.item_write import Skip, Work, words_of
from connectors.model import ALL_MARKS, Marks, Outcome, Receipt, WorkItem

BATCH = 50
"""Items at once: what one look can hold below the complexity cap, and one request of writes."""


class _Case:
    """One item under way. `ask` is what it waits for, None when it has come to its end."""

    def __init__(self, item: WorkItem, steps: Steps[list[str]]) -> None:
        self.item = item
        self.ask: Ask | None = None
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

    def _go(self, step: Callable[[], Ask]) -> None:
        self.ask = None
        try:
            self.ask = step()
        except StopIteration as end:
            if end.value:
                self._end("failed", " ".join(end.value))
        except Skip as skip:
            self._end("skipped", str(skip))
        except NotFound:
            self._end("skipped", f"{self.item.key} is gone, or the credential can no longer see it.")
        except (Refused, PermissionDenied, BadReply) as error:
            self._end("failed", words_of(error))

    def _end(self, outcome: Outcome, reason: str) -> None:
        self.ask, self.outcome, self.reason = None, outcome, reason


class Writer:
    """Writes on one workspace. `voice` tells what comments and attachments say of their author."""

    def __init__(
        self,
        client: LinearClient,
        shelf: LabelShelf,
        owner: str,
        voice: Callable[[], Mapping[str, str]] = dict,
    ) -> None:
        self._voice = voice
        self._client = client
        self._shelf = shelf
        self._owner = owner

    def write(self, wishes: Sequence[Wish], stop: StopRequested = never) -> Iterator[Receipt]:
        """See `Connector.write_batch`. Requests for several items count with the first receipt after them."""
        before = self._client.requests
        post = Post(self._client)

        def receipt(item: WorkItem, outcome: Outcome, reason: str | None) -> Receipt:
            nonlocal before
            sent, before = self._client.requests - before, self._client.requests
            return Receipt(item.ref, item.key, outcome, sent, reason)

        cases: list[_Case] = []
        for item, wanted in wishes:
            differing = [mark for mark in ALL_MARKS if getattr(item.shown, mark) != getattr(wanted, mark)]
            cannot = [mark for mark in differing if mark not in item.writable]
            if not differing:
                yield receipt(item, "written", None)
            elif cannot:
                yield receipt(
                    item, "skipped", f"{item.key} is read-only or cannot carry {', '.join(cannot)}."
                )
            else:
                cases.append(_Case(item, self._way(item, wanted)))
        while cases:
            if stop():
                for case in cases:
                    case.halt()
            else:
                _answer(cases, post, stop)
            for case in [one for one in cases if one.ask is None]:
                yield receipt(case.item, case.outcome, case.reason)
            cases = [one for one in cases if one.ask is not None]

    def _way(self, item: WorkItem, wanted: Marks) -> Steps[list[str]]:
        """The marks that stay, and then the update that people are told of."""
        tracker, problems = self._client.tracker, list[str]()
        before = replace(item, shown=replace(item.shown, update=None))
        after = replace(wanted, update=None)
        if before.shown != after:
            work = Work(tracker, self._shelf, self._owner, before, after, self._voice())
            problems += yield from work.steps()
        if item.shown.update != wanted.update:
            yield from update_steps(tracker, self._owner, item, wanted.update)
        return problems


def _answer(cases: Sequence[_Case], post: Post, stop: StopRequested) -> None:
    """Carry out what all of them wait for: looks first, for they are cheap, then the writes."""
    looks = [(case, case.ask) for case in cases if isinstance(case.ask, Look)]
    finds = [(case, case.ask) for case in cases if isinstance(case.ask, FindComment)]
    told = [(case, case.ask) for case in cases if isinstance(case.ask, FindUpdates)]
    writes = [(case, case.ask) for case in cases if isinstance(case.ask, tuple)]
    seen = post.look([ask for _, ask in looks])
    for case, look in looks:
        case.resume(seen[look.item])
    found = post.find([ask.comment for _, ask in finds])
    for case, find in finds:
        case.resume(found.get(find.comment))
    updates = post.updates([ask for _, ask in told])
    for case, ask_ in told:
        case.resume(updates[ask_.item])
    fates = iter(post.carry([one for _, ask in writes for one in ask], stop))
    for case, ask in writes:
        its = list(islice(fates, len(ask)))
        if len(its) < len(ask):
            case.halt()
        else:
            case.resume(its)
