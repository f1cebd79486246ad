"""Reading the issues that were changed, and what has to be read with them: what stands above them and is not known, and what
hangs below them and tells something of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from connectors.base import Progress
from connectors.changes import KnownItems
from connectors.jira.api.deployment import IssueReader, SiteApi
from connectors.jira.api.fields import SiteFields, field_text
from connectors.jira.api.wire import Issue
from connectors.jira.read.parents import epic_key
from connectors.jira.read.sprints import in_active_sprint
from connectors.model import NOTHING, SetAside, WorkItem


@dataclass(slots=True)
class Gathered:
    """What was read.

    - `issues`: by id, those above included. `parents`: the id of what each hangs on.
    - `before`: what was known of those that were asked for. `absent`: those of them that are not there, or not seen.
    - `aside`: what is there and could not be decoded.
    """

    issues: dict[str, Issue] = field(default_factory=dict)
    parents: dict[str, str] = field(default_factory=dict)
    before: dict[str, WorkItem] = field(default_factory=dict)
    absent: set[str] = field(default_factory=set)
    aside: dict[str, SetAside] = field(default_factory=dict)


class Gatherer:
    """Reads for one read of changes. `scope`: ids of the projects in scope; `doubtful`: see `ReadsChanges.changes`."""

    def __init__(
        self,
        site_api: SiteApi,
        fields: SiteFields,
        known: KnownItems,
        scope: frozenset[str],
        report: Progress,
        doubtful: frozenset[str] = frozenset(),
    ) -> None:
        self._site_api = site_api
        self._fields = fields
        self._known = known
        self._scope = scope
        self._report = report
        self._doubtful = doubtful
        self._found = Gathered()
        self._asked: set[str] = set()
        self._linked: set[str] = set()

    def gather(self, wanted: Collection[str]) -> Gathered:
        """The issues with these ids, and with them what the module says. Raises TrackerError."""
        found, queue = self._found, set(wanted)
        while queue:
            before = dict(self._known.items(queue))
            found.before |= before
            reader = self._reader(before, self._doubtful & queue)
            self._report("issues", len(found.issues), len(found.issues) + len(queue))
            got = reader.fetch(sorted(queue))
            self._asked |= queue
            found.absent |= queue - got.keys() - reader.set_aside.keys()
            found.issues |= got
            self._close_upwards(got.values(), reader)
            found.aside |= reader.set_aside
            below = self._below(queue - reader.set_aside.keys(), got, before)
            queue = (below | self._linked) - self._asked
        return found

    def _reader(self, before: Mapping[str, WorkItem], doubtful: frozenset[str]) -> IssueReader:
        """What reads issues, with the marks that are known to be on some of them, or may be."""
        owned = {id_ for id_, item in before.items() if item.shown.stamp is not None or item.shown != NOTHING}
        commented = {id_ for id_, item in before.items() if item.shown.comment is not None}
        owned, commented = owned | doubtful, commented | doubtful
        return self._site_api.issues(self._fields, owned, commented, self._scope)

    def _close_upwards(self, got: Iterable[Issue], reader: IssueReader) -> None:
        """Note what each of them hangs on, and read what of that is not known, to the top."""
        fresh = list(got)
        issues, parents = self._found.issues, self._found.parents
        while fresh:
            read, by_key = self._by_key(fresh, reader)
            for issue in fresh:
                parents.pop(issue.id, None)
                parent = issue.fields.parent
                if above := parent.id if parent else by_key.get(epic_key(issue.fields) or ""):
                    parents[issue.id] = above
                    if self._fields.parent_link and not parent and not field_text(issue.fields.epic_link):
                        # Types tell no levels where such links are: what one leads to is to be learned from.
                        self._linked.add(above)
            missing = {parents[one.id] for one in fresh if one.id in parents} - issues.keys() - self._asked
            missing -= self._known.items(missing).keys()
            self._asked |= missing
            more = {id_: issue for id_, issue in read.items() if id_ in missing}
            more |= reader.fetch(sorted(missing - more.keys()))
            issues |= more
            fresh = list(more.values())

    def _by_key(self, fresh: list[Issue], reader: IssueReader) -> tuple[dict[str, Issue], dict[str, str]]:
        """Ids of what is named above these issues by key alone; and what had to be read for it."""
        keys = {issue.id: key for issue in fresh if (key := epic_key(issue.fields))}
        if not keys:
            return {}, {}
        found = {issue.key: issue.id for issue in self._found.issues.values()}
        children = self._known.items(keys)
        above = self._known.items({item.parent.id for item in children.values() if item.parent})
        seen = self._found.issues.keys() | self._found.absent
        found = {item.key: id_ for id_, item in above.items() if id_ not in seen} | found
        read, resolved = reader.fetch_keys(key for key in keys.values() if key not in found)
        return read, found | resolved

    def _below(
        self, asked: Collection[str], got: Mapping[str, Issue], before: Mapping[str, WorkItem]
    ) -> set[str]:
        """Ids of known children that tell something of these that is otherwise by now: their key, that they are there at all, and of
        sub-tasks whether they are in an active sprint."""
        renamed = {
            id_ for id_ in asked if id_ in before and (id_ not in got or got[id_].key != before[id_].key)
        }
        planned = {
            id_
            for id_, issue in got.items()
            if self._fields.commitments
            and id_ in before
            and in_active_sprint(issue.fields.sprint) != before[id_].committed
        }
        if not renamed | planned:
            return set()
        return {
            item.ref.id
            for item in self._known.children(renamed | planned)
            if item.parent and (item.parent.id in renamed or item.level == "subtask")
        }
