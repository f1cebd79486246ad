"""Lists of whole tables, quick for large worlds: the order is kept between pages, ids are looked up.

A small table is sorted anew for each page, so that a test may change its rows behind the API's back. The
order of a large one is kept until the next write.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from operator import attrgetter
from typing import Any

from connectors.sandbox.linear.entity_base import snake
from connectors.sandbox.linear.paging import Page, page_of_sorted
from connectors.sandbox.linear.request_context import RequestContext

LARGE = 5000
_TABLES = {
    "Query.issues": "issues",
    "Query.comments": "comments",
    "Query.attachments": "attachments",
    "Query.issueRelations": "relations",
}


def large_page(
    path: str, context: RequestContext, args: Mapping[str, Any], passing: Callable[[Any], bool]
) -> Page | None:
    """The page of a large table in its plain order; None for anything else."""
    name = _TABLES.get(path)
    if name is None or args.get("sort") or args.get("before") or args.get("last") is not None:
        return None
    table: dict[str, Any] = getattr(context.space, name)
    if len(table) < LARGE:
        return None
    attribute = snake(args.get("orderBy") or "createdAt")
    return page_of_sorted(_in_order(context, name, table, attribute), passing, args)


def _in_order(context: RequestContext, name: str, table: Mapping[str, Any], attribute: str) -> list[Any]:
    stamp = (context.space.sync_id, len(table), context.space.trash_looked_at)
    kept = context.space.orders.get((name, attribute))
    if kept is not None and kept[0] == stamp:
        return kept[1]
    rows = sorted(table.values(), key=attrgetter(attribute, "id"), reverse=True)
    context.space.orders[name, attribute] = (stamp, rows)
    return rows


def narrowed(path: str, context: RequestContext, given: Mapping[str, Any] | None) -> Iterable[Any] | None:
    """The rows with the ids that a filter names, or the comments of the issue that it names; else None."""
    if not given:
        return None
    name = _TABLES.get(path)
    if name is None:
        return None
    table: dict[str, Any] = getattr(context.space, name)
    if (ids := _ids(given.get("id"))) is not None:
        return [table[one] for one in dict.fromkeys(ids) if one in table]
    if name == "comments" and isinstance(given.get("issue"), Mapping):
        issues = _ids(given["issue"].get("id"))
        if issues is not None:
            rows = (context.space.issues.get(one) for one in dict.fromkeys(issues))
            return [comment for issue in rows if issue is not None for comment in issue.comments]
    return None


def _ids(comparator: Any) -> list[str] | None:
    if not isinstance(comparator, Mapping):
        return None
    if comparator.get("eq") is not None:
        return [comparator["eq"]]
    return comparator.get("in")
