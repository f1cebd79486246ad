"""Plans in files: what somebody read and agreed to is what is written, and nothing else.

A plan file holds titles and values of work, and no secret. It names the configuration it was made from and its
own digest, so that neither can change unseen.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
from msgspec.json import Decoder

from config.load import fingerprint
from config.workspace import Workspace
from connectors.model import Marks, WorkItem
from sync.plan.guards import GuardViolation
from sync.plan.plan import Edit, Plan, changes_of, digest_of
from sync.private_files import write_private

FORMAT = 1
MOST_BYTES = 512 * 1024 * 1024


class PlanError(Exception):
    """The file is no plan that can be applied; the text says why and what to do."""


class _Edit(msgspec.Struct):
    item: WorkItem
    wanted: Marks


class _Stop(msgspec.Struct):
    """A guard as this format spells it: `flag` is an option of the command line, and behind it the guard's subject."""

    guard: str
    message: str
    flag: str
    samples: tuple[str, ...] = ()


_FLAGS = {"first-run": "--first-run", "shrunken-pull": "--accept-shrink"}
_OTHER_FLAG = "--accept-plan"


class _File(msgspec.Struct):
    truenorth_plan: int
    made: datetime
    configuration: str
    digest: str
    edits: list[_Edit]
    stops: list[_Stop]


_FILES = Decoder(_File)


@dataclass(frozen=True, slots=True)
class Saved:
    """A plan as it was saved: when, and which guards it tripped."""

    plan: Plan
    made: datetime
    stops: tuple[GuardViolation, ...]


def save(
    path: Path, plan: Plan, stops: Iterable[GuardViolation], workspace: Workspace, now: datetime
) -> None:
    """Write the plan to a file that is private to its user, whole or not at all. Raises PlanError."""
    content = _File(
        truenorth_plan=FORMAT,
        made=now,
        configuration=fingerprint(workspace),
        digest=plan.digest,
        edits=[_Edit(edit.item, edit.wanted) for edit in plan.edits],
        stops=[_written(stop) for stop in stops],
    )
    text = msgspec.json.format(msgspec.json.encode(content), indent=1)
    try:
        write_private(path, (text, b"\n"))
    except OSError as error:
        raise PlanError(f"cannot write the plan to {path}: {error.strerror}.") from None


def load(path: Path, workspace: Workspace, now: datetime) -> Saved:
    """The plan in a file.

    Raises PlanError when it is no plan, was changed, was made from another configuration, or is older than
    `policy.guards.plan_hours`.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise PlanError(f"{path} is too large to be a plan.")
        file = _FILES.decode(path.read_bytes())
    except OSError as error:
        raise PlanError(f"cannot read {path}: {error.strerror}.") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise PlanError(f"{path} is not a plan written by `truenorth plan --out`: {error}.") from None
    again = "Create a new plan with `truenorth plan --out`."
    if file.truenorth_plan != FORMAT:
        raise PlanError(f"{path} was created by another version of Truenorth. {again}")
    edits = tuple(Edit(one.item, one.wanted, changes_of(one.item, one.wanted)) for one in file.edits)
    if digest_of(edits) != file.digest:
        raise PlanError(f"{path} was modified after it was created: its digest does not match. {again}")
    if file.configuration != fingerprint(workspace):
        raise PlanError(
            f"{path} was created from another configuration ({file.configuration}, now {fingerprint(workspace)}). "
            f"{again}"
        )
    limit = timedelta(hours=workspace.policy.guards.plan_hours)
    if not timedelta(0) <= now - file.made <= limit:
        raise PlanError(
            f"{path} was created at {file.made:%Y-%m-%d %H:%M} UTC and expired after {limit.total_seconds() / 3600:g} hours. "
            f"{again}"
        )
    return Saved(Plan(edits, (), file.digest), file.made, tuple(_read(one) for one in file.stops))


def _written(stop: GuardViolation) -> _Stop:
    flag = f"{_FLAGS.get(stop.guard, _OTHER_FLAG)} {stop.subject}".rstrip()
    return _Stop(stop.guard, stop.message, flag, stop.samples)


def _read(one: _Stop) -> GuardViolation:
    return GuardViolation(one.guard, one.message, one.flag.partition(" ")[2], one.samples)
