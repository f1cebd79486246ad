"""Blocked time by brute force, for `recount_flow.py`. It imports nothing of the product."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from benchmarks.recount_stages import Way
from benchmarks.recount_works import Id, Work

Span = tuple[datetime, datetime]


class Blocking:
    """What blocks what: `works` by id, and of these those that the product reads; the weeks; the moment that is judged."""

    def __init__(self, works: Mapping[Id, Work], visible: Collection[Id], weeks: Span, now: datetime) -> None:
        self._works = works
        self._visible = visible
        self._weeks = weeks
        self._now = now

    def figures(self, ways: Iterable[tuple[Way, datetime, datetime]]) -> dict[str, Any]:
        """Of work, each with since when it is there and until when it was open.

        By looking at every moment at which anything begins or ends, whether what follows it is blocked.
        """
        days = {"days": timedelta(), "days_by_link": timedelta(), "days_by_flag": timedelta()}
        items = now = undated = 0
        for way, created, end in ways:
            links, flags, holds, is_dated = self._blocks(way)
            first, last = max(self._weeks[0], created), min(self._weeks[1], end)
            edges = {first, last, *(edge for span in (*links, *flags) for edge in span)}
            was = False
            for begin, until in pairwise(sorted(edge for edge in edges if first <= edge <= last)):
                by_link = any(low <= begin < high for low, high in links)
                by_flag = any(low <= begin < high for low, high in flags)
                was = was or by_link or by_flag
                for name, holds_then in (
                    ("days", by_link or by_flag),
                    ("days_by_link", by_link),
                    ("days_by_flag", by_flag),
                ):
                    days[name] += until - begin if holds_then else timedelta()
            items += was
            is_flagged = any(high is None for _, high in way.past.flags)
            if way.work.is_open and (holds or is_flagged):
                now += 1
                undated += not is_flagged and not is_dated
        told = {name: some / timedelta(days=1) for name, some in days.items()}
        return {**told, "items": items, "now": now, "now_undated": undated}

    def _blocks(self, way: Way) -> tuple[list[Span], list[Span], bool, bool]:
        """The times of links and of flags, whether a link blocks now, and whether it is told since when."""
        links = []
        holds = is_dated = False
        for id_, since in way.past.blockers:
            work = self._works.get(id_)
            if work is None or id_ not in self._visible:
                holds = True
                continue
            closed = None if work.is_open else work.finished or way.past.closed.get(id_)
            if work.is_open:
                holds = True
                is_dated = is_dated or since is not None
            elif closed is None:
                continue
            if since is not None:
                links.append((since, self._now if closed is None else min(self._now, closed)))
        return links, [(low, high or self._now) for low, high in way.past.flags], holds, is_dated
