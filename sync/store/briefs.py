"""The briefs that were posted: which week of which place, so that none is posted twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import sqlalchemy as sa

from config.text.redaction import redactor
from sync.store import tables
from sync.store.database import Database, again

KIND = "brief"
Sending = Literal["posted", "refused", "unknown"]
"""What became of a post: it is there; it is certainly not; or it was sent, and nobody knows."""

_OUTCOMES = {"posted": "done", "refused": "failed", "unknown": "partial"}


@dataclass(frozen=True, slots=True)
class PostedBrief:
    """A brief that was posted, or may have been, and when that was begun."""

    at: datetime
    sending: Sending


class Briefs:
    """What is remembered of posted briefs: they are runs of a kind of their own."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    @again
    def begin(
        self, place: str, week: str, configuration: str, workspace: str, *, anew: bool = False
    ) -> int | PostedBrief:
        """Begin to post the brief of a week to a place, and remember that before it is sent; the run's id.

        Instead, where it was posted before, or may have been, that. `anew`: begin all the same. Of two that begin at the same
        moment one finds the other's.
        """
        runs = tables.runs
        with self._database.ordered() as connection:
            query = sa.select(runs).where(runs.c.kind == KIND).order_by(runs.c.id.desc())
            for row in () if anew else connection.execute(query):
                summary = row.summary
                if (summary.get("place"), summary.get("week")) == (place, week) and summary.get(
                    "sending"
                ) != "refused":
                    return PostedBrief(datetime.fromisoformat(row.at), summary.get("sending", "unknown"))
            values = {
                "kind": KIND,
                "at": self._clock().isoformat(),
                "workspace": workspace,
                "outcome": _OUTCOMES["unknown"],
                "configuration": configuration,
                "summary": redactor.value({"place": place, "week": week, "sending": "unknown"}),
            }
            key = connection.execute(runs.insert().values(values)).inserted_primary_key
        return int(key[0]) if key else 0

    @again
    def end(self, run: int, place: str, week: str, sending: Sending) -> None:
        """Remember what became of it."""
        summary = redactor.value({"place": place, "week": week, "sending": sending})
        change = tables.runs.update().where(tables.runs.c.id == run)
        with self._database.transaction() as connection:
            connection.execute(change.values(outcome=_OUTCOMES[sending], summary=summary))

    @again
    def posted(self) -> int:
        """How many are posted, or may be."""
        query = sa.select(tables.runs.c.summary).where(tables.runs.c.kind == KIND)
        with self._database.transaction() as connection:
            return sum(row.summary.get("sending") != "refused" for row in connection.execute(query))
