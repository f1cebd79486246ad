"""How work flows: the stages of a value stream, and which of them only wait. Pure."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from config.errors import quoted
from config.fields import ConfigModel, Identifier, NonEmpty
from config.names import folded


class Stage(ConfigModel):
    """A stage that work walks through, as one or several statuses."""

    name: NonEmpty = Field(description="Name of the stage, as reports show it.")
    statuses: tuple[NonEmpty, ...] = Field(
        min_length=1, description="Statuses that belong to it, by any name that the tracker knows them by."
    )
    waiting: bool = Field(default=False, description="Whether work only waits here, as in a queue.")


def _no_status_twice(stages: tuple[Stage, ...]) -> None:
    names: dict[str, str] = {}
    for stage in stages:
        for status in stage.statuses:
            other = names.setdefault(folded(status), stage.name)
            if other != stage.name:
                raise ValueError(
                    f"status {quoted(status)} is in two stages, {quoted(other)} and {quoted(stage.name)}"
                )
    seen: set[str] = set()
    for stage in stages:
        if folded(stage.name) in seen:
            raise ValueError(f"two stages are called {quoted(stage.name)}")
        seen.add(folded(stage.name))


class Stream(ConfigModel):
    """The stages of one tracker, or of one team of it, where they differ from the others."""

    tracker: Identifier = Field(description="Name of the tracker.")
    team: NonEmpty | None = Field(
        default=None, description="Team (Linear team key, Jira project key). Default: all of the tracker."
    )
    stages: tuple[Stage, ...] = Field(min_length=1, description="Stages in the order in which work walks.")

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        _no_status_twice(self.stages)
        return self


class Flow(ConfigModel):
    """What is read and computed of flow. Declared, even as `flow: {}`, histories are read; without it they are not."""

    stages: tuple[Stage, ...] = Field(
        default=(),
        description="Stages in the order in which work walks. Default: derived from the histories, with no waiting stage declared.",
    )
    streams: tuple[Stream, ...] = Field(default=(), description="Stages of a tracker or of a team.")
    window_weeks: int = Field(
        default=26,
        ge=4,
        le=104,
        description="How many weeks back histories are read, of work that was alive in them.",
    )

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        _no_status_twice(self.stages)
        places = [(one.tracker, folded(one.team or "")) for one in self.streams]
        if len(set(places)) < len(places):
            raise ValueError("two streams are declared for one tracker and team")
        return self
