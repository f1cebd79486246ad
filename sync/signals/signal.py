"""A warning signal: what it says, on what evidence, and how often it would have said so before. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from config.text.phrases import Phrase
from connectors.model import Ref

Severity = Literal["high", "medium", "low"]
SubjectKind = Literal["key_result", "objective", "team", "items", "declaration"]


@dataclass(frozen=True, slots=True)
class BaseRate:
    """In how many of the `weeks` behind, for that subject, it would have fired: with today's rules and links, over histories.

    Where the inputs have no history there is no base rate at all, and the signal is not judged by one.
    """

    fired: int
    weeks: int


@dataclass(frozen=True, slots=True)
class Signal:
    """Something that a lead should know before it is too late.

    - `id`: which signal, such as "aging_work"; `subject`: the id of a key result or objective, a team as
      "tracker/TEAM", or "" for `items` and `declaration`.
    - `message`, `formula`, `remedy`: in words, by language.
    - `threshold`: with what the figure was compared, as people declared it; "" where nothing was.
    - `items`: the evidence. `days`: how long it has been so, None where that is not known.
    - No person is in any of these.
    """

    id: str
    severity: Severity
    kind: SubjectKind
    subject: str
    items: tuple[Ref, ...]
    message: Phrase
    formula: Phrase
    threshold: str
    remedy: Phrase
    days: int | None = None
    base_rate: BaseRate | None = None
