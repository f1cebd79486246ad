"""What a ticket shows of Truenorth, in the same words for every kind of site, and what it should show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

Site = Literal["cloud", "server", "linear"]
SITES: tuple[Site, ...] = ("cloud", "server", "linear")

ALIGNED, ORPHANED, DANGLING = "okr-aligned", "okr-orphaned", "okr-dangling"
OBJECTIVE = "What people do to marks"
ELAPSED = 50
"""Percent of the cycle that has passed, whole."""
FIELDS = ("Key result", "KR progress", "KR health", "Alignment", "Objective")
NOTHING: Mapping[str, Any] = dict.fromkeys(FIELDS)


@dataclass(frozen=True)
class KeyResult:
    """A metric from 0 to 100, with what links work to it: labels, and whether rules name tickets."""

    title: str
    value: int
    labels: tuple[str, ...] = ()
    names: bool = True

    @property
    def health(self) -> str:
        """As the field's option says it, by the default thresholds."""
        behind = ELAPSED - self.value
        return "On track" if behind <= 10 else "At risk" if behind <= 25 else "Off track"


Goals = Mapping[str, KeyResult]
"""By id, in the order of declaration."""


@dataclass(frozen=True)
class Seen:
    """What a person sees on a ticket of what is, or looks, ours.

    `key_results`: percents by id, as links or attachments say. `fields`: those of Jira by name; on Linear the children
    of the groups by theirs, the key result's without its title. `comments`: how many. `stamped`: behind the scenes.
    `texts`: what it says in words: comments, links or attachments, names of fields or labels.
    """

    key_results: Mapping[str, int | None] = field(default_factory=dict)
    labels: frozenset[str] = frozenset()
    fields: Mapping[str, Any] = field(default_factory=dict)
    comments: int = 0
    stamped: bool = False
    texts: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True)
class Shows:
    """What a ticket should show, whatever the site; `at` says it in that site's terms.

    `fields` overrides single fields of Jira; `claim` is a person's word in the group of Linear; `percents` overrides
    those of links and attachments, `cards` says which there are.
    """

    serves: tuple[str, ...] = ()
    labels: frozenset[str] = frozenset()
    alignment: str | None = None
    comments: int = 0
    fields: Mapping[str, Any] = field(default_factory=dict)
    claim: str | None = None
    percents: Mapping[str, int | None] = field(default_factory=dict)
    cards: tuple[str, ...] | None = None

    def at(self, site: Site, goals: Goals) -> Seen:
        """As a person would see it there."""
        ids = self.serves if self.cards is None else self.cards
        goals_served = {id_: goals[id_].value for id_ in ids} | dict(self.percents)
        stamped = bool(self.alignment or self.labels or self.serves)
        fields = self._groups() if site == "linear" else self._fields(goals)
        # After setup an issue says its alignment once: by the child of the group.
        labels = self.labels - {ALIGNED, ORPHANED} if site == "linear" else self.labels
        return Seen(goals_served, labels, fields, self.comments, stamped)

    def _fields(self, goals: Goals) -> dict[str, Any]:
        shown = dict(NOTHING)
        shown["Alignment"] = self.alignment.title() if self.alignment else None
        if self.serves:
            first, *others = self.serves
            goal = goals[first]
            also = f"; also {', '.join(others)}" if others else ""
            shown |= {
                "Key result": f"{first} · {goal.title}{also}",
                "KR progress": goal.value,
                "KR health": goal.health,
                "Objective": OBJECTIVE,
            }
        return shown | dict(self.fields)

    def _groups(self) -> dict[str, Any]:
        return {
            "Key result": self.claim or (self.serves[0] if self.serves else None),
            "Alignment": self.alignment,
        }

    def but(self, **changes: Any) -> Shows:
        """The same with differences."""
        return replace(self, **changes)


def serving(*ids: str, comments: int = 0) -> Shows:
    """Aligned work; the key result with the worst health is first."""
    return Shows(ids, frozenset({ALIGNED}), "aligned", comments)


def orphaned(comments: int = 1) -> Shows:
    """Unaligned work past its grace, which carries the comment."""
    return Shows((), frozenset({ORPHANED}), "orphaned", comments)


BARE = Shows()
"""Nothing of ours."""
