"""What was in progress for each key result on each day of the cycle, by brute force: held against the report.

It imports nothing of the product: raw histories (`recount_figures.py`), and whom work serves by an own reading of the rules (`recount_rules.py`).
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from benchmarks.recount import NOW
from benchmarks.recount_figures import FlowRecount
from benchmarks.recount_stages import Way

Day = dict[str, float]
"""How much was in progress for what; what was for nothing is "none"."""


def in_progress_by_day(recount: FlowRecount, team: str = "") -> dict[str, Day]:
    """By day, from the first one of the cycle to today; of a team, as "tracker/TEAM", or of all."""
    zone, found = recount.zone, {}
    day, today = recount.whole.goals.begins.astimezone(zone).date(), NOW.astimezone(zone).date()
    while day <= today:
        after = day + timedelta(days=1)
        end = min(datetime(after.year, after.month, after.day, tzinfo=zone), NOW)
        sums: defaultdict[str, Fraction] = defaultdict(Fraction)
        for way in recount.ways:
            place = way.at(end)
            if place is not None and recount.stages[place].category == "doing" and team in ("", way.place):
                for name, part in _parts(recount, way).items():
                    sums[name] += part
        found[day.isoformat()] = {name: round(float(value), 4) for name, value in sums.items()}
        day = after
    return found


def _parts(recount: FlowRecount, way: Way) -> dict[str, Fraction]:
    place = recount.whole.places[way.work.id]
    if place.serves:
        whole = sum(place.serves.values())
        return {name: share / whole for name, share in place.serves.items()}
    return {"none" if place.exempt is None else "exempt": Fraction(1)}


def said_by_day(report: dict[str, Any], team: str = "") -> dict[str, Day]:
    """The same by the JSON of a report; weekly where it is of a team."""
    blocks = report["sections"]["unaligned"]["blocks"]
    drawings = next(one["drawings"] for one in blocks if one.get("id") == "wip")
    drawn = next(one for one in drawings if one["for"] == ({"team": team} if team else None))
    found = {}
    for row in drawn["table"]["rows"]:
        values = row["values"]
        found[values["day"]] = {
            name: value for name, value in values.items() if value and name not in ("day", "total")
        }
    return found
