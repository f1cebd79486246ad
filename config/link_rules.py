"""Rules that people declare about work: which key result it serves, and which need not serve any."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field, model_validator

from config.conditions import Condition, Span, Text
from config.fields import ConfigModel, reject_bool


class LinkRule(Condition):
    """Work that serves a key result. Every condition given must hold; `any`, or another rule, says "or".

    A rule with `key` names an item, and so beats rules that only match it.
    """

    too_wide: ClassVar[frozenset[str]] = frozenset({"tracker"})

    share: Annotated[float, Field(gt=0, le=1), BeforeValidator(reject_bool)] | None = Field(
        default=None,
        description="Part of the item that counts for this key result when several share it; "
        "without it the rest is split evenly.",
    )
    inherit: bool = Field(default=True, description="Whether what hangs below the item serves it too.")
    effective: Span | None = Field(
        default=None,
        description="Days on which the rule holds. Work that is closed is judged as of the day it was closed, "
        "so that a change of rules does not rewrite what was done before it.",
    )


class ExemptRule(ConfigModel):
    """Work that need not serve a key result: it bears one of the labels, or is of one of the types, …

    Unlike a link rule this is an inventory: one hit in any of its lists is enough.
    """

    name: str = Field(min_length=1, description="The category, such as keep-the-lights-on.")
    labels: tuple[Text, ...] = Field(default=(), description="Labels that exempt.")
    types: tuple[Text, ...] = Field(default=(), description="Types that exempt, such as Bug.")
    projects: tuple[Text, ...] = Field(default=(), description="Jira project keys or Linear project names.")
    teams: tuple[Text, ...] = Field(default=(), description="Linear team keys.")
    keys: tuple[Text, ...] = Field(default=(), description="Keys of single items.")
    any: tuple[Condition, ...] = Field(
        default=(), description="Further conditions; one that holds is enough."
    )
    budget: Annotated[int, Field(ge=0, le=100), BeforeValidator(reject_bool)] | None = Field(
        default=None,
        description="Percent of the work of the running cycles that the category may take; more is a finding.",
    )
    weigh: Literal["count", "points"] = Field(
        default="count", description="Whether pieces of work count for the budget, or their estimates."
    )

    @model_validator(mode="after")
    def _says_something(self) -> ExemptRule:
        if not any((self.labels, self.types, self.projects, self.teams, self.keys, self.any)):
            raise ValueError("nothing is exempt by it: give labels, types, projects, teams, keys or any")
        return self
