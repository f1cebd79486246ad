"""Items of the few issues that were read, as a whole read of all of them would make them."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import replace

from msgspec import structs

from connectors.base import Progress
from connectors.changes import KnownItems, NeedsWholeRead
from connectors.jira.api import wire
from connectors.jira.api.client import JiraClient
from connectors.jira.api.deployment import SiteApi
from connectors.jira.api.fields import SiteFields
from connectors.jira.changes.asked import refuse
from connectors.jira.changes.bookmark import Bookmark
from connectors.jira.changes.fixed_facts import FixedFacts
from connectors.jira.changes.learned import Learned, differences, held_by, joined, names_on
from connectors.jira.changes.site import Site
from connectors.jira.marks.comment import CommentApi
from connectors.jira.past.given_health import unknown_words, with_health_days
from connectors.jira.read.mapping import sifted
from connectors.jira.read.parents import linked_types, refused_links, types_above
from connectors.jira.read.read_notes import cut_changelogs, no_sprints
from connectors.jira.read.reader import Reader
from connectors.jira.read.renamed_fields import notes_on_renamed, renamed_fields
from connectors.jira.read.settable_fields import SettableFields
from connectors.jira.read.shared_names import Points, chosen_points, points_held
from connectors.jira.read.shown_comments import kept_from_customers, with_comments
from connectors.jira.read.sprints import with_sprints_of_parents
from connectors.model import SetAside, WorkItem

Issues = Mapping[str, wire.Issue]


class Mapped:
    """What was made of the issues: `items`, those of which no item can be made, notes, and the site with what was learned."""

    def __init__(
        self, items: list[WorkItem], aside: dict[str, SetAside], notes: list[str], site: Site
    ) -> None:
        self.items = items
        self.aside = aside
        self.notes = notes
        self.site = site


class ItemMaker:
    """Makes items for one tracker and one owner."""

    def __init__(
        self, client: JiraClient, site_api: SiteApi, reader: Reader, owner: str, pool: Executor
    ) -> None:
        self._client = client
        self._site_api = site_api
        self._reader = reader
        self._owner = owner
        self._pool = pool

    def items(
        self,
        mark: Bookmark,
        site: Site,
        issues: Issues,
        parents: Mapping[str, str],
        known: KnownItems,
        report: Progress,
    ) -> Mapped:
        """Items of the issues. Raises NeedsWholeRead where they contradict what all of them showed."""
        name, scope = self._client.name, frozenset(one.id for one in site.projects)
        mine = [issue for issue in issues.values() if issue.fields.project.id in scope]
        settable, unset = SettableFields(self._client, self._pool, self._owner).among(mine, site.fields)
        site = replace(site, fields=replace(site.fields, settable=settable))
        learned, points = _learned(mark.learned, issues, parents, site.fields)
        site = replace(site, learned=learned, initiatives=types_above(learned.linked))
        if site.statuses is None:
            site = self._reader.with_statuses(site, issues.values())
        items, aside = sifted(self._reader.mapper(site, scope, points), issues.values(), parents)
        self._reader.logs.keep(issues.values(), site.fields, mark.read_at)
        items = with_health_days(_with_sprints(items, known), self._site_api, site.fields)
        comments = CommentApi(self._client, self._site_api, self._owner, site.me)
        items = with_comments(items, issues, comments, report)
        items, without = kept_from_customers(items, learned.refusing)
        if set(without) != set(learned.refusing):
            raise NeedsWholeRead("customers would see comments in another project")
        renamed = {*learned.renamed, *renamed_fields(items, site.fields, self._owner)}
        still = tuple(sorted(renamed & site.fields.others.keys()))
        notes = [
            *site.fields.notes,
            *self._reader.renamed_projects(site.projects),
            *unset,
            *cut_changelogs(issues.values()),
            *refused_links(issues.values(), site.fields),
            *unknown_words(issues.values(), site.fields),
            *no_sprints(name, site.fields),
            *notes_on_renamed(still, site.fields),
            *(f"Customers would see comments in project {key}, so it stays without." for key in without),
        ]
        both = frozenset(learned.settable) | settable
        learned = structs.replace(learned, renamed=still, settable=tuple(sorted(both)))
        site = replace(site, learned=learned, fields=replace(site.fields, settable=both, renamed=still))
        return Mapped(items, aside, notes, site)


def site_of(fixed: FixedFacts, fields: SiteFields, me: wire.User) -> Site:
    """The site as far as it is fixed."""
    return Site(
        me=fixed.account,
        fields=fields,
        words=fixed.own_words,
        user=me,
        listed=fixed.fields,
        projects=fixed.projects,
        statuses=fixed.statuses,
    )


def _learned(
    before: Learned, issues: Issues, parents: Mapping[str, str], fields: SiteFields
) -> tuple[Learned, Points]:
    """What was learned, with what these issues add; and the field of points that counts in each project."""
    names = names_on(issues.values())
    refuse(differences(before.names, names))
    names = joined(before.names, names)

    def is_of_team(project: str) -> bool:
        facts = names["project"].get(project)
        return facts is not None and bool(facts[1])

    held = held_by(before.held, points_held(issues.values(), fields))
    points, old = (chosen_points(one, is_of_team, fields) for one in (held, before.held))
    if any(points[project] != id_ for project, id_ in old.items()):
        raise NeedsWholeRead("another field of points counts in a project")
    linked = before.linked.with_those(linked_types(issues, parents))
    if types_above(linked) != types_above(before.linked):
        raise NeedsWholeRead("the types above epics are others")
    return structs.replace(before, names=names, held=held, linked=linked), points


def _with_sprints(items: list[WorkItem], known: KnownItems) -> list[WorkItem]:
    """The items, sub-tasks in the sprint of what they are a part of, which may be known and not among them."""
    here = {item.ref.id for item in items}
    above = {item.parent.id for item in items if item.level == "subtask" and item.parent} - here
    elder = known.items(above).values() if above else ()
    return [item for item in with_sprints_of_parents([*items, *elder]) if item.ref.id in here]
