"""What a sweep compares: the lean facts of every issue in scope, and every relation, with what is known."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from connectors.changes import KnownItems
from connectors.http.dates import clamped
from connectors.linear.api import change_queries, queries
from connectors.linear.api.change_queries import LeanIssue
from connectors.linear.api.client import LinearClient
from connectors.linear.api.wire import SampledIssue
from connectors.linear.read.mapping import category_by_name
from connectors.linear.read.windowed import WindowedList
from connectors.linear.read.windows import PAGE, UNKNOWN, Sample, numbers_to_sample, sampled_by
from connectors.model import Category, SetAside, WorkItem

_CHUNK = 2000
"""Known items that are looked at together."""

Blockers = dict[str, dict[str, datetime]]
"""By issue, which issues block it, and since when."""


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep found: ids of issues that are to be read again, and of the projects that counted issues are in."""

    again: frozenset[str]
    used: frozenset[str]


def sweep(
    client: LinearClient,
    teams: Collection[str],
    dropped: frozenset[str] | None,
    known: KnownItems,
    others: Collection[str],
) -> Swept:
    """Compare everything. `dropped` as in `ItemMapper`; `others`: ids of what is known and no issue."""
    aside: list[SetAside] = []
    listed = WindowedList(
        client,
        change_queries.LEAN,
        lambda reply: reply.issues,
        {"team": {"id": {"in": sorted(teams)}}},
        aside,
    )
    rows: dict[str, LeanIssue] = {}
    blockers: Blockers = {}
    newest = listed.begin()

    def read_rows() -> None:
        spread = _spread(client, teams, newest) if listed.has_more else UNKNOWN
        rows.update(listed.finish(spread))

    client.together([read_rows, lambda: blockers.update(_blockers(client))])
    categories = {id_: category_by_name(one.state.name, one.state.type, dropped) for id_, one in rows.items()}
    counted = {id_ for id_, one in rows.items() if _is_counted(one, categories[id_])}
    again = {one.id for one in aside}
    before = known.ids() - set(others)
    again |= (before ^ counted) & (before | counted)
    for some in _chunks(counted & before):
        for id_, item in known.items(some).items():
            if not _is_as_known(rows[id_], categories[id_], blockers.get(id_, {}), item):
                again.add(id_)
    used = {one.project.id for id_, one in rows.items() if id_ in counted and one.project is not None}
    return Swept(frozenset(again), frozenset(used))


def _spread(client: LinearClient, teams: Collection[str], newest: Collection[LeanIssue]) -> Sample:
    found = [one.identifier.rpartition("-")[2] for one in newest]
    top = max((int(one) for one in found if one.isdecimal()), default=0)
    if top * len(teams) <= 2 * PAGE:
        return UNKNOWN
    numbers, step = numbers_to_sample(dict.fromkeys(teams, top))
    only = sampled_by(numbers)
    sampled: list[SampledIssue] = list(
        client.walk(queries.SAMPLE, lambda reply: reply.issues, filter=only, attached={"id": {"in": []}})
    )
    return Sample.of((one.created_at for one in sampled), step)


def _blockers(client: LinearClient) -> Blockers:
    found: Blockers = {}
    for one in client.walk(change_queries.RELATIONS, lambda reply: reply.issue_relations):
        if one.type == "blocks":
            there, at = found.setdefault(one.related_issue.id, {}), clamped(one.created_at)
            there[one.issue.id] = min(at, there.get(one.issue.id, at))
    return found


def _is_counted(row: LeanIssue, category: Category) -> bool:
    return not row.trashed and (row.archived_at is None or category == "done")


def _is_as_known(
    row: LeanIssue, category: Category, blockers: Mapping[str, datetime], item: WorkItem
) -> bool:
    above = row.parent or row.project
    return (
        item.in_scope
        and item.updated == clamped(row.updated_at)
        and (item.key, item.category, item.status, item.estimate)
        == (row.identifier, category, row.state.name, row.estimate)
        and item.project_id == (row.project.id if row.project else None)
        and (item.parent.id if item.parent else None) == (above.id if above else None)
        and bool(item.writable) == (row.archived_at is None)
        and {ref.id: at for ref, at in item.blocked_since} == dict(blockers)
    )


def _chunks(ids: Collection[str]) -> Iterator[list[str]]:
    rest = iter(sorted(ids))
    while some := list(islice(rest, _CHUNK)):
        yield some
