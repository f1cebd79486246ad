"""Where a key result will end: in a sentence, how it went until now, what moved its chance, and what would raise it. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from config.text.phrases import say
from sync.brief.rows import chance_phrase
from sync.forecast.attribution import Attribution
from sync.forecast.outlook import Outlook
from sync.measure import end_of, to_percent
from sync.measure.expected import expected
from sync.report.html.cells import day_words
from sync.report.html.charts import CourseWords, Ends, course, words_of
from sync.report.html.key_result import one_things
from sync.report.html.key_result.movement import chance_cells, week_table
from sync.report.html.key_result.subject import Subject
from sync.report.html.key_result.values import range_words
from sync.report.html.page import Block, Chart, Column, Drawing, Paragraph, Row, Section, Table, Text

_CAUSES = ("chance_before", "chance_now", "points", "by_work", "by_scope", "by_time")


def section(subject: Subject) -> Section:
    """The forecast, and the weeks that it is made from."""
    return Section("forecast", subject.say("forecast"), lead(subject), tuple(_blocks(subject)))


def lead(subject: Subject) -> Paragraph:
    """The forecast in a sentence, or why there is none."""
    outlook, texts = subject.outlook, subject.texts
    if subject.reading.health == "done":
        return (subject.say("forecast.done"),)
    if outlook is None or (outlook.forecast is None and not outlook.lack):
        return (subject.say("forecast.none"),)
    if outlook.forecast is None:
        return (subject.say(f"forecast.none.{outlook.lack}"),)
    found = outlook.forecast
    low, middle, high = (to_percent(one) or 0 for one in (found.low, found.middle, found.high))
    said = texts.counted(
        "report_key_result.forecast.lead",
        round(found.weeks),
        range=range_words(low, high, texts),
        day=day_words(outlook.end, texts, near=subject.today),
        middle=texts.figures.percent(middle),
        goal=goal_words(outlook, subject),
        chance=say(chance_phrase(found.chance), texts),
    )
    return (said,)


def goal_words(outlook: Outlook, subject: Subject) -> str:
    """The percent that is success."""
    return subject.texts.figures.percent(round(100 * outlook.goal))


def _blocks(subject: Subject) -> Iterator[Block]:
    texts = subject.texts
    yield _course(subject)
    found = subject.source.attributions.get(subject.id)
    if isinstance(found, Attribution):
        columns = tuple(
            Column(name, texts.text(f"report_overview.column.{name}"), "number") for name in _CAUSES
        )
        day = day_words(subject.since, texts, near=subject.today)
        title, note = subject.say("forecast.moved", day=day), texts.text("report_overview.chances.note")
        yield Table("chance", title, columns, (Row(chance_cells(found, texts)),), note)
    things = subject.source.run.one_things.get(subject.id)
    if things is not None and things.things:
        items = subject.source.run.alignment.items
        rows = tuple(Row(one_things.cells(thing, items, texts)) for thing in things.things)
        note = texts.text("report_overview.one_things.note")
        yield Table("one_things", subject.say("one_things"), one_things.columns(texts), rows, note)
    elif things is not None and things.why:
        why = texts.text(f"report_overview.why.{things.why}")
        said = texts.text("report_overview.one_things.without", key_results=subject.id, why=why)
        yield Text(((said,),), title=subject.say("one_things"))


def _course(subject: Subject) -> Chart:
    """How it went, beside how it was to go and where it will end; as a table week by week, with what moved it."""
    texts, cycle = subject.texts, subject.cycle
    reached = [
        (row.day, row.progress)
        for row in subject.history
        if row.progress is not None and cycle.start <= row.day <= cycle.end
    ]
    found = subject.outlook.forecast if subject.outlook is not None else None
    ends = None
    if found is not None:
        low, high = (to_percent(one) or 0 for one in (found.low, found.high))
        ends = Ends(found.low, found.middle, found.high, range_words(low, high, texts))
    names = CourseWords(
        subject.say("column.reached"), subject.say("column.expected"), subject.say("course.ends")
    )
    title = subject.say("course.title", key_result=subject.id)
    svg = course(reached, _pace(subject), ends, title=title, words=words_of(texts.figures), names=names)
    drawing = Drawing(None, svg, week_table(subject.history, texts))
    return Chart("course", subject.say("course"), subject.say("course.lead"), (drawing,))


def _pace(subject: Subject) -> list[tuple[date, float]]:
    """What is expected at the end of each day of the cycle."""
    cycle, zone = subject.cycle, subject.source.workspace.zone
    days = [cycle.start + timedelta(days=ahead) for ahead in range((cycle.end - cycle.start).days + 1)]
    return [(day, expected(subject.key_result, cycle, end_of(day, zone), zone)) for day in days]
