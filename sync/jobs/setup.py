"""Setup, with its reads and writes: plan what each tracker lacks, and carry it out."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from config.load import fingerprint
from config.text.texts import texts_for
from connectors.base import Connector, Provisions, ShowsProjects
from connectors.errors import TrackerError
from connectors.setup import PROJECTS, Action, Need, Provisioner, Provisioning
from sync.decide import Decision
from sync.jobs.last_read import replay
from sync.jobs.reporter import Reporter
from sync.jobs.session import Session
from sync.marks.policy import marks_of
from sync.observation import Unread
from sync.plan.project_views import MISSING, lists_projects, orphaned_projects
from sync.plan.setup_basis import FOR, VIEW_OF_PROJECTS, basis, projects_basis


@dataclass(frozen=True, slots=True)
class FailedAction:
    """Something that was planned on a tracker and could not be done."""

    tracker: str
    action: Action
    why: str


@dataclass(frozen=True, slots=True)
class SetupOutcome:
    """How carrying out went; complete when everything that was planned is done."""

    complete: bool
    failed: tuple[FailedAction, ...] = ()


def plan_setup(session: Session, reporter: Reporter, *, remove: bool) -> dict[str, Provisioning]:
    """What each tracker lacks, or with `remove` what setup created there; of those that could be read."""
    needs = _needs(session)
    plans: dict[str, Provisioning] = {}
    unread: list[Unread] = []
    for name, provisioner in _provisioners(session).items():
        made = session.store.provisions(name)
        try:
            plan = provisioner.removal(needs[name], made) if remove else provisioner.plan(needs[name], made)
        except TrackerError as error:
            unread.append(Unread.tracker(error))
            continue
        plans[name] = plan
        session.store.save_provisions(name, plan.found)
        if not plan.actions:
            _settle(session, name, plan, needs[name], remove=remove)
    session.keep_origins(plans)
    reporter.unread(unread)
    return plans


def run_setup(session: Session, plans: Mapping[str, Provisioning], *, remove: bool = False) -> SetupOutcome:
    """Carry out what was planned; an action that fails does not keep the others from being tried."""
    provisioners, needs = _provisioners(session), _needs(session)
    record = session.store.open_run("setup", fingerprint(session.workspace), session.workspace.workspace)
    session.writing.set()
    tried: dict[str, list[FailedAction | None]] = {}
    try:
        for name, plan in plans.items():
            tried[name] = list(_carry_out(session, name, provisioners[name], plan))
            if tried[name] == [None] * len(plan.actions):
                _settle(session, name, plan, needs[name], remove=remove)
    finally:
        session.writing.clear()
    failed = tuple(one for some in tried.values() for one in some if one is not None)
    complete = not failed and all(len(tried[name]) == len(plan.actions) for name, plan in plans.items())
    session.store.close_run(record, "done" if complete else "partial", {})
    return SetupOutcome(complete, failed)


def provisioner_of(connector: Connector) -> Provisioner | None:
    """Setup of a tracker, None where it has none."""
    return connector.provisioner() if isinstance(connector, Provisions) else None


def _needs(session: Session) -> dict[str, Need]:
    """What the declared goals, and the work that was read last, ask of every tracker."""
    asks = any(isinstance(one, ShowsProjects) for one in session.connectors.values())
    snapshot = session.store.snapshots.last() if asks else None
    known = replay(session, snapshot) if snapshot is not None else None
    return {name: _need(session, name, known) for name in session.connectors}


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
        marks=marks_of(policy),
        lists_projects=lists_projects(workspace, tracker),
        orphaned_projects=orphaned_projects(known.signals.orphans, known.alignment, workspace, tracker)
        if known
        else None,
        label_ids=_label_ids(known, tracker) if known else {},
        texts=texts_for(workspace, tracker),
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
) -> Iterator[FailedAction | None]:
    """Every action that is tried, and how it failed; none after somebody asked to stop."""
    made = session.store.provisions(name)
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
            session.store.save_provision(name, action.what, id_)
            made = session.store.provisions(name)
            yield None
