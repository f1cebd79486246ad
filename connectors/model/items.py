"""Work items as a tracker knows them. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Literal

from config.fields import Level
from config.text.characters import clean
from config.text.redaction import redactor
from connectors.model.cleaning import redact, show
from connectors.model.marks import NOTHING, Mark, Marks, UpdateHealth

Category = Literal["todo", "doing", "done", "dropped"]

CLAIM_PREFIX = "kr:"
"""A label `kr:ID` on an item is a person's word that the item serves key result ID."""

CLAIM_NAME = "Key result"
"""The Jira field and the Linear label group with this name hold a person's claim likewise."""


@dataclass(frozen=True, slots=True, order=True)
class Ref:
    """Identity of an item: the tracker's name in the workspace and the tracker's immutable id.

    Never the key: keys change when an item moves.
    """

    tracker: str
    id: str

    def __str__(self) -> str:
        return f"{self.tracker}:{self.id}"

    # Nearly all that is looked up is looked up by this, and what a dataclass makes builds a tuple each time.
    def __hash__(self) -> int:
        return hash(self.id)

    def __eq__(self, other: object) -> bool:
        if other.__class__ is not Ref:
            return NotImplemented
        return self.id == other.id and self.tracker == other.tracker


@dataclass(frozen=True, slots=True)
class Identity:
    """What a key leads to: the immutable id of an item or a project, and the key that it has now."""

    id: str
    key: str


@dataclass(frozen=True, slots=True, order=True)
class Mirror:
    """An issue of another service that a tracker itself keeps equal with one of its own, as that tracker tells it.

    - `service`: the kind of the other service, such as "jira"; of several sites of one kind it does not tell which.
    - `id`, `key`: the immutable id there, and the key, which may be one that the issue had.
    """

    service: str
    id: str
    key: str = ""

    def __post_init__(self) -> None:
        redact(self, "id", "key")


@dataclass(frozen=True, slots=True)
class GivenHealth:
    """The health that a person gave work, and when; `on` None where the tracker does not tell."""

    health: UpdateHealth
    on: datetime | None = None


