"""What one Jira issue says: a work item, a person's claims, and the marks of ours that really show."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from msgspec import UNSET

from config.fields import Level
from config.names import folded
from config.trackers import JiraTracker
from connectors.http.dates import item_time, parse_day
from connectors.jira.api.fields import HEALTH_OPTIONS, SiteFields, claimed_ids, field_text, percent_of
from connectors.jira.api.wire import Fields, Issue
from connectors.jira.marks.issue_edit import objective_text, texts_of
from connectors.jira.read.custom_fields import values_of
from connectors.jira.read.shared_names import Points
from connectors.jira.read.status_moves import KnownStatuses, done_since, moves_in
from connectors.jira.read.words import Words, names
from connectors.model import (
    MARKS,
    Category,
    Health,
    KeyResultMark,
    Mark,
    Marks,
    Ref,
    Stamp,
    WorkItem,
    claims_in,
)
from connectors.stamp import PROPERTY_KEY, from_property

ALL_MARKS: frozenset[Mark] = frozenset((*MARKS, "twins"))
NO_STATUSES = KnownStatuses(())
NO_WORDS: Words = {}


class InvalidItem(Exception):
    """An issue of which no item can be made; the text says what is wrong with it."""


def stamp_on(issue: Issue) -> Stamp | None:
    """The stamp on the issue, whoever wrote it."""
    return from_property(issue.properties.get(PROPERTY_KEY))


def marks_on(issue: Issue, site: SiteFields, owner: str) -> Marks:
    """The marks of ours that the issue itself shows; the comment is read elsewhere.

    The stamp tells what we wrote, the issue what is left of it: a mark that a person took away does not
    show any more, nor one that could not be written before and now can be. Of another owner's marks only the
    stamp is given.
    """
    stamp = stamp_on(issue)
    if stamp is None or stamp.owner != owner:
        return Marks(stamp=stamp)
    place = (issue.fields.project.id, issue.fields.issuetype.id)
    due = {id_ for id_ in missing_values(issue.fields, stamp, site) if (*place, id_) in site.settable}
    labels = tuple(sorted(set(stamp.labels) & set(issue.fields.labels)))
    whole = len(labels) == len(set(stamp.labels)) and _alignment_stands(issue.fields, stamp, site)
    return Marks(
        key_results=_key_results_on(issue.fields, stamp, site, due),
        alignment=stamp.alignment if whole and site.alignment not in due else None,
        labels=labels,
        stamp=stamp,
    )


def _alignment_stands(fields: Fields, stamp: Stamp, site: SiteFields) -> bool:
    """Whether the Alignment field says what we wrote; False also where it was never written."""
    if not site.alignment or fields.kr_alignment is UNSET or stamp.alignment is None:
        return True
    texts = texts_of(stamp).get(site.alignment, ())
    return texts == ("",) or field_text(fields.kr_alignment) in texts


def missing_values(fields: Fields, stamp: Stamp, site: SiteFields) -> set[str]:
    """Ids of our fields that the issue has empty though the stamp has something to say in them: they could not
    be set when it was written."""
    recorded = texts_of(stamp)
    first = stamp.key_results[0] if stamp.key_results else None
    rows = (
        (site.progress, fields.kr_progress, first and first.percent is not None),
        (site.health, fields.kr_health, first),
        (site.objective, fields.kr_objective, first and objective_text(first)),
        (site.alignment, fields.kr_alignment, stamp.alignment),
    )
    found = {
        id_
        for id_, there, says in rows
        if id_ and says and there in (None, "") and not any(recorded.get(id_, ()))
    }
    # Recorded with nothing it held a person's claim, and what is cleared then is seen without this.
    if site.key_result and first and site.key_result not in recorded and fields.key_result in (None, ""):
        found.add(site.key_result)
    return found


def _key_results_on(
    fields: Fields, stamp: Stamp, site: SiteFields, due: set[str]
) -> tuple[KeyResultMark, ...]:
    marks, recorded = stamp.key_results, texts_of(stamp)
    if not marks:
        return ()
    # Recorded and empty now: a person cleared our text, or the claim of theirs that stood there. A field
    # that the issue has lost altogether was cleared by nobody, and could not be filled again.
    lost = fields.key_result is UNSET
    if site.key_result in recorded and not lost and not field_text(fields.key_result):
        return ()
    if site.key_result in due:
        return ()
    linked = {id_ for id_, said in stamp.links if said}
    # Without a link, as an older version left it or an interrupted write, it does not show its page.
    marks = tuple(mark if mark.id in linked else replace(mark, url="") for mark in marks)
    first = _first_on(marks[0], fields, recorded, site)
    if site.progress in due:
        first = replace(first, percent=None)
    if site.health in due:
        first = replace(first, health=_other_health("", first.health))
    if site.objective in due:
        first = replace(first, objective="")
    return (first, *marks[1:])


def _first_on(
    mark: KeyResultMark, fields: Fields, recorded: dict[str, tuple[str, ...]], site: SiteFields
) -> KeyResultMark:
    """The first key result as the fields show it.

    The value that we wrote last is untouched: a newer one in the stamp could not be written, because the
    field left the edit screen. What cannot be mended is no difference to plan for, run after run.
    """
    if site.progress in recorded and fields.kr_progress is not UNSET:
        percent = percent_of(fields.kr_progress)
        if str(percent) not in recorded[site.progress]:
            mark = replace(mark, percent=percent)
    if site.health and any(said := recorded.get(site.health, ())) and fields.kr_health is not UNSET:
        text = field_text(fields.kr_health)
        if text not in said:
            mark = replace(mark, health=_other_health(text, mark.health))
    if site.objective and any(said := recorded.get(site.objective, ())) and fields.kr_objective is not UNSET:
        text = field_text(fields.kr_objective)
        if text not in said:
            mark = replace(mark, objective=text)
    return mark


def _other_health(text: str, ours: Health) -> Health:
    """The health that a person chose in place of what we wrote: never `ours`, so that it is put back.

    We wrote the worst of several, and they may have chosen that of the first, or nothing that is known.
    """
    found = next((health for health, option in HEALTH_OPTIONS.items() if option == text), ours)
    return found if found != ours else "no_data" if ours != "no_data" else "on_track"


def claims_on(issue: Issue, stamp: Stamp | None, site: SiteFields) -> tuple[str, ...]:
    """Key results that people claim on the issue: by `kr:` labels, and in the Key result field.

    The field's text is no claim while it is what a stamp, ours or another owner's, says was written there.
    """
    claims = list(claims_in(issue.fields.labels))
    text = field_text(issue.fields.key_result)
    written = {said.strip() for _, said in stamp.fields} if stamp else set()
    if text and text not in written:
        claims += claimed_ids(text)
    for value in site.claims_in(issue.fields):
        claims += claimed_ids(field_text(value))
    return tuple(dict.fromkeys(claims))


@dataclass(frozen=True, slots=True)
class IssueMapper:
    """Makes work items of issues.

    `pages` is the address at which people see the site; `projects` the ids of the projects in scope; `statuses` what
    is known of the site's statuses, which Data Center alone needs; `points` the fields that hold points;
    `words` what the account's language calls things.
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

    def item(self, issue: Issue, parent: str | None) -> WorkItem:
        """The work item. Raises InvalidItem for a time or date that is none."""
        fields = issue.fields
        stamp = stamp_on(issue)
        ours = set(stamp.labels) if stamp else set()
        category = self._category(fields)
        changed = fields.statuscategorychangedate
        try:
            completed, by_resolution = self._completed(issue) if category == "done" else (None, False)
            return WorkItem(
                ref=Ref(self.name, issue.id),
                key=issue.key,
                url=f"{self.pages}/browse/{issue.key}",
                level=_level(fields),
                kind=fields.issuetype.name,
                title=fields.summary,
                category=category,
                status=fields.status.name,
                created=_time(fields.created),
                updated=_time(fields.updated),
                project=fields.project.key,
                project_id=fields.project.id,
                parent=Ref(self.name, parent) if parent else None,
                parent_key=parent_key(fields),
                labels=tuple(label for label in fields.labels if label not in ours),
                estimate=self._estimate(fields),
                hours=None if fields.timeoriginalestimate is None else fields.timeoriginalestimate / 3600,
                priority=fields.priority.name if fields.priority else None,
                other_names=(
                    *(("type", name) for name in names(self.words, "issuetype", fields.issuetype)[1:]),
                    *(("status", name) for name in names(self.words, "status", fields.status)[1:]),
                    *(("priority", name) for name in names(self.words, "priority", fields.priority)[1:]),
                ),
                assignee=fields.assignee.display_name if fields.assignee else None,
                components=tuple(one.name for one in fields.components),
                fields=values_of(fields, self.site),
                started=_time(changed) if changed and category == "doing" else None,
                completed=completed,
                dated_by_resolution=by_resolution,
                due=_day(fields.duedate) if fields.duedate else None,
                blocked_by=tuple(Ref(self.name, id_) for id_ in _blockers(fields)),
                claims=claims_on(issue, stamp, self.site),
                private=fields.security is not None,
                in_scope=fields.project.id in self.projects,
                writable=ALL_MARKS if fields.project.id in self.projects else frozenset(),
                shown=marks_on(issue, self.site, self.owner),
            )
        except ValueError:
            raise InvalidItem("an invalid time or date") from None

    def _estimate(self, fields: Fields) -> float | None:
        id_ = self.points.get(fields.project.id)
        return self.site.points_in(fields, id_) if id_ else None

    def _completed(self, issue: Issue) -> tuple[datetime | None, bool]:
        """When work that is done got done, and whether only the day of its resolution tells it.

        A resolution is often filled in weeks later, and can be missing. The Cloud keeps when the category changed; on
        Data Center the changelog tells it, where all of it came.
        """
        if self.tracker.deployment == "cloud":
            changed = issue.fields.statuscategorychangedate
            return (_time(changed) if changed else None), False
        log = issue.changelog
        if log is not None and log.is_whole:
            since = done_since(moves_in(log.histories), self.statuses)
            if since is not None:
                return since, False
        resolved = issue.fields.resolutiondate
        return (_time(resolved) if resolved else None), resolved is not None

    def _category(self, fields: Fields) -> Category:
        # Names of statuses are translated and differ by project; the category's key is neither.
        match fields.status.status_category.key:
            case "indeterminate":
                return "doing"
            case "done":
                return "dropped" if is_dropped(fields, self.tracker, self.words) else "done"
            case _:
                return "todo"


