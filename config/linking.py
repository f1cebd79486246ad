"""Rules that people declare about work: which key result it serves, and which need not serve any."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator

from config.declared import Declared, Identifier, Level, no_truth


class LinkRule(Declared):
    """Work that serves a key result. Every condition given must hold; write another rule for "or".

    A rule with `key` names an item, and so beats rules that only match it.
    """

    key: str | None = Field(default=None, min_length=1, description="Key of an item, or a project's name.")
    label: str | None = Field(default=None, min_length=1, description="A label on the item.")
    project: str | None = Field(
        default=None, min_length=1, description="Jira project key, or Linear project name."
    )
    team: str | None = Field(default=None, min_length=1, description="Linear team key.")
    type: str | None = Field(default=None, min_length=1, description="Type of the item, such as Bug.")
    level: Level | None = Field(default=None, description="Level of the item.")
    tracker: Identifier | None = Field(default=None, description="Name of the tracker it lives in.")
    share: Annotated[float, Field(gt=0, le=1), BeforeValidator(no_truth)] | None = Field(
        default=None,
        description="Part of the item that counts for this key result when several share it; "
        "without it the rest is split evenly.",
    )

    @model_validator(mode="after")
    def _says_something(self) -> LinkRule:
        if not any((self.key, self.label, self.project, self.team, self.type, self.level)):
            raise ValueError(
                "the rule would match every item: give at least one of key, label, project, team, type, level"
            )
        return self


class ExemptRule(Declared):
    """Work that need not serve a key result: it bears one of the labels, or is of one of the types, …

    Unlike a link rule this is an inventory: one hit in any of its lists is enough.
    """

    name: str = Field(min_length=1, description="The category, such as keep-the-lights-on.")
    labels: tuple[str, ...] = Field(default=(), description="Labels that exempt.")
    types: tuple[str, ...] = Field(default=(), description="Types that exempt, such as Bug.")
    projects: tuple[str, ...] = Field(default=(), description="Jira project keys or Linear project names.")
    teams: tuple[str, ...] = Field(default=(), description="Linear team keys.")
    keys: tuple[str, ...] = Field(default=(), description="Keys of single items.")

    @model_validator(mode="after")
    def _says_something(self) -> ExemptRule:
        if not any((self.labels, self.types, self.projects, self.teams, self.keys)):
            raise ValueError("nothing is exempt by it: give labels, types, projects, teams or keys")
        return self
