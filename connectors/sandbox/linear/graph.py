"""The schema with its resolvers: rows answer by attribute, connections by page, the rest is listed here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
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

from connectors.sandbox.linear import dates, views
from connectors.sandbox.linear.entity_base import Entity, snake
from connectors.sandbox.linear.errors import MissingScope, NotFound
from connectors.sandbox.linear.fields import CONSTANTS, LOOKUPS, ROWS, VALUES, Of
from connectors.sandbox.linear.filters import compile_filter
from connectors.sandbox.linear.mutations import MUTATIONS
from connectors.sandbox.linear.paging import Page, page
from connectors.sandbox.linear.request_context import RequestContext
from connectors.sandbox.linear.sdk_fields import FILES, reject_arguments, resolver, widened
from connectors.sandbox.linear.search import searcher
from connectors.sandbox.linear.sorting import Order
from connectors.sandbox.linear.tables import large_page, narrowed
from connectors.sandbox.linear.visibility import is_visible, visible

_SDL = Path(__file__).with_name("schema.graphql")
_SAME_AS = {"IssueSearchResult": "Issue", "ProjectSearchResult": "Project"}
"""Types whose rows are those of another."""
_SEARCHES = frozenset(["Query.searchIssues", "Query.searchProjects"])
_VIEWED = {
    "CustomView.issues": "Issue",
    "CustomView.projects": "Project",
    "CustomView.initiatives": "Initiative",
}
_CHECKS = {"Duration": dates.checked_duration, "UUID": dates.checked_uuid}


@cache
def schema() -> GraphQLSchema:
    """The part of Linear's schema that the sandbox serves, ready to execute."""
    wide = widened(_SDL.read_text(encoding="utf-8"), [file.read_text(encoding="utf-8") for file in FILES])
    built = build_schema(wide.text)
    for kind in built.type_map.values():
        if isinstance(kind, GraphQLScalarType) and kind.name.startswith(("DateTime", "TimelessDate")):
            dates.use_as_date_scalar(kind)
        if isinstance(kind, GraphQLScalarType) and kind.name in _CHECKS:
            dates.check_inputs(kind, _CHECKS[kind.name])
        if isinstance(kind, GraphQLObjectType) and not kind.name.startswith("__"):
            for name, field in kind.fields.items():
                path = f"{kind.name}.{name}"
                is_empty = path in wide.fields and not any(
                    path in table for table in (LOOKUPS, VALUES, CONSTANTS, ROWS)
                )
                field.resolve = (_unasked if is_empty else _resolver)(kind.name, name, field)
                if path in wide.arguments:
                    field.resolve = reject_arguments(field.resolve, wide.arguments[path])
    return built


def _unasked(_kind: str, name: str, field: GraphQLField) -> Callable[..., Any]:
    if get_named_type(field.type).name.endswith("Connection"):
        return _connection(name, lambda row, _context: getattr(row, snake(name), ()), field)
    return resolver(name, field)


def _resolver(kind: str, name: str, field: GraphQLField) -> Callable[..., Any]:
    kind = _SAME_AS.get(kind, kind) if f"{kind}.{name}" not in CONSTANTS else kind
    path = f"{kind}.{name}"
    if kind == "Mutation":
        change = MUTATIONS[name].run
        return lambda _root, info, **args: change(info.context, args)
    if kind == "Query" and "initiative" in name.lower():
        return _scoped(_reader(path, name, field), "initiative:read", "initiative:write")
    if path == "Project.initiatives":
        read = _reader(path, name, field)
        guarded = _scoped(read, "initiative:read", "initiative:write")
        return lambda row, info, **args: (guarded if info.context.space.guards_nested else read)(
            row, info, **args
        )
    return _reader(path, name, field)


def _reader(path: str, name: str, field: GraphQLField) -> Callable[..., Any]:
    if path in _SEARCHES:
        return searcher(name, field)
    if path.partition(".")[0].endswith(("Payload", "ArchiveResponse")):
        return lambda row, _info: row[name]
    if get_named_type(field.type).name.endswith("Connection"):
        return _connection(path, ROWS.get(path) or _viewed(path) or _attribute(name), field)
    if path in LOOKUPS:
        find, what = LOOKUPS[path]
        return lambda _root, info, **args: _found(find(info.context, args.get("id") or ""), what)
    if path in VALUES:
        of = VALUES[path]
        return lambda row, info, **_args: _visible_or_none(of(row, info.context))
    if path in CONSTANTS:
        constant = CONSTANTS[path]
        return lambda _row, _info: constant
    get = attrgetter(snake(name))
    if isinstance(field.type, GraphQLObjectType):
        return lambda row, _info: _visible_or_none(get(row))
    return lambda row, _info: get(row)


def _scoped(read: Callable[..., Any], *scopes: str) -> Callable[..., Any]:
    def resolve(root: Any, info: GraphQLResolveInfo[RequestContext], **args: Any) -> Any:
        if not info.context.credential.allows(*scopes):
            raise MissingScope(*scopes)
        return read(root, info, **args)

    return resolve


def _visible_or_none(value: Any) -> Any:
    """The value, or None for a row that is hidden from the account."""
    return None if isinstance(value, Entity) and not is_visible(value) else value


def _found(row: Entity | None, what: str) -> Entity:
    if row is None or not is_visible(row):
        raise NotFound(what)
    return row


# --- Connections ---------------------------------------------------------------------------------


def _attribute(name: str) -> Of:
    get = attrgetter(snake(name))
    return lambda row, _context: get(row)


def _viewed(path: str) -> Of | None:
    model = _VIEWED.get(path)
    return (lambda view, context: views.matching(view, model, context, schema())) if model else None


def _connection(path: str, rows_of: Of, field: GraphQLField) -> Callable[..., Any]:
    """A resolver that filters and pages. `pageInfo` and the rest are read off the Page."""
    filtered = field.args.get("filter")
    kind = get_named_type(filtered.type) if filtered else None
    order = Order.by(attrgetter("started_at"), descending=False) if path == "Issue.stateHistory" else None

    def resolve(row: Any, info: GraphQLResolveInfo[RequestContext], **args: Any) -> Page:
        context, given, test = info.context, args.get("filter"), None
        if given and isinstance(kind, GraphQLInputObjectType):
            test = compile_filter(kind, given, context)
        rows: Iterable[Any] | None = narrowed(path, context, given)
        if rows is None:
            large = large_page(
                path, context, args, lambda one: is_visible(one) and (test is None or test(one))
            )
            if large is not None:
                return large
            rows = rows_of(row, context)
        if args.get("includeSubInitiatives") is False:
            rows = [join.project for join in row.initiative_to_projects]
        if "url" in args:
            rows = [one for one in rows if one.url == args["url"]]
        rows = visible(rows)
        return page(filter(test, rows) if test else rows, args, order)

    return resolve
