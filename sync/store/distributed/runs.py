"""Runs that several machines share: their parts, who works on them, what came of each, and which stage is next.

The rows are the truth. Jobs say only that there is something to do: one that runs twice, late or never does no harm, since a
part is claimed before it is begun, and lands under that claim alone.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec
import sqlalchemy as sa
from msgspec.json import Decoder

from config.text.redaction import redactor
from connectors.model import Ref
from sync.observation import Unread
from sync.plan.overrides import Overrides
from sync.store.database import Database, StoreError, repeated
from sync.store.distributed import tables
from sync.store.lease import Lease, LeaseLost

State = Literal["reading", "deciding", "writing", "closing", "ended", "stopped", "cancelled", "failed"]
Stage = Literal["read", "decide", "plan", "write", "close"]
OPEN: tuple[State, ...] = ("reading", "deciding", "writing", "closing")
PAGE = 4_000_000
"""Bytes of a body that stand in one row."""
KEPT_RUNS = 3
"""Of how many runs the rows are kept."""
MOST_CLAIMS = 12
"""How often a part is begun. What ends a worker every time would else end all of them, one after another."""

Announce = Callable[[sa.Connection, "SharedRun", Sequence["PartName"]], None]
"""Says within a transaction that there is something to do."""


@dataclass(frozen=True, slots=True)
class PartName:
    """A part of a run: what is to be done with a project or a team; without names for what is done once. Nothing is done in the
    stage "plan": it holds what the parts of "write" are to write.
    """

    stage: Stage
    tracker: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a run was told when it began: overrides, and by tracker the ids of items that may bear marks or comments of ours."""

    overrides: Overrides = field(default_factory=Overrides)
    owned: Mapping[str, frozenset[str]] = field(default_factory=dict)
    commented: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a run failed: what could not be read, or else in words."""

    words: str = ""
    unread: tuple[Unread, ...] = ()


@dataclass(frozen=True, slots=True)
class SharedRun:
    """A run as it stands. `moment`: the time that it evaluates, in ISO 8601."""

    id: int
    state: State
    is_cancelled: bool
    configuration: str
    version: str
    moment: str
    lease: Lease
    digest: str | None
    body: bytes = field(repr=False)
    trouble: Trouble | None = None

    @property
    def asked(self) -> Asked:
        """What it was told."""
        return _ASKED.decode(zlib.decompress(self.body))


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to land what came of a part, until somebody else claims it."""

    run: int
    part: PartName
    number: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a stage has come: its parts, those that are done, being worked on, and how many items were done of all."""

    parts: int = 0
    done: int = 0
    working: int = 0
    items: int = 0
    total: int = 0


_ASKED = Decoder(Asked)
_TROUBLE = Decoder(Trouble)
Items = frozenset[Ref]


class SharedRuns:
    """The runs in a store. `announce`: see `Announce`. Methods raise StoreError."""

    def __init__(self, database: Database, announce: Announce) -> None:
        self._database = database
        self._announce = announce

    # --- The run -----------------------------------------------------------------------------

    def begin(self, run: SharedRun, parts: Sequence[PartName]) -> None:
        """Begin a run with its parts to read; older ones are forgotten."""

        def make(connection: sa.Connection) -> None:
            if connection.execute(sa.select(tables.runs.c.run).where(tables.runs.c.run == run.id)).first():
                return  # the answer to the first try was lost
            self._forget(connection)
            connection.execute(
                tables.runs.insert().values(
                    run=run.id,
                    state=run.state,
                    cancelled=False,
                    configuration=run.configuration,
                    version=run.version,
                    moment=run.moment,
                    holder=run.lease.holder,
                    epoch=run.lease.epoch,
                    begun=tables.NOW,
                    body=run.body,
                )
            )
            self._add(connection, run, parts)

        repeated(self._database.transaction, make)

    def _forget(self, connection: sa.Connection) -> None:
        runs = tables.runs.c
        # Whoever held the lease before has lost it: what was left open is over.
        connection.execute(
            tables.runs.update().where(runs.state.in_(OPEN)).values(state="failed", ended=tables.NOW)
        )
        kept = sa.select(runs.run).order_by(runs.run.desc()).limit(KEPT_RUNS - 1)
        old = set(connection.execute(kept).scalars())
        connection.execute(tables.bodies.delete())
        for table in (tables.parts, tables.runs):
            connection.execute(table.delete().where(table.c.run.not_in(old)))

    def _add(self, connection: sa.Connection, run: SharedRun, parts: Sequence[PartName]) -> None:
        rows: list[dict[str, object]] = [
            {
                "run": run.id,
                "stage": one.stage,
                "tracker": one.tracker,
                "place": one.place,
                "position": position,
                "state": "waiting",
                "claim": 0,
                "worker": "",
                "items": 0,
                "total": 0,
                "tally": {},
            }
            for position, one in enumerate(parts)
        ]
        if rows:
            connection.execute(tables.parts.insert(), rows)
            self._announce(connection, run, parts)

    def get(self, run: int) -> SharedRun | None:
        """The run, if it is known."""
        query = sa.select(tables.runs).where(tables.runs.c.run == run)
        row = repeated(self._database.transaction, lambda connection: connection.execute(query).first())
        return None if row is None else _run_of(row)

    def open(self) -> list[SharedRun]:
        """The runs that have not come to an end."""
        query = sa.select(tables.runs).where(tables.runs.c.state.in_(OPEN)).order_by(tables.runs.c.run)
        rows = repeated(self._database.transaction, lambda connection: connection.execute(query).all())
        return [_run_of(row) for row in rows]

    def progress(self, run: int, stage: Stage) -> Progress:
        """How far a stage has come."""
        parts = tables.parts.c

        def count(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
            return sa.func.count().filter(condition)

        query = sa.select(
            sa.func.count(),
            count(parts.state == "done"),
            count(parts.state == "working"),
            sa.func.coalesce(sa.func.sum(parts["items"]), 0),
            sa.func.coalesce(sa.func.sum(parts.total), 0),
        ).where(parts.run == run, parts.stage == stage)
        row = repeated(self._database.transaction, lambda connection: connection.execute(query).one())
        return Progress(*(int(one) for one in row))

    def end(self, run: int, state: State, trouble: Trouble | None = None) -> bool:
        """End a run that is open; False where it had ended before."""
        known = msgspec.json.encode(redactor.value(trouble)) if trouble is not None else None
        change = (
            tables.runs.update()
            .where(tables.runs.c.run == run, tables.runs.c.state.in_(OPEN))
            .values(state=state, ended=tables.NOW, trouble=known)
        )
        return repeated(
            self._database.transaction, lambda connection: connection.execute(change).rowcount == 1
        )

    def cancel(self, run: int) -> None:
        """Let a run come to its end soon: nothing more is begun. What is read only ends at once; what was written is remembered."""

        def stop(connection: sa.Connection) -> None:
            known = self._locked(connection, run)
            if known is None or known.state not in OPEN:
                return
            if known.state in ("reading", "deciding"):
                self._set(connection, run, state="cancelled", ended=tables.NOW)
                return
            self._set(connection, run, cancelled=True)
            parts = tables.parts.c
            connection.execute(
                tables.parts.update()
                .where(parts.run == run, parts.stage == "write", parts.state == "waiting")
                .values(state="done")
            )
            self._advance(connection, run)

        repeated(self._database.transaction, stop)

    # --- Parts -------------------------------------------------------------------------------

    def claim(self, run: int, part: PartName, worker: str) -> tuple[SharedRun, Claim] | None:
        """Begin a part; None where there is nothing to do: it is done, or the run has ended."""

        def take(connection: sa.Connection) -> tuple[SharedRun, Claim] | None:
            known = self._locked(connection, run)
            if known is None or known.state not in OPEN:
                return None
            here = _here(run, part)
            number = connection.execute(
                tables.parts.update()
                .where(here, tables.parts.c.state != "done")
                .values(state="working", claim=tables.parts.c.claim + 1, worker=worker)
                .returning(tables.parts.c.claim)
            ).scalar()
            if number is None:
                return None
            if number > MOST_CLAIMS:
                words = f"{_words(part)} was begun {MOST_CLAIMS} times and came to no end; see the logs of the workers."
                known_words = msgspec.json.encode(Trouble(words))
                self._set(connection, run, state="failed", ended=tables.NOW, trouble=known_words)
                return None
            return known, Claim(run, part, int(number))

        return repeated(self._database.transaction, take)

    def release(self, claim: Claim) -> None:
        """Let somebody else begin the part; it counts as not begun."""
        change = (
            tables.parts.update()
            .where(_mine(claim), tables.parts.c.state == "working")
            .values(state="waiting", worker="")
        )
        repeated(self._database.transaction, lambda connection: connection.execute(change))

    def advance(self, claim: Claim, items: int, total: int) -> None:
        """Tell how far a part has come; nothing hangs on it."""
        change = tables.parts.update().where(_mine(claim)).values(items=items, total=total)
        with self._database.transaction() as connection:
            connection.execute(change)

    def check(self, claim: Claim) -> Callable[[sa.Connection], None]:
        """What raises LeaseLost within a transaction where somebody else has claimed the part."""
        query = sa.select(tables.parts.c.claim).where(_mine(claim)).with_for_update()

        def held(connection: sa.Connection) -> None:
            if connection.execute(query).first() is None:
                raise LeaseLost(
                    "another worker took over this part while this one was suspended; it stops writing."
                )

        return held

    def land(
        self,
        claim: Claim,
        body: bytes,
        *,
        items: int = 0,
        tally: Mapping[str, int] | None = None,
        more: Mapping[PartName, bytes] | None = None,
        following: Iterable[PartName] = (),
        state: State | None = None,
        digest: str | None = None,
    ) -> bool:
        """Keep what came of a part, and begin the next stage where it was the last of this one; all or nothing. False where the
        claim was lost, or the run has ended.

        `more`: further bodies. `following`: parts of the next stage; `state`, `digest`: what becomes of the run.
        """
        known_parts = list(following)

        def keep(connection: sa.Connection) -> bool:
            run = self._locked(connection, claim.run)
            if run is None or run.state not in OPEN:
                return False
            done = tables.parts.update().where(_mine(claim), tables.parts.c.state == "working")
            values = {"state": "done", "items": items, "total": items, "tally": dict(tally or {})}
            if connection.execute(done.values(values)).rowcount != 1:
                return False
            self._put(connection, claim.run, claim.part, body)
            for part, other in (more or {}).items():
                self._put(connection, claim.run, part, other)
            if state is not None:
                ended = {} if state in OPEN else {"ended": tables.NOW}
                self._set(connection, claim.run, state=state, digest=digest or run.digest, **ended)
            self._add(connection, run, known_parts)
            self._advance(connection, claim.run)
            return True

        return repeated(self._database.transaction, keep)

    def body(self, run: int, part: PartName) -> bytes | None:
        """What came of a part; None for none."""
        query = (
            sa.select(tables.bodies.c.body)
            .where(_at(tables.bodies, run, part))
            .order_by(tables.bodies.c.page)
        )
        pages = repeated(
            self._database.transaction, lambda connection: connection.execute(query).scalars().all()
        )
        return zlib.decompress(b"".join(pages)) if pages else None

    def parts(self, run: int, stage: Stage) -> list[PartName]:
        """The parts of a stage, in their order."""
        query = (
            sa.select(tables.parts.c.tracker, tables.parts.c.place)
            .where(tables.parts.c.run == run, tables.parts.c.stage == stage)
            .order_by(tables.parts.c.position)
        )
        rows = repeated(self._database.transaction, lambda connection: connection.execute(query).all())
        return [PartName(stage, row.tracker, row.place) for row in rows]

    # --- Workers -----------------------------------------------------------------------------

    def greet(self, name: str, configuration: str, version: str) -> None:
        """Say that a worker is there."""
        row = {"name": name, "configuration": configuration, "version": version, "seen": tables.NOW}

        def put(connection: sa.Connection) -> None:
            connection.execute(tables.workers.delete().where(tables.workers.c.name == name))
            connection.execute(tables.workers.insert().values(row))

        repeated(self._database.transaction, put)

    def leave(self, name: str) -> None:
        """Say that a worker is there no more."""
        gone = tables.workers.delete().where(tables.workers.c.name == name)
        repeated(self._database.transaction, lambda connection: connection.execute(gone))

    def workers(self, within: float, configuration: str = "", version: str = "") -> int:
        """How many workers were heard of within so many seconds, of one configuration and version if those are given."""
        found = tables.workers.c
        query = sa.select(sa.func.count()).where(found.seen > tables.NOW - within)
        if configuration:
            query = query.where(found.configuration == configuration, found.version == version)
        return int(
            repeated(self._database.transaction, lambda connection: connection.execute(query).scalar_one())
        )

    # --- Within a transaction ----------------------------------------------------------------

    def _locked(self, connection: sa.Connection, run: int) -> SharedRun | None:
        """The run, which nobody else changes until the transaction ends: two that end a stage at one moment end it once."""
        row = connection.execute(
            sa.select(tables.runs).where(tables.runs.c.run == run).with_for_update()
        ).first()
        return None if row is None else _run_of(row)

    def _set(self, connection: sa.Connection, run: int, **values: Any) -> None:
        connection.execute(tables.runs.update().where(tables.runs.c.run == run).values(**values))

    def _put(self, connection: sa.Connection, run: int, part: PartName, body: bytes) -> None:
        connection.execute(tables.bodies.delete().where(_at(tables.bodies, run, part)))
        packed = zlib.compress(body, 1)
        where = {"run": run, "stage": part.stage, "tracker": part.tracker, "place": part.place}
        for page, begin in enumerate(range(0, max(1, len(packed)), PAGE)):
            row = where | {"page": page, "body": packed[begin : begin + PAGE]}
            connection.execute(tables.bodies.insert().values(row))

    def _advance(self, connection: sa.Connection, run: int) -> None:
        """Go on to what follows a stage all of whose parts are done."""
        known = self._locked(connection, run)
        follows: dict[State, tuple[Stage, State, PartName]] = {
            "reading": ("read", "deciding", PartName("decide")),
            "writing": ("write", "closing", PartName("close")),
        }
        if known is None or known.state not in follows:
            return
        stage, state, part = follows[known.state]
        parts = tables.parts.c
        left = sa.select(sa.func.count()).where(parts.run == run, parts.stage == stage, parts.state != "done")
        if connection.execute(left).scalar_one() == 0:
            self._set(connection, run, state=state)
            self._add(connection, known, [part])


def asked_body(asked: Asked) -> bytes:
    """What a run is told, as it is kept."""
    return zlib.compress(msgspec.json.encode(asked), 1)


def _words(part: PartName) -> str:
    what = {"read": "Reading", "decide": "Deciding", "write": "Writing", "close": "Closing the run"}[
        part.stage
    ]
    return " ".join(filter(None, (what, part.tracker, part.place)))


def _run_of(row: Any) -> SharedRun:
    try:
        trouble = _TROUBLE.decode(row.trouble) if row.trouble is not None else None
    except msgspec.MsgspecError as error:
        raise StoreError(f"the store has a damaged row: {error}.") from error
    return SharedRun(
        row.run,
        row.state,
        row.cancelled,
        row.configuration,
        row.version,
        row.moment,
        Lease(row.holder, row.epoch),
        row.digest,
        row.body,
        trouble,
    )


def _at(table: sa.Table, run: int, part: PartName) -> sa.ColumnElement[bool]:
    columns = table.c
    return sa.and_(
        columns.run == run,
        columns.stage == part.stage,
        columns.tracker == part.tracker,
        columns.place == part.place,
    )


def _here(run: int, part: PartName) -> sa.ColumnElement[bool]:
    return _at(tables.parts, run, part)


def _mine(claim: Claim) -> sa.ColumnElement[bool]:
    return sa.and_(_here(claim.run, claim.part), tables.parts.c.claim == claim.number)
