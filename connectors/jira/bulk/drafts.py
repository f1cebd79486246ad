"""Items that are made as their issues come, while others are still on their way, so that making them takes no time of its own.

A few things that items say are only known when all issues are there. An item that would say otherwise then is made anew, so that
the result does not depend on the order in which replies come.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from connectors.jira.api.fields import SiteFields
from connectors.jira.api.wire import Issue, Project
from connectors.jira.read.mapping import InvalidItem, IssueMapper, MakesItems
from connectors.model import WorkItem


def likely_points(projects: Iterable[Project], site: SiteFields) -> Mapping[str, str]:
    """The field that holds the points of each project unless it turns out to be empty there: see `points_by_project`."""
    return {
        one.id: min(site.points, key=lambda id_: (id_ in site.team_points) != one.is_team_managed)
        for one in projects
        if site.points
    }


class Drafts:
    """Items of one read. `mapper` knows what is known before; None where it is too little, as on a Data Center."""

    def __init__(self, mapper: IssueMapper | None = None) -> None:
        self._mapper = mapper
        self._made: dict[str, WorkItem] = {}

    def add(self, issues: Sequence[Issue]) -> None:
        """Make items of issues that came."""
        if self._mapper is None:
            return
        for issue in issues:
            above = issue.fields.parent
            with suppress(InvalidItem):  # whoever wants the item is told
                self._made[issue.id] = self._mapper.item(issue, above.id if above else None)

    def finished_by(self, mapper: IssueMapper) -> MakesItems:
        """What takes over the items that were made, as `mapper` makes them."""
        return _Finished(self, mapper)

    def take(self, issue: Issue, parent: str | None, mapper: IssueMapper) -> WorkItem:
        """The item as `mapper` makes it, which knows all. Raises InvalidItem."""
        draft = self._made.pop(issue.id, None)
        if draft is not None and self._is_as_now(draft, issue, parent, mapper):
            return draft
        return mapper.item(issue, parent)

    def _is_as_now(self, draft: WorkItem, issue: Issue, parent: str | None, mapper: IssueMapper) -> bool:
        fields = issue.fields
        return (
            (draft.parent.id if draft.parent else None) == parent
            and self._has_points_as_now(fields.project.id, mapper)
            # Which fields can be set by now decides what stamped items show.
            and not (draft.shown.stamp and mapper.site.settable)
            and (fields.issuetype.hierarchy_level is not None or not mapper.initiatives)
        )

    def _has_points_as_now(self, project: str, mapper: IssueMapper) -> bool:
        # Where none of the fields holds anything, nothing was estimated with either.
        now = mapper.points.get(project)
        return now is None or self._mapper is None or now == self._mapper.points.get(project)


@dataclass(frozen=True, slots=True)
class _Finished:
    drafts: Drafts
    mapper: IssueMapper

    def item(self, issue: Issue, parent: str | None) -> WorkItem:
        """See `IssueMapper.item`."""
        return self.drafts.take(issue, parent, self.mapper)
