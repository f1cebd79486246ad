"""The comments that people read on tickets: facts and details filled into the texts of a language. Pure.

What tickets and YAML say enters as literal text only. Change how a text is put together, and raise `RENDERING` in
sync/marks/messages.py.
"""

from __future__ import annotations

from collections.abc import Sequence

from connectors.model import Health
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
from sync.forecast.outlook import chance_words, range_words
from sync.marks.details import (
    Blocked,
    Claim,
    Foretold,
    Goal,
    Moved,
    Offer,
    OrphanDetails,
    Pace,
    ProgressDetail,
    ProgressDetails,
)
from sync.marks.facts import StatedKeyResult
from sync.marks.goals import unit_words
from sync.marks.messages import Messages

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


# --- Progress ------------------------------------------------------------------------------------


def progress_text(stated: Sequence[StatedKeyResult], details: ProgressDetails, messages: Messages) -> Doc:
    """The comment on an epic or project that carries key results. Raises ValueError where the two do not go together."""
    blocks: list[Block] = []
    for one, detail in zip(stated, details.key_results, strict=True):
        blocks += [_head(one, detail, messages), _rows(one, detail, details.read, messages)]
    blocks.append(para(Text(messages.text("progress.foot"), em=True)))
    return Doc(tuple(blocks))


def _head(one: StatedKeyResult, detail: ProgressDetail, messages: Messages) -> Panel:
    title = para(
        Text(f"{one.id} · {one.title}", strong=True, href=detail.url),
        "  ",
        Lozenge(health_words(one, messages, at_target=detail.at_target).upper(), _COLOURS[one.health]),
    )
    if one.percent is None:
        return Panel(_TONES[one.health], (title, para(*messages.line("progress.none"))))
    return Panel(_TONES[one.health], (title, para(Bar(one.percent), f" {one.percent} %")))


def health_words(one: StatedKeyResult, messages: Messages, *, at_target: bool) -> str:
    """The health; of what is on track at its target, that it is there."""
    return messages.text(
        "health.at_target" if at_target and one.health == "on_track" else f"health.{one.health}"
    )


def _rows(one: StatedKeyResult, detail: ProgressDetail, read: str, messages: Messages) -> Table:
    rows: list[tuple[Line, Line]] = []

    def row(key: str, value: Line, **values: str) -> None:
        rows.append((line(messages.text(key, **values)), value))

    goal = detail.goal
    if goal is not None:
        row("progress.goal", _goal(goal, messages))
    if detail.value is not None and (goal is None or goal.kind != "binary"):
        row("progress.value", _value(detail.value, detail, messages))
    if one.percent is not None:
        row("progress.pace", line(pace_words(one.percent, detail.pace, messages)))
    if detail.foretold is not None:
        row("progress.forecast", line(forecast_words(detail.foretold, messages)))
    if detail.moved is not None:
        row("progress.since", line(moved_words(detail.moved, messages)), date=detail.since)
    if detail.items:
        row("progress.left", line(_left(detail, messages)))
    if detail.blocked is not None:
        row("progress.blocked", line(blocked_words(detail.blocked, messages)))
    if detail.owner:
        row("progress.owner", line(detail.owner))
    if goal is not None:
        row("progress.measure", line(messages.text(f"progress.measure.{goal.kind}")))
    if detail.because:
        row("progress.linked", line(detail.because))
    checked = messages.text("progress.data.checkin", date=detail.checked_in) if detail.checked_in else ""
    row("progress.data", line(checked + messages.text("progress.data.read", moment=read)))
    return Table((messages.text("progress.header.what"), messages.text("progress.header.now")), tuple(rows))


def _goal(goal: Goal, messages: Messages) -> Line:
    def number(value: float | None) -> str:
        return (
            f"{messages.number(value or 0)} {unit_words(goal.unit, goal.kind, value or 0, messages)}".rstrip()
        )

    def words(how: str, **values: str) -> Line:
        return messages.line(f"progress.goal.{how}", due=goal.due, **values)

    if goal.start is not None:
        return words("value", start=messages.number(goal.start), target=number(goal.target))
    if goal.low is not None and goal.high is not None:
        return words("between", low=messages.number(goal.low), high=number(goal.high))
    if goal.high is not None:
        return words("below", high=number(goal.high))
    if goal.low is not None:
        return words("above", low=number(goal.low))
    return words(goal.kind) if goal.target is None else words("amount", target=number(goal.target))


def _value(value: float, detail: ProgressDetail, messages: Messages) -> Line:
    shown = messages.number(value)
    counted = value if detail.target is None else detail.target
    unit = unit_words(detail.unit, detail.goal.kind, counted, messages) if detail.goal else detail.unit
    unit = f" {unit}" if unit else ""
    # What must only stay within its limits is not on its way to them.
    if detail.target is None or (detail.goal is not None and detail.goal.kind == "keep"):
        return line(shown + unit)
    text = "progress.value.down" if detail.smaller_is_better else "progress.value.text"
    return messages.line(text, value=shown, target=messages.number(detail.target) + unit)


