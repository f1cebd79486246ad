"""What every kind of fault has in common: which requests it chooses, and what it is given to work with."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

import msgspec
from aiohttp import web

if TYPE_CHECKING:
    from connectors.sandbox.world import World

Count = Annotated[int, msgspec.Meta(ge=0)]
Ratio = Annotated[float, msgspec.Meta(gt=0, le=1)]
Seconds = Annotated[float, msgspec.Meta(ge=0)]
AnySeconds = Annotated[float, msgspec.Meta(ge=-1e9, le=1e9)]
HttpStatus = Annotated[int, msgspec.Meta(ge=200, le=599)]


class ConnectionCut(Exception):
    """The connection is to be closed without a reply; with `reset`, without a goodbye either."""

    def __init__(self, reset: bool) -> None:
        super().__init__("the connection was cut on demand")
        self.reset = reset


@dataclass(frozen=True, slots=True)
class RequestInfo:
    """What a rule can tell requests apart by.

    `operation` is "query" or "mutation" for GraphQL, else empty; `operation_name` is the name that the
    document gives itself, or else its first root field. `credential` is the account's e-mail address,
    "anonymous" without a credential, "unknown" for one that is no good.
    """

    method: str
    path: str
    operation: str = ""
    operation_name: str = ""
    credential: str = "anonymous"

    @property
    def is_linear(self) -> bool:
        return self.path.startswith("/linear")


@dataclass
class FaultContext:
    """One request that a rule breaks. `memory` and `random` live as long as the rule."""

    request: web.Request
    request_info: RequestInfo
    world: World
    proceed: Callable[[], Awaitable[web.StreamResponse]]
    memory: dict[str, Any] = field(default_factory=dict)
    random: random.Random = field(default_factory=random.Random)


class FaultKind(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """One way to break chosen requests; a subclass for each kind, its fields the kind's options.

    Chosen are requests whose "METHOD /path" the regular expression `match` is found in, and which also
    answer to `operation` (found in the GraphQL operation's name), `operation_kind`, and `credential` (an
    account's e-mail address, "anonymous" or "unknown"), where these are given. Of those, the first `skip`
    pass, and each further one is broken with the probability `rate` (drawn from `seed`), `times` times in
    all (None: until the rule is removed).
    """

    match: str = ""
    operation: str | None = None
    operation_kind: Literal["query", "mutation"] | None = None
    credential: str | None = None
    skip: Count = 0
    rate: Ratio = 1.0
    seed: int = 1
    times: Count | None = None

    passes: ClassVar[bool] = False
    """Whether further rules may break the same request."""
    needs_selector: ClassVar[bool] = True

    async def answer(self, context: FaultContext, /) -> web.StreamResponse:
        """The reply in place of, or made from, the one that `context.proceed` gives. Raises ConnectionCut."""
        return await context.proceed()

    def start(self, world: World) -> None:
        """Called when the rule comes into force."""

    def stop(self, world: World) -> None:
        """Called when the rule is removed."""
