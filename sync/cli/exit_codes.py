"""How the process ends: the exit codes, and which error ends it with which. Known to the command line only."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from enum import IntEnum

from sync import logs


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


def exit_code_of(error: BaseException) -> Exit | None:
    """What a foreseeable error ends the process with; None for a fault of our own."""
    return next((code for kind, code in _codes().items() if isinstance(error, kind)), None)


def _codes() -> Mapping[type[BaseException], Exit]:
    # Imported once something went wrong: what asks no tracker and no store starts without them.
    from config.errors import ConfigError
    from connectors.errors import TrackerError
    from sync.explain.item import UnknownKeyError
    from sync.jobs.sandbox import SandboxError, SandboxMissing
    from sync.plan.undo import SelectionError
    from sync.store.lease import LeaseHeld, LeaseLost, LeaseOverdue
    from sync.store.plan_file import PlanError
    from sync.store.store import StoreError

    return {
        ConfigError: Exit.USAGE,
        PlanError: Exit.USAGE,
        UnknownKeyError: Exit.USAGE,
        SelectionError: Exit.USAGE,
        SandboxMissing: Exit.USAGE,
        # Before what it is a kind of.
        LeaseOverdue: Exit.FAILED,
        # The other run does this one's work, too.
        LeaseHeld: Exit.DONE,
        LeaseLost: Exit.PARTIAL,
        TrackerError: Exit.FAILED,
        StoreError: Exit.FAILED,
        SandboxError: Exit.FAILED,
        KeyboardInterrupt: Exit.INTERRUPTED,
    }


def complain(message: str) -> None:
    """Say on stderr, in one line, why the process ends as it does."""
    sys.stderr.write(f"truenorth: {logs.redactor.text(message)}\n")
