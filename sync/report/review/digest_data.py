"""The digest of a week, for programs. Shares, chances and progress are 0..1; nothing about a person. Pure."""

from __future__ import annotations

from typing import Any

from config.text.texts import Texts
from sync.forecast.attribution import Attribution
from sync.history.movement import KINDS, Movement
from sync.measure import to_percent
from sync.report.review.data import (
    Items,
    done_data,
    effort_data,
    items_of,
    outcome_data,
    output_data,
    said,
    unaligned_data,
)
from sync.report.weekly.data import attribution_data, thing_data
from sync.review.digest import Digest, KeyResultWeek, ObjectiveWeek

Data = dict[str, Any]


def digest_data(digest: Digest, items: Items, texts: Texts) -> Data:
    """The digest as figures, each sentence beside its phrase."""
    return {
        "as_of": digest.at.isoformat(),
        "since": digest.since.isoformat(),
        "language": texts.language,
        "objectives": [_objective(one, items, texts) for one in digest.objectives],
        "effort": effort_data(digest.effort),
        "unaligned": unaligned_data(digest.unaligned),
    }


def _objective(one: ObjectiveWeek, items: Items, texts: Texts) -> Data:
    reading = one.reading
    return {
        "objective": reading.objective,
        "title": reading.title,
        "cycle": reading.cycle,
        "percent": reading.percent,
        "grade": reading.grade,
        "health": reading.health,
        "key_results": [_key_result(each, items, texts) for each in one.key_results],
    }


def _key_result(one: KeyResultWeek, items: Items, texts: Texts) -> Data:
    reading, before, made = one.reading, one.before, one.forecast
    found = one.outlook.forecast if one.outlook is not None else None
    return {
        "key_result": reading.key_result,
        "title": reading.title,
        "percent": reading.percent,
        "health": reading.health,
        "goal": one.goal,
        "outcome": outcome_data(reading),
        "output": output_data(reading),
        "before": None
        if before is None
        else {"day": before.day.isoformat(), "percent": to_percent(before.progress), "value": before.value},
        "moved": _moved(one.moved),
        "chance": None if found is None else round(found.chance, 4),
        "chance_moved": attribution_data(one.chance) if isinstance(one.chance, Attribution) else None,
        "chance_untold": one.chance if isinstance(one.chance, str) else None,
        "forecast_before": None
        if made is None
        else {
            "day": made.day.isoformat(),
            "chance": round(made.chance, 4),
            "range": {
                "low": round(made.low, 4),
                "middle": round(made.middle, 4),
                "high": round(made.high, 4),
            },
        },
        "done": done_data(one.done),
        "reached_goal": one.is_new_win,
        "why": [
            {"signal": each.id, **said(each.message, texts), "items": items_of(each.items, items)}
            for each in one.warned
        ],
        "one_thing": None if one.thing is None else thing_data(one.thing, items),
    }


def _moved(moved: Movement | None) -> Data | None:
    if moved is None:
        return None
    counts: Data = {kind: getattr(moved, kind) for kind in KINDS}
    return {"since": moved.since.isoformat(), **counts, "by_work": moved.by_work, "by_scope": moved.by_scope}