@dataclass(frozen=True, slots=True)
class WorkItem:
    """An initiative, project, epic, issue or sub-task as a tracker knows it.

    - `kind`: the tracker's own type name ("Bug", "Story", "Project").
    - `other_names`: further names of its type, status and priority, in the language of the account or as they were
      given; each with which of the three it is.
    - `category`: computed from the tracker's status category, never from a status name.
    - `team`, `project`: the short name by which people call them: Jira project key, Linear team key,
      Linear project name. A project item carries its own name in `project`.
    - `labels`: what people put there; labels of ours are left out, so that our own marks never feed
      back into alignment.
    - `grouped_labels`: those of the labels that stand in a group, as "Group/Name".
    - `fields`: custom fields that rules match, by the name that the rules use; one pair for each value, with an empty
      text where the tracker gives a value and no text of it.
    - `estimate`: points, `hours`: estimated working time; None when unestimated.
    - `progress`: 0..1, where the tracker itself computes one, as Linear does for projects.
    - `claims`: key result ids claimed on the item itself, by label, field or label group, as written.
    - `completed`: when work that is done was finished last; `dropped`: when work that is dropped was. None for all other
      work, and where the tracker does not tell.
    - `dated_by_resolution`: whether that is when a resolution was set, since the day of the change into a
      done status is not to be had.
    - `private`: whether not everybody who sees its neighbours may see it: a secured issue, a private team.
      Nothing about it is said on other items.
    - `in_scope`: False for an ancestor that was read only because something in scope hangs below it.
    - `last_update_by_others`: when somebody else last posted a status update on it.
    - `given_health`: the health that somebody else gave it last: in a status update (Linear), or in the field that
      `trackers.NAME.health_field` names (Jira). Never one that Truenorth gave.
    - `writable`: the marks that this item can carry.
    - `parent_key`: the key of its parent as the item itself tells it, also where the account may not see the parent.
    - `parent_unknown`: whether it hangs on something of which nothing can be told, not even a key.
    - `project_id`: the immutable id of its project, whose short name can change.
    - `own_project`: the project that it is in itself, where projects are items (Linear), whatever its parent is in.
    - `triage`: whether nobody has accepted it as work yet.
    - `assignee_id`: tells the assignee apart from others of one name, as `AssigneeSpan.person` does; never shown.
    - `committed`: whether it is in an active sprint (Jira) or cycle (Linear); None where that was not asked for.
    - `blocked_since`: when the link to each of those in `blocked_by` was made, as far as the tracker tells it with the item.
    - `former_keys`, `former_projects`: what its key and the key of its project were, as far as the tracker tells it or
      the declaration still says so.
    - `told_keys`: the former keys as the tracker itself tells them, where `former_keys` says otherwise.
    - `homonym`: whether another tracker of the workspace has an item with the same key; found out once all are read.
    - `mirrors`: the issues elsewhere that its tracker keeps equal with it.
    - `issue_links`: addresses that people or integrations attached to it, as far as they are of declared sites of other
      trackers; sorted.
    - Times are aware, in UTC.
    """

    ref: Ref
    key: str
    url: str
    level: Level
    kind: str
    title: str
    category: Category
    status: str
    created: datetime
    updated: datetime
    team: str | None = None
    project: str | None = None
    parent: Ref | None = None
    labels: tuple[str, ...] = ()
    grouped_labels: tuple[str, ...] = ()
    estimate: float | None = None
    hours: float | None = None
    progress: float | None = None
    priority: str | None = None
    other_names: tuple[tuple[Literal["type", "status", "priority"], str], ...] = ()
    assignee: str | None = None
    components: tuple[str, ...] = ()
    fields: tuple[tuple[str, str], ...] = ()
    started: datetime | None = None
    completed: datetime | None = None
    dropped: datetime | None = None
    dated_by_resolution: bool = False
    due: date | None = None
    blocked_by: tuple[Ref, ...] = ()
    blocked_since: tuple[tuple[Ref, datetime], ...] = ()
    claims: tuple[str, ...] = ()
    private: bool = False
    in_scope: bool = True
    last_update_by_others: datetime | None = None
    writable: frozenset[Mark] = frozenset()
    shown: Marks = NOTHING
    homonym: bool = False
    parent_key: str | None = None
    parent_unknown: bool = False
    project_id: str | None = None
    own_project: Ref | None = None
    triage: bool = False
    former_keys: tuple[str, ...] = ()
    former_projects: tuple[str, ...] = ()
    parent_former_keys: tuple[str, ...] = ()
    mirrors: tuple[Mirror, ...] = ()
    issue_links: tuple[str, ...] = ()
    committed: bool | None = None
    given_health: GivenHealth | None = None
    assignee_id: str | None = None
    told_keys: tuple[str, ...] | None = field(default=None, compare=False)

    @property
    def name(self) -> str:
        """The key as people are shown it: with the tracker where the key alone means two items."""
        return self.qualified_key if self.homonym else self.key

    @property
    def qualified_key(self) -> str:
        """The key with the tracker, as it is accepted wherever a key is."""
        return f"{self.ref.tracker}:{self.key}"

    def name_on(self, tracker: str) -> str:
        """The name on tickets of a tracker, where a key alone means that tracker's own."""
        return self.key if self.ref.tracker == tracker else self.name

    @property
    def names(self) -> tuple[str, ...]:
        """Every spelling under which it can be named: the key that it has, then those that it had; each with the tracker first."""
        keys = (self.key, *self.former_keys) if self.former_keys else (self.key,)
        return tuple(name for key in keys for name in (f"{self.ref.tracker}:{key}", key))

    def answers_to(self, name: str) -> bool:
        """Whether the name is its key, or was, with the tracker or without; case does not matter."""
        return name.strip().casefold() in (one.casefold() for one in self.names)

    def __post_init__(self) -> None:
        for name in ("title", "status"):
            text = getattr(self, name)
            if (fit := clean(text)) != text:
                object.__setattr__(self, name, fit)
        if not redactor.are_clean(self._texts()):
            show(self, "title", "status")
            redact(self, *_NAMES)

    def _texts(self) -> list[str]:
        """All that is looked through for secrets."""
        texts = [self.title, self.status, self.key, self.url, self.kind, *self.labels, *self.claims]
        texts += filter(None, (self.team, self.project, self.priority, self.assignee, self.parent_key))
        for several in (self.other_names, self.fields):
            for pair in several:
                texts += pair
        for names in (
            self.grouped_labels,
            self.components,
            self.former_keys,
            self.former_projects,
            self.parent_former_keys,
            self.issue_links,
        ):
            texts += names
        return texts

    @property
    def own_former_keys(self) -> tuple[str, ...]:
        """The keys that it had, as far as its tracker tells it."""
        return self.former_keys if self.told_keys is None else self.told_keys

    def as_told(self) -> WorkItem:
        """The item as its tracker told it, without what the pipeline found out beside."""
        plain = (False, self.own_former_keys, (), ())
        if (self.homonym, self.former_keys, self.former_projects, self.parent_former_keys) == plain:
            return self
        return replace(
            self,
            homonym=False,
            former_keys=plain[1],
            former_projects=(),
            parent_former_keys=(),
            told_keys=None,
        )

    def called(self, what: Literal["type", "status", "priority"]) -> tuple[str, ...]:
        """All names of its type, status or priority."""
        first = {"type": self.kind, "status": self.status, "priority": self.priority}[what]
        return (*((first,) if first else ()), *(name for kind, name in self.other_names if kind == what))

    @property
    def is_open(self) -> bool:
        """Whether work on the item may still happen."""
        return self.category in ("todo", "doing")


_NAMES = (
    "key",
    "url",
    "kind",
    "team",
    "project",
    "labels",
    "grouped_labels",
    "priority",
    "other_names",
    "assignee",
    "components",
    "fields",
    "claims",
    "parent_key",
    "former_keys",
    "former_projects",
    "parent_former_keys",
    "issue_links",
)
"""What of an item is compared with rules and with the tracker: every character of it counts."""


def claims_in(labels: Iterable[str]) -> tuple[str, ...]:
    """Key result ids claimed by `kr:ID` labels, in the order of the labels."""
    return tuple(
        label[len(CLAIM_PREFIX) :].strip()
        for label in map(clean, labels)  # copied from a comment, it may bring invisible characters along
        if label.casefold().startswith(CLAIM_PREFIX) and label[len(CLAIM_PREFIX) :].strip()
    )
