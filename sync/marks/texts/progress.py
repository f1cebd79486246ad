"""The comment on an epic or project that carries key results: for each of them a panel of five lines at most. Pure.

What tickets and YAML say enters as literal text only. Change how a text is put together, and raise `RENDERING` in
sync/marks/messages.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from connectors.text.document import Bar, Doc, Line, Panel, Text, line, para
from sync.marks.details import Foretold, Goal, Part, ProgressDetail, ProgressDetails, Wait
from sync.marks.facts import StatedKeyResult
from sync.marks.messages import Messages
from sync.marks.texts.phrases import TONES, chance, day, health_lozenge, one_stop, separated
from sync.marks.texts.signal_lines import signal_lines

_BAR = 10
_HALF = 50


def progress_text(
    stated: Sequence[StatedKeyResult],
    details: ProgressDetails,
    messages: Messages,
    signals: Sequence[str] = (),
) -> Doc:
    """The text of such a comment, which names these `signals`. Raises ValueError where facts and details do not go together."""
    panels: list[Panel] = []
    for one, detail in zip(stated, details.key_results, strict=True):
        is_last = len(panels) == len(details.key_results) - 1
        rows = (
            _title(one, detail, messages),
            _figures(one, detail, details.read, messages),
            _here(one, detail, details, messages),
            _waits(detail, details.read, messages),
            _foot(detail, details.read if is_last else "", messages),
        )
        panels.append(Panel(TONES[one.health], tuple(para(*row) for row in rows if row)))
    if signals:
        panels.append(Panel("note", tuple(para(*row) for row in signal_lines(signals, messages))))
    return Doc(tuple(panels))


# --- Which key result, and how it stands ---------------------------------------------------------


def _title(one: StatedKeyResult, detail: ProgressDetail, messages: Messages) -> Line:
    title = Text(f"{one.id} · {one.title}", strong=True, href=detail.url)
    return line(title, "  ", health_lozenge(one, messages, at_target=detail.at_target))


def _figures(one: StatedKeyResult, detail: ProgressDetail, read: str, messages: Messages) -> Line:
    parts: list[Line | str] = []
    if one.percent is not None:
        parts.append(line(Bar(one.percent, _BAR), f" {messages.figures.percent(one.percent)}"))
    value = _value(detail, read, messages)
    if value or one.percent is None:
        parts.append(value or messages.text("progress.none"))
    parts += _end(one, detail, read, messages)
    if detail.owner:
        parts.append(messages.text("progress.owned", owner=detail.owner))
    return separated(parts)


def _end(one: StatedKeyResult, detail: ProgressDetail, read: str, messages: Messages) -> Iterator[str]:
    """When it was reached; or else where it will likely be on its last day, or which day that is."""
    goal, told = detail.goal, detail.foretold
    if one.percent == 100 and (goal is None or goal.kind != "keep"):
        if detail.reached:
            yield messages.text("progress.reached", day=day(detail.reached, messages, near=read))
    elif told is not None and told.low is not None and told.high is not None and told.chance is not None:
        yield _likely(told, told.low, told.high, told.chance, read, messages)
    elif goal is not None:
        yield messages.text("progress.due", day=day(goal.due, messages, near=read))


def _likely(told: Foretold, low: int, high: int, chance_: int, read: str, messages: Messages) -> str:
    return messages.text(
        "progress.likely" if low < high else "progress.likely.at",
        low=messages.figures.count(low),
        high=messages.figures.percent(high),
        day=day(told.due, messages, near=read),
        goal=messages.figures.percent(told.goal),
        chance=chance(chance_, messages),
    )


# --- The value -----------------------------------------------------------------------------------


def _value(detail: ProgressDetail, read: str, messages: Messages) -> str:
    """The value beside its target, in the one unit of the measure; "" where the percent or the ticket's part says it."""
    goal, value, part = detail.goal, detail.value, detail.part
    match goal.kind if goal is not None else "":
        case "work" | "milestones" if goal is not None and value is not None:
            is_said = part is not None and goal.kind == "work" and not part.unit and not part.is_bounded
            return "" if is_said else _done_of(value, detail.target or 0, part, goal, messages)
        case "metric" | "query" | "flow" | "keep" if goal is not None:
            return _measured(goal, detail, read, messages)
        case _:
            return ""


def _done_of(value: float, target: float, part: Part | None, goal: Goal, messages: Messages) -> str:
    unit = "milestones" if goal.kind == "milestones" else _unit(part, goal)
    done, total = messages.figures.apart((value, target), measured=True)
    return messages.plural(f"progress.done.{unit}", target, done=done, total=total)


def _unit(part: Part | None, goal: Goal) -> str:
    known = {"points": "points", "hours": "hours", "items": "tickets"}
    return (part.unit if part else "") or known.get(goal.unit, "weight")


