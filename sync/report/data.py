"""A run as plain data for `--format json`. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from connectors.model import Change, Pull, Receipt, Ref
from connectors.setup import PROJECTS
from sync.decide import Decision
from sync.explain.outlook import NO_FORECAST, unlikely_words
from sync.forecast.outlook import Outlook, Outlooks
from sync.measure import ObjectiveReading, Reading, Scorecard
from sync.plan.guards import GuardViolation
from sync.plan.outcome import Applied, Moved
from sync.plan.plan import Plan, digest_of, plain_change
from sync.report.unaligned.not_warned import unwarned
from sync.report.unaligned.orphans import by_effort, efforts_of
from sync.signals.orphans import Signals

Data = dict[str, Any]
_RANGE = ("low", "middle", "high")


def of_run(run: Decision, part: Plan | None = None, narrowed_by: str = "") -> Data:
    """Everything about a run but its guards and what was written. `part`: what is shown of its plan."""
    return {
        "as_of": run.scorecard.as_of.isoformat(),
        "pulled": [of_pull(pull) for pull in run.observation.pulls],
        "scorecard": of_scorecard(run.scorecard, run.outlooks),
        "orphans": of_orphans(run),
        "in_grace": of_in_grace(run),
        "planned": of_planned(run),
        "not_warned": of_unwarned_counts(run.signals),
        "findings": of_findings(run, run.signals),
        "plan": of_plan(run.plan, part, narrowed_by),
    }


def standing(run: Decision) -> Data:
    """What is kept of a run that left nothing to write, for runs that find nothing changed since."""
    return {
        "warned": len(run.signals.orphans),
        "in_grace": len(run.signals.in_grace),
        "not_warned": of_unwarned_counts(run.signals),
        "findings": of_findings(run, run.signals),
        "scorecard": of_scorecard(run.scorecard, run.outlooks),
        "plan": of_plan(Plan((), (), digest_of((), ()))),
    }


def of_unchanged(
    at: datetime, since: datetime, pulls: Iterable[tuple[Pull, int]], standing: Mapping[str, Any]
) -> Data:
    """A run that had nothing to decide. Lists of work are not made anew: `truenorth status` and `orphans` have them.

    `pulls`: each with how many items are in scope.
    """
    return {
        "as_of": at.isoformat(),
        "unchanged_since": since.isoformat(),
        "pulled": [
            {
                "tracker": one.tracker,
                "as_of": one.as_of.isoformat(),
                "in_scope": in_scope,
                "requests": one.requests,
                "notes": list(one.notes),
            }
            for one, in_scope in pulls
        ],
        **standing,
        "guards": [],
    }


def of_pull(pull: Pull) -> Data:
    in_scope = sum(1 for item in pull.items if item.in_scope)
    return {
        "tracker": pull.tracker,
        "as_of": pull.as_of.isoformat(),
        "in_scope": in_scope,
        "above_scope": len(pull.items) - in_scope,
        "requests": pull.requests,
        "notes": list(pull.notes),
    }


def of_scorecard(card: Scorecard, outlooks: Outlooks) -> list[Data]:
    return [_objective(objective, outlooks) for objective in card.objectives]


def _objective(reading: ObjectiveReading, outlooks: Outlooks) -> Data:
    return {
        "objective": reading.objective,
        "title": reading.title,
        "cycle": reading.cycle,
        "owner": reading.owner,
        "percent": reading.percent,
        "expected": round(reading.expected, 4),
        "health": reading.health,
        "at_target": reading.at_target,
        "without_data": reading.without_data,
        "not_begun": reading.not_begun,
        "phase": reading.phase,
        "grade": reading.grade,
        "succeeds": reading.succeeds,
        "grading": reading.grading or None,
        "parent": reading.parent,
        "closed": reading.closed.isoformat() if reading.closed else None,
        "key_results": [
            of_reading(one) | of_outlook(one, outlooks.get(one.key_result)) for one in reading.readings
        ],
    }


def of_outlook(reading: Reading, outlook: Outlook | None) -> Data:
    """The forecast of a key result, 0..1 and raw, with the progress that is success; what there is none of is null."""
    found = outlook.forecast if outlook is not None else None
    return {
        "chance": None if found is None else round(found.chance, 4),
        "range": None if found is None else {name: round(getattr(found, name), 4) for name in _RANGE},
        "goal": outlook.goal if outlook is not None else None,
        "forecast_weeks": None if found is None else round(found.weeks, 1),
        "no_forecast": NO_FORECAST[outlook.lack] if outlook is not None and outlook.lack else None,
        "working_days_left": outlook.days_left if outlook is not None else None,
        "health_reason": unlikely_words(outlook) if outlook is not None and reading.is_unlikely else None,
    }


def of_reading(reading: Reading) -> Data:
    """One key result, without its forecast."""
    tally = reading.tally
    return {
        "key_result": reading.key_result,
        "title": reading.title,
        "value": reading.value,
        "target": reading.target,
        "limits": _limits(reading),
        "unit": reading.unit,
        "percent": reading.percent,
        "expected": round(reading.expected, 4),
        "health": reading.health,
        "at_target": reading.at_target,
        "evidence": reading.evidence,
        "since": reading.bounds.first.isoformat() if reading.bounds.first else None,
        "output": None if reading.output is None else round(reading.output, 4),
        "note": str(reading.mismatch or ""),
        "closed": reading.closed.isoformat() if reading.closed else None,
        "phase": reading.phase,
        "stands_on": reading.stands_on.isoformat() if reading.stands_on else None,
        "read_on": reading.read_on.isoformat() if reading.read_on else None,
        "by_hand": reading.by_hand,
        "coverage": None if reading.coverage is None else round(reading.coverage, 4),
        "creep": None if reading.creep is None else asdict(reading.creep),
        "teams": {team: {"leaves": one.leaves, "done": one.done} for team, one in reading.teams},
        "work": {
            "leaves": tally.leaves,
            "done": tally.done,
            "doing": tally.doing,
            "dropped": tally.dropped,
            "finished_before": tally.before,
            "created_later": tally.later,
            "done_on_unknown_day": tally.undated,
            "unestimated": tally.unestimated,
            "weight": round(float(tally.weight), 6),
            "done_weight": round(float(tally.done_weight), 6),
        },
    }


def _limits(reading: Reading) -> Data | None:
    """Between which its value must stay, both included; None for what is no guard-rail."""
    if reading.low is None and reading.high is None:
        return None
    return {"above": reading.low, "below": reading.high}


def of_orphans(run: Decision) -> list[Data]:
    """The orphans, the most effort at stake first: `effort` in points, of so many open items, itself included."""
    items, at_stake = run.alignment.items, efforts_of(run)
    return [
        {
            "tracker": orphan.item.tracker,
            "id": orphan.item.id,
            "key": items[orphan.item].key,
            "title": items[orphan.item].title,
            "restricted": items[orphan.item].private,
            "url": items[orphan.item].url,
            "team": items[orphan.item].team,
            "project": items[orphan.item].project,
            "level": items[orphan.item].level,
            "status": items[orphan.item].status,
            "assignee": items[orphan.item].assignee,
            "age_days": orphan.age_days,
            "effort": round(at_stake[orphan.item].points, 4),
            "effort_items": at_stake[orphan.item].items,
            "top": orphan.top,
            "unaligned_since": orphan.since.isoformat() if orphan.since else None,
            "in_progress_since": orphan.begun.isoformat() if orphan.begun else None,
            "why": run.alignment.placements[orphan.item].reason,
            "claims": claims(run, orphan.item),
        }
        for orphan in by_effort(run, at_stake)
    ]


def of_planned(run: Decision) -> list[Data]:
    """Open work that only cycles yet to come claim."""
    items = run.alignment.items
    return [
        {
            "tracker": ref.tracker,
            "id": ref.id,
            "key": items[ref].key,
            "title": items[ref].title,
            "url": items[ref].url,
            "cycles": list(cycles),
        }
        for ref, cycles in run.signals.planned.items()
    ]


def claims(run: Decision, ref: Ref) -> list[Data]:
    """The claims on an item that link it to nothing: the nearest key result, or the day on which its own ended."""
    return [
        {"claim": one.claim, "nearest": one.nearest, "ended": one.over.isoformat() if one.over else None}
        for one in run.alignment.placements[ref].unmet
    ]


def of_unwarned(run: Decision) -> list[Data]:
    """Open work that serves no key result and is not warned about, with why."""
    items = run.alignment.items
    return [
        {
            "tracker": one.item.tracker,
            "id": one.item.id,
            "key": items[one.item].key,
            "title": items[one.item].title,
            "restricted": items[one.item].private,
            "url": items[one.item].url,
            "team": items[one.item].team,
            "project": items[one.item].project,
            "level": items[one.item].level,
            "status": items[one.item].status,
            "assignee": items[one.item].assignee,
            "age_days": one.age_days,
            "because": one.why,
            "warned_from": one.warned_from.isoformat() if one.warned_from else None,
            "why": run.alignment.placements[one.item].reason,
            "claims": claims(run, one.item),
        }
        for one in unwarned(run.alignment.items, run.signals, run.scorecard.as_of)
    ]


def of_unwarned_counts(signals: Signals) -> Data:
    """How many of them there are, by why."""
    return {"not_started": len(signals.not_started), "in_grace": len(signals.in_grace)}


def of_in_grace(run: Decision) -> list[Data]:
    """Work that lost its last link and is not warned yet."""
    items = run.alignment.items
    return [
        {
            "tracker": one.item.tracker,
            "id": one.item.id,
            "key": items[one.item].key,
            "title": items[one.item].title,
            "url": items[one.item].url,
            "unaligned_since": one.since.isoformat(),
            "warned_from": one.until.isoformat(),
        }
        for one in run.signals.unlinked
    ]


def of_findings(run: Decision, signals: Signals) -> list[Data]:
    return [
        {
            "kind": finding.kind,
            "items": [run.alignment.items[ref].key for ref in finding.items],
            "trackers": [ref.tracker for ref in finding.items],
            "message": finding.message,
            "remedy": finding.remedy,
            "place": finding.place or None,
        }
        for finding in signals.findings
    ]


def of_plan(whole: Plan, part: Plan | None = None, narrowed_by: str = "") -> Data:
    """The plan, each change of it. `part`: what is shown of the `whole`; digest, items, totals and notes are of the whole."""
    plan = whole if part is None else part
    return {
        "digest": whole.digest,
        "items": len(whole.edits),
        "totals": whole.totals,
        "narrowed_by": narrowed_by or None,
        "items_shown": len(plan.edits),
        "changes": [_change(change) for change in plan.changes],
        "views": [
            {"tracker": one.tracker, "id": one.id, "name": PROJECTS, "projects": list(one.projects)}
            for one in plan.views
        ],
        "waiting": list(whole.waiting),
        "notes": list(whole.notes),
        "refusals": [
            {"tracker": one.item.tracker, "key": one.key, "reason": one.reason} for one in plan.refusals
        ],
    }


def _change(change: Change) -> Data:
    return {
        "tracker": change.item.tracker,
        "id": change.item.id,
        "key": change.key,
        "mark": change.mark,
        "before": plain_change(change.before),
        "after": plain_change(change.after),
    }


def of_moved(moved: Iterable[Moved]) -> list[Data]:
    """Items of a saved plan that changed since."""
    return [{"tracker": one.item.tracker, "key": one.key, "why": one.what} for one in moved]


def of_stops(stops: Iterable[GuardViolation], flag_of: Callable[[GuardViolation], str]) -> list[Data]:
    """Guards that trip; `flag_of`: the option that overrides one."""
    return [
        {"guard": one.guard, "message": one.message, "flag": flag_of(one), "samples": one.samples}
        for one in stops
    ]


def of_applied(applied: Applied) -> Data:
    return {
        "written": applied.count("written"),
        "skipped": applied.count("skipped"),
        "failed": applied.count("failed"),
        "requests": sum(receipt.requests for receipt in applied.receipts),
        "stopped": dict(applied.stopped),
        "troubled": [_receipt(one) for one in applied.receipts if one.outcome != "written"],
        "views": [
            {
                "tracker": one.view.tracker,
                "id": one.view.id,
                "name": PROJECTS,
                "projects": list(one.view.projects),
                "outcome": one.outcome,
                "error": one.why or None,
            }
            for one in applied.views
        ],
    }


def _receipt(receipt: Receipt) -> Data:
    return {
        "tracker": receipt.item.tracker,
        "key": receipt.key,
        "outcome": receipt.outcome,
        "error": receipt.error,
    }
