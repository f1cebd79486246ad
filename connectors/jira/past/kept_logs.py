"""Of changelogs, what histories are made of: kept where they came with the issues, as from the search of a Data Center.

Wire facts: contracts/jira.md, section 1.3.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from config.names import folded
from connectors.http.dates import item_time
from connectors.jira.api import wire
from connectors.jira.api.fields import SiteFields
from connectors.jira.read.status_moves import ASSIGNEE, STATUS, LoggedField, Move, Status


class Log(NamedTuple):
    """The changes of one issue, in no order."""

    statuses: list[Move]
    assignees: list[Move]
    flags: list[Move]


def wanted_fields(fields: SiteFields, *, everything: bool = True) -> tuple[LoggedField, ...]:
    """The fields of which changes are wanted, in the order of a `Log`."""
    if not everything:
        return (STATUS,)
    flagged = (LoggedField(fields.flagged, fields.others.get(fields.flagged, "")),) if fields.flagged else ()
    return (STATUS, ASSIGNEE, *flagged)


class LogReader:
    """Makes logs of what changelogs tell of some fields, in the order of a `Log`. Equal values are kept once."""

    def __init__(self, fields: Sequence[LoggedField]) -> None:
        self._by_id = {field.id: place for place, field in enumerate(fields)}
        self._by_name = {folded(name): place for place, field in enumerate(fields) for name in field if name}
        self._seen: dict[Status, Status] = {}

    def log(self) -> Log:
        """One without changes."""
        return Log([], [], [])

    def add(self, log: Log, entries: Iterable[wire.ChangelogEntry]) -> None:
        """Add the changes of more entries of the same issue. Raises ValueError for an invalid time."""
        for entry in entries:
            for change in entry.items:
                place = (
                    self._by_id.get(change.field_id)
                    if change.field_id
                    else self._by_name.get(folded(change.field or ""))
                )
                if place is None:
                    continue
                if (at := item_time(entry.created)) is None:
                    raise ValueError("not a time")
                before = self._same(change.from_, change.from_text)
                log[place].append(Move(at, before, self._same(change.to, change.to_text)))

    def _same(self, id_: str | None, text: str | None) -> Status:
        value = Status(id_ or "", text or "")
        return self._seen.setdefault(value, value)


class KeptLogs:
    """Logs of issues that were read, so that nobody asks for them again.

    `weeks`: of work that was alive in so many weeks; None: nobody will ask for histories.
    """

    def __init__(self, weeks: int | None) -> None:
        self._weeks = weeks
        self._logs: dict[str, Log] = {}

    @property
    def wanted(self) -> bool:
        """Whether anybody will ask for histories."""
        return self._weeks is not None

    def clear(self) -> None:
        """Forget those of an earlier read."""
        self._logs.clear()

    def keep(self, issues: Iterable[wire.Issue], fields: SiteFields, now: datetime) -> None:
        """Keep the logs that came whole, with issues that may have been alive."""
        if self._weeks is None:
            return
        # What ended in the window was updated in it; days are those of the account's zone.
        since = (now - timedelta(weeks=self._weeks, days=2)).date().isoformat()
        reader = LogReader(wanted_fields(fields))
        for issue in issues:
            log = issue.changelog
            if (
                log is None
                or not log.is_whole
                or (issue.fields.is_done and issue.fields.updated[:10] < since)
            ):
                continue
            found = reader.log()
            try:
                reader.add(found, log.histories)
            except ValueError:
                continue  # asked for by itself, it says what is wrong
            self._logs[issue.id] = found

    def of(self, id_: str) -> Log | None:
        """The log of an issue, where it came with it."""
        return self._logs.get(id_)
