"""The schema with its resolvers: rows answer by attribute, connections by page, the rest is listed here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from operator import attrgetter
from pathlib import Path
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLScalarType,
    GraphQLSchema,
    build_schema,
    get_named_type,
)

from connectors.sandbox.linear import issues, labels, moments, notes
from connectors.sandbox.linear.asker import Asker
from connectors.sandbox.linear.entities import Entity
from connectors.sandbox.linear.errors import NotFound
from connectors.sandbox.linear.fields import CONSTANTS, LOOKUPS, ROWS, VALUES, Of
from connectors.sandbox.linear.filters import compiled, snake
from connectors.sandbox.linear.paging import Page, page

_SDL = Path(__file__).with_name("schema.graphql")


@cache
def schema() -> GraphQLSchema:
    """The part of Linear's schema that the sandbox serves, ready to execute."""
    built = build_schema(_SDL.read_text(encoding="utf-8"))
    for kind in built.type_map.values():
        if isinstance(kind, GraphQLScalarType) and kind.name.startswith(("DateTime", "TimelessDate")):
            moments.adopt(kind)
        if isinstance(kind, GraphQLObjectType) and not kind.name.startswith("__"):
            for name, field in kind.fields.items():
                field.resolve = _resolver(kind.name, name, field)
    return built


def _resolver(kind: str, name: str, field: GraphQLField) -> Callable[..., Any]:
    path = f"{kind}.{name}"
    if kind == "Mutation":
        change = MUTATIONS[name]
        return lambda _root, info, **args: change(info.context, args)
    if kind.endswith("Payload"):
        return lambda row, _info: row[name]
    if get_named_type(field.type).name.endswith("Connection"):
        return _connection(ROWS.get(path) or _attribute(name), field)
    if path in LOOKUPS:
        find, what = LOOKUPS[path]
        return lambda _root, info, **args: _found(find(info.context, args.get("id") or ""), what)
    if path in VALUES:
        of = VALUES[path]
        return lambda row, info, **_args: of(row, info.context)
    if path in CONSTANTS:
        constant = CONSTANTS[path]
        return lambda _row, _info: constant
    get = attrgetter(snake(name))
    return lambda row, _info: get(row)


def _attribute(name: str) -> Of:
    get = attrgetter(snake(name))
    return lambda row, _asker: get(row)


def _connection(rows_of: Of, field: GraphQLField) -> Callable[..., Any]:
    """A resolver that filters and pages. `pageInfo` and the rest are read off the Page."""
    filtered = field.args.get("filter")
    kind = get_named_type(filtered.type) if filtered else None

    def resolve(row: Any, info: GraphQLResolveInfo[Asker], **args: Any) -> Page:
        rows: Iterable[Any] = rows_of(row, info.context)
        if args.get("includeSubInitiatives") is False:
            rows = [join.project for join in row.initiative_to_projects]
        if "url" in args:
            rows = [one for one in rows if one.url == args["url"]]
        given = args.get("filter")
        if given and isinstance(kind, GraphQLInputObjectType):
            rows = filter(compiled(kind, given, info.context), rows)
        return page(rows, args)

    return resolve


def _found(row: Entity | None, what: str) -> Entity:
    if row is None:
        raise NotFound(what)
    return row


# --- Mutations -----------------------------------------------------------------------------------

Change = Callable[[Asker, Mapping[str, Any]], dict[str, Any]]


def _done(asker: Asker, **changed: Any) -> dict[str, Any]:
    asker.space.sync_id += 1
    return {"success": True, "lastSyncId": float(asker.space.sync_id), **changed}


def _gives(name: str, change: Callable[..., Any]) -> Change:
    """A mutation whose arguments are `id`, `input`, and then its own, in the schema's order."""

    def run(asker: Asker, args: Mapping[str, Any]) -> dict[str, Any]:
        return _done(asker, **{name: change(asker, *args.values())})

    return run


MUTATIONS: dict[str, Change] = {
    "issueCreate": _gives("issue", issues.create),
    "issueUpdate": _gives("issue", issues.update),
    "issueAddLabel": _gives("issue", issues.add_label),
    "issueRemoveLabel": _gives("issue", issues.remove_label),
    "issueArchive": _gives("entity", issues.archive),
    "issueUnarchive": _gives("entity", issues.unarchive),
    "issueDelete": _gives("entity", issues.delete),
    "issueLabelCreate": _gives("issueLabel", labels.create_label),
    "issueLabelDelete": _gives("entityId", labels.delete_label),
    "issueRelationCreate": _gives("issueRelation", issues.relate),
    "issueRelationDelete": _gives("entityId", issues.unrelate),
    "commentCreate": _gives("comment", notes.create_comment),
    "commentUpdate": _gives("comment", notes.update_comment),
    "commentDelete": _gives("entityId", notes.delete_comment),
    "attachmentCreate": _gives("attachment", notes.create_attachment),
    "attachmentUpdate": _gives("attachment", notes.update_attachment),
    "attachmentDelete": _gives("entityId", notes.delete_attachment),
    "entityExternalLinkCreate": _gives("entityExternalLink", notes.create_link),
    "entityExternalLinkUpdate": _gives("entityExternalLink", notes.update_link),
    "entityExternalLinkDelete": _gives("entityId", notes.delete_link),
    "projectUpdate": _gives("project", notes.update_project),
}
