"""Conditions on a piece of work: what it carries, what stands above it, and what a tracker itself answers."""

from __future__ import annotations

import json
from datetime import date
from typing import Any, ClassVar

from pydantic import Field, model_validator

from config.fields import ConfigModel, Day, Identifier, Level, NonEmpty
from config.names import folded
from config.trackers import RULE_LANGUAGES, RuleQueries

_ENOUGH = "such as key, label, project, team, type or level"


class Span(ConfigModel):
    """Days from `since` to `until`, both inside; one of them may be left open."""

    since: Day | None = Field(default=None, description="First day of the period.")
    until: Day | None = Field(default=None, description="Last day of the period.")

    @model_validator(mode="after")
    def _bounded(self) -> Span:
        if self.since is None and self.until is None:
            raise ValueError("missing since or until; set one or both")
        if self.since is not None and self.until is not None and self.until < self.since:
            raise ValueError(f"until ({self.until}) is before since ({self.since})")
        return self

    def holds(self, day: date | None) -> bool:
        """Whether the day lies inside; no day lies in no span."""
        if day is None:
            return False
        return (self.since is None or day >= self.since) and (self.until is None or day <= self.until)

    def __str__(self) -> str:
        parts = [f"since {self.since}" if self.since else "", f"until {self.until}" if self.until else ""]
        return " ".join(part for part in parts if part)


class Condition(RuleQueries):
    """What must hold for an item: everything that is given. Names compare without regard to case."""

    too_wide: ClassVar[frozenset[str]] = frozenset()
    """Conditions that do not suffice alone."""

    key: NonEmpty | None = Field(default=None, description="Key of the item, or name of the project.")
    label: NonEmpty | None = Field(default=None, description="Label on the item.")
    project: NonEmpty | None = Field(default=None, description="Jira project key, or Linear project name.")
    team: NonEmpty | None = Field(default=None, description="Linear team key.")
    type: NonEmpty | None = Field(default=None, description="Item type, such as Bug.")
    level: Level | None = Field(default=None, description="Level of the item.")
    tracker: Identifier | None = Field(
        default=None,
        description="Tracker that the item is in; with a native query, the tracker to query.",
    )
    parent: NonEmpty | None = Field(default=None, description="Key of the parent.")
    under: NonEmpty | None = Field(default=None, description="Key of an ancestor at any level.")
    initiative: NonEmpty | None = Field(default=None, description="Key or title of an ancestor initiative.")
    priority: NonEmpty | None = Field(default=None, description="Priority, such as Highest.")
    assignee: NonEmpty | None = Field(default=None, description="Name of the assignee.")
    component: NonEmpty | None = Field(default=None, description="Jira component.")
    field: dict[NonEmpty, NonEmpty] | None = Field(
        default=None,
        min_length=1,
        description="Jira custom fields by name or id, each with the value to match. A multi-value field matches on any of its values.",
    )
    group: NonEmpty | None = Field(
        default=None, description="Group declared under `groups` that contains the assignee."
    )
    title: NonEmpty | None = Field(
        default=None,
        description='The whole title; "*" matches any text: "*onboarding*", "[infra]*".',
    )
    created: Span | None = Field(default=None, description="Period in which it was created.")
    started: Span | None = Field(default=None, description="Period in which it was started.")
    completed: Span | None = Field(default=None, description="Period in which it was completed.")
    due: Span | None = Field(default=None, description="Period in which it is due.")
    all: tuple[Condition, ...] = Field(default=(), description="Matches when all of these conditions match.")
    any: tuple[Condition, ...] = Field(
        default=(), description="Matches when at least one of these conditions matches."
    )
    not_: Condition | None = Field(
        default=None, alias="not", description="Matches when this condition does not match."
    )

    @model_validator(mode="after")
    def _says_something(self) -> Condition:
        if not set(self.given) - self.too_wide:
            raise ValueError(f"the rule would match every item; add a condition {_ENOUGH}")
        asked = [name for name in RULE_LANGUAGES if name in self.given]
        if len(asked) > 1:
            raise ValueError(
                f"{' and '.join(asked)} cannot be combined in one rule; put them under all or any"
            )
        return self

    @property
    def given(self) -> dict[str, Any]:
        """The conditions that are given, by the names that they have in YAML, always in one order."""
        return {
            (field.alias or name): value
            for name, field in sorted(Condition.model_fields.items(), key=_place)
            if (value := getattr(self, name)) not in (None, ())
        }

    def nested(self) -> tuple[Condition, ...]:
        """This condition and all that are inside it."""
        inside = (*self.all, *self.any, *((self.not_,) if self.not_ else ()))
        return (self, *(deeper for one in inside for deeper in one.nested()))

    @property
    def identity(self) -> str:
        """What it asks for, in a form that no wording touches: equal for conditions that mean the same, however they are
        written. Records on trackers hold it, so what it gives for a condition must stay as it is."""
        return _as_json(_plain(self))

    def __str__(self) -> str:
        return ", ".join(_in_words(name, value) for name, value in self.given.items())


def _place(field: tuple[str, object]) -> tuple[bool, bool]:
    """Own conditions in declared order, then what a tracker answers, then what is inside."""
    return field[0] in ("all", "any", "not_"), field[0] in RULE_LANGUAGES


def _in_words(name: str, value: object) -> str:
    match value:
        case Condition():
            return f"{name} ({value})"
        case tuple():
            return f"{name} of ({'; '.join(map(str, value))})"
        case dict() if name == "field":
            return ", ".join(f"{field} {text}" for field, text in value.items())
        case dict():
            return f"{name} {json.dumps(value, ensure_ascii=False)}"
        case _:
            return f"{name.replace('_', ' ')} {value}"


def _plain(value: object, *, is_query: bool = False) -> Any:
    """Names without regard to case, as rules compare them; several conditions in any order; queries as they stand."""
    match value:
        case Condition():
            return {name: _plain(one, is_query=name in RULE_LANGUAGES) for name, one in value.given.items()}
        case Span():
            return f"{value.since or ''}/{value.until or ''}"
        case tuple():
            return sorted(map(_plain, value), key=_as_json)
        case dict() if not is_query:
            return {folded(name): folded(text) for name, text in value.items()}
        case dict():
            return value
        case _:
            return str(value).strip() if is_query else folded(str(value))


def _as_json(plain: object) -> str:
    return json.dumps(plain, sort_keys=True, ensure_ascii=False)
