"""Every figure of flow by brute force, for `recount_flow.py`. It imports nothing of the product."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

from benchmarks.recount import NOW, Recount
from benchmarks.recount_blocked import Blocking
from benchmarks.recount_histories import Past, pasts
from benchmarks.recount_rules import Goals
from benchmarks.recount_stages import Way, bands, declared_flow, percentile, stages_of
from benchmarks.recount_works import Id, Work

DAY = timedelta(days=1)
LEAST_WEEKS, LEAST_QUEUE = 8, 2


class FlowRecount:
    """One world, counted again."""

    def __init__(self, url: str, goals: Path, *, is_server: bool) -> None:
        declared, count, self.zone = declared_flow(goals)
        read = Goals.read(goals)
        whole = Recount(url, read, is_server=is_server)
        self.whole, self._works, self._oldest = whole, whole.works, whole.oldest
        flowing = [one for one in self._works.values() if _flows(one, whole.uncounted)]
        past_of = pasts(url, flowing, read.projects, is_server=is_server)
        known = [(one, past_of[one.id]) for one in flowing]
        for work, past in known:
            if not work.is_open and (work.finished or past.dropped or past.updated) < NOW - count * 7 * DAY:
                # It was not alive in the weeks that the product reads.
                past.stops.clear()
        self.stages = stages_of(declared, known)
        monday = NOW.astimezone(self.zone).date()
        monday -= timedelta(days=monday.weekday())
        # Whole weeks of those that end now: one less.
        self.days = [monday - timedelta(weeks=back) for back in range(count - 1, -1, -1)]
        self._bounds = [
            datetime(one.year, one.month, one.day, tzinfo=self.zone).astimezone(UTC) for one in self.days
        ]
        weeks = (self._bounds[0], self._bounds[-1])
        self._blocking = Blocking(self._works, self._read_by_the_product(), weeks, NOW)
        self.ways, self.unread = [], Counter[str]()
        for work, past in known:
            place = f"{work.id[0]}/{work.team or work.project}"
            if past.stops:
                way = Way(work, place, past, self._stops(work, past, self._oldest(work)))
                if work.is_open or way.stops[-1][1] >= self._bounds[0]:
                    self.ways.append(way)
            elif work.is_open or (work.finished or past.dropped or past.updated) >= self._bounds[0]:
                self.unread[place] += 1

    def places(self) -> dict[str, Any]:
        """The figures of all work (""), and of each team."""
        names = sorted({one.place for one in self.ways} | self.unread.keys())
        waits = {name for name in names if self._waits(name)}
        found = {"": self._figures(self.ways, self.unread.total(), waits)}
        if len(names) > 1:
            for name in names:
                some = [one for one in self.ways if one.place == name]
                found[name] = self._figures(some, self.unread[name], waits)
                if name not in waits:
                    found[name]["flow_efficiency"]["state"] = "no_waiting_stage"
        return found

    def whole_days(self, way: Way) -> tuple[int | None, int | None]:
        """The cycle time of finished work and the age of work in progress, in whole inclusive days."""
        start, end = self._started(way), self._finished(way)
        is_doing = self._category(way.stops[-1][0]) == "doing"
        return (
            None if start is None or end is None else self._whole_days(start, end),
            self._whole_days(start, NOW) if is_doing and start is not None else None,
        )

    def _waits(self, name: str) -> bool:
        ways = [one for one in self.ways if one.place == name]
        return any(place is not None and self.stages[place].waiting for one in ways for place, _ in one.stops)

    def _read_by_the_product(self) -> set[Id]:
        """What is in scope, and all above it: what else blocks cannot be seen."""
        found = {one.id for one in self._works.values() if one.in_scope}
        front = list(found)
        while front:
            above = [two for one in front for two in self._works[one].above if two in self._works]
            front = [one for one in above if one not in found]
            found |= set(front)
        return found

    def _stops(self, work: Work, past: Past, created: datetime) -> list[tuple[int | None, datetime]]:
        lived = len(past.lived(work.state))
        found: list[tuple[int | None, datetime]] = []
        for at, stop in enumerate(past.stops):
            place = None
            if at < lived:
                place = next(
                    (
                        number
                        for number, one in enumerate(self.stages)
                        if stop.status.casefold() in one.statuses
                    ),
                    None,
                )
            begin = min(created, stop.begin) if at == 0 else stop.begin
            if not found or found[-1][0] != place or place is None:
                found.append((place, begin))
        return found

    def _category(self, place: int | None) -> str:
        return "" if place is None else self.stages[place].category

    def _started(self, way: Way) -> datetime | None:
        for place, begin in way.stops:
            if place is None:
                return None
            if self._category(place) == "doing":
                return begin
        return None

    def _finished(self, way: Way) -> datetime | None:
        found = None
        for place, begin in reversed(way.stops):
            if self._category(place) != "done":
                break
            found = begin
        return found

    def _closed(self, way: Way) -> datetime:
        """Until when it was open."""
        return NOW if way.work.is_open else self._finished(way) or way.stops[-1][1]

    def _begun(self, way: Way) -> datetime | None:
        return next((begin for place, begin in way.stops if self._category(place) in ("doing", "done")), None)

    def _weekly(self, moments: Iterable[datetime | None]) -> list[int]:
        known = [one for one in moments if one is not None]
        return [sum(first <= one < last for one in known) for first, last in pairwise(self._bounds)]

    def _whole_days(self, begin: datetime, end: datetime) -> int:
        days: list[date] = [one.astimezone(self.zone).date() for one in (begin, end)]
        return max(1, (days[1] - days[0]).days + 1)

    def _figures(self, ways: list[Way], unread: int, waits: set[str]) -> dict[str, Any]:
        finished = [
            one
            for one in ways
            if (at := self._finished(one)) is not None and self._bounds[0] <= at < self._bounds[-1]
        ]
        times: list[tuple[datetime, datetime]] = []
        leads: list[tuple[datetime, datetime]] = []
        for one in finished:
            end, start = self._finished(one), self._started(one)
            assert end is not None  # noqa: S101  they are those that have one
            leads.append((self._oldest(one.work), end))
            if start is not None:
                times.append((start, end))
        return {
            "items": len(ways),
            "without_history": unread,
            "begun": self._weekly(map(self._begun, ways)),
            "finished": self._weekly(map(self._finished, ways)),
            "dropped": self._weekly(
                one.stops[-1][1]
                for one in ways
                if one.work.state == "dropped" and self._begun(one) and one.stops[-1][0] is None
            ),
            "moves_backwards": self._weekly(begin for one in ways for begin in self._backwards(one)),
            "behind_their_furthest_stage": sum(map(self._is_behind, ways)),
            "stages": [
                self._stage(number, ways, finished)
                for number, one in enumerate(self.stages)
                if one.waiting is not None or any(place == number for way in ways for place, _ in way.stops)
            ],
            "in_progress": self._in_progress(ways),
            "flow_efficiency": self._efficiency(finished, waits),
            "cycle_time": self._times(times),
            "lead_time": self._times(leads),
            "blocked": self._blocking.figures(
                (one, self._oldest(one.work), self._closed(one)) for one in ways
            ),
            "bottleneck": self._bottleneck(ways),
        }

    def _backwards(self, way: Way) -> Iterator[datetime]:
        known = [(place, begin) for place, begin in way.stops if place is not None]
        return (begin for (before, _), (place, begin) in pairwise(known) if place < before)

    def _is_behind(self, way: Way) -> bool:
        last = way.stops[-1][0]
        return last is not None and last < max(place for place, _ in way.stops if place is not None)

    def _stage(self, number: int, ways: list[Way], finished: list[Way]) -> dict[str, Any]:
        per_item = []
        for one in finished:
            end = self._finished(one)
            stays = [
                min(last, end) - first
                for place, first, last in one.stays(end or NOW)
                if place == number and end is not None and min(last, end) > first
            ]
            if stays:
                per_item.append(sum(stays, timedelta()) / DAY)
        spent = timedelta()
        for one in ways:
            for place, first, last in one.stays(max(NOW, self._bounds[-1])):
                inside = min(last, self._bounds[-1]) - max(first, self._bounds[0])
                if place == number and inside > timedelta():
                    spent += inside
        return {
            "stage": self.stages[number].name,
            "reached": [self._reached(number, ways, bound) for bound in self._bounds],
            "queue": self._queue(number, ways),
            "now": sum(one.at(NOW) == number for one in ways),
            "item_days": spent / DAY,
            "days_per_item": bands(per_item),
            "age_when_left": bands(self._ages_on_leaving(number)),
        }

    def _reached(self, number: int, ways: list[Way], moment: datetime) -> int:
        return sum(
            any(place is not None and place >= number and begin <= moment for place, begin in one.stops)
            for one in ways
        )

    def _queue(self, number: int, ways: list[Way]) -> list[int]:
        return [sum(one.at(bound) == number for one in ways) for bound in self._bounds]

    def _ages_on_leaving(self, number: int) -> list[float]:
        """Of all work of the stream, whichever team's."""
        found = []
        for one in self.ways:
            start = self._started(one)
            if start is None or self._category(number) != "doing":
                continue
            left = None
            for at, (place, _) in enumerate(one.stops):
                if place == number:
                    left = one.stops[at + 1][1] if at + 1 < len(one.stops) else None
            if left is not None and left <= NOW:
                found.append((left - start) / DAY)
        return found

    def _in_progress(self, ways: list[Way]) -> list[dict[str, Any]]:
        found = []
        for one in ways:
            place, since = one.stops[-1]
            if self._category(place) != "doing" or place is None:
                continue
            start = self._started(one)
            age = None if start is None else (NOW - start) / DAY
            row = {
                "item": one.work.key,
                "stage": self.stages[place].name,
                "days_in_stage": (NOW - since) / DAY,
                "age_days": age,
                "age_whole_days": None if start is None else self._whole_days(start, NOW),
            }
            found.append(((age is None, -(age or 0), one.work.id), row))
        return [row for _, row in sorted(found, key=lambda one: one[0])]

    def _efficiency(self, finished: list[Way], waits: set[str]) -> dict[str, Any]:
        active = whole = timedelta()
        left_out: Counter[str] = Counter()
        items = 0
        for one in finished:
            start, end = self._started(one), self._finished(one)
            if one.place not in waits:
                left_out["no_waiting_stage"] += 1
            elif start is None or end is None:
                is_lost = any(place is None for place, _ in one.stops)
                left_out["history_unknown" if is_lost else "never_in_progress"] += 1
            else:
                stays = [
                    (place, min(last, end) - max(first, start))
                    for place, first, last in one.stays(end)
                    if min(last, end) > max(first, start)
                ]
                if any(place is None for place, _ in stays):
                    left_out["history_unknown"] += 1
                    continue
                items += 1
                whole += sum((some for _, some in stays), timedelta())
                active += sum(
                    (
                        some
                        for place, some in stays
                        if self._category(place) == "doing"
                        and place is not None
                        and not self.stages[place].waiting
                    ),
                    timedelta(),
                )
        told = whole > timedelta()
        return {
            "state": "known" if told else "no_finished_work" if waits else "no_waiting_stage",
            "percent": float(100 * Fraction(active // _MICRO, whole // _MICRO)) if told else None,
            "active_days": active / DAY if told else None,
            "waiting_days": (whole - active) / DAY if told else None,
            "items": items,
            "left_out": {
                one: left_out[one] for one in ("history_unknown", "never_in_progress", "no_waiting_stage")
            },
        }

    def _times(self, spans: list[tuple[datetime, datetime]]) -> dict[str, Any] | None:
        if not spans:
            return None
        return {
            "days": bands([max(timedelta(), end - begin) / DAY for begin, end in spans]),
            "whole_days": bands([float(self._whole_days(begin, end)) for begin, end in spans]),
        }

    def _bottleneck(self, ways: list[Way]) -> dict[str, Any]:
        doing = [number for number, one in enumerate(self.stages) if one.category == "doing"]
        queues = {number: self._queue(number, ways)[1:] for number in doing}
        busy = sum(any(queues[number][week] for number in doing) for week in range(len(self._bounds) - 1))
        nothing = {"stage": None, "queue": 0, "median": 0, "p85": 0}
        if busy < LEAST_WEEKS:
            return {"state": "too_little_history", **nothing}
        best = None
        for number in doing:
            here = sum(one.at(NOW) == number for one in ways)
            median, limit = (percentile(queues[number], one) for one in (50, 85))
            if here >= LEAST_QUEUE and here > limit:
                rank = (Fraction(here, max(1, int(median))), here, number)
                if best is None or rank > best[0]:
                    best = (
                        rank,
                        {"stage": self.stages[number].name, "queue": here, "median": median, "p85": limit},
                    )
        return {"state": "none", **nothing} if best is None else {"state": "found", **best[1]}


_MICRO = timedelta(microseconds=1)


def _flows(work: Work, uncounted: frozenset[Id]) -> bool:
    live_below = any(one.is_live for one in work.below)
    is_container = work.type in ("Project", "Initiative")
    return work.in_scope and work.id not in uncounted and not is_container and not live_below
