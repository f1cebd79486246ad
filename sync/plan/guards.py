"""What looks wrong about writing a plan: each guard says so in numbers, with samples. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from config.policy import GuardPolicy
from config.wording import agree, counted, part_of, percent
from config.workspace import Workspace
from connectors.model import ALL_MARKS, Mark, WorkItem
from sync.measure import Scorecard
from sync.memory import Memory
from sync.observation import Observation
from sync.plan.foreign import owners
from sync.plan.plan import Edit, Plan
from sync.plan.reasons import unwarned
from sync.plan.refill import refills
from sync.plan.roll_over import reoffered, rolled_over
from sync.plan.throttle import scope_of
from sync.plan.unaligned import likely_loss, losing, newly_warned
from sync.plan.upgrade import is_first_by_rules, is_of_older_rules
from sync.signals.grace import shows_own_link
from sync.signals.orphans import Signals

SAMPLES = 3
NOUNS: Mapping[Mark, str] = {
    "key_results": "key result",
    "alignment": "alignment",
    "labels": "label",
    "comment": "comment",
    "update": "status update",
    "twins": "duplicate comment",
}


@dataclass(frozen=True, slots=True)
class GuardViolation:
    """A guard that trips: what looks wrong, in numbers; what an override has to name; some items it is about.

    `subject` is the tracker of a pull that shrank, nothing for a first run, and else the digest of the plan.
    """

    guard: str
    message: str
    subject: str
    samples: tuple[str, ...] = ()


def first_run_stop(
    items: Iterable[WorkItem], plan: Plan, workspace: str, memory: Memory
) -> GuardViolation | None:
    """Nobody has seen this workspace write yet: neither the store nor any item knows of a run of it.

    Marks of another workspace prove nothing, but that this one may have been renamed; copied ones prove nothing at all.
    """
    found = owners(items)
    if memory.writing_runs or workspace in found or not (plan.edits or plan.refusals):
        return None
    if not found:
        if memory.unnamed_runs:
            return None
        message = f"First run: {counted(len(plan.edits), 'item')} would be changed"
        return GuardViolation("first-run", message, "", samples(plan.edits))
    others = " and ".join(
        f'{counted(count, "item")} {agree(count, "carries", "carry")} marks of workspace "{owner}"'
        for owner, count in sorted(found.items())
    )
    message = (
        f'First run of workspace "{workspace}": {counted(len(plan.edits), "item")} would be changed. {others}. '
        "If it was renamed, rename it back, or undo there first"
    )
    return GuardViolation("first-run", message, "", samples(plan.edits))


MOSTLY = 0.5
REVIEW = "; review the plan, then override this guard"


def mass_change_stop(
    items: Iterable[WorkItem], plan: Plan, policy: GuardPolicy, cause: str = ""
) -> GuardViolation | None:
    """More of the items would change than `share`, and more than `floor` of them. `cause`: the likely one."""
    total = sum(1 for item in items if item.in_scope)
    count = len(_reworked(plan))
    if not _beyond(count, total, policy.share, policy.floor):
        return None
    message = (
        f"{part_of(count, total, 'item')} would change ({_share(count, total, policy.share)}); "
        f"limit: {_limit(policy.share, policy.floor)}"
    )
    return GuardViolation("mass-change", message + cause, plan.digest, samples(_reworked(plan)))


def likely_cause(memory: Memory, edits: Sequence[Edit] = ()) -> str:
    """What happened since marks were last written that makes for many changes; "" where nothing did.

    Undo is named alone where it was later: what setup made before it is not why marks are gone. `edits`: those of the
    plan; what an administrator adds by hand is known by them alone.
    """
    undone, set_up = memory.last_undo > memory.last_write, memory.last_setup > memory.last_write
    undo = f". `truenorth undo` (run {memory.last_undo}) removed marks since the last write, "
    if undone and memory.last_setup > memory.last_undo:
        return f"{undo}and `truenorth setup` ran after it: both are likely causes{REVIEW}"
    if undone:
        return f"{undo}so putting them back is the likely cause{REVIEW}"
    if set_up:
        setup = (
            ". `truenorth setup` ran since the last write, so its new fields and labels are the likely cause"
        )
        return setup + REVIEW
    if edits and refills(edits) > MOSTLY * len(edits):
        filled = counted(refills(edits), "item")
        return (
            f". On {filled} only fields are filled that could not be set before, or that somebody emptied: fields or "
            f"options that an administrator added are the likely cause{REVIEW}"
        )
    older = sum(map(is_of_older_rules, edits))
    if edits and older > MOSTLY * len(edits) and is_first_by_rules(memory):
        return f". An older version marked {older} of them, by other rules: the upgrade is the likely cause{REVIEW}"
    return ""


def backlog_cause(edits: Sequence[Edit], backlog: Sequence[Edit]) -> str:
    """That most of the `edits` take warnings off work that is not warned about while it is not started; "" where not."""
    refs = {edit.item.ref for edit in backlog}
    count = sum(edit.item.ref in refs for edit in edits)
    if count <= MOSTLY * len(edits):
        return ""
    return f". On {counted(count, 'item')} a warning goes because the work is not started, as policy.warn says{REVIEW}"


def project_stops(
    items: Iterable[WorkItem], plan: Plan, policy: GuardPolicy, cause: str = ""
) -> list[GuardViolation]:
    """More of one project's or team's items would change than `project_share`, and more than `project_floor`."""
    totals = Counter(scope_of(item) for item in items if item.in_scope)
    changed: dict[tuple[str, str], list[Edit]] = {}
    for edit in _reworked(plan):
        changed.setdefault(scope_of(edit.item), []).append(edit)
    found = []
    for scope, edits in sorted(changed.items()):
        total, count = totals[scope], len(edits)
        if not _beyond(count, total, policy.project_share, policy.project_floor):
            continue
        message = (
            f"{part_of(count, total, 'item')} in {scope[1] or scope[0]} would change ({_share(count, total, policy.project_share)}); "
            f"limit: {_limit(policy.project_share, policy.project_floor)}"
        )
        message += cause
        found.append(GuardViolation("mass-change-project", message, plan.digest, samples(edits)))
    return found


def removal_stops(
    items: Iterable[WorkItem],
    plan: Plan,
    policy: GuardPolicy,
    lost: Sequence[Edit] = (),
    cause: str = "",
    backlog: Sequence[Edit] = (),
) -> list[GuardViolation]:
    """More marks of one kind would go than `removed_share` of those there, and more than `removed_floor`. `cause`: why
    the `lost` edits take a last key result off, which is told where most of the marks go by these; `backlog`: those that
    take a warning off what is not started.
    """
    unlinked = {edit.item.ref for edit in lost}
    shown = [item.shown for item in items]
    found = []
    for mark in ALL_MARKS:
        if mark == "twins":
            continue
        there = sum(1 for one in shown if getattr(one, mark))
        edits = [
            edit for edit in plan.edits if getattr(edit.item.shown, mark) and not getattr(edit.wanted, mark)
        ]
        if not _beyond(len(edits), there, policy.removed_share, policy.removed_floor):
            continue
        message = (
            f"{part_of(len(edits), there, NOUNS[mark])} would be removed ({_share(len(edits), there, policy.removed_share)}); "
            f"limit: {_limit(policy.removed_share, policy.removed_floor)}"
        )
        if sum(edit.item.ref in unlinked for edit in edits) > MOSTLY * len(edits):
            message += cause
        else:
            message += backlog_cause(edits, backlog)
        found.append(GuardViolation("mass-removal", message, plan.digest, samples(edits)))
    return found


def unlinked_stop(
    items: Iterable[WorkItem], plan: Plan, lost: Sequence[Edit], policy: GuardPolicy, cause: str = ""
) -> GuardViolation | None:
    """More of the open items that show a key result of their own would lose their last one than `unlinked_share`, and more than
    `unlinked_floor`. `lost`: the edits by which they do; `cause`: the likely one.
    """
    there = sum(1 for item in items if item.in_scope and item.is_open and shows_own_link(item.shown))
    if not _beyond(len(lost), there, policy.unlinked_share, policy.unlinked_floor):
        return None
    message = (
        f"{part_of(len(lost), there, 'linked item')} would lose their last key result ({_share(len(lost), there, policy.unlinked_share)}); "
        f"limit: {_limit(policy.unlinked_share, policy.unlinked_floor)}"
    )
    return GuardViolation("lost-links", message + cause, plan.digest, samples(lost))


def warned_stop(
    items: Iterable[WorkItem], plan: Plan, warned: Sequence[Edit], policy: GuardPolicy
) -> GuardViolation | None:
    """More of the open items would be warned for the first time than `warned_share`, and more than `warned_floor`.
    `warned`: the edits by which they are.
    """
    total = sum(1 for item in items if item.in_scope and item.is_open)
    if not _beyond(len(warned), total, policy.warned_share, policy.warned_floor):
        return None
    message = (
        f"{part_of(len(warned), total, 'open item')} would be newly warned as unaligned "
        f"({_share(len(warned), total, policy.warned_share)}); limit: {_limit(policy.warned_share, policy.warned_floor)}. "
        "A project that came into scope, an exemption that went, a shorter grace period and another policy.warn look like this"
    )
    return GuardViolation("mass-warning", message + REVIEW, plan.digest, samples(warned))


def zero_stop(before: Mapping[str, float | None], card: Scorecard, plan: Plan) -> GuardViolation | None:
    """Every key result that had progress, two at least, has none any more. `before` is the last reading of each, of its
    present cycle. That its work was finished before the cycle explains why one has none.
    """
    readings = card.readings
    had = [
        id_
        for id_, progress in before.items()
        if progress and id_ in readings and (readings[id_].progress or not readings[id_].tally.before)
    ]
    if not plan.edits or len(had) < 2 or any(readings[id_].progress for id_ in had):
        return None
    message = f"all {len(had)} key results that had progress are now at zero; check that their work can still be read"
    return GuardViolation("all-zero", message, plan.digest, samples(plan.edits))


def shrink_stop(
    tracker: str, found: int, found_before: int | None, policy: GuardPolicy
) -> GuardViolation | None:
    """A pull found far fewer items than the last one did: lost permissions look just like this."""
    if not found_before or found >= found_before * (1 - policy.shrink):
        return None
    message = (
        f"{tracker} returned {counted(found, 'item')} in scope, {found_before} in the last run; "
        f"limit: {percent(100 * policy.shrink)} fewer. Check that the credential has not lost access"
    )
    return GuardViolation("shrunken-pull", message, tracker)


def _reworked(plan: Plan) -> list[Edit]:
    """The edits that do more than remove duplicate comments: all of these are to go, and none says what the other does not."""
    return [edit for edit in plan.edits if any(change.mark != "twins" for change in edit.changes)]


def samples(edits: Sequence[Edit]) -> tuple[str, ...]:
    """Some of the items that would change, from all along the plan; of restricted ones the key alone."""
    step = max(1, len(edits) // SAMPLES)
    return tuple(_sample(edit.item) for edit in edits[::step][:SAMPLES])


def _sample(item: WorkItem) -> str:
    return item.name if item.private or item.title == item.name else f"{item.name} {item.title}"


def _beyond(count: int, total: int, share: float, floor: int) -> bool:
    return count > floor and count > share * total


def _share(part: int, whole: int, limit: float) -> str:
    """The share of the whole in percent, floored, with as many decimals as it takes to show that it is beyond the limit."""
    for scale in (1, 10, 100):
        shown = part * 100 * scale // whole / scale
        if shown > 100 * limit:
            return percent(shown)
    return f"just over {percent(100 * limit)}"


def _limit(share: float, floor: int) -> str:
    return f"{percent(100 * share)} and {counted(floor, 'item')}"


def guards(
    observation: Observation,
    scorecard: Scorecard,
    plan: Plan,
    workspace: Workspace,
    memory: Memory,
    signals: Signals,
) -> tuple[GuardViolation, ...]:
    """What looks wrong about writing this plan."""
    policy, items = workspace.policy.guards, observation.items
    shrunk = [
        shrink_stop(
            one.tracker, sum(item.in_scope for item in one.items), memory.found.get(one.tracker), policy
        )
        for one in observation.pulls
    ]
    first = first_run_stop(items, plan, workspace.workspace, memory)
    if first is not None:
        # On a first run everything is new: one stop says so, others would say it again.
        return tuple(stop for stop in [*shrunk, first] if stop is not None)
    lost, warned = losing(plan, signals), newly_warned(plan, memory)
    today = scorecard.as_of.astimezone(workspace.zone).date()
    loss = likely_loss(lost, workspace, memory, today)
    loss += REVIEW if loss else ""
    unlinked = unlinked_stop(items, plan, lost, policy, loss)
    warnings = warned_stop(items, plan, warned, policy)
    # What one guard trips on, the others need not repeat: they look at the rest. That every ticket moves on when a cycle
    # ends, and every warning offers what goes on, is no fault.
    said = {edit.item.ref for edit in [*(lost if unlinked else ()), *(warned if warnings else ())]}
    said |= rolled_over(plan.edits, workspace, today).keys() | reoffered(plan.edits, workspace, today).keys()
    rest = replace(plan, edits=tuple(edit for edit in plan.edits if edit.item.ref not in said))
    backlog = unwarned(rest, signals)
    cause = backlog_cause(_reworked(rest), backlog) or likely_cause(memory, rest.edits)
    mass = mass_change_stop(items, rest, policy, cause)
    others: list[GuardViolation | None] = [unlinked, warnings]
    # Neither need its projects repeat what the whole trips on.
    others += [mass] if mass else project_stops(items, rest, policy, cause)
    others += removal_stops(items, rest, policy, () if unlinked else lost, loss, backlog)
    others.append(zero_stop(memory.last_progress, scorecard, plan))
    return tuple(stop for stop in [*shrunk, *others] if stop is not None)
