"""Misbehaviour on demand: rules that break chosen requests in chosen ways.

A rule is JSON: its `kind`, the options of that kind, and what `FaultKind` says about choosing requests. The
kinds are the classes in `KINDS`; each says in its docstring what it does.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import Any, Literal, get_args

import msgspec
from aiohttp import web

from connectors.sandbox import faults_after as after
from connectors.sandbox import faults_before as before
from connectors.sandbox.fault_kind import FaultContext, FaultKind, RequestInfo
from connectors.sandbox.world import World

FaultName = Literal[
    "status", "rate_limit", "html", "wrong_json", "empty", "redirect",
    "revoked", "anonymous", "lost_access", "search_lag", "updated", "clock_skew", "latency",
    "drop_before", "drop_after", "truncate", "cut_short", "drip",
    "huge", "bomb", "deep", "wrong_types", "partial", "repeat_page", "repeat_rows", "lose_rows",
]  # fmt: skip

_CLASSES: tuple[type[FaultKind], ...] = (
    before.FixedReply,
    before.RateLimit,
    before.HtmlReply,
    before.WrongJson,
    before.EmptyReply,
    before.Redirect,
    before.RevokedCredential,
    before.AnonymousCredential,
    before.LostAccess,
    before.SearchLag,
    before.Updated,
    before.ClockSkew,
    before.Latency,
    before.DropBefore,
    after.DropAfter,
    after.TruncatedBody,
    after.CutShort,
    after.Drip,
    after.HugeReply,
    after.GzipBomb,
    after.DeepNesting,
    after.WrongTypes,
    after.PartialErrors,
    after.RepeatedPage,
    after.RepeatedRows,
    after.LostRows,
)
KINDS: dict[str, type[FaultKind]] = dict(zip(get_args(FaultName), _CLASSES, strict=True))
_ANY: Any = reduce(or_, _CLASSES)


@dataclass(eq=False)
class FaultRule:
    """A fault in force. `seen` counts the requests that it chose, `hits` those that it broke."""

    id: int
    fault: FaultKind
    seen: int = 0
    hits: int = 0
    memory: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.random = random.Random(self.fault.seed)
        self._match = re.compile(self.fault.match)
        self._operation = re.compile(self.fault.operation or "")

    def fires(self, request_info: RequestInfo) -> bool:
        """Whether the rule breaks this request; counts it."""
        if self.is_spent or not self._selects(request_info):
            return False
        self.seen += 1
        if self.seen <= self.fault.skip:
            return False
        # Only a rate below 1 draws, so that adding a certain rule moves no other's luck.
        if self.fault.rate < 1 and self.random.random() >= self.fault.rate:
            return False
        self.hits += 1
        return True

    @property
    def is_spent(self) -> bool:
        """Whether it has fired as often as `times` allows."""
        return self.fault.times is not None and self.hits >= self.fault.times

    async def answer(self, context: FaultContext) -> web.StreamResponse:
        """The reply as the fault makes it. Raises ConnectionCut."""
        context.memory, context.random = self.memory, self.random
        return await self.fault.answer(context)

    def as_json(self) -> dict[str, Any]:
        """The rule as JSON, with its id and its counts."""
        options: dict[str, Any] = msgspec.to_builtins(self.fault)
        return {"id": self.id, "hits": self.hits, "seen": self.seen} | options

    def _selects(self, request_info: RequestInfo) -> bool:
        fault = self.fault
        if fault.operation is not None and not (
            request_info.operation and self._operation.search(request_info.operation_name)
        ):
            return False
        if fault.operation_kind is not None and fault.operation_kind != request_info.operation:
            return False
        if fault.credential is not None and fault.credential != request_info.credential:
            return False
        return self._match.search(f"{request_info.method} {request_info.path}") is not None


class Faults:
    """The rules in force, in the order in which they were added.

    The first that fires breaks the request, alone; only kinds that merely change the circumstances
    (latency, clock skew, lost access) let a later rule fire too.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.rules: list[FaultRule] = []
        self._last_id = 0

    def add(self, given: Mapping[str, Any]) -> FaultRule:
        """Add a rule from JSON. Raises ValueError for one that cannot work."""
        rule = FaultRule(self._last_id + 1, parse_rule(given))
        rule.fault.start(self.world)
        self._last_id = rule.id
        self.rules.append(rule)
        return rule

    def remove(self, number: int) -> bool:
        """Forget one rule; whether there was one with this id."""
        found = [rule for rule in self.rules if rule.id == number]
        for rule in found:
            self.rules.remove(rule)
            rule.fault.stop(self.world)
        return bool(found)

    def clear(self) -> None:
        """Forget all rules."""
        for rule in list(self.rules):
            self.remove(rule.id)

    def first_firing(
        self, request_info: RequestInfo, rules: Sequence[FaultRule]
    ) -> tuple[FaultRule | None, Sequence[FaultRule]]:
        """The first of `rules` that breaks this request, and those that may break it further."""
        for place, rule in enumerate(rules):
            if rule.fires(request_info):
                return rule, rules[place + 1 :] if rule.fault.passes else ()
        return None, ()


def parse_rule(given: Mapping[str, Any]) -> FaultKind:
    """The rule as a value. Raises ValueError that says which key cannot stand, and what could."""
    for problem in _problems(given):
        raise ValueError(problem)
    try:
        fault: FaultKind = msgspec.convert(given, _ANY)
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from None
    return fault


def _problems(given: Mapping[str, Any]) -> Iterator[str]:
    """What msgspec would not say as plainly."""
    if "kind" not in given:
        yield "missing key 'kind'"
        return
    kind = KINDS.get(given["kind"]) if isinstance(given["kind"], str) else None
    if kind is None:
        yield f"unknown kind {given['kind']!r}: choose from {', '.join(KINDS)}"
        return
    known = sorted(entry.name for entry in msgspec.structs.fields(kind))
    for key in given:
        if key not in (*known, "kind"):
            yield f"unknown key {key!r} for the kind {given['kind']!r}: choose from {', '.join(known)}"
    selectors = ("match", "operation", "operation_kind", "credential")
    if kind.needs_selector and not any(given.get(name) for name in selectors):
        yield f"missing key 'match': say which requests, by {', '.join(selectors)}"
    for name in ("match", "operation"):
        try:
            re.compile(given.get(name) or "")
        except (re.error, TypeError) as error:
            yield f"{name} is not a regular expression: {error}"
