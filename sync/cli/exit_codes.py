"""How the process ends: the exit codes, and what ends it with which. Known to the command line only.

Two tables say all: `ENDS` for what a command came to, `_codes` for errors that ended it. docs/operators.md tells them
to people, and `tests/sync/cli/test_exit_table.py` tries every cause with every command.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Mapping
from enum import Enum, IntEnum
from typing import TYPE_CHECKING

from config.text.redaction import shown

if TYPE_CHECKING:
    from sync.observation import Unread
    from sync.plan.outcome import Applied


class Exit(IntEnum):
    """Exit codes. CHANGES is for `plan --exit-code` only."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    PARTIAL = 3
    STOPPED = 4
    CHANGES = 10
    INTERRUPTED = 130
    TERMINATED = 143


class Cause(Enum):
    """Why a command does not end with 0."""

    UNREADABLE = "something could not be read or written, and will not be until somebody acts"
    NOT_READY = "a check found something to fix"
    GUARD = "a guard stopped it before the first write"
    UNREAD = "something could not be read this time; a later run may do better"
    INCOMPLETE = "not everything was written; the next run finishes"
    CHANGES = "the plan has changes, with --exit-code"


ENDS: Mapping[Cause, Exit] = {
    Cause.UNREADABLE: Exit.FAILED,
    Cause.NOT_READY: Exit.FAILED,
    Cause.GUARD: Exit.STOPPED,
    Cause.UNREAD: Exit.PARTIAL,
    Cause.INCOMPLETE: Exit.PARTIAL,
    Cause.CHANGES: Exit.CHANGES,
}
"""What a command came to, and how it ends; of several causes the first one in this table decides.

First what somebody has to put right, then what somebody has to review, then what passes by itself.
"""


def exit_code(causes: Collection[Cause]) -> Exit:
    """How a command ends that came to these causes; 0 without any."""
    return next((code for cause, code in ENDS.items() if cause in causes), Exit.DONE)


def causes_of(unread: Iterable[Unread]) -> set[Cause]:
    """What follows from what could not be read."""
    return {Cause.UNREADABLE if one.permanent else Cause.UNREAD for one in unread}


def causes_of_writing(applied: Applied) -> set[Cause]:
    """What follows from how the writing went. A tracker that stopped for good, as without a credential, is for people."""
    causes = set() if applied.complete else {Cause.INCOMPLETE}
    return causes | ({Cause.UNREADABLE} if applied.lost else set())


def exit_code_of(error: BaseException) -> Exit | None:
    """What a foreseeable error ends the process with; None for a fault of our own."""
    return next((code for kind, code in _codes().items() if isinstance(error, kind)), None)


def _codes() -> Mapping[type[BaseException], Exit]:
    # Imported once something went wrong: what asks no tracker and no store starts without them.
    from config.errors import ConfigError
    from connectors.errors import TrackerError, Transient
    from sync.explain.item import UnknownKeyError
    from sync.jobs.brief.errors import BriefDelayed, BriefNotPosted
    from sync.jobs.distributed.errors import Differs, NoWorker, RunFailed, WorkersMissing
    from sync.jobs.okr_files.errors import OkrFileError
    from sync.jobs.origins import OriginRefused
    from sync.jobs.report.errors import ReportFolderRefused, ReportNotWritten
    from sync.jobs.sandbox import SandboxError, SandboxMissing
    from sync.mcp.errors import McpMissing
    from sync.metrics.errors import MetricsNotWritten, MetricsRefused
    from sync.plan.undo import SelectionError
    from sync.serving.errors import CannotListen, ServeMissing
    from sync.store.database import NeedsPostgreSQL
    from sync.store.lease import LeaseBusy, LeaseHeld, LeaseLost, LeaseOverdue
    from sync.store.plan_file import PlanError
    from sync.store.store import StoreError

    return {
        ConfigError: Exit.USAGE,
        PlanError: Exit.USAGE,
        UnknownKeyError: Exit.USAGE,
        SelectionError: Exit.USAGE,
        OkrFileError: Exit.USAGE,
        ReportFolderRefused: Exit.USAGE,
        MetricsRefused: Exit.USAGE,
        SandboxMissing: Exit.USAGE,
        NeedsPostgreSQL: Exit.USAGE,
        WorkersMissing: Exit.USAGE,
        McpMissing: Exit.USAGE,
        ServeMissing: Exit.USAGE,
        # Before what they are kinds of.
        BriefDelayed: Exit.PARTIAL,
        BriefNotPosted: Exit.FAILED,
        LeaseOverdue: Exit.FAILED,
        LeaseBusy: Exit.PARTIAL,
        # The other run does this one's work, too.
        LeaseHeld: Exit.DONE,
        OriginRefused: Exit.STOPPED,
        LeaseLost: Exit.PARTIAL,
        Transient: Exit.PARTIAL,
        TrackerError: Exit.FAILED,
        StoreError: Exit.FAILED,
        SandboxError: Exit.FAILED,
        CannotListen: Exit.FAILED,
        ReportNotWritten: Exit.FAILED,
        MetricsNotWritten: Exit.FAILED,
        NoWorker: Exit.FAILED,
        RunFailed: Exit.FAILED,
        Differs: Exit.FAILED,
        KeyboardInterrupt: Exit.INTERRUPTED,
    }


OKRS = "TRUENORTH_CONFIG"
"""The variable that names the OKR file or folder where the command line does not."""


def complain(message: str) -> None:
    """Say on stderr, in one line, why the process ends as it does, or what nobody would guess of it."""
    sys.stderr.write(f"truenorth: {shown(message)}\n")
