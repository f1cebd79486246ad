"""What a ticket's reader wants to know of a key result first: how it stands, where it will end, until when, and whom to ask. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from sync.forecast.attribution import Attribution
from sync.forecast.outlook import chance_percent
from sync.marks.goals import owner_of
from sync.measure import to_percent
from sync.report.html.cells import (
    chance_cell,
    count_cell,
    day_cell,
    day_words,
    health_cell,
    percent_cell,
    place_of,
    signed,
)
from sync.report.html.key_result import one_things
from sync.report.html.key_result.bar import progress_bar
from sync.report.html.key_result.forecast import goal_words
from sync.report.html.key_result.subject import Subject
from sync.report.html.key_result.values import end_cell, value_cell
from sync.report.html.page import Block, Fact, Facts, Link, Section, Text


def section(subject: Subject) -> Section:
    """The figures, and the one thing that would raise its chance most."""
    objective = subject.objective
    above = Link(f"{objective.id} · {objective.title}", f"../../index.html{place_of(objective.id)}")
    parts: list[str | Link] = [f"{subject.say('lead')} ", above]
    if owner := owner_of(subject.key_result, objective):
        parts.append(f" · {subject.texts.text('progress.owned', owner=owner)}")
    return Section("summary", subject.say("summary"), tuple(parts), tuple(_blocks(subject)))


def _blocks(subject: Subject) -> Iterator[Block]:
    yield Facts(tuple(_facts(subject)))
    things, items = subject.source.run.one_things.get(subject.id), subject.source.run.alignment.items
    named = things.things if things is not None else ()
    best = one_things.first_public(named, items)
    if best is not None:
        sentence = one_things.sentence(best, items, subject.texts)
        yield Text((sentence,), title=subject.say("one_things"))


def _facts(subject: Subject) -> Iterator[Fact]:
    reading, texts = subject.reading, subject.texts
    expected = percent_cell(to_percent(reading.expected), texts).text
    note = subject.say("reached.note", expected=expected) if reading.phase == "running" else ""
    reached = percent_cell(reading.percent, texts, svg=_bar(subject))
    yield Fact("reached", subject.say("reached"), reached, note)
    yield Fact("health", subject.say("health"), health_cell(reading, texts), _why_at_risk(subject))
    value = value_cell(reading, subject.key_result, texts)
    if value.value is not None:
        on = day_words(reading.value_on, texts, near=subject.today) if reading.value_on else ""
        yield Fact("value", subject.say("value"), value, subject.say("value.on", day=on) if on else "")
    yield from _end(subject)
    yield Fact(
        "due", subject.say("due"), day_cell(subject.cycle.end, texts, near=subject.today), _left(subject)
    )
    if reading.output is not None:
        done = percent_cell(to_percent(reading.output), texts)
        yield Fact("work_done", subject.say("work_done"), done, subject.say("work_done.note"))
    else:
        yield from _work(subject)


def _end(subject: Subject) -> Iterator[Fact]:
    """The range and the chance of the forecast, and by how much that moved."""
    outlook, texts = subject.outlook, subject.texts
    if outlook is None or outlook.forecast is None:
        return
    day = day_words(outlook.end, texts, near=subject.today)
    yield Fact("end", subject.say("end"), end_cell(outlook, texts), subject.say("end.note", day=day))
    goal = goal_words(outlook, subject)
    note = subject.say("chance.note", goal=goal, day=day)
    moved = subject.source.attributions.get(subject.id)
    if isinstance(moved, Attribution):
        points = chance_percent(float(moved.after)) - chance_percent(float(moved.before))
        if points:
            since = day_words(subject.since, texts, near=subject.today)
            words = {"points": signed(points, texts), "since": since}
            note = texts.plural("report_key_result.chance.moved", points, goal=goal, day=day, **words)
    yield Fact("chance", subject.say("chance"), chance_cell(outlook.forecast.chance, texts), note)


def _work(subject: Subject) -> Iterator[Fact]:
    """How much of the work is left, where work is what measures it."""
    left = [piece for piece in subject.counting if piece.category != "done"]
    if subject.counting:
        refs = [piece.item.ref for piece in left]
        links = subject.links.of(refs) if refs else ()
        note = subject.say("left.note")
        yield Fact("left", subject.say("left"), count_cell(len(left), subject.texts), note, links)


def _why_at_risk(subject: Subject) -> str:
    if not subject.reading.is_unlikely:
        return ""
    least = round(100 * subject.source.workspace.policy.health.chance)
    return subject.say("health.unlikely", least=subject.texts.figures.percent(least))


def _left(subject: Subject) -> str:
    """How many working days the cycle has left."""
    if subject.reading.phase == "ended":
        return subject.say("due.ended")
    if subject.outlook is None:
        return ""
    return subject.texts.counted("report_key_result.due", subject.outlook.days_left)


def _bar(subject: Subject) -> Markup:
    found = subject.outlook.forecast if subject.outlook is not None else None
    return progress_bar(subject.reading, subject.id, found, subject.texts)
