"""What a connector and the pipeline say to each other: work items, marks, changes, receipts.

Everything here is a frozen value without I/O. Trackers differ; these types do not.

Here text from outside enters, whoever read it: what is only shown (titles, statuses, facts, notes, errors) is without
secrets and without what cannot be seen from then on. Names that are compared or written back keep every character but
those of secrets; what prints them cleans them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Literal

from config.fields import Level
from config.text.characters import clean
from config.text.redaction import redactor, shown
from connectors.text.document import Doc, text_hash

Category = Literal["todo", "doing", "done", "dropped"]
AlignmentState = Literal["aligned", "orphaned", "exempt"]
Health = Literal["on_track", "at_risk", "off_track", "done", "no_data"]
CommentPurpose = Literal["progress", "orphan"]
UpdateHealth = Literal["on_track", "at_risk", "off_track"]
Mark = Literal["key_results", "alignment", "labels", "comment", "update", "twins"]

MARKS: tuple[Mark, ...] = ("key_results", "alignment", "labels", "comment")
"""The marks of an ordinary item, in the order in which people read them."""

ALL_MARKS: tuple[Mark, ...] = (*MARKS, "update", "twins")
"""All marks that a plan compares. Projects and initiatives of Linear alone can carry an update, and only Jira, where
ids are not ours to choose, twins."""

CLAIM_PREFIX = "kr:"
"""A label `kr:ID` on an item is a person's word that the item serves key result ID."""

CLAIM_NAME = "Key result"
"""The Jira field and the Linear label group with this name hold a person's claim likewise."""


def _show(value: object, *names: str) -> None:
    """Let these texts of a new value be what may be shown."""
    for name in names:
        text = getattr(value, name)
        if text and (fit := shown(text)) != text:
            object.__setattr__(value, name, fit)


def _redact(value: object, *names: str) -> None:
    """Take secrets out of names that are otherwise kept as they are, to the last invisible character."""
    for name in names:
        given = getattr(value, name)
        if given and (fit := _without_secrets(given)) != given:
            object.__setattr__(value, name, fit)


def _without_secrets(given: Any) -> Any:
    return redactor.text(given) if isinstance(given, str) else tuple(map(_without_secrets, given))


def _shown_facts(facts: tuple[Fact, ...]) -> tuple[Fact, ...]:
    return tuple((name, shown(value) if isinstance(value, str) else value) for name, value in facts)


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
class KeyResultMark:
    """A key result as an item shows it.

    - `percent`: 0..100, or None where there is no data.
    - `objective`: title of the objective above it; `due`: the last day of its cycle, as ISO date.
    - `because`: the rule or claim that links this item, in words; "": not known.
    - `share`: percent of the item that counts here, None where all of it does.
    - `moves`: points of percent by which closing the item would move the key result, rounded; None where
      that cannot be said.
    - `percent_after`: the percent that the key result would have with this item closed; None where that cannot be said.
    - `goal`: from where to where it is to come, in signs that every language reads, such as "22 → 35 %"; "" where its
      declaration gives no short one; None where the record is older than goals.
    - `reason_id`, `basis_id`: what `because`, and what `goal` and `url`, mean, in a form that no wording touches; ""
      where the record is older. No difference by themselves, see `connectors.meaning`.
    """

    id: str
    title: str
    percent: int | None
    health: Health
    url: str
    objective: str = ""
    due: str = ""
    because: str = ""
    share: int | None = None
    moves: int | None = None
    goal: str | None = None
    reason_id: str = field(default="", compare=False)
    basis_id: str = field(default="", compare=False)
    percent_after: int | None = None

    def __post_init__(self) -> None:
        _show(self, "title", "objective", "due", "because", "goal")
        _redact(self, "id", "url")


Fact = tuple[str, str | int]
"""A name and a value that a comment states; whole numbers are percents."""

Details = Any
"""What else a text says beside its facts: builtin values, opaque to connectors. sync/marks/details.py knows them."""


