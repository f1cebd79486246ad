"""The comments that people read on tickets, as documents. Pure.

What tickets and YAML say enters as literal text only. Items that the readers of a ticket may not see are never
named on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from config.workspace import Workspace
from connectors.model import Health, KeyResultMark, WorkItem
from connectors.text.document import (
    Bar,
    Block,
    Bullets,
    Colour,
    Doc,
    Line,
    Lozenge,
    Panel,
    Table,
    Text,
    Tone,
    line,
    para,
)
from sync.history.movement import KINDS, Movement
from sync.marks.messages import Messages
from sync.measure import Reading, to_percent
from sync.signals.orphans import Orphan

HEALTH_WORDS: dict[Health, str] = {
    "on_track": "on track",
    "at_risk": "at risk",
    "off_track": "off track",
    "done": "done",
    "no_data": "no data",
}

_COLOURS: dict[Health, Colour] = {
    "on_track": "green",
    "at_risk": "yellow",
    "off_track": "red",
    "done": "blue",
    "no_data": "neutral",
}

_TONES: dict[Health, Tone] = {
    "on_track": "success",
    "at_risk": "warning",
    "off_track": "error",
    "done": "info",
    "no_data": "note",
}

_MOST_OFFERED = 6
_MOST_BLOCKED = 3


@dataclass(frozen=True, slots=True)
class ProgressFacts:
    """Everything that a progress comment says of one key result.

    - `mark`: the key result with the ticket's own part in it.
    - `blocked`: keys of open work and of what blocks it, as far as the ticket's readers may see both.
    - `checked_in`: the day of the check-in that gave the value; None where trackers gave it.
    """

    reading: Reading
    mark: KeyResultMark
    movement: Movement | None = None
    blocked: Sequence[tuple[str, str]] = ()
    checked_in: date | None = None


@dataclass(frozen=True, slots=True)
class SuggestedKeyResult:
    """A key result that an orphan looks close to, with the words that speak for it."""

    key_result: str
    title: str
    words: tuple[str, ...]


def value_against_target(reading: Reading) -> str:
    """Such as "29.1 / 35 %", or "465 / ≤ 250 ms" where smaller is better; a dash without data."""
    if reading.value is None:
        return "–"
    most = "≤ " if reading.smaller_is_better else ""
    target = "" if reading.target is None else f" / {most}{reading.target:g}"
    return f"{reading.value:g}{target} {reading.unit}".rstrip()


def doubt(reading: Reading) -> str:
    """What a percent leaves open, in short: known of less than all, and scope that came after the baseline; or ""."""
    parts = []
    if reading.coverage is not None and reading.coverage < 1:
        known = "estimated" if reading.unit in ("points", "hours") else "known"
        parts.append(f"{to_percent(reading.coverage)} % {known}")
    if reading.creep is not None and reading.creep.items:
        parts.append(f"{reading.creep.items} more since the baseline")
    return ", ".join(parts)


# --- Progress ------------------------------------------------------------------------------------


def progress_comment(parts: Sequence[ProgressFacts], messages: Messages, as_of: datetime) -> Doc:
    """The comment on an epic or project that carries key results."""
    blocks: list[Block] = []
    for one in parts:
        blocks += [_head(one, messages), _facts(one, messages, as_of)]
    blocks.append(para(Text(messages.text("progress.foot"), em=True)))
    return Doc(tuple(blocks))


def _head(one: ProgressFacts, messages: Messages) -> Panel:
    reading = one.reading
    title = para(
        Text(f"{reading.key_result} · {reading.title}", strong=True, href=one.mark.url),
        "  ",
        Lozenge(messages.text(f"health.{reading.health}").upper(), _COLOURS[reading.health]),
    )
    if reading.percent is None:
        return Panel(_TONES[reading.health], (title, para(*messages.line("progress.none"))))
    return Panel(_TONES[reading.health], (title, para(Bar(reading.percent), f" {reading.percent} %")))


def _facts(one: ProgressFacts, messages: Messages, as_of: datetime) -> Table:
    reading = one.reading
    rows: list[tuple[Line, Line]] = []

    def row(key: str, value: Line, **values: str) -> None:
        rows.append((line(messages.text(key, **values)), value))

    if reading.value is not None:
        row("progress.value", _value(reading, messages))
    if reading.percent is not None:
        row("progress.pace", line(pace_words(reading, one.mark.due, messages)))
    if one.movement is not None:
        row("progress.since", line(moved_words(one.movement, messages)), date=one.movement.since.isoformat())
    if reading.tally.leaves:
        row("progress.left", line(_left(reading, messages)))
    if one.blocked:
        row("progress.blocked", line(blocked_words(one.blocked, messages)))
    if one.mark.because:
        row("progress.linked", line(one.mark.because))
    checked = messages.text("progress.data.checkin", date=one.checked_in) if one.checked_in else ""
    row("progress.data", line(checked + messages.text("progress.data.read", moment=messages.moment(as_of))))
    return Table((messages.text("progress.header.what"), messages.text("progress.header.now")), tuple(rows))


def _value(reading: Reading, messages: Messages) -> Line:
    value = messages.number(reading.value or 0.0)
    unit = f" {reading.unit}" if reading.unit else ""
    if reading.target is None:
        return line(value + unit)
    text = "progress.value.down" if reading.smaller_is_better else "progress.value.text"
    return messages.line(text, value=value, target=messages.number(reading.target) + unit)


def pace_words(reading: Reading, due: str, messages: Messages) -> str:
    """How far it is, how much of the time is gone, and where that leads."""
    words = messages.text("progress.pace.text", percent=reading.percent, expected=int(reading.expected * 100))
    if reading.forecast is not None and due:
        words += messages.text("progress.pace.forecast", forecast=int(reading.forecast * 100), due=due)
    return words


def moved_words(moved: Movement, messages: Messages) -> str:
    """What linked work did."""
    parts = [
        messages.text(f"progress.since.{kind}", count=count)
        for kind in KINDS
        if (count := getattr(moved, kind))
    ]
    words = ", ".join(parts) or messages.text("progress.since.nothing")
    if moved.by_work is None or moved.by_scope is None or not parts:
        return words
    work, scope = (_points(effect, messages) for effect in (moved.by_work, moved.by_scope))
    return words + messages.text("progress.since.effect", work=work, scope=scope)


def _points(effect: float, messages: Messages) -> str:
    rounded = round(effect)
    return f"{'+' if rounded > 0 else '−' if rounded < 0 else '±'}{messages.number(abs(rounded))}"


def _left(reading: Reading, messages: Messages) -> str:
    tally = reading.tally
    if tally.done == tally.leaves:
        return messages.text("progress.left.nothing")
    words = messages.text("progress.left.text", count=tally.leaves - tally.done, total=tally.leaves)
    if reading.unit != "points":
        return words
    return words + messages.text(
        "progress.left.points", points=messages.number(float(tally.weight - tally.done_weight))
    )


def blocked_words(pairs: Sequence[tuple[str, str]], messages: Messages) -> str:
    """Which work waits for which, the first few of it."""
    words = [
        messages.text("progress.blocked.by", key=key, blocker=blocker)
        for key, blocker in pairs[:_MOST_BLOCKED]
    ]
    if len(pairs) > _MOST_BLOCKED:
        words.append(messages.text("progress.blocked.more", count=len(pairs) - _MOST_BLOCKED))
    return ", ".join(words)


# --- Orphans -------------------------------------------------------------------------------------


def orphan_comment(
    item: WorkItem,
    orphan: Orphan,
    closest: Sequence[SuggestedKeyResult],
    workspace: Workspace,
    messages: Messages,
) -> Doc:
    """The comment on the topmost piece of work that serves no key result: why, what is near, the ways out."""
    why = messages.text(
        "orphan.why.above" if item.parent else "orphan.why.alone", age=_age(orphan.age_days, messages)
    )
    if item.level in ("epic", "project"):
        why += messages.text("orphan.why.below")
    ways = (
        line(
            Text(messages.text("orphan.link"), strong=True),
            *messages.line("orphan.link.how", label=Text("kr:ID", code=True)),
        ),
        line(Text(messages.text("orphan.exempt"), strong=True), *_exempt_words(workspace, messages)),
        line(Text(messages.text("orphan.close"), strong=True), *messages.line("orphan.close.how")),
    )
    return Doc(
        (
            Panel("warning", (para(Text(messages.text("orphan.head"), strong=True), f" {why}"),)),
            *_offers(closest, workspace, messages),
            para(*messages.line("orphan.ways")),
            Bullets(ways),
            para(Text(messages.text("orphan.foot"), em=True)),
        )
    )


def _age(days: int, messages: Messages) -> str:
    # A figure that grows by itself would make every comment stale: say the order of magnitude.
    if days < 14:
        return messages.text("orphan.age.days")
    if days < 70:
        return messages.text("orphan.age.weeks", count=days // 7)
    return messages.text("orphan.age.months", count=days // 30)


def _offers(
    closest: Sequence[SuggestedKeyResult], workspace: Workspace, messages: Messages
) -> tuple[Block, ...]:
    """The key results that it looks closest to; all of them where none stands out."""
    if closest:
        near = [
            line(
                Text(f"kr:{one.key_result}", code=True),
                f" {one.title}",
                *(messages.line("orphan.closest.because", words=", ".join(one.words)) if one.words else ()),
            )
            for one in closest
        ]
        return para(*messages.line("orphan.closest")), Bullets(tuple(near))
    declared = [key_result for _, key_result in workspace.key_results()]
    offered = [line(Text(f"kr:{kr.id}", code=True), f" {kr.title}") for kr in declared[:_MOST_OFFERED]]
    if len(declared) > _MOST_OFFERED:
        offered.append(messages.line("orphan.declared.more", count=str(len(declared) - _MOST_OFFERED)))
    return para(*messages.line("orphan.declared")), Bullets(tuple(offered))


def _exempt_words(workspace: Workspace, messages: Messages) -> Line:
    labels = [label for rule in workspace.exempt for label in rule.labels][:3]
    if not labels:
        return messages.line("orphan.exempt.ask")
    words: list[Text] = []
    for place, label in enumerate(labels):
        words += [Text(messages.text("orphan.exempt.or"))] if place else []
        words.append(Text(label, code=True))
    return messages.line("orphan.exempt.label", labels=tuple(words))
