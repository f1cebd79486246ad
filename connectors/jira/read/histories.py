"""Which statuses issues stood in, who they were assigned to and when they were flagged, from their changelogs.

Wire facts: contracts/jira.md, section 1.3. Nothing here depends on who made a change: Truenorth itself never moves, assigns or
flags an issue.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from connectors.collector import resting_collector
from connectors.errors import BadReply
from connectors.jira.api import replies
from connectors.jira.api.client import JiraClient
from connectors.jira.api.deployment import SiteApi
from connectors.jira.changes.site import Site
from connectors.jira.past.kept_logs import KeptLogs, Log, LogReader, wanted_fields
from connectors.jira.read.status_moves import KnownStatuses, LoggedField, Move, Status, in_order
from connectors.model import AssigneeSpan, Category, FlagSpan, History, Ref, StatusSpan, WorkItem

_CLOCK_STEP = timedelta(seconds=5)
"""By which the times of a change and of what it changed can differ."""


@resting_collector()
def histories(
    client: JiraClient,
    site_api: SiteApi,
    items: Collection[WorkItem],
    site: Site,
    kept: KeptLogs,
    *,
    everything: bool,
) -> dict[Ref, History]:
    """See `KeepsHistories.histories`. What came with the issues themselves is not asked for again."""
    if not items:
        return {}
    fields = wanted_fields(site.fields, everything=everything)
    logs = {item.ref.id: log for item in items if everything and (log := kept.of(item.ref.id))}
    listed = site.statuses if everything else None
    if listed is None:
        listed = client.call("GET", "status", replies.STATUSES)
    statuses = KnownStatuses(listed, site.words)
    if asked := sorted({item.ref.id for item in items} - logs.keys()):
        logs |= _asked(client.name, site_api, asked, fields)
    found = (
        (item.ref, history_of(item, logs[item.ref.id], statuses, everything=everything))
        for item in items
        if item.ref.id in logs
    )
    return {ref: history for ref, history in found if history.statuses}


def _asked(
    tracker: str, site_api: SiteApi, ids: Sequence[str], fields: Sequence[LoggedField]
) -> dict[str, Log]:
    """The logs of these issues, but of those of which not all is to be had. Raises BadReply, naming the issue, for an invalid time."""
    reader = LogReader(fields)
    logs = {id_: reader.log() for id_ in ids}
    # One issue can span pages.
    for one in site_api.changelogs(ids, [field.id for field in fields]):
        log = logs.get(one.issue_id)
        if log is None:
            continue
        if not one.is_whole:
            del logs[one.issue_id]
            continue
        try:
            reader.add(log, one.change_histories)
        except ValueError:
            raise BadReply(tracker, f"the changelog of issue {one.issue_id} has an invalid time.") from None
    return logs


def history_of(item: WorkItem, log: Log, statuses: KnownStatuses, *, everything: bool = True) -> History:
    """The history of an issue; of statuses alone unless `everything` is wanted."""
    spans = spans_of(item, log.statuses, statuses)
    if not everything:
        return History(spans)
    return History(spans, assignees_of(item, log.assignees), flags_of(item, log.flags))


def assignees_of(item: WorkItem, moves: Iterable[Move]) -> tuple[AssigneeSpan, ...]:
    """Who it was assigned to from its creation on; without a change, who it is assigned to now."""
    ordered = in_order(moves)
    if not ordered:
        return (AssigneeSpan(item.assignee_id or item.assignee, item.created),)
    people = [_person(ordered[0].before), *(_person(move.after) for move in ordered)]
    begins = [item.created, *(move.at for move in ordered)]
    ends: list[datetime | None] = [*begins[1:], None]
    spans: list[AssigneeSpan] = []
    for person, begin, end in zip(people, begins, ends, strict=True):
        same = spans.pop() if spans and spans[-1].person == person else None
        spans.append(AssigneeSpan(person, same.begin if same else begin, end))
    return tuple(spans)


def _person(value: Status) -> str | None:
    """The account, or the name where an entry has no more; None for nobody."""
    return value.id or value.name or None


def flags_of(item: WorkItem, moves: Iterable[Move]) -> tuple[FlagSpan, ...]:
    """When it was flagged. A flag that it had from the beginning and never lost is told by no change."""
    spans: list[FlagSpan] = []
    since: datetime | None = None
    for place, move in enumerate(in_order(moves)):
        if place == 0 and _is_set(move.before):
            since = item.created
        if _is_set(move.after):
            since = since or move.at
        elif since is not None:
            spans.append(FlagSpan(since, move.at))
            since = None
    return tuple(spans) if since is None else (*spans, FlagSpan(since))


def _is_set(value: Status) -> bool:
    """Whether an option is chosen; no choice is "" or "[]"."""
    return value.id not in ("", "[]") or bool(value.name)


def spans_of(item: WorkItem, moves: Iterable[Move], statuses: KnownStatuses) -> tuple[StatusSpan, ...]:
    """The statuses from the creation on; see `StatusSpan` for those that the changelog leaves open.

    Open work without a change stood all the time where it stands now. Of closed work without one nothing is told:
    its changes are not there, as after an import.
    """
    ordered = in_order(moves)
    if not ordered:
        return (StatusSpan(item.category, item.status, item.created),) if item.is_open else ()
    stood = [ordered[0].before, *(move.after for move in ordered)]
    begins = [item.created, *(move.at for move in ordered)]
    ends: Sequence[datetime | None] = [*begins[1:], None]
    now: Category = "done" if item.category == "dropped" else item.category
    spans: list[StatusSpan] = []
    for place, (status, begin, end) in enumerate(zip(stood, begins, ends, strict=True)):
        category = statuses.category(status) or _by_the_item(item, status, begin)
        follows = ordered[place].before if place < len(ordered) else None
        leads = now if follows is None else statuses.category(follows)
        if category is not None and not (follows and status.is_same(follows)) and leads != category:
            # Something changed here that the changelog does not tell.
            spans.append(StatusSpan(None, "", begin, end))
        else:
            spans.append(StatusSpan(category, statuses.name(status), begin, end, statuses.names(status)[1:]))
    return tuple(spans)


def _by_the_item(item: WorkItem, status: Status, begin: datetime) -> Category | None:
    """What the issue itself says of a status that is not known: it stands in it, or was done all the while."""
    ended = item.category in ("done", "dropped")
    if status.is_same(Status(name=item.status)):
        return "done" if ended else item.category
    dated = item.completed is not None and not item.dated_by_resolution
    if ended and dated and item.completed is not None and begin >= item.completed - _CLOCK_STEP:
        return "done"
    return None
