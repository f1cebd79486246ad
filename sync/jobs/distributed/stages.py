"""What a worker does with each part of a run: read it, decide what all of them come to, write it, close the run.

Every stage can be begun again at any time. What it leaves, it lands in one transaction under its claim, so that one who was
thought dead and wakes lands nothing; what it writes to a tracker goes through the journal first, as in any sync.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import cast

import msgspec
import structlog
from msgspec.msgpack import Decoder

from connectors.base import STOPPED, Connector
from connectors.errors import TrackerError
from connectors.model import Pull, Receipt, Ref, WorkItem
from connectors.parts import ReadsParts
from sync.apply import apply
from sync.decide import Decision, decide
from sync.jobs.distributed.errors import Differs
from sync.jobs.distributed.images import (
    KNOWN,
    TO_WRITE,
    WRITTEN,
    Known,
    ToWrite,
    Written,
    image_of,
    joined,
    parts_of,
)
from sync.jobs.project_views import renew_views
from sync.jobs.reporter import Reporter
from sync.jobs.session import Session
from sync.jobs.sync import read, reconcile_journal, record_outcome
from sync.memory import Entry
from sync.observation import CannotRead
from sync.plan.outcome import Applied
from sync.plan.plan import Edit, Plan, changes_of, plain_change
from sync.remember import remember
from sync.store.database import StoreError
from sync.store.distributed.runs import Claim, PartName, SharedRun, SharedRuns, State, Trouble
from sync.store.journal import resolve
from sync.store.lease import Lease, assert_held, release

log = structlog.get_logger(__name__)

ROUNDS = 3
"""How often a part that somebody else began is read again, where its items still change."""

SETTLES = 3.0
"""Seconds between two of these rounds: a site finishes a job of ours in less."""

TELL_EVERY = 1.0
"""Seconds between two words on how far a part has come."""


class GivenBack(Exception):
    """The worker is to end, and somebody else has to begin the part again."""


@dataclass(frozen=True, slots=True)
class ReadPart:
    """What came of reading a part: its body, or why its tracker could not be read."""

    body: bytes = b""
    what: str = ""
    remedy: str = ""
    cause: str = ""
    permanent: bool = True

    @property
    def failed(self) -> bool:
        """Whether it could not be read."""
        return bool(self.what)


_READ = Decoder(ReadPart)


@dataclass(slots=True)
class Work:
    """A part that is being worked on. `decided`: the last decision of this process, which costs the most to make again."""

    run: SharedRun
    claim: Claim
    session: Session
    runs: SharedRuns
    decided: dict[int, Decision] = field(default_factory=dict)
    lease: Lease | None = None
    told: float = 0.0

    @property
    def moment(self) -> datetime:
        """The time that the run evaluates."""
        return datetime.fromisoformat(self.run.moment)

    def tell(self, items: int, total: int | None) -> None:
        """Say how far it has come, now and then."""
        now = time.monotonic()
        if now - self.told >= TELL_EVERY:
            self.told = now
            self.runs.advance(self.claim, items, total or items)


def do(work: Work) -> None:
    """Do the part. Raises GivenBack, LeaseLost, StoreError."""
    _STAGES[work.claim.part.stage](work)


# --- Reading -------------------------------------------------------------------------------------


def _read(work: Work) -> None:
    part = work.claim.part
    connector = work.session.connectors[part.tracker]
    asked = work.run.asked
    owned, commented = asked.owned.get(part.tracker), asked.commented.get(part.tracker, frozenset())

    def heard(_what: str, done: int, total: int | None) -> None:
        work.tell(done, total)

    try:
        if not isinstance(connector, ReadsParts):
            raise TrackerError(
                part.tracker, "it cannot be read in parts.", "Run `truenorth sync` without --distributed."
            )
        found = connector.read_part(heard, owned, commented)
    except TrackerError as error:
        _unless_ending(work)
        log.warning("cannot read", tracker=part.tracker, place=part.place, cause=error.what)
        failed = ReadPart(b"", error.what, error.remedy, error.cause, error.permanent)
        work.runs.land(work.claim, msgspec.msgpack.encode(failed))
        return
    body = msgspec.msgpack.encode(ReadPart(found.body))
    work.runs.land(work.claim, body, items=found.items, tally=found.categories)
    log.info("read", tracker=part.tracker, place=part.place, items=found.items, requests=found.requests)


# --- Deciding ------------------------------------------------------------------------------------


class _Unread:
    """Stands for the connector of a tracker of which a part could not be read: a part must not pass for the whole."""

    def __init__(self, name: str, why: ReadPart) -> None:
        self.name = name
        self._why = why

    def pull(self, *_: object) -> Pull:
        """Raise what reading the part came to."""
        why = self._why
        kind = type("PartUnread", (TrackerError,), {"cause": why.cause, "permanent": why.permanent})
        raise kind(self.name, why.what, why.remedy)


def _decide(work: Work) -> None:
    run, session = work.run, work.session
    connectors = dict(_with_parts(work))
    whole = replace(session, connectors=connectors)
    try:
        result = read(whole, work.moment, Reporter(), full=True)
    except CannotRead as error:
        _unless_ending(work)
        work.runs.end(run.id, "failed", Trouble(unread=error.unread))
        return
    _unless_ending(work)
    session.store.snapshots.settled.forget()
    reconcile_journal(session.store, result.observation, session.workspace)
    known = image_of(Known(result.observation, result.memory))
    work.decided.clear()
    work.decided[run.id] = result
    if blocking := [stop for stop in result.stops if not run.asked.overrides.covers(stop)]:
        session.store.close_run(run.id, "stopped", {"guards": [stop.guard for stop in blocking]})
        work.runs.land(work.claim, known, state="stopped", digest=result.plan.digest)
        release(session.store.transaction, run.lease)
        return
    places = {name: one.scope_keys for name, one in session.workspace.active.items()}
    parts = parts_of(result.plan, places)
    learned = {
        name: one.learned()
        for name, one in connectors.items()
        if isinstance(one, ReadsParts) and any(part.tracker == name for part in parts)
    }
    more = {
        replace(part, stage="plan"): image_of(
            ToWrite(tuple((edit.item, edit.wanted) for edit in edits), learned[part.tracker])
        )
        for part, edits in parts.items()
    }
    state, following = ("writing", list(parts)) if parts else ("closing", [PartName("close")])
    work.runs.land(
        work.claim,
        known,
        items=len(result.plan.edits),
        more=more,
        following=following,
        state=cast("State", state),
        digest=result.plan.digest,
    )
    log.info("decided", items=len(result.observation.items), edits=len(result.plan.edits))


def _with_parts(work: Work) -> Iterator[tuple[str, Connector]]:
    """The connectors, each with the parts of its tracker."""
    found: dict[str, list[ReadPart]] = {}
    for part in work.runs.parts(work.run.id, "read"):
        body = work.runs.body(work.run.id, part)
        found.setdefault(part.tracker, []).append(_READ.decode(body or b""))
    for name, connector in work.session.connectors.items():
        parts = found.get(name, [])
        if failed := [one for one in parts if one.failed]:
            # What stays so until somebody acts is told before what passes.
            yield name, cast("Connector", _Unread(name, min(failed, key=lambda one: not one.permanent)))
        else:
            if isinstance(connector, ReadsParts):
                connector.serve([one.body for one in parts])
            yield name, connector


# --- Writing -------------------------------------------------------------------------------------


def _write(work: Work) -> None:
    run, part = work.run, work.claim.part
    given = TO_WRITE.decode(work.runs.body(run.id, replace(part, stage="plan")) or b"")
    try:
        written = _written(work, given)
    except TrackerError as error:
        # Before the first write of this claim: what of it was written before stands in the journal.
        _unless_ending(work)
        lost = frozenset((part.tracker,)) if error.permanent else frozenset()
        written = Written((), {part.tracker: str(error)}, lost)
    known = work.runs.get(run.id)
    if work.session.halt.is_set() and written.stopped and known is not None and not known.is_cancelled:
        raise GivenBack
    work.runs.land(work.claim, image_of(written), items=len(written.receipts))
    log.info("written", tracker=part.tracker, place=part.place, items=len(written.receipts))


def _written(work: Work, given: ToWrite) -> Written:
    part, session = work.claim.part, work.session
    plan, done, again = given.plan(), list[Receipt](), frozenset[Ref]()
    for left in range(ROUNDS - 1, -1, -1):
        if work.claim.number > 1:
            plan, done = _left_of(work, given.plan(), again)
        connector = session.connectors[part.tracker]
        if isinstance(connector, ReadsParts):
            connector.learn(given.learned)
        applied = _applied(work, plan, len(done), len(given.edits))
        again = frozenset(one.item for one in applied.receipts if one.outcome == "skipped")
        if work.claim.number == 1 or not again or applied.stopped or not left:
            break
        # The site was still at work on what the one before had asked for, when its items were read again.
        session.halt.wait(SETTLES)
    return Written((*done, *applied.receipts), applied.stopped, applied.lost)


def _applied(work: Work, plan: Plan, done: int, total: int) -> Applied:
    run, session, count = work.run, work.session, done

    def heard(_edit: Edit, _receipt: Receipt) -> None:
        nonlocal count
        count += 1
        work.tell(count, total)

    work.lease = Lease(run.lease.holder, run.lease.epoch, fence=work.runs.check(work.claim))
    return apply(
        plan, session.connectors, session.store, run.id, lease=work.lease, stop=session.halt, on_receipt=heard
    )


def _left_of(work: Work, plan: Plan, again: Collection[Ref]) -> tuple[Plan, list[Receipt]]:
    """What is still to be written of a part that somebody else began, and what came of the rest. `again`: not the rest, either.

    Where a write was begun, nobody knows how the item looks: its project or team is read again, as the next sync would.
    """
    refs = {edit.item.ref for edit in plan.edits}
    entries = [one for one in work.session.store.journal.entries(run=work.run.id) if one.item in refs]
    last = {one.item: one for one in entries}
    done = {
        ref: Receipt(ref, one.key, one.outcome, error=one.error)
        for ref, one in last.items()
        if one.outcome is not None and one.error != STOPPED and ref not in again
    }
    begun = last.keys() - done.keys()
    now = _as_they_are(work, begun) if begun else {}
    _close_entries(work, (one for one in entries if one.outcome is None), now)
    edits = []
    for edit in plan.edits:
        ref = edit.item.ref
        if ref in done:
            continue
        item = now.get(ref, edit.item)
        if changes := changes_of(item, edit.wanted):
            edits.append(Edit(item, edit.wanted, changes))
        else:
            done[ref] = Receipt(ref, item.key, "written")
    return replace(plan, edits=tuple(edits)), list(done.values())


def _as_they_are(work: Work, refs: Collection[Ref]) -> Mapping[Ref, WorkItem]:
    """The items as they are now, as far as the part holds them. Raises TrackerError."""
    part, asked = work.claim.part, work.run.asked
    if not part.place:
        return {}
    commented = {*asked.commented.get(part.tracker, ()), *(ref.id for ref in refs)}
    known = asked.owned.get(part.tracker)
    owned = None if known is None else {*known, *(ref.id for ref in refs)}
    pulled = work.session.connectors[part.tracker].pull(None, owned, commented)
    return {item.ref: item for item in pulled.items if item.ref in refs}


def _close_entries(work: Work, entries: Iterator[Entry], now: Mapping[Ref, WorkItem]) -> None:
    for entry in entries:
        item = now.get(entry.item)
        sides = None
        if item is not None:
            marks = (str(one["mark"]) for one in entry.changes)
            sides = {mark: plain_change(getattr(item.shown, mark)) for mark in marks}
        outcome, why = resolve(entry, sides)
        work.session.store.journal.complete(entry.id, outcome, why)


# --- Closing -------------------------------------------------------------------------------------


def decision_of(run: SharedRun, runs: SharedRuns, session: Session) -> Decision | None:
    """The decision of a run, made again from what was read and remembered then; None while there is none.

    Raises Differs where it is another one, as only another version could make it.
    """
    body = runs.body(run.id, PartName("decide"))
    if body is None:
        return None
    known = KNOWN.decode(body)
    workspace, now = session.workspace, datetime.fromisoformat(run.moment)
    found = decide(known.observation, known.memory, workspace, now)
    if run.digest is not None and found.plan.digest != run.digest:
        raise Differs(
            f"this process decides otherwise ({found.plan.digest}) than the worker that planned the run ({run.digest}): "
            "install the same version of Truenorth everywhere, and begin the run again."
        )
    return found


def _close(work: Work) -> None:
    run, session, runs = work.run, work.session, work.runs
    result = work.decided.get(run.id) or decision_of(run, runs, session)
    if result is None:
        raise StoreError(f"what run {run.id} was to write is not in the store any more; begin it again.")
    written = []
    for part in runs.parts(run.id, "write"):
        body = runs.body(run.id, part)
        # One without a body was not begun before the run was cancelled.
        written.append(WRITTEN.decode(body) if body else Written(stopped={part.tracker: STOPPED}))
    with session.store.transaction() as connection:
        assert_held(connection, run.lease)
    applied = joined(result.plan, written)
    applied = renew_views(session, result.plan, applied, lambda: run.is_cancelled or session.halt.is_set())
    remember(result, session.workspace, session.store, applied.receipts)
    record_outcome(session, applied, run.id, result.observation.unread)
    runs.land(work.claim, image_of(applied), state="ended")
    release(session.store.transaction, run.lease)


def _unless_ending(work: Work) -> None:
    """Raise GivenBack where the worker is to end: what could not be read now, its end may have kept it from."""
    if work.session.halt.is_set():
        raise GivenBack


_STAGES: Mapping[str, Callable[[Work], None]] = {
    "read": _read,
    "decide": _decide,
    "write": _write,
    "close": _close,
}
