"""The shared views of a workspace: how they are read, and what each filters. Wire facts: contracts/linear.md, 16."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

import msgspec
from msgspec.json import Decoder

from config.messages import DEFAULT
from config.text.texts import ENGLISH_TEXTS
from connectors.linear.api.operation import Operation
from connectors.linear.api.wire import Connection, LabelNode, Wire
from connectors.linear.marks.label_groups import ALIGNMENT_GROUP
from connectors.linear.marks.records import PARAMETER, health_behind, health_in
from connectors.model import Health
from connectors.setup import AT_RISK, BELOW, BY_KEY_RESULT, DANGLING, PROJECTS, UNALIGNED, Identified, Need

_RISKY: tuple[Health, ...] = ("at_risk", "off_track")


class ViewNode(Wire):
    id: str
    name: str
    slug_id: str
    shared: bool = False
    description: str | None = None
    filter_data: dict[str, Any] = msgspec.field(default_factory=dict)
    project_filter_data: dict[str, Any] | None = None


class Workspace(Wire):
    url_key: str


class Views(Wire):
    organization: Workspace
    custom_views: Connection[ViewNode]


VIEWS = Operation(
    "query Views($first: Int!, $after: String) { organization { urlKey }"
    " customViews(first: $first, after: $after) {"
    " nodes { id name slugId shared description filterData projectFilterData } pageInfo { hasNextPage endCursor } } }",
    Decoder(Views),
)


def views_wanted(
    need: Need,
    teams: tuple[str, ...],
    dropped: tuple[str, ...] = (),
    names: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, dict[str, Any] | None]:
    """Name of each view to its filter, under the name of the input that takes it: open work of the teams in scope.

    None: its label is not written. `dropped`: names of states of open types that mean that the work is closed. `names`: what
    the labels of setup are called, by their English names.
    """
    state: dict[str, Any] = {"type": {"nin": ["completed", "canceled", "duplicate"]}}
    if dropped:
        state["and"] = [{"name": {"neqIgnoreCase": name}} for name in dropped]
    within: dict[str, Any] = {"team": {"key": {"in": list(teams)}}, "state": state}
    conditions = {
        UNALIGNED: _apart(_labelled(need.orphaned, "orphaned", names), need.below),
        **({BELOW: _labelled(need.below)} if need.below else {}),
        BY_KEY_RESULT: _labelled(need.aligned, "aligned", names),
        DANGLING: _labelled(need.dangling),
        AT_RISK: _labelled(need.at_risk) or _attached(need),
    }
    views = {name: {"filterData": within | one} if one else None for name, one in conditions.items()}
    # Issues and projects cannot stand in one view. Of projects Linear's filters know neither links nor comments, and
    # labels of ours are on issues only: so this view names its projects.
    return views | {PROJECTS: naming(need.orphaned_projects or ())}


def naming(projects: Iterable[str]) -> dict[str, Any]:
    """The filter of a view that names its projects."""
    return {"projectFilterData": {"id": {"in": sorted(projects)}}}


def _attached(need: Need) -> dict[str, Any]:
    """Issues with an attachment of ours that says that a key result is at risk or off track.

    The words count where its figures say the health, at their start or after the percent: the goal behind them may speak
    of risk, too, as in "5 accounts at risk". A person's attachment may use the same words: ours is known by its address,
    where `truenorth=OWNER` is one whole parameter, so that `acme` does not find what is of `acme-eu`. What was written in
    English before there were languages is found, too.
    """
    languages = (need.texts, *([ENGLISH_TEXTS] if need.texts.language != DEFAULT else []))
    words = [
        {"subtitle": condition}
        for texts in languages
        for health in _RISKY
        for condition in (
            {"startsWith": health_in(health, None, texts)},
            {"contains": health_behind(health, texts)},
        )
    ]
    parameter = urlencode({PARAMETER: need.owner})
    begun = [f"{before}{parameter}" for before in "?&"]
    ours = [{"url": {"endsWith": one}} for one in begun]
    ours += [{"url": {"contains": f"{one}{after}"}} for one in begun for after in "&#"]
    return {"attachments": {"some": {"and": [{"or": ours}, {"or": words}]}}}


def _apart(filter_: dict[str, Any] | None, below: str | None) -> dict[str, Any] | None:
    """The filter, without what bears the label of work below other such work."""
    if filter_ is None or below is None:
        return filter_
    return {"labels": filter_["labels"] | {"every": {"name": {"neqIgnoreCase": below}}}}


def _labelled(
    label: str | None, child: str | None = None, names: Mapping[str, str] = MappingProxyType({})
) -> dict[str, Any] | None:
    """A label of the policy, or the child of our group that stands on issues in its place; None where there is neither."""
    either: list[dict[str, Any]] = [{"name": {"eqIgnoreCase": label}}] if label else []
    if child:
        name = names.get(f"{ALIGNMENT_GROUP}: {child}", child)
        group = names.get(ALIGNMENT_GROUP, ALIGNMENT_GROUP)
        either.append({"name": {"eq": name}, "parent": {"name": {"eq": group}}})
    if not either:
        return None
    return {"labels": {"some": either[0] if len(either) == 1 else {"or": either}}}


def identify(row: LabelNode | ViewNode) -> Identified:
    """How a label or a view can be known."""
    return Identified(row.id, row.name, row.description)


def holds(view: ViewNode, wanted: Mapping[str, Any]) -> bool:
    """Whether the view has the filter that is wanted, of issues or of projects."""
    has = {"filterData": view.filter_data, "projectFilterData": view.project_filter_data or {}}
    return all(_parts_of(has[name]) == _parts_of(one) for name, one in wanted.items())


def _parts_of(given: Mapping[str, Any]) -> list[str]:
    """A filter in one shape: Linear gives what was sent back as a conjunction."""
    parts = [{name: value} for name, value in given.items() if name != "and"] + list(given.get("and") or ())
    return sorted(msgspec.json.encode(part, order="sorted").decode() for part in parts)
