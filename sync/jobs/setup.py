"""Setup, with its reads and writes: plan what each tracker lacks, show it, and carry it out when told to."""

from __future__ import annotations

from datetime import UTC, datetime

from config.load import fingerprint
from config.workspace import Workspace
from connectors.base import Connector
from connectors.errors import TrackerError
from connectors.setup import Need, Provisioner, Provisioning
from sync.cli.output import Output
from sync.jobs.session import Session


def run_setup(session: Session, output: Output, *, remove: bool, really: bool) -> bool:
    """Show the plan; with `really` carry it out. False when something that was planned failed.

    Everything is read before anything is written. Raises TrackerError when a read fails.
    """
    need = need_of(session.workspace)
    hands = {name: one for name, c in session.connectors.items() if (one := provisioner_of(c)) is not None}
    plans: dict[str, Provisioning] = {}
    for name, hand in hands.items():
        made = session.store.provisions(name)
        plans[name] = hand.removal(need, made) if remove else hand.plan(need, made)
    _show(plans, output)
    if not any(plan.actions for plan in plans.values()):
        output.say("Nothing to do.")
        return True
    if not really:
        output.say("Nothing was changed. Add --apply to carry it out.")
        return True
    now = datetime.now(UTC)
    record = session.store.open_run("setup", now, fingerprint(session.workspace))
    done = [_carry(session, name, hands[name], plan, output) for name, plan in plans.items()]
    session.store.close_run(record, "done" if all(done) else "partial", {})
    return all(done)


def need_of(workspace: Workspace) -> Need:
    """What the declared goals ask of every tracker."""
    labels = workspace.policy.labels
    titles = {kr.id: kr.title for _, kr in workspace.key_results()}
    return Need(workspace.workspace, titles, labels.aligned, labels.orphaned, labels.dangling)


def provisioner_of(connector: Connector) -> Provisioner | None:
    """Setup of a tracker, None where it has none."""
    from connectors.jira import JiraConnector
    from connectors.linear import LinearConnector

    if isinstance(connector, JiraConnector | LinearConnector):
        return connector.provisioner
    return None


def _show(plans: dict[str, Provisioning], output: Output) -> None:
    for name, plan in plans.items():
        for action in plan.actions:
            output.say(f"{name}: {action.verb} {action.what} ({action.reason})")
        for problem in plan.problems:
            output.say(f"{name}: cannot: {problem.what}: {problem.why}. {problem.remedy}")
    output.data(
        setup={
            name: {
                "actions": [
                    {"verb": one.verb, "kind": one.kind, "name": one.name, "reason": one.reason}
                    for one in plan.actions
                ],
                "problems": [
                    {"what": one.what, "why": one.why, "remedy": one.remedy} for one in plan.problems
                ],
            }
            for name, plan in plans.items()
        }
    )


def _carry(session: Session, name: str, hand: Provisioner, plan: Provisioning, output: Output) -> bool:
    """Carry out one plan; one action that fails does not keep the others from being tried."""
    good = True
    made = session.store.provisions(name)
    session.writing.set()
    try:
        for action in plan.actions:
            if session.halt.is_set():
                return False
            try:
                id_ = hand.carry(action, made)
            except (TrackerError, KeyError) as error:
                why = (
                    error.what if isinstance(error, TrackerError) else f"it needs {error}, which was not made"
                )
                output.say(f"{name}: failed: {action.verb} {action.what}: {why}")
                good = False
                continue
            session.store.save_provision(name, action.what, id_)
            made = session.store.provisions(name)
    finally:
        session.writing.clear()
    return good