def _measured(goal: Goal, detail: ProgressDetail, read: str, messages: Messages) -> str:
    """Such as "29.1 on 10 Nov, from 22 to 35 %"."""
    ends = [one for one in (goal.start, goal.target, goal.low, goal.high) if one is not None]
    if detail.value is None:
        now = messages.text("progress.none")
    else:
        is_computed = goal.kind in ("query", "flow")
        now = messages.figures.apart((detail.value, *ends), measured=is_computed)[0]
    if detail.value_on:
        now = messages.text("progress.on", value=now, day=day(detail.value_on, messages, near=read))
    if len(ends) == 1:
        key = "progress.at_least" if goal.low is not None else "progress.at_most"
        return messages.text(key, value=now, limit=messages.figures.number(ends[0], goal.unit))
    if len(ends) != 2:
        return now
    first, last = messages.figures.ratio(ends[0], ends[1], goal.unit)
    key = "progress.from" if goal.start is not None else "progress.between"
    return messages.text(key, value=now, first=first, last=last)


# --- The ticket's own part -----------------------------------------------------------------------


def _here(one: StatedKeyResult, detail: ProgressDetail, details: ProgressDetails, messages: Messages) -> Line:
    part, level = detail.part, details.level
    if part is None:
        return ()
    said = [words for words in (_done_here(part, messages), *_partly(part, messages)) if words]
    if part.before and part.first and not part.is_itself:
        first = day(part.first, messages, near=details.read)
        said.append(messages.counted("progress.before", part.before, day=first))
    if part.after is not None and one.percent is not None and part.after > one.percent:
        before, after = messages.figures.percent(one.percent), messages.figures.percent(part.after)
        said.append(messages.text(f"progress.closing.{level}", before=before, after=after))
    if not said:
        return ()
    return line(Text(messages.text(f"progress.here.{level}"), strong=True), " ", " ".join(said))


def _done_here(part: Part, messages: Messages) -> str:
    """How much of it is done or left here, and in all beside that."""
    return _counted(part, messages) if part.left is None else _weighed(part, part.left, messages)


def _counted(part: Part, messages: Messages) -> str:
    is_all = part.items == part.all_items
    in_all = {
        "all_done": messages.figures.count(part.all_done),
        "all_total": messages.figures.count(part.all_items),
    }
    if part.is_itself:
        return "" if is_all else messages.plural("progress.in_all", part.all_items, **in_all)
    key = "progress.here.done" if is_all or part.is_bounded else "progress.here.done_in_all"
    return messages.text(key, done=_tickets_done(part, messages), **in_all)


def _weighed(part: Part, left: float, messages: Messages) -> str:
    done = "" if part.is_itself else _tickets_done(part, messages)
    if not left:
        return messages.text("progress.here.done", done=done) if done else ""
    amount = messages.plural(
        f"progress.amount.{part.unit or 'weight'}", left, count=messages.figures.measured(left)
    )
    in_all = messages.figures.measured(part.all_left or 0)
    key = "progress.here.itself" if part.is_itself else "progress.here.left"
    return messages.text(
        key if left == part.all_left else f"{key}_in_all", done=done, left=amount, all_left=in_all
    )


def _tickets_done(part: Part, messages: Messages) -> str:
    done, total = messages.figures.count(part.done), messages.figures.count(part.items)
    return messages.plural("progress.tickets_done", part.items, done=done, total=total)


def _partly(part: Part, messages: Messages) -> Iterator[str]:
    """Why a percent is another than that of the tickets: those that count in part."""
    for percent, count in part.shared:
        key = "progress.half" if percent == _HALF else "progress.partly"
        yield messages.counted(key, count, percent=messages.figures.percent(percent))
    if part.started:
        yield messages.text("progress.started", percent=messages.figures.percent(part.started))


# --- What blocks it, and the line for the operator -----------------------------------------------


def _waits(detail: ProgressDetail, read: str, messages: Messages) -> Line:
    if not detail.waits:
        return ()
    said = [_wait(one, read, messages) for one in detail.waits]
    if detail.more_waits:
        said.append(messages.counted("progress.waits.more", detail.more_waits))
    return line(Text(messages.text("progress.waits"), strong=True), one_stop(f" {', '.join(said)}."))


def _wait(one: Wait, read: str, messages: Messages) -> str:
    if not one.since:
        return messages.text("progress.wait", key=one.key, blocker=one.blocker)
    since = day(one.since, messages, near=read)
    return messages.text("progress.wait.since", key=one.key, blocker=one.blocker, day=since)


def _foot(detail: ProgressDetail, read: str, messages: Messages) -> Line:
    """Why the ticket is linked; below the last key result also of which day the data is, and who writes here."""
    parts: list[Line | str] = []
    if detail.because:
        parts.append(messages.text("progress.why", because=detail.because))
    if read:
        parts.append(messages.text("progress.read", day=day(read, messages)))
        parts.append(messages.text("progress.kept"))
    return separated(parts, em=True)
