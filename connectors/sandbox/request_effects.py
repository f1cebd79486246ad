"""What a fault changes for one request alone, without touching the world that all requests share.

Each is a context variable: the server's task sets it before the handler runs and takes it back after, so
that requests which are served at the same time do not see each other's faults.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from fnmatch import fnmatchcase
from typing import Any, TypeVar

from connectors.sandbox.linear.errors import LinearError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class BrokenPath:
    """A place of a GraphQL reply whose resolver fails: response keys with dots between, `*` for any one.

    A list index is a key too ("issues.nodes.0.assignee"). `type` is the `extensions.type` of the error.
    """

    at: str
    message: str
    type: str

    def matches(self, path: list[str | int]) -> bool:
        """Whether the field at `path` fails."""
        wanted = self.at.split(".")
        return len(wanted) == len(path) and all(
            fnmatchcase(str(key), pattern) for key, pattern in zip(path, wanted, strict=True)
        )


skew: ContextVar[timedelta] = ContextVar("skew", default=timedelta())
"""How far the tracker's clock is off."""

hidden: ContextVar[frozenset[str]] = ContextVar("hidden", default=frozenset())
"""Keys of Jira projects and Linear teams that the asking account may not see any more."""

revoked: ContextVar[bool] = ContextVar("revoked", default=False)
"""Whether the credential is no good any more."""

broken: ContextVar[BrokenPath | None] = ContextVar("broken", default=None)
"""The field of a GraphQL document that fails."""


@contextmanager
def during(effect: ContextVar[T], value: T) -> Iterator[None]:
    """`effect` is `value` while this lasts."""
    before = effect.set(value)
    try:
        yield
    finally:
        effect.reset(before)


def graphql_middleware() -> tuple[Any, ...] | None:
    """The graphql-core middleware that the fault in force needs; None, which costs nothing, without one."""
    return (_fail_broken_field,) if broken.get() is not None else None


def _fail_broken_field(resolve: Any, root: Any, info: Any, **args: Any) -> Any:
    place = broken.get()
    if place is not None and place.matches(info.path.as_list()):
        raise BrokenFieldError(place)
    return resolve(root, info, **args)


class BrokenFieldError(LinearError):
    """A resolver that failed on demand."""

    def __init__(self, place: BrokenPath) -> None:
        super().__init__(place.message)
        self.extensions["type"] = place.type
        self.extensions["code"] = place.type.upper().replace(" ", "_")
        if place.type == "internal error":
            self.extensions |= {"code": "INTERNAL_SERVER_ERROR", "statusCode": 500, "userError": False}