@dataclass(frozen=True, slots=True)
class Comment:
    """The one sticky comment on an item.

    A plan compares the facts; the text as a tracker gives it back is never compared, since trackers normalise it.

    - `doc`: the text, made of the facts and the details; None on observed comments.
    - `details`: what else it says, such as the moment of the reading, which alone is no reason to write it anew.
    - `wording`: the version of the texts that it was made with; "" where the record is older than versions.
    - `text`: the hash of the text that we sent, so always that of `doc` where there is one; "" where the record
      is older than hashes.
    """

    purpose: CommentPurpose
    facts: tuple[Fact, ...] = ()
    doc: Doc | None = field(default=None, compare=False)
    details: Details = field(default=None, compare=False)
    wording: str = field(default="", compare=False)
    text: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "facts", _shown_facts(self.facts))
        object.__setattr__(self, "details", redactor.value(self.details))
        if self.doc is not None:
            object.__setattr__(self, "text", text_hash(self.doc))


@dataclass(frozen=True, slots=True, order=True)
class Twin:
    """A comment of ours beside the one that counts, as two writers leave it that do not share a store.

    It is to go; one that a person has edited stays as theirs, and loses our marker only. So is one that customers
    can see, `public`, also where it is the only one.
    """

    id: str
    edited: bool = False
    public: bool = False


@dataclass(frozen=True, slots=True)
class Update:
    """The latest status update of ours on a project or initiative. It is never edited: news is another one.

    - `on`: the day for which it was posted, in the workspace's zone: there is one a day at most.
    - `facts`: what it states. `doc`, `foot` and `page` are its text, the words of its last line and the address
      to which that leads, made of the facts and the `details` in a version of the `wording`; observed updates have
      none of the five.
    """

    health: UpdateHealth
    on: date
    facts: tuple[Fact, ...] = ()
    doc: Doc | None = field(default=None, compare=False)
    foot: str = field(default="", compare=False)
    page: str = field(default="", compare=False)
    details: Details = field(default=None, compare=False)
    wording: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "facts", _shown_facts(self.facts))
        object.__setattr__(self, "details", redactor.value(self.details))


