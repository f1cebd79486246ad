"""starved_objective: an objective gets fewer of the person-days than its declared weight says. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from config.text.figures import ENGLISH
from config.text.phrases import Percent, phrase
from connectors.model import Ref
from sync.capacity.person_days import PersonDays, person_days, window
from sync.capacity.shares import LEAST_WEEKS, ObjectiveShare
from sync.signals.mechanism import SignalContext, SignalRule
from sync.signals.signal import Severity, Signal

ID = "starved_objective"


def fire(context: SignalContext) -> Iterator[Signal]:
    """A signal for each objective of a running cycle that lies more points under its share than declared, since the cycle began.

    Where nobody declared a weight among its siblings, nobody said which of them matters more. The share itself is said only
    where that is no figure about fewer than three people.
    """
    days = context.common(days_so_far)
    if days is None:
        return
    limit = context.workspace.signals.starved_points
    for one in days.shares:
        under = one.weeks[context.week] if context.week < len(one.weeks) else None
        if one.is_declared and under is not None and under > limit:
            yield _signal(one, under, context)


def days_so_far(context: SignalContext) -> PersonDays | None:
    """The person-days since the running cycles began, up to the moment that is asked about; None where they are not known."""
    now = context.now + timedelta(weeks=context.week)
    begin = window(context.workspace, now)
    if context.journeys is None or begin is None:
        return None
    assigned = context.observation.assigned
    return person_days(context.journeys, assigned, context.alignment, context.workspace, begin, now)


def _signal(one: ObjectiveShare, under: float, context: SignalContext) -> Signal:
    limit = context.workspace.signals.starved_points
    severity: Severity = "high" if under > 2 * limit and under > 50 * one.declared else "medium"
    declared = Percent(round(100 * one.declared))
    objective = next(each for each in context.workspace.objectives if each.id == one.objective)
    if one.share is None or context.week:
        message = phrase(
            f"signals.{ID}.message.hidden",
            objective=one.objective,
            title=objective.title,
            declared=declared,
        )
    else:
        message = phrase(
            f"signals.{ID}.message",
            objective=one.objective,
            title=objective.title,
            share=Percent(round(100 * one.share)),
            declared=declared,
        )
    return Signal(
        ID,
        severity,
        "objective",
        one.objective,
        _open_work(one.objective, context),
        message,
        phrase(f"signals.{ID}.formula"),
        f"starved_points: {ENGLISH.number(limit)}",
        phrase(f"signals.{ID}.remedy"),
    )


def _open_work(objective: str, context: SignalContext) -> tuple[Ref, ...]:
    """The open work of its key results that nobody has begun: what is there to be given days."""
    declared = next(one for one in context.workspace.objectives if one.id == objective)
    found = (
        item.ref
        for key_result in declared.key_results
        for item, _ in context.alignment.leaves.get(key_result.id, ())
        if item.category == "todo"
    )
    return tuple(sorted(set(found)))


def known_from(context: SignalContext, objective: str) -> date:
    """The end of the first weeks of its cycle."""
    cycles = {one.id: one.cycle for one in context.workspace.objectives}
    start = context.workspace.cycles[cycles[objective]].start
    return start + timedelta(weeks=LEAST_WEEKS)


STARVED_OBJECTIVE = SignalRule(ID, fire, frozenset({"journeys"}), replays=True, known_from=known_from)
