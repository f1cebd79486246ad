"""The Monday brief and what to do first, for programs. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from config.text.phrases import plain, say
from config.text.texts import Texts
from connectors.model import Ref, WorkItem
from sync.brief.contents import Brief
from sync.forecast.attribution import CAUSES, Attribution
from sync.forecast.one_thing import OneThing, OneThings
from sync.signals.subjects import team_of

Items = Mapping[Ref, WorkItem]


def brief_data(brief: Brief, items: Items, texts: Texts, lines: Sequence[str]) -> dict[str, Any]:
    """The brief as figures and tickets, and the lines that people read. `old` is null where histories are not read."""
    worst = brief.worst
    return {
        "as_of": brief.at.isoformat(),
        "since": brief.since.isoformat(),
        "language": texts.language,
        "changed": brief.is_changed,
        "fell": [attribution_data(one) for one in brief.falls],
        "behind": [] if worst is None else [item_data(one) for one in worst.behind],
        "one_thing": [] if worst is None else [thing_data(one, items) for one in worst.things],
        "untold": dict(brief.untold),
        "waits": [
            {
                "item": item_data(one.item),
                "blocker": item_data(one.blocker),
                "serves": list(one.serves),
                "days": one.days(brief.at),
                "exact": one.is_exact,
            }
            for one in brief.waits
        ],
        "orphans": [
            {"item": item_data(one.item), "day": one.day.isoformat(), "lost_link": one.lost}
            for one in brief.orphans
        ],
        "old": None
        if brief.old is None
        else [
            {
                "item": item_data(one.item),
                "stage": one.stage,
                "age_days": round(one.age, 1),
                "limit_days": round(one.limit, 1),
            }
            for one in brief.old
        ],
        "disputed": [
            {
                "key_result": one.subject,
                "items": [item_data(items[ref]) for ref in one.items],
                "message": say(one.message, texts),
                "phrase": plain(one.message),
                "days": one.days,
            }
            for one in brief.disputed
        ],
        "lines": list(lines),
    }


def attribution_data(one: Attribution) -> dict[str, Any]:
    """What moved a chance, 0..1: `work`, `scope` and `time` add up to what `before` and `after` differ by."""
    return {
        "key_result": one.key_result,
        "since": one.since.isoformat(),
        "before": float(one.before),
        "after": float(one.after),
        **{cause: float(getattr(one, cause)) for cause in CAUSES},
        "main": one.main,
        "is_value": one.is_value,
    }


def one_things_data(found: Mapping[str, OneThings], items: Items) -> list[dict[str, Any]]:
    """What raises the chance of each key result most; `why` where nothing does, else null."""
    return [
        {
            "key_result": name,
            "things": [thing_data(one, items) for one in some.things],
            "why": some.why or None,
        }
        for name, some in found.items()
    ]


def thing_data(one: OneThing, items: Items) -> dict[str, Any]:
    """An item with the chance and the median end, 0..1, before and after it is done with all that it frees."""
    alone = one.alone
    return {
        "item": item_data(items[one.item]),
        "by": one.by,
        "chance": {"before": round(one.before.chance, 4), "after": round(one.after.chance, 4)},
        "middle": {"before": round(one.before.middle, 4), "after": round(one.after.middle, 4)},
        "frees": [item_data(items[ref]) for ref in one.frees],
        "alone": None
        if alone is None
        else {"chance": round(alone.chance, 4), "middle": round(alone.middle, 4)},
    }


def item_data(item: WorkItem) -> dict[str, Any]:
    """A ticket, without any person."""
    return {
        "tracker": item.ref.tracker,
        "id": item.ref.id,
        "key": item.key,
        "title": item.title,
        "restricted": item.private,
        "url": item.url,
        "team": team_of(item).partition("/")[2] or None,
    }
