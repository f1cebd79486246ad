"""Rules that people declare about work: which key result it serves, and which need not serve any."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field, model_validator

from config.conditions import Condition, Span
from config.fields import ConfigModel, NonEmpty, reject_bool


class LinkRule(Condition):
    """Work that serves a key result. Every condition given must hold; `any`, or another rule, says "or".

    A rule with `key` names an item, and so beats rules that only match it.
    """

    too_wide: ClassVar[frozenset[str]] = frozenset({"tracker"})

    share: Annotated[float, Field(gt=0, le=1), BeforeValidator(reject_bool)] | None = Field(
        default=None,
        description="Share of the item that counts for this key result when several share it. "
        "Default: an equal part of what is left.",
    )
    inherit: bool = Field(default=True, description="Whether child items inherit the link.")
    effective: Span | None = Field(
        default=None,
        description="Period in which the rule applies. Closed work is matched as of the day it was closed, "
        "so that a change of rules does not rewrite the past.",
    )


class ExemptRule(ConfigModel):
    """Work that need not serve a key result: it bears one of the labels, or is of one of the types, …

    Unlike a link rule this is an inventory: one hit in any of its lists is enough.
    """

    name: str = Field(min_length=1, description="Name of the category, such as keep-the-lights-on.")
    labels: tuple[NonEmpty, ...] = Field(default=(), description="Labels that exempt an item.")
    types: tuple[NonEmpty, ...] = Field(default=(), description="Item types that are exempt, such as Bug.")
    projects: tuple[NonEmpty, ...] = Field(
        default=(), description="Jira project keys or Linear project names that are exempt."
    )
    teams: tuple[NonEmpty, ...] = Field(default=(), description="Keys of exempt Linear teams.")
    keys: tuple[NonEmpty, ...] = Field(default=(), description="Keys of exempt items.")
    any: tuple[Condition, ...] = Field(default=(), description="Further conditions; one match is enough.")
    budget: Annotated[int, Field(ge=0, le=100), BeforeValidator(reject_bool)] | None = Field(
        default=None,
        description="Largest percent of the work in running cycles that the category may take. Above it, a finding is reported.",
    )
    weigh: Literal["count", "points"] = Field(
        default="count", description="Unit of the budget: number of items, or points."
    )

    @model_validator(mode="after")
    def _says_something(self) -> ExemptRule:
        if not any((self.labels, self.types, self.projects, self.teams, self.keys, self.any)):
            raise ValueError("the rule exempts nothing; add labels, types, projects, teams, keys or any")
        return self
