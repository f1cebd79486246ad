"""Search by words: `searchIssues` and `searchProjects`, each with a limit of its own.

Wire facts: contracts/linear.md, section 3. The real one ranks by meaning as well; this one by where the words are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from graphql import GraphQLField, GraphQLInputObjectType, GraphQLResolveInfo, get_named_type

from connectors.sandbox.linear.entities import Issue, Project
from connectors.sandbox.linear.filters import compile_filter
from connectors.sandbox.linear.paging import page
from connectors.sandbox.linear.request_context import RequestContext
from connectors.sandbox.linear.sorting import Order
from connectors.sandbox.linear.visibility import visible

Resolver = Callable[..., dict[str, Any]]


def searcher(name: str, field: GraphQLField) -> Resolver:
    """The resolver of a search field. Raises RateLimited beyond its limit."""
    filtered = field.args.get("filter")
    kind = get_named_type(filtered.type) if filtered else None

    def resolve(_root: Any, info: GraphQLResolveInfo[RequestContext], **args: Any) -> dict[str, Any]:
        context = info.context
        context.quota.charge_search(name, context.now)
        space = context.space
        table: Mapping[str, Any] = space.issues if name == "searchIssues" else space.projects
        rows: Iterable[Any] = visible(table.values())
        if args.get("filter") and isinstance(kind, GraphQLInputObjectType):
            rows = filter(compile_filter(kind, args["filter"], context), rows)
        found = _ranked(rows, args)
        order = None if args.get("orderBy") else Order.by(lambda row: found[row.id][1])
        there = [row for row, _ in found.values() if args.get("includeArchived") or row.archived_at is None]
        result = page(there, args, order)
        return {
            "nodes": result.nodes,
            "edges": result.edges,
            "pageInfo": result,
            "totalCount": float(len(there)),
            # Only Linear's own client reads the archive in this form.
            "archivePayload": {
                "archive": "{}",
                "totalCount": 0.0,
                "databaseVersion": 1.0,
                "includesDependencies": [],
            },
        }

    return resolve


def _ranked(rows: Iterable[Any], args: Mapping[str, Any]) -> dict[str, tuple[Any, float]]:
    """Rows that hold every word of the term, each with its rank."""
    words = args["term"].casefold().split()
    found = {}
    for row in rows:
        score = _score(row, words, comments=bool(args.get("includeComments")))
        if score and words:
            boost = 0.5 if args.get("teamId") in _team_ids(row) else 0.0
            found[row.id] = (row, score + boost)
    return found


def _score(row: Issue | Project, words: list[str], *, comments: bool) -> float:
    if isinstance(row, Issue):
        title = f"{row.identifier} {' '.join(row.previous_identifiers)} {row.title}"
        body = row.description or ""
    else:
        title, body = row.name, f"{row.description} {row.content or ''}"
    if _holds(title, words):
        return 3.0
    if _holds(f"{title} {body}", words):
        return 2.0
    if comments and _holds(" ".join([title, body, *(one.body for one in row.comments)]), words):
        return 1.0
    return 0.0


def _holds(text: str, words: list[str]) -> bool:
    folded = text.casefold()
    return all(word in folded for word in words)


def _team_ids(row: Issue | Project) -> list[str]:
    return [row.team.id] if isinstance(row, Issue) else [team.id for team in row.teams]
