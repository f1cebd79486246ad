"""The whole declaration: trackers, policy, cycles and objectives; `config.checks` holds the checks across them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, PrivateAttr, field_validator

from config.analysis.flow import Flow
from config.analysis.signals import SignalRules
from config.calendar import Calendar
from config.conditions import Condition
from config.errors import quoted
from config.fields import ConfigModel, HttpUrl, Identifier
from config.link_rules import ExemptRule
from config.measures import FIELDS, QueryMeasure, WorkMeasure
from config.okrs import Cycle, KeyResult, Objective
from config.policy import Policy, TrackerPolicy
from config.text.issue_pages import IssuePages
from config.trackers import Tracker

Path = tuple[str | int, ...]
"""Keys and numbers that lead from the whole declaration to a part of it."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where the parts of a declaration stand, as `file:line`. No part of what it means, so any two are equal."""

    find: Callable[[Path], str] = field(default=lambda _: "", compare=False)


class Workspace(ConfigModel):
    """Everything declared. Only what `config.load` returns has passed the checks across it."""

    workspace: Identifier = Field(
        default="truenorth",
        description="Name of this installation. It signs every mark, so do not change it later.",
    )
    site: HttpUrl | None = Field(
        default=None,
        description="URL of your OKR site; key results on tickets link to SITE/kr/ID. Without it they link to a page of the "
        "tracker that lists their work.",
    )
    time_zone: str = Field(default="UTC", description="IANA time zone, such as Europe/Paris.")
    trackers: dict[Identifier, Tracker] = Field(
        min_length=1, description="Trackers, by a name of your choice."
    )
    cycles: dict[str, Cycle] = Field(min_length=1, description="Cycles, by name, such as 2026-Q4.")
    objectives: tuple[Objective, ...] = Field(min_length=1, description="Objectives with their key results.")
    exempt: tuple[ExemptRule, ...] = Field(default=(), description="Work that need not serve a key result.")
    groups: dict[str, tuple[str, ...]] = Field(
        default={}, description="Groups of people for rules to match, by the names that the trackers show."
    )
    calendar: Calendar = Calendar()
    policy: Policy = Policy()
    flow: Flow | None = Field(
        default=None,
        description="Stages of the value streams. Where it is declared, also as `flow: {}`, status histories are read; figures and "
        "signals that need them are left out without it.",
    )
    signals: SignalRules = SignalRules()
    words: dict[str, dict[str, Annotated[str, Field(max_length=2000)]]] = Field(
        default={},
        description="Overrides of the messages in comments, by language and name.",
    )

    version: Literal[1] = Field(
        default=1,
        description="Version of the format of these files. `truenorth validate --diff` shows what an older file has to change.",
    )

    _places: Places = PrivateAttr(default_factory=Places)

    def locate(self, find: Callable[[Path], str]) -> None:
        """Know where its parts stand."""
        self._places = Places(find)

    def place_of(self, path: Path) -> str:
        """Where a part of the declaration stands, as `file:line`; "" where it came from no file."""
        return self._places.find(path)

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(
                f"unknown time zone {quoted(name)}; use an IANA name such as Europe/Paris"
            ) from None
        return name

    def policy_of(self, tracker: str) -> Policy:
        """The policy that holds on a tracker: the general one, with what the tracker says otherwise."""
        declared = self.trackers.get(tracker)
        own = declared.policy if declared is not None else TrackerPolicy()
        changed = {
            name: getattr(own, name) for name in own.model_fields_set if getattr(own, name) is not None
        }
        return self.policy.model_copy(update=changed) if changed else self.policy

    @property
    def active(self) -> dict[str, Tracker]:
        """The trackers that are read."""
        return {name: one for name, one in self.trackers.items() if self.policy_of(name).mode != "off"}

    @property
    def issue_pages(self) -> dict[str, IssuePages]:
        """Where people see the issues of the trackers that are read, as far as these declare it."""
        found = ((name, one.issue_pages) for name, one in self.active.items())
        return {name: pages for name, pages in found if pages is not None}

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def key_results(self) -> Iterator[tuple[Objective, KeyResult]]:
        """Every key result with its objective, in declared order."""
        for objective in self.objectives:
            for key_result in objective.key_results:
                yield objective, key_result

    def conditions(self) -> Iterator[Condition]:
        """Every condition of every link and exempt rule, with those inside it."""
        for _, key_result in self.key_results():
            for rule in key_result.links:
                yield from rule.nested()
        for exempt in self.exempt:
            for condition in exempt.any:
                yield from condition.nested()

    def matched_fields(self, tracker: str) -> tuple[str, ...]:
        """Names of the custom fields that rules match or measures use on a tracker, sorted."""
        asked = (one for one in self.conditions() if one.tracker in (None, tracker))
        names = {name for one in asked for name in one.field or ()}
        for _, key_result in self.key_results():
            how = key_result.measure
            if isinstance(how, WorkMeasure) and how.field is not None:
                names.add(how.field)
            elif isinstance(how, QueryMeasure) and how.tracker in (None, tracker):
                names |= {how.field} - {None, *FIELDS} if how.field else set()
        return tuple(sorted(names))

    def url_of(self, key_result: KeyResult) -> str:
        """The address declared for a key result's page; "" where marks link to a page of the tracker itself."""
        if key_result.url:
            return key_result.url
        return f"{self.site.rstrip('/')}/kr/{key_result.id}" if self.site else ""
