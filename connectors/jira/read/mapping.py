"""What one Jira issue says: a work item, a person's claims, and the marks of ours that really show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Literal, Protocol, TypeVar

from config.fields import Level
from config.names import folded
from config.trackers import JiraTracker
from connectors.http.dates import item_time, parse_day
from connectors.jira.api.fields import SiteFields, field_text
from connectors.jira.api.wire import Fields, Issue, IssueLink, LinkType
from connectors.jira.marks.shown_marks import claims_on, evidence_on, marks_by
from connectors.jira.past.given_health import given_health
from connectors.jira.read.custom_fields import values_of
from connectors.jira.read.parents import epic_key, is_parent_unknown
from connectors.jira.read.shared_names import Points
from connectors.jira.read.sprints import in_active_sprint
from connectors.jira.read.status_moves import KnownStatuses, moves_in, since_when
from connectors.jira.read.words import Words, names
from connectors.model import (
    MARKS,
    Category,
    Mark,
    Ref,
    SetAside,
    WorkItem,
)
from connectors.quick_items import quick_item

ALL_MARKS: frozenset[Mark] = frozenset((*MARKS, "twins"))
NO_STATUSES = KnownStatuses(())
NO_WORDS: Words = {}

T = TypeVar("T")
NamedKind = Literal["type", "status", "priority"]


class InvalidItem(Exception):
    """An issue of which no item can be made; the text says what is wrong with it."""


class SeenValues:
    """Values that many items share, kept once: names, references, and how work of a status and a resolution ended."""

    def __init__(self) -> None:
        self._same: dict[Any, Any] = {}
        self._refs: dict[str, Ref] = {}
        self.ended: dict[Any, Category] = {}

    def same(self, value: T) -> T:
        """The first value that was equal to it."""
        return self._same.setdefault(value, value)  # type: ignore[no-any-return]

    def ref(self, tracker: str, id_: str) -> Ref:
        """The reference to an item of the one tracker."""
        found = self._refs.get(id_)
        if found is None:
            found = self._refs[id_] = Ref(tracker, id_)
        return found


@dataclass(frozen=True, slots=True)
class IssueMapper:
    """Makes work items of issues.

    `pages` is the address at which people see the site; `projects` the ids of the projects in scope; `statuses` what
    is known of the site's statuses, which Data Center alone needs; `points` the fields that hold points; `initiatives` the
    ids of the types above epics, where the site tells no levels; `words` what the account's language calls things.
    """

    name: str
    tracker: JiraTracker
    site: SiteFields
    owner: str
    pages: str
    projects: frozenset[str]
    statuses: KnownStatuses = NO_STATUSES
    points: Points = field(default_factory=dict)
    words: Words = field(default_factory=dict)
    initiatives: frozenset[str] = frozenset()
    _seen: SeenValues = field(default_factory=SeenValues, repr=False, compare=False)

    def item(self, issue: Issue, parent: str | None) -> WorkItem:
        """The work item. Raises InvalidItem for a time or date that is none."""
        fields, seen, same = issue.fields, self._seen, self._seen.same
        evidence = evidence_on(issue, self.site, self.owner)
        ours = set(evidence.labels) if evidence else set()
        labels = (
            tuple([one for one in fields.labels if one not in ours and not self.site.is_ours(one)])
            if fields.labels
            else ()
        )
        category = self._category(fields)
        try:
            ended, by_resolution = self._ended(issue) if category in ("done", "dropped") else (None, False)
            return quick_item(
                ref=seen.ref(self.name, issue.id),
                key=issue.key,
                url=f"{self.pages}/browse/{issue.key}",
                level=self._level(fields),
                kind=same(fields.issuetype.name),
                title=fields.summary,
                category=category,
                status=same(fields.status.name),
                created=_time(fields.created),
                updated=_time(fields.updated),
                project=same(fields.project.key),
                project_id=same(fields.project.id),
                parent=seen.ref(self.name, parent) if parent else None,
                parent_key=same(parent_key(fields)),
                parent_unknown=is_parent_unknown(fields),
                labels=same(labels) if labels else (),
                estimate=self._estimate(fields),
                hours=None if fields.timeoriginalestimate is None else fields.timeoriginalestimate / 3600,
                priority=same(fields.priority.name) if fields.priority else None,
                other_names=self._other_names(fields),
                assignee=same(fields.assignee.display_name) if fields.assignee else None,
                components=same(tuple([one.name for one in fields.components])) if fields.components else (),
                fields=values_of(fields, self.site),
                started=self._since(issue, "doing") if category == "doing" else None,
                completed=ended if category == "done" else None,
                dropped=ended if category == "dropped" else None,
                dated_by_resolution=by_resolution,
                due=_day(fields.duedate) if fields.duedate else None,
                blocked_by=self._blockers(fields.issuelinks) if fields.issuelinks else (),
                claims=claims_on(issue, evidence, self.site),
                private=fields.security is not None,
                assignee_id=seen.same(fields.assignee.account) if fields.assignee else None,
                given_health=given_health(issue, self.site),
                committed=in_active_sprint(fields.sprint) if self.site.commitments else None,
                in_scope=fields.project.id in self.projects,
                writable=ALL_MARKS if fields.project.id in self.projects else frozenset(),
                shown=marks_by(evidence, issue, self.site, self.owner),
            )
        except ValueError:
            raise InvalidItem("an invalid time or date") from None

    def _other_names(self, fields: Fields) -> tuple[tuple[NamedKind, str], ...]:
        """What type, status and priority are called besides; the same few of all issues."""
        kind, status, priority = named = (fields.issuetype, fields.status, fields.priority)
        has_other = kind.untranslated_name or status.untranslated_name
        if not (self.words or has_other or (priority and priority.untranslated_name)):
            return ()
        kinds: tuple[tuple[NamedKind, str], ...] = (
            ("type", "issuetype"),
            ("status", "status"),
            ("priority", "priority"),
        )
        return self._seen.same(
            tuple(
                (kind, name)
                for (kind, key), one in zip(kinds, named, strict=True)
                for name in names(self.words, key, one)[1:]
            )
        )

    def _level(self, fields: Fields) -> Level:
        level = fields.issuetype.hierarchy_level
        if level is None:
            # Data Center knows no levels; names of types are translated, and only epics have an epic name.
            if fields.issuetype.subtask:
                return "subtask"
            above: Level = "initiative" if fields.issuetype.id in self.initiatives else "issue"
            return "epic" if field_text(fields.epic_name) else above
        if level < 0:
            return "subtask"
        return "issue" if level == 0 else "epic" if level == 1 else "initiative"

    def _blockers(self, links: Iterable[IssueLink]) -> tuple[Ref, ...]:
        """The issues that block this one; `inwardIssue` is the one that the inward name speaks of."""
        inward = [link for link in links if link.inward_issue and _blocks(link.type)]
        return tuple(
            [self._seen.ref(self.name, link.inward_issue.id) for link in inward if link.inward_issue]
        )

    def _estimate(self, fields: Fields) -> float | None:
        id_ = self.points.get(fields.project.id)
        return self.site.points_in(fields, id_) if id_ else None

    def _ended(self, issue: Issue) -> tuple[datetime | None, bool]:
        """When work that is done or dropped came into a status that ends it, and whether only its resolution's day tells it.

        A resolution is often filled in weeks later, and can be missing.
        """
        since = self._since(issue, "done")
        if since is not None or self.tracker.deployment == "cloud":
            return since, False
        resolved = issue.fields.resolutiondate
        return (_time(resolved) if resolved else None), resolved is not None

    def _since(self, issue: Issue, category: Category) -> datetime | None:
        """Since when it is of the category that it has; None where that is not told.

        The Cloud keeps when the category changed; on Data Center the changelog tells it, where all of it came.
        """
        if self.tracker.deployment == "cloud":
            changed = issue.fields.statuscategorychangedate
            return _time(changed) if changed else None
        log = issue.changelog
        if log is None or not log.is_whole:
            return None
        return since_when(category, moves_in(log.histories), self.statuses)

    def _category(self, fields: Fields) -> Category:
        # Names of statuses are translated and differ by project; the category's key is neither.
        match fields.status.status_category.key:
            case "indeterminate":
                return "doing"
            case "done":
                status, resolution = fields.status, fields.resolution
                key = (status.id, status.names, resolution and (resolution.id, resolution.names))
                ended = self._seen.ended.get(key)
                if ended is None:
                    ended = "dropped" if is_dropped(fields, self.tracker, self.words) else "done"
                    self._seen.ended[key] = ended
                return ended
            case _:
                return "todo"


class MakesItems(Protocol):
    """An `IssueMapper`, or what stands in for one."""

    def item(self, issue: Issue, parent: str | None) -> WorkItem:
        """See `IssueMapper.item`."""
        ...


def sifted(
    mapper: MakesItems, issues: Iterable[Issue], parents: Mapping[str, str] = MappingProxyType({})
) -> tuple[list[WorkItem], dict[str, SetAside]]:
    """The items that can be made of the issues, and those of which none can."""
    items: list[WorkItem] = []
    aside: dict[str, SetAside] = {}
    for issue in issues:
        try:
            items.append(mapper.item(issue, parents.get(issue.id)))
        except InvalidItem as error:
            aside[issue.id] = SetAside(issue.id, issue.key, str(error))
    return items, aside


def is_dropped(fields: Fields, tracker: JiraTracker, words: Words = NO_WORDS) -> bool:
    """Whether work of the done category ended without being done, by its status or its resolution."""
    statuses = names(words, "status", fields.status)
    resolutions = names(words, "resolution", fields.resolution)
    return _any_of(statuses, tracker.dropped_statuses) or _any_of(resolutions, tracker.dropped_resolutions)


def _any_of(found: Iterable[str], wanted: Iterable[str]) -> bool:
    return not {folded(name) for name in wanted}.isdisjoint(map(folded, found))


def parent_key(fields: Fields) -> str | None:
    """The key of the parent as the issue itself tells it, in whichever field."""
    return fields.parent.key if fields.parent else epic_key(fields)


def _blocks(link: LinkType) -> bool:
    return link.inward.casefold() == "is blocked by" or link.name.casefold() == "blocks"


def _time(text: str) -> datetime:
    when = item_time(text)
    if when is None:
        raise ValueError("not a time")
    return when


def _day(text: str) -> date:
    day = parse_day(text)
    if day is None:
        raise ValueError("not a day")
    return day
