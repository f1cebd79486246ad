"""Key results without work, without data, or at odds with their work; and budgets. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from fractions import Fraction

from config.measures import MADE_OF_LINKS, FlowMeasure, MilestonesMeasure, WorkMeasure
from config.okrs import KeyResult
from config.text.figures import ENGLISH
from config.text.phrases import Percent, phrase
from config.workspace import Workspace
from sync.align.alignment import Alignment
from sync.measure import Scorecard, milestone_pieces
from sync.signals.budgets import usages
from sync.signals.findings.finding import Finding, finding, names_of, refs_of


def unserved(scorecard: Scorecard, running: Mapping[str, KeyResult]) -> Iterator[Finding]:
    """Running key results made of work that nothing is linked to."""
    for key_result in running.values():
        wants_work = isinstance(key_result.measure, MADE_OF_LINKS)
        reading = scorecard.readings[key_result.id]
        # Of a cycle that has ended, or not begun, nobody can act on it.
        is_bare = reading.tally.leaves == 0 and not reading.tally.before
        if wants_work and not reading.by_hand and reading.phase == "running" and is_bare:
            yield finding(
                "unserved_key_result",
                (),
                phrase(
                    "signals.unserved_key_result.message", key_result=key_result.id, title=key_result.title
                ),
                phrase("signals.unserved_key_result.remedy", key_result=key_result.id),
                key_result=key_result.id,
            )


def finished_before(alignment: Alignment, scorecard: Scorecard, workspace: Workspace) -> Iterator[Finding]:
    """Key results of running cycles whose whole work was finished before the first day that counts."""
    today = scorecard.as_of.astimezone(workspace.zone).date()
    for objective, key_result in workspace.key_results():
        cycle, reading = workspace.cycles[objective.cycle], scorecard.readings[key_result.id]
        if not cycle.start <= today <= cycle.end or reading.closed is not None:
            continue
        match key_result.measure:
            case WorkMeasure():
                pieces, what = reading.pieces, "work"
            case MilestonesMeasure() as how:
                pieces = milestone_pieces(key_result, how, alignment, reading.bounds)
                what = "milestones"
            case _:
                continue
        before = [piece.item for piece in pieces if piece.left_out == "before"]
        if not before or any(piece.left_out is None for piece in pieces):
            continue
        message = phrase(
            f"signals.finished_before.message.{what}",
            key_result=key_result.id,
            title=key_result.title,
            first=f"{reading.bounds.first}",
            names=names_of(before),
        )
        remedy = phrase("signals.finished_before.remedy")
        yield finding("finished_before", refs_of(before), message, remedy, key_result=key_result.id)


def unset_waiting(running: Mapping[str, KeyResult], workspace: Workspace) -> Iterator[Finding]:
    """Flow efficiency of which nobody says what is waiting."""
    for at, objective in enumerate(workspace.objectives):
        for nr, key_result in enumerate(objective.key_results):
            how = key_result.measure
            if key_result.id in running and isinstance(how, FlowMeasure) and how.lacks_waiting:
                place = workspace.place_of(("objectives", at, "key_results", nr, "measure"))
                message = phrase("signals.unset_waiting.message", key_result=key_result.id)
                remedy = phrase("signals.unset_waiting.remedy")
                yield finding("unset_waiting", (), message, remedy, place, key_result=key_result.id)


def mismatches(scorecard: Scorecard, running: Collection[str]) -> Iterator[Finding]:
    """Output without outcome, and the reverse."""
    for id_, reading in scorecard.readings.items():
        if id_ not in running or reading.mismatch is None:
            continue
        what = "output" if (reading.output or 0) > (reading.progress or 0) else "outcome"
        message = phrase(
            f"signals.output_without_outcome.message.{what}",
            key_result=id_,
            done=reading.tally.done,
            leaves=reading.tally.leaves,
            count="leaves",
        )
        remedy = phrase(f"signals.output_without_outcome.remedy.{what}")
        yield finding("output_without_outcome", (), message, remedy, key_result=id_)


def over_budget(alignment: Alignment, workspace: Workspace, now: datetime) -> Iterator[Finding]:
    """Exempt categories that take more than their budget."""
    for usage in usages(alignment, workspace, now):
        if usage.is_over:
            message = phrase(
                "signals.over_budget.message",
                category=usage.category,
                share=_share(usage.share),
                budget=_share(usage.budget),
                items=len(usage.items),
                pieces=usage.pieces,
                count="pieces",
            )
            remedy = phrase("signals.over_budget.remedy")
            limit = f"budget: {ENGLISH.number(float(100 * usage.budget))}"
            yield finding("over_budget", usage.items, message, remedy, threshold=limit)


def _share(share: Fraction) -> Percent:
    return Percent(round(float(share * 100), 1))
