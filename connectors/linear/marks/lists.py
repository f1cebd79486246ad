"""Pages of a workspace that list some work and no other: the shared views that setup made. Pure.

What each view filters: `connectors.linear.setup.views`. Linear's search takes no ids, so all other work has no page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from connectors.linear.marks.pages import address_of
from connectors.lists import KnownWork
from connectors.model import WorkItem
from connectors.setup import AT_RISK, BELOW, BY_KEY_RESULT, DANGLING, PROJECTS, UNALIGNED

_ISSUES = ("issue", "subtask")


class ViewLists:
    """See `connectors.lists.ListsItems`."""

    def __init__(self, known: KnownWork) -> None:
        self._known = known
        self._teams = {one.casefold() for one in known.scope}
        work = [one for one in known.items if self._is_in_reach(one)]
        # Of what another workspace marked nobody knows what it bears of the same names.
        uncertain = any(map(self._is_foreign, work))
        self._shown: dict[str, frozenset[str]] = {}
        if known.is_current and not uncertain:
            self._shown = {
                view: frozenset(one.ref.id for one in work if bears(set(one.shown.labels)))
                for view, bears in self._labelled()
            }
        if known.listed_projects is not None:
            self._shown[PROJECTS] = frozenset(known.listed_projects)

    def pages(self, items: Sequence[WorkItem]) -> Sequence[tuple[str, int]]:
        """The views that list this work: issues and projects cannot stand in one."""
        if any(item.private for item in items):
            return ()
        issues = frozenset(item.ref.id for item in items if item.level in _ISSUES)
        others = frozenset(item.ref.id for item in items if item.level not in _ISSUES)
        return tuple((page, len(some)) for some in (issues, others) if some and (page := self._page(some)))

    def _page(self, wanted: frozenset[str]) -> str:
        for view, shown in self._shown.items():
            if shown == wanted and (address := address_of(f"view {view}", self._known.views)):
                return address
        return ""

    def _is_in_reach(self, item: WorkItem) -> bool:
        return item.level in _ISSUES and item.is_open and (item.team or "").casefold() in self._teams

    def _is_foreign(self, item: WorkItem) -> bool:
        stamp = item.shown.stamp
        return stamp is not None and stamp.owner != self._known.owner

    def _labelled(self) -> Iterator[tuple[str, Callable[[set[str]], bool]]]:
        """The views that go by labels, and which labels each asks for."""
        labels = self._known.labels
        below = labels.below
        if labels.orphaned:
            orphaned = labels.orphaned
            yield UNALIGNED, lambda borne: orphaned in borne and below not in borne
        for view, label in (
            (BELOW, below),
            (BY_KEY_RESULT, labels.aligned),
            (DANGLING, labels.dangling),
            (AT_RISK, labels.at_risk),
        ):
            if label:
                yield view, lambda borne, label=label: label in borne  # type: ignore[misc]
