"""The words of a status update: where each key result stands, what moved since the last one, what is at risk. Pure.

As with comments: change how the text is put together, and raise `RENDERING` in sync/marks/messages.py.
"""

from __future__ import annotations

from collections.abc import Sequence

from connectors.text.document import Bar, Block, Bullets, Doc, Line, Lozenge, Text, line, para
from sync.marks.details import Blocked, Foretold, Moved, Pace, Previous, UpdateDetail, UpdateDetails
from sync.marks.facts import StatedKeyResult
from sync.marks.messages import Messages
from sync.marks.texts.phrases import chance, day, health_words
from sync.marks.texts.signal_lines import signal_lines


def update_text(stated: Sequence[StatedKeyResult], details: UpdateDetails, messages: Messages) -> Doc:
    """The text of an update on a project or initiative. Raises ValueError where the two do not go together."""
    blocks: list[Block] = []
    for one, detail in zip(stated, details.key_results, strict=True):
        blocks += [*_head(one, detail, messages), Bullets(tuple(_rows(one, detail, messages)))]
    if details.signals:
        blocks.append(Bullets(signal_lines(details.signals, messages)))
    return Doc(tuple(blocks))


def _head(one: StatedKeyResult, detail: UpdateDetail, messages: Messages) -> tuple[Block, ...]:
    title = Text(f"{one.id} · {detail.title}", strong=True, href=detail.url)
    health = Lozenge(health_words(one, messages, at_target=detail.at_target).upper())
    percent = one.percent or 0
    return para(title, "  ", health), para(Bar(percent), f" {messages.figures.percent(percent)}")


def _rows(one: StatedKeyResult, detail: UpdateDetail, messages: Messages) -> list[Line]:
    rows: list[Line] = []

    def row(label: str, value: str) -> None:
        rows.append(line(Text(messages.text("update.row", label=label), strong=True), value))

    row(messages.text("progress.pace"), pace_words(one.percent or 0, detail.pace, messages))
    if detail.foretold is not None:
        row(messages.text("progress.forecast"), forecast_words(detail.foretold, messages))
    if detail.previous is not None:
        before = detail.previous
        row(messages.text("progress.since", date=day(before.on, messages)), _since(one, before, messages))
    risks = _risks(one, detail, messages)
    if risks:
        row(messages.text("update.risk"), messages.text("orphan.next").join(risks))
    return rows


def _since(one: StatedKeyResult, before: Previous, messages: Messages) -> str:
    parts = [messages.text("update.percents", before=before.percent, after=one.percent)]
    if before.health != one.health:
        healths = (messages.text(f"health.{health}") for health in (before.health, one.health))
        parts.append(messages.text("update.healths", **dict(zip(("before", "after"), healths, strict=True))))
    if before.moved is not None:
        parts.append(moved_words(before.moved, messages))
    return messages.text("orphan.next").join(parts)


def _risks(one: StatedKeyResult, detail: UpdateDetail, messages: Messages) -> list[str]:
    behind = detail.pace.expected - (one.percent or 0)
    risks = []
    if one.health in ("at_risk", "off_track") and behind > 0:
        risks.append(messages.plural("update.risk.behind", behind, points=behind))
    if detail.blocked is not None:
        risks.append(blocked_words(detail.blocked, messages))
    return risks


# --- Phrases ---------------------------------------------------------------------------------------


def pace_words(percent: int, pace: Pace, messages: Messages) -> str:
    """How far it is, and how much of the time is gone."""
    return messages.text("progress.pace.text", percent=percent, expected=pace.expected)


def forecast_words(told: Foretold, messages: Messages) -> str:
    """The range and the chance, and whether they are why it is at risk; or why there is no forecast."""
    if told.low is None or told.high is None or told.chance is None:
        return messages.text(f"progress.forecast.{told.lack or 'history'}")
    words = messages.text(
        "progress.forecast.text",
        range=_range(told.low, told.high, messages),
        due=day(told.due, messages),
        goal=told.goal,
        chance=chance(told.chance, messages),
    )
    if told.least is not None:
        words += messages.text("progress.forecast.unlikely", least=told.least)
    return words


def _range(low: int, high: int, messages: Messages) -> str:
    shown = messages.figures.percent(high)
    return shown if low == high else f"{low}–{shown}"


def moved_words(moved: Moved, messages: Messages) -> str:
    """What linked work did."""
    parts = [messages.counted(f"progress.since.{kind}", count) for kind, count in moved.counts]
    words = ", ".join(parts) or messages.text("progress.since.nothing")
    if moved.work is None or moved.scope is None:
        return words
    work, scope = (_points(effect, messages) for effect in (moved.work, moved.scope))
    return words + messages.text("progress.since.effect", work=work, scope=scope)


def _points(effect: int, messages: Messages) -> str:
    return f"{'+' if effect > 0 else '−' if effect < 0 else '±'}{messages.number(abs(effect))}"


def blocked_words(blocked: Blocked, messages: Messages) -> str:
    """Which work waits for which."""
    words = [messages.text("progress.blocked.by", key=key, blocker=by) for key, by in blocked.pairs]
    if blocked.more:
        words.append(messages.text("progress.blocked.more", count=blocked.more))
    return ", ".join(words)
