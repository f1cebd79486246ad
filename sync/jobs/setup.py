"""Setup, with its reads and writes: plan what each tracker lacks, and carry it out."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace

from config.load import fingerprint
from config.text.texts import Texts, texts_for
from connectors.base import Connector, Provisions
from connectors.errors import TrackerError
from connectors.made_names import called
from connectors.model import Pages
from connectors.setup import (
    BY_KEY_RESULT,
    PLACES,
    PROJECTS,
    UNALIGNED,
    Action,
    Need,
    Provisioner,
    Provisioning,
)
from sync.align.alignment import Alignment, align
from sync.apply import apply
from sync.decide import Decision
from sync.jobs.last_read import replay
from sync.jobs.reporter import Reporter
from sync.jobs.session import Session
from sync.jobs.sync import hold_lease
from sync.marks.policy import marks_of
from sync.observation import Unread
from sync.plan.outcome import Applied
from sync.plan.plan import Edit, Plan, digest_of
from sync.plan.project_views import MISSING, lists_projects, orphaned_projects
from sync.plan.setup.addresses import AddressChange, address_change
from sync.plan.setup_basis import FOR, VIEW_OF_PROJECTS, basis, projects_basis
from sync.report.setup.lines import is_whole

_TO_COME = "view to come: "
"""In place of the address of a view that setup is still to make."""


@dataclass(frozen=True, slots=True)
class SetupPlan:
    """What setup would do: on each tracker that could be read, and to the addresses of marks that stand there.

    `known`: what is decided of the last read; None where nothing was read yet.
    """

    trackers: Mapping[str, Provisioning]
    addresses: Mapping[str, AddressChange] = field(default_factory=dict)
    known: Decision | None = None

    @property
    def empty(self) -> bool:
        return not self.addresses and not any(plan.actions for plan in self.trackers.values())


@dataclass(frozen=True, slots=True)
class FailedAction:
    """Something that was planned on a tracker and could not be done."""

    tracker: str
    action: Action
    why: str


@dataclass(frozen=True, slots=True)
class DoneAction:
    """Something that setup did, and where people find it; "" where it is gone, or has no page of its own."""

    tracker: str
    action: Action
    address: str


@dataclass(frozen=True, slots=True)
class SetupOutcome:
    """How carrying out went; complete when everything that was planned is done. `moved`: what became of addresses."""

    complete: bool
    failed: tuple[FailedAction, ...] = ()
    done: tuple[DoneAction, ...] = ()
    moved: Applied | None = None


def plan_setup(session: Session, reporter: Reporter, *, remove: bool) -> SetupPlan:
    """What each tracker lacks, or with `remove` what setup created there; of those that could be read."""
    known = _known(session)
    needs = _needs(session, known)
    plans: dict[str, Provisioning] = {}
    addresses: dict[str, AddressChange] = {}
    unread: list[Unread] = []
    for name, provisioner in _provisioners(session).items():
        made = session.store.provisions(name)
        try:
            plan = provisioner.removal(needs[name], made) if remove else provisioner.plan(needs[name], made)
        except TrackerError as error:
            unread.append(Unread.tracker(error))
            continue
        plans[name] = plan
        session.store.save_provisions(name, {**plan.found, **provisioner.places()})
        if (moved := _address_change(session, name, provisioner, plan, known, remove=remove)) is not None:
            addresses[name] = moved
        if not plan.actions:
            _settle(session, name, plan, needs[name], remove=remove)
    session.keep_origins(plans)
    reporter.unread(unread)
    return SetupPlan(plans, addresses, known)


def run_setup(session: Session, planned: SetupPlan, *, remove: bool = False) -> SetupOutcome:
    """Carry out what was planned; an action that fails does not keep the others from being tried.

    Where addresses change too: after what they lead to is there, and before what they led to goes. Raises LeaseBusy while
    another run is at work, which may be writing the same marks.
    """
    with ExitStack() as stack:
        lease = stack.enter_context(hold_lease(session)) if planned.addresses else None
        record = session.store.open_run("setup", fingerprint(session.workspace), session.workspace.workspace)
        session.writing.set()
        left = {
            name: _leaving(
                _pages(_provisioners(session)[name], session.store.provisions(name)), planned.trackers[name]
            )
            if remove
            else None
            for name in planned.addresses
        }

        def move() -> Applied | None:
            if not planned.addresses:
                return None
            plan, unread = _moves(session, planned, left)
            applied = apply(plan, session.connectors, session.store, record, lease=lease, stop=session.halt)
            _remember_moves(session, plan, applied)
            return replace(applied, stopped={**applied.stopped, **unread})

        try:
            moved = move() if remove else None
            tried = _carry_out_all(session, planned, remove=remove)
            moved = moved if remove else move()
        finally:
            session.writing.clear()
        failed = tuple(one for some in tried.values() for one in some if isinstance(one, FailedAction))
        done = tuple(one for some in tried.values() for one in some if isinstance(one, DoneAction))
        whole = all(len(tried[name]) == len(plan.actions) for name, plan in planned.trackers.items())
        complete = not failed and whole and (moved is None or moved.complete)
        session.store.close_run(record, "done" if complete else "partial", {})
    return SetupOutcome(complete, failed, done, moved)


def _carry_out_all(
    session: Session, planned: SetupPlan, *, remove: bool
) -> dict[str, list[DoneAction | FailedAction]]:
    provisioners, needs = _provisioners(session), _needs(session, planned.known)
    tried: dict[str, list[DoneAction | FailedAction]] = {}
    for name, plan in planned.trackers.items():
        tried[name] = list(_carry_out(session, name, provisioners[name], plan))
        is_whole = len(tried[name]) == len(plan.actions)
        if is_whole and all(isinstance(one, DoneAction) for one in tried[name]):
            _settle(session, name, plan, needs[name], remove=remove)
    return tried


def made_things(session: Session) -> dict[str, dict[str, str]]:
    """By tracker, the address of everything that setup made there, as far as it has a page of its own. Sends nothing."""
    found: dict[str, dict[str, str]] = {}
    for name, provisioner in _provisioners(session).items():
        made = session.store.provisions(name)
        texts = texts_for(session.workspace, name)
        whole = {
            _shown(what, texts): provisioner.address(what, made) for what in sorted(made) if is_whole(what)
        }
        if addresses := {what: address for what, address in whole.items() if address}:
            found[name] = addresses
    return found


def _shown(what: str, texts: Texts) -> str:
    """Something that setup made, as it is called on its tracker."""
    kind, _, name = what.partition(" ")
    return f"{kind} {called(name, texts)}"


def provisioner_of(connector: Connector) -> Provisioner | None:
    """Setup of a tracker, None where it has none."""
    return connector.provisioner() if isinstance(connector, Provisions) else None


def _known(session: Session) -> Decision | None:
    """What is decided of the last read; None before the first."""
    snapshot = session.store.snapshots.last()
    return replay(session, snapshot) if snapshot is not None else None


def _needs(session: Session, known: Decision | None) -> dict[str, Need]:
    """What the declared goals, and the work that was read last, ask of every tracker."""
    return {name: _need(session, name, known) for name in session.connectors}


def hooks_left(session: Session, name: str) -> Provisioning:
    """What takes away the webhooks of a tracker; no request is sent where neither the store nor the environment knows of one.
    Raises TrackerError.
    """
    provisioner, made = provisioner_of(session.connectors[name]), session.store.provisions(name)
    is_known = name in session.hooks or any(what.startswith("webhook ") for what in made)
    if provisioner is None or not is_known:
        return Provisioning(())
    return provisioner.hooks(_need(session, name, None), made)


def remove_hooks(session: Session, name: str, planned: Provisioning) -> list[DoneAction | FailedAction]:
    """Take them away, each on its own."""
    provisioner = provisioner_of(session.connectors[name])
    return list(_carry_out(session, name, provisioner, planned)) if provisioner is not None else []


# --- The addresses of marks ----------------------------------------------------------------------


def _address_change(
    session: Session,
    name: str,
    provisioner: Provisioner,
    plan: Provisioning,
    known: Decision | None,
    *,
    remove: bool,
) -> AddressChange | None:
    if known is None or name not in session.workspace.active:
        return None
    here = _pages(provisioner, session.store.provisions(name))
    if remove:
        leaving = _leaving(here, plan)
        rest = _without(here, leaving)
        return address_change(name, known.alignment, session.workspace, rest, leaving)
    coming = {
        one.name: f"{_TO_COME}{one.name}"
        for one in plan.actions
        if (one.kind, one.verb) == ("view", "create")
    }
    pages = Pages(
        key_result=coming.get(BY_KEY_RESULT, here.key_result), unaligned=coming.get(UNALIGNED, here.unaligned)
    )
    return address_change(name, known.alignment, session.workspace, pages)


def _leaving(here: Pages, plan: Provisioning) -> Pages:
    """Those of the pages that go with a removal."""
    gone = {one.name for one in plan.actions if (one.kind, one.verb) == ("view", "remove")}
    return Pages(
        key_result=here.key_result if BY_KEY_RESULT in gone else "",
        unaligned=here.unaligned if UNALIGNED in gone else "",
    )


def _without(here: Pages, leaving: Pages) -> Pages:
    return Pages(
        key_result="" if leaving.key_result else here.key_result,
        unaligned="" if leaving.unaligned else here.unaligned,
    )


def _pages(provisioner: Provisioner, made: Mapping[str, str]) -> Pages:
    key_result, unaligned = (provisioner.address(f"view {one}", made) for one in (BY_KEY_RESULT, UNALIGNED))
    return Pages(key_result=key_result, unaligned=unaligned)


def _moves(
    session: Session, planned: SetupPlan, left: Mapping[str, Pages | None]
) -> tuple[Plan, dict[str, str]]:
    """The edits on the items that the plan counted, of what the tracker shows just now and with the addresses of what was made meanwhile;
    and the trackers that could not be read, with the reason. `left`: the pages that are to go, None where none are.
    """
    edits: list[Edit] = []
    unread: dict[str, str] = {}
    provisioners = _provisioners(session)
    for name, leaving in left.items():
        try:
            alignment, here = _aligned_now(session, name, planned)
        except TrackerError as error:
            unread[name] = str(error)
            continue
        if session.workspace.trackers[name].keeps_addresses:
            # What was made just now is among them.
            here = _pages(provisioners[name], session.store.provisions(name))
        pages = here if leaving is None else _without(here, leaving)
        moved = address_change(name, alignment, session.workspace, pages, leaving)
        counted = {edit.item.ref for edit in planned.addresses[name].edits}
        edits += (edit for edit in moved.edits if edit.item.ref in counted) if moved is not None else ()
    return Plan(tuple(edits), (), digest_of(edits)), unread


def _aligned_now(session: Session, name: str, planned: SetupPlan) -> tuple[Alignment, Pages]:
    """What the work of one tracker serves, read now, and the pages there; the others as they were read last. Raises TrackerError."""
    assert planned.known is not None  # noqa: S101  without it no address is planned to change
    observation = planned.known.observation
    pull = session.connectors[name].pull()
    pulls = tuple(pull if one.tracker == name else one for one in observation.pulls)
    today = session.store.clock().astimezone(session.workspace.zone).date()
    items = replace(observation, pulls=pulls).items
    return align(items, session.workspace, observation.answers, today), pull.pages


def _remember_moves(session: Session, plan: Plan, applied: Applied) -> None:
    """Know what items show now; and who could not be written to, as after a sync."""
    written = {receipt.item for receipt in applied.receipts if receipt.outcome == "written"}
    shown = {edit.item.ref: edit.wanted for edit in plan.edits if edit.item.ref in written}
    session.store.snapshots.mark(shown)
    session.store.save_outcomes(applied.receipts)


def _need(session: Session, tracker: str, known: Decision | None) -> Need:
    workspace = session.workspace
    labels, policy = workspace.policy.labels, workspace.policy_of(tracker)
    return Need(
        owner=workspace.workspace,
        key_results={kr.id: kr.title for _, kr in workspace.key_results()},
        aligned=labels.aligned,
        orphaned=labels.orphaned,
        dangling=labels.dangling,
        at_risk=labels.at_risk,
        below=labels.below,
        marks=marks_of(policy),
        lists_projects=lists_projects(workspace, tracker),
        orphaned_projects=orphaned_projects(known.signals.orphans, known.alignment, workspace, tracker)
        if known
        else None,
        label_ids=_label_ids(known, tracker) if known else {},
        texts=texts_for(workspace, tracker),
        hook=session.hooks.get(tracker),
    )


def _label_ids(known: Decision, tracker: str) -> dict[str, str]:
    """The id that most stamps give each label that they name."""
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    for item in known.observation.items:
        if item.ref.tracker == tracker and item.shown.stamp is not None:
            for name, id_ in item.shown.stamp.label_ids:
                votes[name][id_] += 1
    return {name: some.most_common(1)[0][0] for name, some in votes.items()}


def _settle(session: Session, name: str, plan: Provisioning, need: Need, *, remove: bool) -> None:
    """Keep what everything is there for by now; after a removal that left nothing, forget all."""
    if remove:
        session.store.save_provisions(name, {}, instead_of=FOR if plan.problems else "")
        return
    projects = projects_basis(need.orphaned_projects or ())
    is_new = any((one.what, one.verb) == (f"view {PROJECTS}", "create") for one in plan.actions)
    if need.orphaned_projects is None and not is_new:
        # What is not known was not changed: it shows what it was given last, and where that was forgotten the next sync decides.
        shown = session.store.provisions(name).get(VIEW_OF_PROJECTS, MISSING)
        projects = {VIEW_OF_PROJECTS: "unknown" if shown == MISSING else shown}
    session.store.save_provisions(name, basis(session.workspace, name) | projects, instead_of=FOR)


def _provisioners(session: Session) -> dict[str, Provisioner]:
    return {name: one for name, c in session.connectors.items() if (one := provisioner_of(c)) is not None}


def _carry_out(
    session: Session, name: str, provisioner: Provisioner, plan: Provisioning
) -> Iterator[DoneAction | FailedAction]:
    """Every action that is tried, and what came of it; none after somebody asked to stop."""
    store = session.store
    made = store.provisions(name)
    for action in plan.actions:
        if session.halt.is_set():
            return
        try:
            id_ = provisioner.carry(action, made)
        except TrackerError as error:
            yield FailedAction(name, action, error.what)
        except KeyError as error:
            yield FailedAction(name, action, f"it needs {error}, which was not made")
        else:
            store.save_provision(name, action.what, id_)
            if id_ is None:
                store.save_provision(name, f"{PLACES}{action.what}", None)
            else:
                store.save_provisions(name, provisioner.places())
            made = store.provisions(name)
            yield DoneAction(name, action, provisioner.address(action.what, made))
