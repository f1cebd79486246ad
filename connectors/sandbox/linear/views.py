"""Custom views: saved filters over issues, projects or initiatives. Wire facts: contracts/linear.md, section 16."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from graphql import GraphQLInputObjectType, GraphQLSchema

from connectors.sandbox.linear.entities import Issue, Project
from connectors.sandbox.linear.entity_base import Entity, snake
from connectors.sandbox.linear.errors import BadArgument, NotFound
from connectors.sandbox.linear.filters import compile_filter
from connectors.sandbox.linear.request_context import RequestContext
from connectors.sandbox.linear.rows import Input, check_name, fresh_id, known, required
from connectors.sandbox.linear.surrounding_entities import CustomView
from connectors.sandbox.linear.visibility import is_visible, visible

_MODELS = {"filterData": "Issue", "projectFilterData": "Project", "initiativeFilterData": "Initiative"}


def create(context: RequestContext, given: Input) -> CustomView:
    """`customViewCreate`; the filter that is given decides what the view lists."""
    space = context.space
    new_id = fresh_id(context, given.get("id"), "CustomView", space.custom_views)
    values = _resolved(context, given)
    view = CustomView(
        id=new_id,
        created_at=context.now,
        updated_at=context.now,
        name=check_name(given["name"]),
        slug_id=new_id.replace("-", "")[:12],
        model=values.get("model", "Issue"),
        given=values.get("given", {}),
        stored=values.get("stored", {}),
        creator=context.viewer,
        owner=values.get("owner") or context.viewer,
    )
    _assign(view, values)
    space.custom_views[view.id] = view
    return view


def update(context: RequestContext, given_id: str, given: Input) -> CustomView:
    """`customViewUpdate`; what is shared may be changed by everybody."""
    view = _mine(context, given_id)
    _assign(view, _resolved(context, given))
    view.updated_at, view.updated_by = context.now, context.viewer
    return view


def delete(context: RequestContext, given_id: str) -> str:
    """`customViewDelete`."""
    view = _mine(context, given_id)
    context.space.deleted_ids.add(view.id)
    del context.space.custom_views[view.id]
    return view.id


def _resolved(context: RequestContext, given: Input) -> dict[str, Any]:
    space = context.space
    values: dict[str, Any] = {name: given[name] for name in ("description", "color", "icon") if name in given}
    if given.get("name") is not None:
        values["name"] = check_name(given["name"])
    if given.get("shared") is not None:
        values["shared"] = given["shared"]
    filters = [name for name in _MODELS if given.get(name) is not None]
    if len(filters) > 1:
        raise BadArgument(filters[1], {"isAlone": "a view has one filter only"})
    for name in filters:
        values |= {"model": _MODELS[name], "given": given[name], "stored": _stored(given[name])}
    if given.get("ownerId") is not None:
        values["owner"] = required(space.users, given["ownerId"], "User")
    for name, table, kind in (
        ("teamId", space.teams, "Team"),
        ("projectId", space.projects, "Project"),
        ("initiativeId", space.initiatives, "Initiative"),
    ):
        if name in given:
            values[name.removesuffix("Id")] = known(table, given[name], kind)
    return values


def _stored(given: Mapping[str, Any]) -> dict[str, Any]:
    """The filter as Linear keeps it, which is not the shape that was sent."""
    parts = [{name: value} for name, value in given.items() if name != "and" and value is not None]
    return {"and": [*parts, *(given.get("and") or ())]} if given else {}


def _assign(view: CustomView, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(view, snake(name), value)


# --- Reading -------------------------------------------------------------------------------------


def may_see(view: CustomView, context: RequestContext) -> bool:
    """Whether the account may see the view: one that is not shared is its owner's alone."""
    return (view.shared or view.owner is context.viewer) and is_visible(view)


def listed(_root: Any, context: RequestContext) -> list[CustomView]:
    """What `customViews` gives: nothing that belongs to one project or initiative."""
    return [
        view
        for view in context.space.custom_views.values()
        if view.project is None and view.initiative is None and may_see(view, context)
    ]


def find(context: RequestContext, given: str) -> CustomView | None:
    """A view by its id or the last part of its address."""
    views = context.space.custom_views
    view = views.get(given) or next((one for one in views.values() if one.slug_id == given), None)
    return view if view is not None and may_see(view, context) else None


def _mine(context: RequestContext, given: str) -> CustomView:
    view = find(context, given)
    if view is None:
        raise NotFound("CustomView")
    return view


def matching(view: CustomView, model: str, context: RequestContext, schema: GraphQLSchema) -> Iterable[Any]:
    """The rows of the view, if it lists rows of this kind; archived ones among them."""
    if view.model != model:
        return ()
    rows = visible(_scope(view, context))
    if not view.given:
        return rows
    kind = schema.type_map[f"{model}Filter"]
    assert isinstance(kind, GraphQLInputObjectType)  # noqa: S101  the three are
    return filter(compile_filter(kind, view.given, context), rows)


def _scope(view: CustomView, context: RequestContext) -> Iterable[Entity]:
    space = context.space
    tables: dict[str, Mapping[str, Entity]] = {
        "Issue": space.issues,
        "Project": space.projects,
        "Initiative": space.initiatives,
    }
    rows: Iterable[Entity] = tables[view.model].values()
    if view.initiative is not None:
        inside = [join.project for join in view.initiative.initiative_to_projects]
        rows = [row for row in rows if _project(row) in inside]
    if view.project is not None:
        rows = [row for row in rows if _project(row) is view.project]
    if view.team is not None:
        rows = [row for row in rows if view.team in _teams(row)]
    return rows


def _project(row: Entity) -> Project | None:
    return row.project if isinstance(row, Issue) else row if isinstance(row, Project) else None


def _teams(row: Entity) -> list[Any]:
    return [row.team] if isinstance(row, Issue) else getattr(row, "teams", [])
