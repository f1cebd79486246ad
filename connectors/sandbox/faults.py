"""Misbehaviour on demand: rules that break chosen requests in chosen ways.

Kinds:

- `status`: answer `status` with `headers` and `body` instead of the real reply.
- `latency`: wait `seconds`, then go on as usual.
- `drop_before`: cut the connection before anything happens.
- `drop_after`: do what was asked, then cut the connection without a reply.
- `truncate`: a whole HTTP message, but only the first half of its body.
- `html`: a proxy's HTML page in place of JSON, with status 200 unless `status` says otherwise.
- `wrong_json`: well-formed JSON of another shape, or `body`.
- `anonymous`: the request is served as if its credential had been revoked.
- `empty`: no body at all, with status 200 unless `status` says otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal, get_args

Kind = Literal[
    "status",
    "latency",
    "drop_before",
    "drop_after",
    "truncate",
    "html",
    "wrong_json",
    "anonymous",
    "empty",
]

PROXY_PAGE = (
    "<!doctype html><html><head><title>Service temporarily unavailable</title></head>"
    "<body><h1>We will be right back</h1></body></html>"
)
WRONG_JSON = {"issues": "none", "data": 7, "values": {"unexpected": True}}


@dataclass
class Fault:
    """One rule. `match` is a regular expression searched for in "METHOD /path".

    It lets the first `skip` matching requests pass, then fires `times` times (None: for ever).
    """

    match: str
    kind: Kind
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None
    seconds: float = 0.2
    times: int | None = None
    skip: int = 0

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind):
            raise ValueError(f"unknown kind {self.kind!r}: choose from {', '.join(get_args(Kind))}")
        try:
            self._pattern = re.compile(self.match)
        except (re.error, TypeError) as error:
            raise ValueError(f"match is not a regular expression: {error}") from None

    def fires(self, line: str) -> bool:
        """Whether the rule breaks the request `line`; counts it."""
        if self.times == 0 or not self._pattern.search(line):
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        if self.times is not None:
            self.times -= 1
        return True


class Faults:
    """The rules in force, in the order in which they were added; the first that fires wins."""

    def __init__(self) -> None:
        self._rules: list[Fault] = []

    def add(self, given: Mapping[str, Any]) -> Fault:
        """Add a rule from JSON. Raises ValueError for one that cannot work."""
        known = {entry.name for entry in fields(Fault)}
        unknown = sorted(set(given) - known)
        if unknown:
            raise ValueError(f"unknown key {unknown[0]!r}: choose from {', '.join(sorted(known))}")
        missing = sorted({"match", "kind"} - set(given))
        if missing:
            raise ValueError(f"missing key {missing[0]!r}")
        fault = Fault(**given)
        self._rules.append(fault)
        return fault

    def clear(self) -> None:
        """Forget all rules."""
        self._rules.clear()

    def find(self, method: str, path: str) -> Fault | None:
        """The rule that breaks this request, if any."""
        line = f"{method} {path}"
        return next((rule for rule in self._rules if rule.fires(line)), None)
