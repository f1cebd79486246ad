"""Pages of a tracker that list some items and no others: from what is known of the items, without a request. Pure.

A figure leads to such a page. One that listed others would deny the figure, so where it is not certain there is none.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol

from config.policy import LabelPolicy
from connectors.model import WorkItem


@dataclass(frozen=True, slots=True)
class KnownWork:
    """What is known of the work of one tracker.

    - `items`: all that was read of it, with the marks that they show. `owner`: id of the workspace, which signs marks.
    - `labels`: those of the policy. `scope`: the entries of the tracker's scope.
    - `is_current`: whether all of it was read, and not for an earlier moment: else nobody knows what bears a label.
    - `views`: what setup made, ids and places by the names of the store; none where setup has something to bring up to date.
    - `listed_projects`: ids of the projects that the view of projects names; None where that is not known.
    """

    items: Sequence[WorkItem]
    owner: str
    labels: LabelPolicy
    scope: tuple[str, ...]
    is_current: bool = True
    views: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    listed_projects: Collection[str] | None = None


class ListsItems(Protocol):
    """Knows pages of one tracker that list items."""

    def pages(self, items: Sequence[WorkItem]) -> Sequence[tuple[str, int]]:
        """Addresses of pages that list nothing but these items of the tracker, each item on one of them at most, for everybody,
        with how many each lists. More than one where no page of the tracker can list all kinds of work.
        """
        ...