@dataclass(frozen=True, slots=True)
class Stamp:
    """What Truenorth itself recorded on the item about what it wrote there: proof of ownership.

    - `owner`: id of the workspace that wrote; another owner's stamp means hands off.
    - `key_results`, `alignment`, `labels`: the marks as written.
    - `comment_id`: the tracker's id of our comment; "" means announced, not known to have landed.
    - `comment`: what that comment states, where the tracker keeps it with the stamp.
    - `fields`: Jira field id and the text we wrote there, so that a person's edit can be distinguished from ours.
      A field has two texts while one is being replaced by the other.
    - `links`: key result id and a digest of what our Jira remote link says; "" while it is being written.
    - `children`: ids of the labels of Linear's label groups that we put on.
    - `label_ids`: on Linear, name and id of each of the labels, so that they are known when people rename them.
    - `item`: the id of the item on which it was written, so that a copy of it is known as one; "" where it is older.
    - `rules`: the version of the rules by which the marks were decided; 0 where the record is older than versions.
    - `copied`: read off an item that has no stamp of its own, only what people copied there from another item; never
      stored.
    """

    owner: str
    key_results: tuple[KeyResultMark, ...] = ()
    alignment: AlignmentState | None = None
    labels: tuple[str, ...] = ()
    comment_id: str | None = None
    comment: Comment | None = None
    fields: tuple[tuple[str, str], ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    children: tuple[str, ...] = ()
    label_ids: tuple[tuple[str, str], ...] = ()
    item: str = ""
    rules: int = 0
    copied: bool = False


@dataclass(frozen=True, slots=True)
class Marks:
    """What Truenorth shows on an item. Observed and desired are this same type.

    `stamp` is only ever set on observed marks; it is evidence, never compared. So is `unwritten`: names of Jira's
    computed fields in which something stands that Truenorth did not write.
    `labels` are labels of ours, sorted. `update` is what was posted last, and never taken back but by an undo.
    `twins` are never desired. `rules`: the version of the rules by which desired marks were decided, for the stamp.
    `page`: where the note leads that Linear shows on work without a key result; "" where there is none, or it is to stay. A
    plan of a sync never compares it.
    """

    key_results: tuple[KeyResultMark, ...] = ()
    alignment: AlignmentState | None = None
    labels: tuple[str, ...] = ()
    comment: Comment | None = None
    update: Update | None = None
    twins: tuple[Twin, ...] = ()
    stamp: Stamp | None = field(default=None, compare=False)
    unwritten: tuple[str, ...] = field(default=(), compare=False)
    rules: int = field(default=0, compare=False)
    page: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        _redact(self, "labels", "page")


NOTHING = Marks()


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
        _redact(self, "id", "key")


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
            _show(self, "title", "status")
            _redact(self, *_NAMES)

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


@dataclass(frozen=True, slots=True)
class StatusSpan:
    """A time in which an item stood in one status; the last one has no end. Times are aware, in UTC.

    - `category`: None where it is not told: the status is no longer in use, or "" where changes are missing. Never
      "dropped": a history tells of statuses, not of why work ended.
    - `also`: other names of the status, in another language or as it was called then.
    """

    category: Category | None
    status: str
    begin: datetime
    end: datetime | None = None
    also: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _show(self, "status")
        _redact(self, "also")


@dataclass(frozen=True, slots=True)
class AssigneeSpan:
    """A time in which an item was assigned to somebody, or to nobody (None); the last one has no end. Aware, in UTC.

    `person`: told apart from others by it, never shown.
    """

    person: str | None
    begin: datetime
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class FlagSpan:
    """A time in which people had flagged an item as blocked; one that goes on has no end. Aware, in UTC."""

    begin: datetime
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class GivenHealth:
    """The health that a person gave work, and when; `on` None where the tracker does not tell."""

    health: UpdateHealth
    on: datetime | None = None


@dataclass(frozen=True, slots=True)
class SetAside:
    """An item that is there and cannot be read, by its key, or the name of what has none; `why` is for people."""

    id: str
    key: str
    why: str

    def __post_init__(self) -> None:
        _show(self, "key", "why")


@dataclass(frozen=True, slots=True)
class Owned:
    """The items of a tracker that bear anything of ours, and those that may, but could not be read."""

    items: tuple[WorkItem, ...]
    set_aside: tuple[SetAside, ...] = ()


KEY_RESULT_HERE = "{key_result}"
"""Stands in an address of `Pages` for the id of a key result, percent-encoded."""


@dataclass(frozen=True, slots=True)
class Pages:
    """Where people see on a tracker what serves a key result, as addresses that stand there now; "" where there is none.

    - `key_result`: what shows a key result; `labelled`: what bears the label by which people claim one. In both
      `KEY_RESULT_HERE` may stand for its id.
    - `unaligned`: the work that serves none.
    """

    key_result: str = ""
    labelled: str = ""
    unaligned: str = ""


@dataclass(frozen=True, slots=True)
class Pull:
    """A whole and consistent read of one tracker's scope.

    `as_of` is taken from the tracker's clock where it tells it. `notes` are sentences for the operator
    about what was read but could not be used. The few items of `set_aside` are there, but could not be read; many are
    an error. `pages` are never stored: marks compare by what is declared, whatever the address. `bookmark`: where a later
    read of changes goes on, opaque to all but the connector (`connectors.changes`); "" where there can be none.
    """

    tracker: str
    items: tuple[WorkItem, ...]
    as_of: datetime
    requests: int = 0
    notes: tuple[str, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
    pages: Pages = Pages()
    bookmark: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "notes", tuple(map(shown, self.notes)))


@dataclass(frozen=True, slots=True)
class Change:
    """One mark on one item, before and after. `key` and `title` are there to be read by people."""

    item: Ref
    key: str
    title: str
    mark: Mark
    before: object
    after: object


Outcome = Literal["written", "failed", "skipped"]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of the changes to one item. `error` is set unless the outcome is "written"."""

    item: Ref
    key: str
    outcome: Outcome
    requests: int = 0
    error: str | None = None

    def __post_init__(self) -> None:
        _show(self, "error")


def claims_in(labels: Iterable[str]) -> tuple[str, ...]:
    """Key result ids claimed by `kr:ID` labels, in the order of the labels."""
    return tuple(
        label[len(CLAIM_PREFIX) :].strip()
        for label in map(clean, labels)  # copied from a comment, it may bring invisible characters along
        if label.casefold().startswith(CLAIM_PREFIX) and label[len(CLAIM_PREFIX) :].strip()
    )
