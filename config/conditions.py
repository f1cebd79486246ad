"""Conditions on a piece of work: what it carries, what stands above it, and what a tracker itself answers."""

from __future__ import annotations

import json
from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, model_validator

from config.fields import ConfigModel, Day, Identifier, Level, reject_bool

Text = Annotated[str, Field(min_length=1)]
_ENOUGH = "such as key, label, project, team, type, level"


class Span(ConfigModel):
    """Days from `since` to `until`, both inside; one of them may be left open."""

    since: Day | None = Field(default=None, description="First day.")
    until: Day | None = Field(default=None, description="Last day.")

    @model_validator(mode="after")
    def _bounded(self) -> Span:
        if self.since is None and self.until is None:
            raise ValueError("give since, until, or both")
        if self.since is not None and self.until is not None and self.until < self.since:
            raise ValueError(f"the span ends on {self.until}, before it begins on {self.since}")
        return self

    def holds(self, day: date | None) -> bool:
        """Whether the day lies inside; no day lies in no span."""
        if day is None:
            return False
        return (self.since is None or day >= self.since) and (self.until is None or day <= self.until)

    def __str__(self) -> str:
        parts = [f"since {self.since}" if self.since else "", f"until {self.until}" if self.until else ""]
        return " ".join(part for part in parts if part)


class Condition(ConfigModel):
    """What must hold for an item: everything that is given. Names compare without regard to case."""

    too_wide: ClassVar[frozenset[str]] = frozenset()
    """Conditions that do not suffice alone."""

    key: Text | None = Field(default=None, description="Key of an item, or a project's name.")
    label: Text | None = Field(default=None, description="A label on the item.")
    project: Text | None = Field(default=None, description="Jira project key, or Linear project name.")
    team: Text | None = Field(default=None, description="Linear team key.")
    type: Text | None = Field(default=None, description="Type of the item, such as Bug.")
    level: Level | None = Field(default=None, description="Level of the item.")
    tracker: Identifier | None = Field(
        default=None,
        description="Name of the tracker it lives in; with a native query, the one that answers.",
    )
    parent: Text | None = Field(default=None, description="Key of its parent.")
    under: Text | None = Field(
        default=None, description="Key of anything above it: parent, parent's parent, …"
    )
    initiative: Text | None = Field(default=None, description="Key or title of an initiative above it.")
    priority: Text | None = Field(default=None, description="Priority, such as Highest.")
    assignee: Text | None = Field(default=None, description="Name of the person who has it.")
    component: Text | None = Field(default=None, description="A Jira component that it is in.")
    field: dict[Text, Text] | None = Field(
        default=None,
        min_length=1,
        description="Jira custom fields by name or id, and the value that each has, or one of its values is.",
    )
    group: Text | None = Field(default=None, description="A group under `groups` that this person is in.")
    title: Text | None = Field(
        default=None,
        description='The whole title, in which "*" stands for any text: "*onboarding*", "[infra]*".',
    )
    created: Span | None = Field(default=None, description="Days on which it was made.")
    started: Span | None = Field(default=None, description="Days on which work on it began.")
    completed: Span | None = Field(default=None, description="Days on which it was done.")
    due: Span | None = Field(default=None, description="Days on which it is due.")
    jql: Text | None = Field(default=None, description="A Jira query that finds it.")
    saved_filter: Annotated[int, Field(gt=0), BeforeValidator(reject_bool)] | None = Field(
        default=None, description="Id of a saved Jira filter that finds it."
    )
    filter: dict[str, Any] | None = Field(
        default=None, min_length=1, description="A Linear IssueFilter, as its API takes it, that finds it."
    )
    view: Text | None = Field(default=None, description="Id of a Linear custom view of issues that shows it.")
    all: tuple[Condition, ...] = Field(default=(), description="All of these hold.")
    any: tuple[Condition, ...] = Field(default=(), description="At least one of these holds.")
    not_: Condition | None = Field(default=None, alias="not", description="This does not hold.")

    @model_validator(mode="after")
    def _says_something(self) -> Condition:
        if not set(self.given) - self.too_wide:
            raise ValueError(f"the rule would match every item: give at least one condition, {_ENOUGH}")
        asked = [name for name in NATIVE if name in self.given]
        if len(asked) > 1:
            raise ValueError(f"{' and '.join(asked)} ask different questions: put them under all or any")
        return self

    @property
    def given(self) -> dict[str, Any]:
        """The conditions that are given, by the names that they have in YAML, in declared order."""
        return {
            (field.alias or name): value
            for name, field in Condition.model_fields.items()
            if (value := getattr(self, name)) not in (None, ())
        }

    def nested(self) -> tuple[Condition, ...]:
        """This condition and all that are inside it."""
        inside = (*self.all, *self.any, *((self.not_,) if self.not_ else ()))
        return (self, *(deeper for one in inside for deeper in one.nested()))

    def __str__(self) -> str:
        return ", ".join(_in_words(name, value) for name, value in self.given.items())


NativeName = Literal["jql", "saved_filter", "filter", "view"]
NATIVE: tuple[NativeName, ...] = ("jql", "saved_filter", "filter", "view")
"""Conditions that a tracker answers, in its own language."""


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
