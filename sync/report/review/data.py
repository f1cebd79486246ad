"""The review of a cycle, for programs. Shares, chances and progress are 0..1; nothing about a person. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from config.text.phrases import Phrase, plain, say
from config.text.texts import Texts
from connectors.model import Ref, WorkItem
from sync.indicators.attainment import Attainment
from sync.measure import Reading, to_percent
from sync.report import roll_over
from sync.report.weekly.data import item_data
from sync.review.contents import Review, ReviewedKeyResult, ReviewedObjective
from sync.review.decisions import CHOICES
from sync.review.effort import Effort
from sync.review.forecasts import Calibration, ForecastCheck
from sync.review.promise import Amount, Promise
from sync.review.reasons import Reason
from sync.review.unaligned import Unaligned, UnalignedShare
from sync.review.wins import DoneWork

Data = dict[str, Any]
Items = Mapping[Ref, WorkItem]

MOST_ITEMS = 10
"""Pieces of work that are told for a key result: the count beside them is of all."""


def review_data(review: Review, items: Items, texts: Texts) -> Data:
    """The review as figures, each sentence beside its phrase."""
    after = review.successor
    return {
        "as_of": review.at.isoformat(),
        "language": texts.language,
        "cycle": {
            "name": review.name,
            "start": review.cycle.start.isoformat(),
            "end": review.cycle.end.isoformat(),
            "phase": review.phase,
        },
        "attainment": attainment_data(review.attainment),
        "objectives": [_objective(one, items, texts) for one in review.objectives],
        "calibration": [_calibration(one) for one in review.calibrations],
        "effort": effort_data(review.effort),
        "unaligned": unaligned_data(review.unaligned),
        "wins": [one.reading.key_result for one in review.wins],
        "missed": [one.reading.key_result for one in review.missed],
        "choices": list(CHOICES),
        "next": None
        if after is None
        else roll_over.data(after) | {"yaml": roll_over.as_yaml(after, review.at)},
    }


def attainment_data(found: Attainment | None) -> Data | None:
    if found is None:
        return None
    return {"attained": found.attained, "graded": found.graded, "rate": found.rate}


def _objective(one: ReviewedObjective, items: Items, texts: Texts) -> Data:
    reading = one.reading
    return {
        "objective": reading.objective,
        "title": reading.title,
        "parent": reading.parent,
        "percent": reading.percent,
        "grade": one.grade,
        "grading": reading.grading or None,
        "succeeds": reading.succeeds,
        "health": reading.health,
        "closed": reading.closed.isoformat() if reading.closed else None,
        "key_results": [_key_result(each, items, texts) for each in one.key_results],
    }


def _key_result(one: ReviewedKeyResult, items: Items, texts: Texts) -> Data:
    reading, suggestion = one.reading, one.suggestion
    return {
        "key_result": reading.key_result,
        "title": reading.title,
        "weight": one.weight,
        "is_guard_rail": not reading.counts,
        "percent": reading.percent,
        "grade": one.grade,
        "goal": one.goal,
        "reached": one.is_reached,
        "health": reading.health,
        "closed": reading.closed.isoformat() if reading.closed else None,
        "evidence": reading.evidence,
        "outcome": outcome_data(reading),
        "output": output_data(reading),
        "promise": _promise(one.promise),
        "forecasts": [_check(each) for each in one.forecasts],
        "done": done_data(one.done),
        "why": [_reason(each, items, texts) for each in one.why],
        "decision": {
            "suggested": suggestion.choice,
            **said(suggestion.because, texts),
        },
    }


def said(what: Phrase, texts: Texts) -> Data:
    """A sentence in the language that was asked for, and what it is made of."""
    return {"message": say(what, texts), "phrase": plain(what)}


def outcome_data(reading: Reading) -> Data:
    """What the key result is measured by."""
    return {"value": reading.value, "target": reading.target, "unit": reading.unit}


def output_data(reading: Reading) -> Data:
    """The linked work: of a key result that is made of work, by its weights; of others by count."""
    tally = reading.tally
    share = float(tally.done_weight / tally.weight) if tally.weight else None
    return {
        "items": tally.leaves,
        "done": tally.done,
        "in_progress": tally.doing,
        "weight": float(tally.weight),
        "done_weight": float(tally.done_weight),
        "percent": to_percent(share),
    }


def _promise(found: Promise | None) -> Data | None:
    if found is None:
        return None
    return {
        "day": found.day.isoformat(),
        "declared": found.is_declared,
        "unit": found.unit,
        "promised": _amount(found.promised),
        "done": _amount(found.done),
        "dropped": _amount(found.dropped),
        "added": _amount(found.added),
        "added_done": _amount(found.added_done),
        "kept": found.kept,
        "growth": found.growth,
    }


def _amount(found: Amount) -> Data:
    return {"items": found.items, "weight": float(found.weight)}


def _check(found: ForecastCheck) -> Data:
    made = found.made
    return {
        "week": found.week,
        "day": made.day.isoformat(),
        "chance": round(made.chance, 4),
        "range": {"low": round(made.low, 4), "middle": round(made.middle, 4), "high": round(made.high, 4)},
        "goal": made.goal,
        "held": found.held,
        "succeeded": found.succeeded,
    }


def _calibration(found: Calibration) -> Data:
    return {
        "week": found.week,
        "of": found.of,
        "held": found.held,
        "expected": round(found.expected, 4),
        "succeeded": found.succeeded,
    }


def done_data(found: DoneWork) -> Data:
    """Done work: counts of all, the heaviest by name."""
    return {
        "pieces": found.pieces,
        "weight": float(found.weight),
        "teams": [team.partition("/")[2] or team.partition("/")[0] for team in found.teams],
        "items": [item_data(one) for one in found.items[:MOST_ITEMS]],
    }


def _reason(found: Reason, items: Items, texts: Texts) -> Data:
    return {
        "kind": found.kind,
        "signal": found.signal or None,
        **said(found.said, texts),
        "items": items_of(found.items, items),
    }


def items_of(refs: Iterable[Ref], items: Items) -> list[Data]:
    """The first of these items, without those that not everybody may see."""
    shown = (items[ref] for ref in refs if ref in items and not items[ref].private)
    return [item_data(one) for one in islice(shown, MOST_ITEMS)]


def effort_data(found: Effort | None) -> Data | None:
    """Person-days; null where a figure is hidden."""
    if found is None:
        return None
    return {
        "from": found.begin.isoformat(),
        "to": found.end.isoformat(),
        "person_days": found.whole,
        "rows": [
            {
                "kind": row.part.kind,
                "name": row.part.name or None,
                "person_days": row.days,
                "of_all": row.of_all,
                "share": row.share,
                "declared": row.declared,
                "weight_declared": row.is_declared,
            }
            for row in found.rows
        ],
    }


def unaligned_data(found: Unaligned) -> Data:
    return {
        "now": _share(found.now),
        "before": _share(found.before),
        "before_cycle": found.before_name or None,
    }


def _share(found: UnalignedShare | None) -> Data | None:
    if found is None:
        return None
    return {
        "day": found.on.isoformat(),
        "share": found.share,
        "pieces": found.pieces,
        "told_by": found.told_by,
    }