def is_done(issue: Issue) -> bool:
    """Whether its status is of the done category, dropped work included."""
    return issue.fields.status.status_category.key == "done"


def is_dropped(fields: Fields, tracker: JiraTracker, words: Words = NO_WORDS) -> bool:
    """Whether work of the done category ended without being done, by its status or its resolution."""
    statuses = names(words, "status", fields.status)
    resolutions = names(words, "resolution", fields.resolution)
    return _any_of(statuses, tracker.dropped_statuses) or _any_of(resolutions, tracker.dropped_resolutions)


def _any_of(found: Iterable[str], wanted: Iterable[str]) -> bool:
    return not {folded(name) for name in wanted}.isdisjoint(map(folded, found))


def parent_key(fields: Fields) -> str | None:
    """The key of the parent as the issue itself tells it; some old issues name their epic in Epic Link instead."""
    if fields.parent:
        return fields.parent.key
    return field_text(fields.epic_link) or None


def _level(fields: Fields) -> Level:
    level = fields.issuetype.hierarchy_level
    if level is None:
        # Data Center knows no levels; names of types are translated, and only epics have an epic name.
        return "subtask" if fields.issuetype.subtask else "epic" if field_text(fields.epic_name) else "issue"
    if level < 0:
        return "subtask"
    return "issue" if level == 0 else "epic" if level == 1 else "initiative"


def _blockers(fields: Fields) -> list[str]:
    """Ids of the issues that block this one; `inwardIssue` is the one that the inward name speaks of."""
    return [
        link.inward_issue.id
        for link in fields.issuelinks
        if link.inward_issue
        and (link.type.inward.casefold() == "is blocked by" or link.type.name.casefold() == "blocks")
    ]


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
