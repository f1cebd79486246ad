"""What people make for themselves and share: filters and dashboards. Wire facts: contracts/jira.md, 5.8."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from connectors.sandbox.company import Person

ShareType = Literal["user", "group", "project", "global", "authenticated"]


@dataclass(frozen=True, slots=True)
class SharePermission:
    """With whom: `target` is an account id, the name of a group, or the id of a project; else empty."""

    id: int
    type: ShareType
    target: str = ""
    role: str = ""


@dataclass(slots=True)
class Filter:
    """A saved query. `favourites` are the e-mail addresses of those who starred it."""

    id: int
    owner: Person
    name: str
    jql: str
    description: str = ""
    shares: list[SharePermission] = field(default_factory=list)
    editors: list[SharePermission] = field(default_factory=list)
    favourites: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Gadget:
    """A box on a dashboard; what it shows is in its item properties, whose shape is its own."""

    id: int
    title: str
    color: str
    row: int
    column: int
    module_key: str | None = None
    uri: str | None = None
    properties: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Dashboard:
    """A page of gadgets."""

    id: int
    owner: Person
    name: str
    description: str = ""
    shares: list[SharePermission] = field(default_factory=list)
    editors: list[SharePermission] = field(default_factory=list)
    favourites: set[str] = field(default_factory=set)
    gadgets: dict[int, Gadget] = field(default_factory=dict)
