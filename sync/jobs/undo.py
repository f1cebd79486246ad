"""Undoing, with its reads and writes: find everything of ours, plan its removal, and carry it out."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from config.load import fingerprint
from connectors.base import CreatesLabels, Progress
from connectors.errors import TrackerError
from connectors.model import Owned, WorkItem
from connectors.setup import Provisioning
from sync.collect.progress import Reading
from sync.jobs.reporter import Reporter
from sync.jobs.session import Session
from sync.jobs.setup import DoneAction, FailedAction, hooks_left, remove_hooks
from sync.jobs.sync import hold_lease, record_outcome, write
from sync.observation import CannotRead, Unread, homonyms
from sync.plan.outcome import Applied
from sync.plan.plan import Plan
from sync.plan.unaligned import linked_before
from sync.plan.undo import Selection, undo_plan


@dataclass(frozen=True, slots=True)
class UndoPlan:
    """What would be removed: marks; labels beside items and webhooks, by tracker; and the selected names that have no mark.

    `scope`: the selection, as it was asked for. `whole`: everything could be looked at. `has_written`: the store knows of
    runs of this workspace that wrote.
    """

    plan: Plan
    labels: Mapping[str, tuple[str, ...]]
    hooks: Mapping[str, Provisioning] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    scope: str = ""
    whole: bool = True
    has_written: bool = False

    @property
    def empty(self) -> bool:
        hooks = any(one.actions for one in self.hooks.values())
        return self.plan.empty and not hooks and not any(self.labels.values())

    @property
    def is_of_others(self) -> bool:
        """Whether all that is there seems to be this workspace's under another name: marks of others alone, and no sign of
        this one.
        """
        return self.empty and bool(self.plan.refusals) and not self.has_written


@dataclass(frozen=True, slots=True)
class Undone:
    """What became of it. `labels`: tracker, label, and whether it went; one that people use stays. `hooks`: webhooks likewise."""

    applied: Applied
    labels: tuple[tuple[str, str, bool], ...] = ()
    hooks: tuple[DoneAction | FailedAction, ...] = ()


def plan_undo(session: Session, selection: Selection, reporter: Reporter) -> UndoPlan:
    """Find what is ours within the selection.

    With everything selected, what writing marks made beside items goes too, where nobody uses it. A tracker that cannot
    be read is told, and nothing is removed there. Raises SelectionError for what cannot be meant, and CannotRead where
    no tracker can be read.
    """
    trackers = selection.trackers or frozenset(session.connectors)
    last = session.store.snapshots.last()
    known = last.items if last is not None else ()
    with reporter.progress() as progress:
        found, unread = _find(session, sorted(trackers), progress)
    session.keep_origins(found)
    reporter.unread(unread)
    read = (*known, *(item for items in found.values() for item in items))
    double = homonyms((item.ref.tracker, item.key) for item in read)
    marked = [
        replace(item, homonym=item.key.casefold() in double) for items in found.values() for item in items
    ]
    # Of what was not read nothing can be said: it may bear marks.
    unmarked = () if unread else tuple(selection.unmarked(known, marked))
    workspace, store = session.workspace, session.store
    has_written = store.memory(workspace, store.clock()).writing_runs > 0
    plan = undo_plan(marked, selection, workspace.workspace, has_written=has_written)
    ours = {edit.item.ref.tracker for edit in plan.edits}
    theirs = {one.item.tracker for one in plan.refusals}
    # Where all marks are another workspace's, and nothing tells of this one, so are the labels.
    created_labels = {
        name: one.created_labels() if isinstance(one := session.connectors[name], CreatesLabels) else ()
        for name in (found if selection.everything else ())
        if name in ours or name not in theirs or has_written
    }
    hooks = {name: hooks_left(session, name) for name in (created_labels if selection.everything else ())}
    whole = not unread
    return UndoPlan(
        plan, created_labels, hooks, unmarked, selection.words, whole=whole, has_written=has_written
    )


def undo(session: Session, planned: UndoPlan, reporter: Reporter) -> Undone:
    """Remove what was planned, journaled like every write. Raises LeaseBusy while another run is at work."""
    with hold_lease(session) as lease:
        record = session.store.open_run("undo", fingerprint(session.workspace), session.workspace.workspace)
        applied = write(session, planned.plan, record, lease, reporter)
        stopped = dict(applied.stopped)
        gone: list[tuple[str, str, bool]] = []
        # Labels last: one that an item still bears is in use.
        for name, labels in planned.labels.items():
            if applied.complete and not session.halt.is_set():
                removed, refusal = _remove_labels(session, name, labels)
                gone += removed
                stopped |= {name: refusal} if refusal else {}
        hooks = _remove_hooks(session, planned) if applied.complete else []
        stopped |= {
            one.tracker: f"the webhook could not be removed: {one.why}"
            for one in hooks
            if isinstance(one, FailedAction)
        }
        applied = replace(applied, stopped=stopped)
        gone_from = {receipt.item for receipt in applied.receipts if receipt.outcome == "written"}
        session.store.snapshots.unmark(gone_from)
        session.store.lost_links.add(linked_before(planned.plan, gone_from))
        record_outcome(session, applied, record, scope=planned.scope)
        reporter.applied(planned.plan, applied)
    return Undone(applied, tuple(gone), tuple(hooks))


def _remove_hooks(session: Session, planned: UndoPlan) -> list[DoneAction | FailedAction]:
    """What became of the webhooks."""
    tried: list[DoneAction | FailedAction] = []
    for name, some in planned.hooks.items():
        if some.actions and not session.halt.is_set():
            tried += remove_hooks(session, name, some)
    return tried


def _find(
    session: Session, names: list[str], progress: Progress
) -> tuple[dict[str, tuple[WorkItem, ...]], list[Unread]]:
    """Marked items by tracker, and what could not be read; all trackers are read at once."""

    def look(name: str) -> Owned | TrackerError:
        try:
            written = session.store.journal.written(name)
            return session.connectors[name].owned_items(written, Reading(name, progress))
        except TrackerError as error:
            return error

    with ThreadPoolExecutor(max_workers=len(names), thread_name_prefix="undo") as pool:
        looks = dict(zip(names, pool.map(look, names), strict=True))
    unread = [Unread.tracker(one) for one in looks.values() if isinstance(one, TrackerError)]
    owned = {name: one for name, one in looks.items() if not isinstance(one, TrackerError)}
    if not owned:
        raise CannotRead(*unread)
    unread += [Unread.items(name, one.set_aside) for name, one in owned.items() if one.set_aside]
    return {name: one.items for name, one in owned.items()}, unread


def _remove_labels(
    session: Session, name: str, labels: tuple[str, ...]
) -> tuple[list[tuple[str, str, bool]], str | None]:
    """Remove what we made on a tracker: as in `Undone.labels`, and why the others were not tried, where it refuses."""
    gone = []
    for label in labels:
        try:
            connector = session.connectors[name]
            deleted = isinstance(connector, CreatesLabels) and connector.delete_label(label)
            gone.append((name, label, deleted))
        except TrackerError as error:
            return gone, f"the label {label!r} could not be removed: {error.what}"
    return gone, None