def pace_words(percent: int, pace: Pace, messages: Messages) -> str:
    """How far it is, and how much of the time is gone."""
    return messages.text("progress.pace.text", percent=percent, expected=pace.expected)


def forecast_words(told: Foretold, messages: Messages) -> str:
    """The range and the chance, and whether they are why it is at risk; or why there is no forecast."""
    if told.low is None or told.high is None or told.chance is None:
        return messages.text(f"progress.forecast.{told.lack or 'history'}")
    words = messages.text(
        "progress.forecast.text",
        range=range_words(told.low, told.high),
        due=told.due,
        goal=told.goal,
        chance=chance_words(told.chance),
    )
    if told.least is not None:
        words += messages.text("progress.forecast.unlikely", least=told.least)
    return words


def moved_words(moved: Moved, messages: Messages) -> str:
    """What linked work did."""
    parts = [messages.text(f"progress.since.{kind}", count=count) for kind, count in moved.counts]
    words = ", ".join(parts) or messages.text("progress.since.nothing")
    if moved.work is None or moved.scope is None:
        return words
    work, scope = (_points(effect, messages) for effect in (moved.work, moved.scope))
    return words + messages.text("progress.since.effect", work=work, scope=scope)


def _points(effect: int, messages: Messages) -> str:
    return f"{'+' if effect > 0 else '−' if effect < 0 else '±'}{messages.number(abs(effect))}"


def _left(detail: ProgressDetail, messages: Messages) -> str:
    if not detail.open:
        return messages.text("progress.left.nothing")
    words = messages.text("progress.left.text", count=detail.open, total=detail.items)
    if detail.points is None:
        return words
    return words + messages.text("progress.left.points", points=messages.number(detail.points))


def blocked_words(blocked: Blocked, messages: Messages) -> str:
    """Which work waits for which."""
    words = [messages.text("progress.blocked.by", key=key, blocker=by) for key, by in blocked.pairs]
    if blocked.more:
        words.append(messages.text("progress.blocked.more", count=blocked.more))
    return ", ".join(words)


# --- Orphans -------------------------------------------------------------------------------------


def orphan_text(details: OrphanDetails, messages: Messages) -> Doc:
    """The comment on the topmost piece of work that serves no key result: why, what is near, the ways out."""
    age = messages.text(f"orphan.age.{details.age}", count=details.count)
    where = "above" if details.has_parent else "alone"
    if details.claims:
        claims = messages.text("orphan.claim.and").join(_claim_words(one, messages) for one in details.claims)
        why = messages.text(f"orphan.why.claimed.{where}", age=age, claims=claims)
    else:
        why = messages.text(f"orphan.why.{where}", age=age)
    if details.is_container:
        why += messages.text("orphan.why.below")
    ways = (
        line(
            Text(messages.text("orphan.link"), strong=True),
            *messages.line("orphan.link.how", label=Text("kr:ID", code=True)),
        ),
        line(Text(messages.text("orphan.exempt"), strong=True), *_exempt_words(details.exempt, messages)),
        line(Text(messages.text("orphan.close"), strong=True), *messages.line("orphan.close.how")),
    )
    return Doc(
        (
            Panel("warning", (para(Text(messages.text("orphan.head"), strong=True), f" {why}"),)),
            *_offers(details, messages),
            para(*messages.line("orphan.ways")),
            Bullets(ways),
            para(Text(messages.text("orphan.foot"), em=True)),
        )
    )


def _claim_words(one: Claim, messages: Messages) -> str:
    if one.over:
        return messages.text("orphan.claim.over", claim=one.claim, date=one.over)
    return messages.text(
        "orphan.claim.near" if one.nearest else "orphan.claim.unknown", claim=one.claim, nearest=one.nearest
    )


def _offers(details: OrphanDetails, messages: Messages) -> tuple[Block, ...]:
    """The key results that it looks closest to; all of them where none stands out, nothing where none is on offer."""
    if details.closest:
        near = tuple(_offer(one, messages) for one in details.closest)
        return para(*messages.line("orphan.closest")), Bullets(near)
    offered = [_offer(one, messages) for one in details.declared]
    if details.more:
        offered.append(messages.line("orphan.declared.more", count=str(details.more)))
    if not offered:
        # No cycle runs: a list of nothing is no valid text on Jira.
        return ()
    return para(*messages.line("orphan.declared")), Bullets(tuple(offered))


def _offer(one: Offer, messages: Messages) -> Line:
    because = messages.line("orphan.closest.because", words=", ".join(one.words)) if one.words else ()
    return line(Text(f"kr:{one.id}", code=True), f" {one.title}", *because)


def _exempt_words(labels: Sequence[str], messages: Messages) -> Line:
    if not labels:
        return messages.line("orphan.exempt.ask")
    words: list[Text] = []
    for place, label in enumerate(labels):
        words += [Text(messages.text("orphan.exempt.or"))] if place else []
        words.append(Text(label, code=True))
    return messages.line("orphan.exempt.label", labels=tuple(words))
