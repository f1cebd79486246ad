"""Setup, with its reads and writes: plan what each tracker lacks, and carry it out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from config.load import fingerprint
from config.workspace import Workspace
from connectors.base import Connector, Provisions
from connectors.errors import TrackerError
from connectors.setup import Action, Need, Provisioner, Provisioning
from sync.jobs.reporter import Reporter
from sync.jobs.session import Session
from sync.observation import Unread


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
    need = need_of(session.workspace)
    plans: dict[str, Provisioning] = {}
    unread: list[Unread] = []
    for name, provisioner in _provisioners(session).items():
        made = session.store.provisions(name)
        try:
            plans[name] = provisioner.removal(need, made) if remove else provisioner.plan(need, made)
        except TrackerError as error:
            unread.append(Unread.tracker(error))
    session.keep_origins(plans)
    reporter.unread(unread)
    return plans


def run_setup(session: Session, plans: Mapping[str, Provisioning]) -> SetupOutcome:
    """Carry out what was planned; an action that fails does not keep the others from being tried."""
    provisioners = _provisioners(session)
    record = session.store.open_run("setup", fingerprint(session.workspace), session.workspace.workspace)
    session.writing.set()
    try:
        tried = [
            one for name, plan in plans.items() for one in _carry_out(session, name, provisioners[name], plan)
        ]
    finally:
        session.writing.clear()
    failed = tuple(one for one in tried if one is not None)
    complete = not failed and len(tried) == sum(len(plan.actions) for plan in plans.values())
    session.store.close_run(record, "done" if complete else "partial", {})
    return SetupOutcome(complete, failed)


def need_of(workspace: Workspace) -> Need:
    """What the declared goals ask of every tracker."""
    labels = workspace.policy.labels
    titles = {kr.id: kr.title for _, kr in workspace.key_results()}
    return Need(workspace.workspace, titles, labels.aligned, labels.orphaned, labels.dangling)


def provisioner_of(connector: Connector) -> Provisioner | None:
    """Setup of a tracker, None where it has none."""
    return connector.provisioner() if isinstance(connector, Provisions) else None


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
