"""Who may write: one replica at a time, fenced by an epoch that only grows.

The lease is one row of the store. Its holder renews it while it works; whoever takes it over after it ran out
gets a higher epoch, and the journal refuses the lower one. So a replica that slept through its lease can wake,
but not write.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import structlog

from config.text.figures import ENGLISH
from sync.store import tables
from sync.store.database import Transaction, repeated

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=60)
"""How long a lease holds without renewal; a holder that was killed blocks others no longer than this."""

SKEW = timedelta(seconds=60)
"""By how much the clocks of two machines may differ. A lease that ends later than both allow was taken by a wrong one."""

RENEWAL = 15.0
"""Seconds between renewals."""

_NAME = "write"

SHARED = "distributed"
"""Stands in the name of a holder that is no process but a run, for which whoever works on it renews the lease."""


class LeaseHeld(Exception):
    """Another replica is at work; the text says which, and until when its lease holds."""


class LeaseOverdue(LeaseHeld):
    """The other replica has been at work for longer than a run may take, so it does not do this run's work, too."""


class LeaseBusy(LeaseHeld):
    """Another replica is at work, and does not do what this one was to do."""


class LeaseLost(Exception):
    """Another replica took over while this one slept or could not reach the store."""


@dataclass(slots=True)
class Lease:
    """The right to write, for as long as the row bears this epoch. `renewed` is wall time, in seconds.

    `fence`: raises LeaseLost within a transaction where one of several that write for the holder has lost its part to another.
    """

    holder: str
    epoch: int
    renewed: float = field(default_factory=time.time)
    fence: Callable[[sa.Connection], None] | None = None

    def is_stale(self) -> bool:
        """Whether it has run out by our own clock: somebody else may hold it by now."""
        return not 0 <= time.time() - self.renewed < LEASE.total_seconds()


def holder_name() -> str:
    """This process: host, namespace of process ids, process id."""
    try:
        space = str(Path("/proc/self/ns/pid").stat().st_ino)
    except OSError:
        space = "0"
    return f"{socket.gethostname()}/{space}/{os.getpid()}"


def shared_holder_name(token: str) -> str:
    """A run on several machines: the host that began it, and a token of its own."""
    return f"{socket.gethostname()}/{SHARED}/{token}"


def _is_dead(holder: str) -> bool:
    """Whether the holder was a process of this very machine that is no more."""
    place, _, number = holder.rpartition("/")
    here, _, me = holder_name().rpartition("/")
    if place != here or not number.isdecimal() or number == me:
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def make_lease(connection: sa.Connection) -> None:
    """The row, where a store has none yet; nobody holds it."""
    if connection.execute(sa.select(tables.leases.c.name).where(tables.leases.c.name == _NAME)).first():
        return
    connection.execute(
        tables.leases.insert().values(name=_NAME, holder="", epoch=0, until=datetime.now(UTC).isoformat())
    )


def acquire(
    connection: sa.Connection, holder: str, now: datetime, longest: timedelta = timedelta.max
) -> Lease:
    """Take the lease within a transaction. Raises LeaseHeld while somebody else's runs.

    Raises LeaseOverdue when the same holder has had it for more than `longest`. A lease that ends later than any can
    is taken over: whoever took it did so by a clock that was wrong, and it might block for years.
    """
    table = tables.leases
    row = connection.execute(sa.select(table).where(table.c.name == _NAME).with_for_update()).one()
    until = (now + LEASE).isoformat()
    ends = datetime.fromisoformat(row.until)
    if row.holder not in ("", holder) and ends > now and not _is_dead(row.holder):
        if ends <= now + LEASE + SKEW:
            raise _held(row, ends, now, longest)
        log.warning(
            "took over a lease that ends later than any lease can; the clock of its holder was wrong",
            holder=_words(row.holder),
            until=f"{ends:%Y-%m-%d %H:%M:%S} UTC",
        )
    epoch = int(row.epoch) + 1
    taken = connection.execute(
        table.update()
        .where(table.c.name == _NAME, table.c.epoch == row.epoch)
        .values(holder=holder, epoch=epoch, until=until, since=now.isoformat())
    )
    if taken.rowcount != 1:
        raise LeaseHeld("another run started at the same time.")
    return Lease(holder, epoch)


def _held(row: sa.Row[Any], ends: datetime, now: datetime, longest: timedelta) -> LeaseHeld:
    since = datetime.fromisoformat(row.since) if row.since else None
    who = f"{_words(row.holder)}, lease until {ends:%Y-%m-%d %H:%M:%S} UTC"
    if since is None or now - since <= longest:
        return LeaseHeld(f"another run is in progress ({who}).")
    return LeaseOverdue(
        f"another run has been in progress since {since:%Y-%m-%d %H:%M:%S} UTC ({who}), longer than the deadline of "
        f"{ENGLISH.number(longest.total_seconds() / 60)} minutes. Nothing was done. Check that process, and end it if it hangs."
    )


def _words(holder: str) -> str:
    if f"/{SHARED}/" in holder:
        return f"the workers of a distributed sync begun on {holder.split('/')[0]}"
    return f"process {holder.rpartition('/')[2]} on {holder.split('/')[0]}"


def assert_held(connection: sa.Connection, lease: Lease) -> None:
    """Renew the lease within a transaction. Raises LeaseLost when its epoch is no longer the latest."""
    if lease.fence is not None:
        lease.fence(connection)
    table = tables.leases
    renewed = connection.execute(
        table.update()
        .where(table.c.name == _NAME, table.c.epoch == lease.epoch, table.c.holder == lease.holder)
        .values(until=(datetime.now(UTC) + LEASE).isoformat())
    )
    if renewed.rowcount == 1:
        lease.renewed = time.time()
    else:
        raise LeaseLost(
            "another run took over while this one was suspended or could not reach the store; "
            "this run stops writing, and the other run continues."
        )


@contextmanager
def leased(transaction: Transaction, longest: timedelta = timedelta.max) -> Iterator[Lease]:
    """The lease, renewed in the background until the end, and given back then.

    Raises LeaseHeld at once when another replica works, LeaseOverdue when it has done so for more than `longest`.
    """

    def take(connection: sa.Connection) -> Lease:
        return acquire(connection, holder_name(), datetime.now(UTC), longest)

    # Ours by name already where the answer to the first try was lost.
    lease = repeated(transaction, take)
    ended = threading.Event()
    renewing = threading.Thread(target=_renew, args=(transaction, lease, ended), name="lease", daemon=True)
    renewing.start()
    try:
        yield lease
    finally:
        ended.set()
        renewing.join()
        release(transaction, lease)


def _renew(transaction: Transaction, lease: Lease, ended: threading.Event) -> None:
    while not ended.wait(RENEWAL):
        try:
            with transaction() as connection:
                assert_held(connection, lease)
        except Exception as error:  # noqa: BLE001  whatever it is: the journal decides, at the next write
            log.warning("cannot renew the lease", cause=str(error))


def release(transaction: Transaction, lease: Lease) -> None:
    """Let others take it at once; does nothing where somebody has, and fails with a word in the log: it runs out by itself."""
    table = tables.leases
    try:
        free = (
            table.update()
            .where(table.c.name == _NAME, table.c.epoch == lease.epoch)
            .values(holder="", until=datetime.now(UTC).isoformat())
        )
        repeated(transaction, lambda connection: connection.execute(free))
    except Exception as error:  # noqa: BLE001  it runs out by itself
        log.warning("cannot release the lease", cause=str(error))
