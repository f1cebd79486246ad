"""The words of a status update: where each key result stands, what moved since the last one, what is at risk. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from connectors.model import KeyResultMark
from connectors.text.document import Bar, Block, Bullets, Doc, Line, Lozenge, Text, line, para
from sync.history.movement import Movement
from sync.marks.comments import blocked_words, moved_words, pace_words
from sync.marks.messages import Messages
from sync.measure import Reading


@dataclass(frozen=True, slots=True)
class Before:
    """What the last update said of a key result, and what moved since; None where that was forgotten."""

    on: date
    percent: int
    health: str
    moved: Movement | None


@dataclass(frozen=True, slots=True)
class KeyResultState:
    """Everything that an update says of one key result.

    `blocked`: keys of open work and of what blocks it, as far as the readers of the item may see both.
    """

    reading: Reading
    mark: KeyResultMark
    before: Before | None = None
    blocked: Sequence[tuple[str, str]] = ()


def update_words(parts: Sequence[KeyResultState], messages: Messages) -> Doc:
    """The text of an update on a project or initiative."""
    blocks: list[Block] = []
    for one in parts:
        blocks += [*_head(one, messages), Bullets(tuple(_rows(one, messages)))]
    return Doc(tuple(blocks))


def _head(one: KeyResultState, messages: Messages) -> tuple[Block, ...]:
    reading = one.reading
    percent = reading.percent or 0
    title = Text(f"{reading.key_result} · {reading.title}", strong=True, href=one.mark.url)
    health = Lozenge(messages.text(f"health.{reading.health}").upper())
    return para(title, "  ", health), para(Bar(percent), f" {percent} %")


def _rows(one: KeyResultState, messages: Messages) -> list[Line]:
    rows: list[Line] = []

    def row(label: str, value: str) -> None:
        rows.append(line(Text(messages.text("update.row", label=label), strong=True), value))

    row(messages.text("progress.pace"), pace_words(one.reading, one.mark.due, messages))
    if one.before is not None:
        row(messages.text("progress.since", date=one.before.on), _since(one.reading, one.before, messages))
    risks = _risks(one, messages)
    if risks:
        row(messages.text("update.risk"), "; ".join(risks))
    return rows


def _since(reading: Reading, before: Before, messages: Messages) -> str:
    parts = [messages.text("update.percents", before=before.percent, after=reading.percent)]
    if before.health != reading.health:
        healths = (messages.text(f"health.{one}") for one in (before.health, reading.health))
        parts.append(messages.text("update.healths", **dict(zip(("before", "after"), healths, strict=True))))
    if before.moved is not None:
        parts.append(moved_words(before.moved, messages))
    return "; ".join(parts)


def _risks(one: KeyResultState, messages: Messages) -> list[str]:
    behind = int(one.reading.expected * 100) - (one.reading.percent or 0)
    risks = []
    if one.reading.health in ("at_risk", "off_track") and behind > 0:
        risks.append(messages.text("update.risk.behind", points=behind))
    if one.blocked:
        risks.append(blocked_words(one.blocked, messages))
    return risks
