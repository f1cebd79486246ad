"""What a tracker should offer beside its items: fields, filters, label groups, views. Values, and the one
interface of setup; no I/O.

What we make says so: its description ends with `signature`. Where a tracker gives it no description (options,
screens), the id that the store keeps is the only proof, and without it the thing is taken for a person's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

Verb = Literal["create", "change", "remove"]

UNALIGNED = "Unaligned work"
BY_KEY_RESULT = "Work by key result"
AT_RISK = "At-risk key results"
DANGLING = "Dangling links"
DASHBOARD = "OKR alignment"


@dataclass(frozen=True, slots=True)
class Need:
    """What the declared goals ask of a tracker.

    - `owner`: id of the workspace, which signs what is made.
    - `key_results`: id to title, in order of declaration.
    - `aligned`, `orphaned`, `dangling`: labels of the policy, None where it has none.
    """

    owner: str
    key_results: Mapping[str, str]
    aligned: str | None
    orphaned: str | None
    dangling: str | None


@dataclass(frozen=True, slots=True)
class Action:
    """One step. `id` is the thing's id where it is there already; `body` is what its tracker needs."""

    kind: str
    name: str
    verb: Verb
    reason: str
    id: str | None = None
    body: Mapping[str, Any] = field(default_factory=dict)

    @property
    def what(self) -> str:
        """Kind and name: how the store knows it."""
        return f"{self.kind} {self.name}"


@dataclass(frozen=True, slots=True)
class SetupProblem:
    """Something that setup will not do, why, and who can mend it. `fills`: once that is done, the next sync fills a field on
    every ticket with marks.
    """

    what: str
    why: str
    remedy: str
    fills: bool = False


@dataclass(frozen=True, slots=True)
class Provisioning:
    """What there is to do, in order, and what cannot be done."""

    actions: tuple[Action, ...]
    problems: tuple[SetupProblem, ...] = ()


class Provisioner(Protocol):
    """Setup of one tracker. `made` is what the store remembers: ids by `Action.what`."""

    def plan(self, need: Need, made: Mapping[str, str]) -> Provisioning:
        """The difference between what is there and what is needed; reads only. Raises TrackerError."""
        ...

    def removal(self, need: Need, made: Mapping[str, str]) -> Provisioning:
        """What takes away exactly what setup made; reads only. Raises TrackerError."""
        ...

    def carry(self, action: Action, made: Mapping[str, str]) -> str | None:
        """Do one action; the id of what is there after it, None after a removal. Raises TrackerError."""
        ...


def signature(owner: str) -> str:
    """How a description says that setup of this workspace made the thing."""
    return f"Provided by truenorth setup for {owner}."


def is_ours(description: str | None, owner: str) -> bool:
    """Whether a description says so."""
    return (description or "").endswith(signature(owner))
