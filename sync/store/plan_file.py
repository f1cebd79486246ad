"""Plans in files: what somebody read and agreed to is what is written, and nothing else.

A plan file holds titles and values of work, and no secret. It names the configuration it was made from and its
own digest, so that neither can change unseen.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from config.load import fingerprint
from config.workspace import Workspace
from connectors.model import Marks, Ref, WorkItem
from sync.plan.guards import Stop
from sync.plan.plan import Edit, Plan, changes_of, digest_of

FORMAT = 1
MOST_BYTES = 512 * 1024 * 1024


class PlanError(Exception):
    """The file is no plan that can be applied; the text says why and what to do."""


class _Edit(msgspec.Struct):
    item: WorkItem
    wanted: Marks


class _File(msgspec.Struct):
    truenorth_plan: int
    made: datetime
    configuration: str
    digest: str
    edits: list[_Edit]
    stops: list[Stop]


@dataclass(frozen=True, slots=True)
class Saved:
    """A plan as it was saved: when, and which guards it tripped."""

    plan: Plan
    made: datetime
    stops: tuple[Stop, ...]


def save(path: Path, plan: Plan, stops: Iterable[Stop], workspace: Workspace, now: datetime) -> None:
    """Write the plan to a file that is private to its user, whole or not at all. Raises PlanError."""
    content = _File(
        truenorth_plan=FORMAT,
        made=now,
        configuration=fingerprint(workspace),
        digest=plan.digest,
        edits=[_Edit(edit.item, edit.wanted) for edit in plan.edits],
        stops=list(stops),
    )
    text = msgspec.json.format(msgspec.json.encode(content), indent=1)
    beside = path.with_name(f".{path.name}.part")
    try:
        with os.fdopen(os.open(beside, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
            file.write(text + b"\n")
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise PlanError(f"cannot write the plan to {path}: {error.strerror}.") from None


def load(path: Path, workspace: Workspace, now: datetime) -> Saved:
    """The plan in a file.

    Raises PlanError when it is no plan, was changed, was made from another configuration, or is older than
    `policy.guards.plan_hours`.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise PlanError(f"{path} is too large to be a plan.")
        file = msgspec.json.decode(path.read_bytes(), type=_File)
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
    return Saved(Plan(edits, (), file.digest), file.made, tuple(file.stops))


@dataclass(frozen=True, slots=True)
class Moved:
    """An item of a saved plan that changed since, and in what."""

    item: Ref
    key: str
    what: str


def still_true(plan: Plan, items: Iterable[WorkItem]) -> tuple[Plan, tuple[Moved, ...]]:
    """The part of the plan whose items are as they were when it was made, and those that are not. Pure."""
    now = {item.ref: item for item in items}
    kept: list[Edit] = []
    moved: list[Moved] = []
    for edit in plan.edits:
        item = now.get(edit.item.ref)
        if item is None:
            moved.append(Moved(edit.item.ref, edit.item.key, "it no longer exists or is out of scope"))
        elif what := _differences(edit.item, item):
            moved.append(Moved(edit.item.ref, item.key, f"its {', '.join(what)} changed"))
        else:
            # The one that was just read: it bears the latest stamp.
            kept.append(Edit(item, edit.wanted, edit.changes))
    return Plan(tuple(kept), (), digest_of(kept)), tuple(moved)


def _differences(before: WorkItem, now: WorkItem) -> list[str]:
    # Watchers and votes move `updated`, too: what counts is what is seen.
    names = (one.name for one in fields(WorkItem) if one.name != "updated")
    return [
        "marks" if name == "shown" else name.replace("_", " ")
        for name in names
        if getattr(before, name) != getattr(now, name)
    ]
