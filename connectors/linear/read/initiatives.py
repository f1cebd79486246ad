"""Reading initiatives, which an app's token may not be allowed to: then they are left out, unless the configuration uses them.

Source: contracts/linear.md, section 2. `initiatives` is refused without `initiative:read` or `initiative:write`; whether
the ids of a project's own initiatives are, too, is not known, so both are provided for.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import TypeVar

from connectors.base import InitiativeUse
from connectors.errors import MissingScope
from connectors.linear.api import project_queries
from connectors.linear.api.client import LinearClient
from connectors.linear.api.wire import (
    Connection,
    Identified,
    InitiativeNode,
    PageInfo,
    PlacedUpdate,
    ProjectNode,
)
from connectors.model import SetAside

T = TypeVar("T")

LEFT_OUT = (
    "The token lacks the scope initiative:read, so initiatives are left out: no rule can match one, "
    "and nothing inherits from one."
)


class InitiativeReader:
    """The initiatives of one workspace in one read. `notes` and `aside` are added to."""

    def __init__(
        self, client: LinearClient, use: InitiativeUse, notes: list[str], aside: list[SetAside]
    ) -> None:
        self._client = client
        self._use = use
        self._notes = notes
        self._aside = aside
        self._refused: MissingScope | None = None
        self._every: list[InitiativeNode] | None = None

    @property
    def left_out(self) -> bool:
        """Whether the token was refused them."""
        return self._refused is not None

    def beside(self, read: Callable[[bool], T]) -> T:
        """What `read` gives when it asks for the initiatives of projects, or not where the token may not read them."""
        if self._refused is None:
            try:
                return read(True)
            except MissingScope as error:
                self._leave_out(error)
        return read(False)

    def above(
        self, projects: Collection[ProjectNode], others: Callable[[], Collection[str]]
    ) -> list[InitiativeNode]:
        """The initiatives of the projects, and those above them. `others`: folded names of all that is no initiative.

        Raises MissingScope where a rule names what may only be one, and none can be read.
        """
        wanted = {one.id for project in projects for one in project.initiatives.nodes}
        if not wanted and not self.left_out:
            return []
        everything = {one.id: one for one in self.every() if not one.trashed}
        if self._refused is not None:
            if unknown := sorted(self._use.names.difference(others())):
                raise needed(
                    self._refused, f'the name "{unknown[0]}" in a rule, which may be that of an initiative'
                )
            for project in projects:
                project.initiatives = _NONE
            return []
        kept: dict[str, InitiativeNode] = {}
        while wanted:
            found = [everything[one] for one in sorted(wanted) if one in everything]
            kept |= {one.id: one for one in found}
            wanted = {one.parent_initiative.id for one in found if one.parent_initiative} - set(kept)
        return list(kept.values())

    def every(self) -> list[InitiativeNode]:
        """Every initiative of the workspace, read once; none where they are left out."""
        if self._every is None:
            walk = self._client.walk(
                project_queries.INITIATIVES, lambda reply: reply.initiatives, self._aside
            )
            self._every = self._unless_refused(walk)
        return self._every

    def updates(self) -> list[PlacedUpdate]:
        """Every status update on one, likewise."""
        return self._unless_refused(
            self._client.walk(
                project_queries.INITIATIVE_UPDATES, lambda reply: reply.initiative_updates, filter={}
            )
        )

    def _unless_refused(self, rows: Iterator[T]) -> list[T]:
        if self._refused is None:
            try:
                return list(rows)
            except MissingScope as error:
                self._leave_out(error)
        return []

    def _leave_out(self, error: MissingScope) -> None:
        if "initiative" not in error.what or self._use.because:
            raise needed(error, self._use.because)
        self._refused = error
        self._notes.append(LEFT_OUT)


_NONE: Connection[Identified] = Connection(nodes=[], page_info=PageInfo(has_next_page=False))


def needed(error: MissingScope, because: str) -> MissingScope:
    """The refusal, with what in the configuration needs the scope."""
    why = f" The configuration needs it for {because}." if because else ""
    return MissingScope(error.tracker, error.what, f"{error.remedy}{why}")
