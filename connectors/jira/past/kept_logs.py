"""Of changelogs, what histories are made of: kept where they came with the issues, as from the search of a Data Center.

Wire facts: contracts/jira.md, section 1.3.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from connectors.jira.api import wire
from connectors.jira.api.fields import SiteFields
from connectors.jira.read.status_moves import ASSIGNEE, STATUS, LoggedField, Move, moves_in


class Log(NamedTuple):
    """The changes of one issue, in no order."""

    statuses: Sequence[Move] = ()
    assignees: Sequence[Move] = ()
    flags: Sequence[Move] = ()


def wanted_fields(fields: SiteFields, *, everything: bool = True) -> tuple[LoggedField, ...]:
    """The fields of which changes are wanted, in the order of a `Log`."""
    if not everything:
        return (STATUS,)
    flagged = (LoggedField(fields.flagged, fields.others.get(fields.flagged, "")),) if fields.flagged else ()
    return (STATUS, ASSIGNEE, *flagged)


def log_of(entries: Iterable[wire.ChangelogEntry], fields: Sequence[LoggedField]) -> Log:
    """What the entries of a changelog tell of these fields. Raises ValueError for an invalid time."""
    entries = list(entries)
    return Log(*(tuple(moves_in(entries, field)) for field in fields))


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
        wanted = wanted_fields(fields)
        for issue in issues:
            log = issue.changelog
            if (
                log is None
                or not log.is_whole
                or (issue.fields.is_done and issue.fields.updated[:10] < since)
            ):
                continue
            try:
                self._logs[issue.id] = log_of(log.histories, wanted)
            except ValueError:
                continue  # asked for by itself, it says what is wrong

    def of(self, id_: str) -> Log | None:
        """The log of an issue, where it came with it."""
        return self._logs.get(id_)
