"""What Truenorth shows on an item: key results, alignment, labels, comment and update, and the stamp that proves whose they are. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from config.text.redaction import redactor, shown
from connectors.model.cleaning import redact, show
from connectors.text.document import Doc, text_hash

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
        show(self, "title", "objective", "due", "because", "goal")
        redact(self, "id", "url")


Fact = tuple[str, str | int]
"""A name and a value that a comment states; whole numbers are percents."""

Details = Any
"""What else a text says beside its facts: builtin values, opaque to connectors. sync/marks/details.py knows them."""


def _shown_facts(facts: tuple[Fact, ...]) -> tuple[Fact, ...]:
    return tuple((name, shown(value) if isinstance(value, str) else value) for name, value in facts)


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
        redact(self, "labels", "page")


NOTHING = Marks()
