"""The brief of a week with planted changes: each is told, names its ticket, and nothing else is."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from config.text.texts import ENGLISH_TEXTS, Texts
from config.workspace import Workspace
from connectors.model import GivenHealth, Ref, StatusSpan, WorkItem
from sync.brief.channels import to_text
from sync.brief.contents import Brief, brief_of
from sync.brief.rows import MOST_ROWS, Row, rows_of
from sync.brief.week import last_monday, week_of
from sync.decide import look
from sync.memory import Memory
from sync.report.weekly.data import brief_data
from tests.support.builders import NOW, item, metric, observed, ref, work, workspace
from tests.support.twenty_key_results import WEEKDAYS

SINCE = NOW - timedelta(weeks=1)
PERSON = "Ada Person"


def declared(*results: dict[str, Any], **changes: Any) -> Workspace:
    return workspace(*(results or (work("A", {"label": "a"}),)), calendar=WEEKDAYS, **changes)


def done(number: int, days_ago: float, **changes: Any) -> WorkItem:
    at = NOW - timedelta(days=days_ago)
    return item(
        f"WEB-{number}", labels=("a",), category="done", assignee=PERSON, **{"completed": at, **changes}
    )


STEADY = [done(n, 7.5 + 3 * n) for n in range(1, 12)]
OPEN = [item(f"WEB-{n}", labels=("a",), assignee=PERSON) for n in range(20, 31)]


def brief(
    items: list[WorkItem], known: Workspace | None = None, **sections: Any
) -> tuple[Brief, tuple[Row, ...]]:
    known = known or declared()
    run = look(observed(*items, **sections), Memory(), known, NOW)
    found = brief_of(run, run.signal_context, known, SINCE)
    titles = {name: one.title for name, one in run.scorecard.readings.items()}
    return found, rows_of(found, run.alignment.items, titles)


def told(
    items: list[WorkItem], known: Workspace | None = None, texts: Texts = ENGLISH_TEXTS, **sections: Any
) -> str:
    return "\n".join(to_text(brief(items, known, **sections)[1], texts))


@pytest.mark.parametrize(
    ("now", "monday"),
    [
        ("2026-11-16T09:00", "2026-11-09T09:00"),
        ("2026-11-17T00:30", "2026-11-16T00:30"),
        ("2026-11-22T23:59", "2026-11-16T23:59"),
        ("2026-10-26T09:00", "2026-10-19T09:00"),
    ],
)
def test_last_monday_is_at_the_same_time_of_day(now: str, monday: str) -> None:
    """On a Monday a week ago, whatever the clocks did between."""
    zone = ZoneInfo("Europe/Paris")
    given = datetime.fromisoformat(now).replace(tzinfo=zone)
    found = last_monday(given.astimezone(UTC), zone)
    assert found.astimezone(zone) == datetime.fromisoformat(monday).replace(tzinfo=zone)


def test_weeks_are_those_of_the_calendar() -> None:
    assert week_of(datetime(2027, 1, 3, 23, 30, tzinfo=UTC), UTC) == "2026-W53"
    assert week_of(datetime(2027, 1, 3, 23, 30, tzinfo=UTC), ZoneInfo("Europe/Paris")) == "2027-W01"


def test_an_unchanged_week_says_so_in_one_line() -> None:
    found, rows = brief([*STEADY, *OPEN])
    assert not found.is_changed
    (line,) = to_text(rows, ENGLISH_TEXTS)
    assert line.startswith("Nothing changed since 9 Nov: no work was created, started, finished or dropped")
    assert "Time alone took the chance of A (Result A) from " in line
    french = to_text(rows, Texts("fr"))[0]
    assert french.startswith("Rien n'a changé depuis le 9 nov.")


@pytest.mark.parametrize(
    "change",
    [
        {"created": NOW - timedelta(days=2)},
        {"category": "doing", "started": NOW - timedelta(days=2)},
        {"category": "done", "completed": NOW - timedelta(days=2)},
        {"category": "dropped", "dropped": NOW - timedelta(days=2)},
        {"given_health": GivenHealth("on_track", NOW - timedelta(days=1))},
    ],
    ids=lambda change: next(reversed(change)),
)
def test_whatever_happened_makes_it_a_changed_week(change: dict[str, Any]) -> None:
    found, rows = brief([*STEADY, *OPEN[1:], replace(OPEN[0], **change)])
    assert found.is_changed
    assert len(rows) > 1


def test_a_check_in_makes_it_a_changed_week() -> None:
    values = [("2026-10-05", 10.0), ("2026-10-19", 20.0), ("2026-11-05", 30.0)]
    still, _ = brief([], declared(metric("M", 0, 60, *values)))
    moved, _ = brief([], declared(metric("M", 0, 60, *values, ("2026-11-12", 31.0))))
    assert (still.is_changed, moved.is_changed) == (False, True)


NEW = [item(f"WEB-{n}", labels=("a",), created=NOW - timedelta(days=3)) for n in range(40, 50)]


def test_scope_that_came_is_named_where_it_took_the_chance_down() -> None:
    found, rows = brief([*STEADY, *OPEN, *NEW])
    assert found.worst is not None
    assert found.worst.moved.main == "scope"
    lines = to_text(rows, ENGLISH_TEXTS)
    assert "most by scope (work 0, scope −" in lines[2]
    assert "Added or dropped: WEB-40, WEB-41, WEB-42, WEB-43, WEB-44 and 5 more." in lines[2]
    assert [line[25:32] for line in lines[3:6]] == ["WEB-20 ", "WEB-21 ", "WEB-22 "]
    assert lines[3].startswith("  • If you do one thing: ")
    moved = found.worst.moved
    assert sum(moved.points(cause) for cause in ("work", "scope", "time")) == round(100 * float(moved.change))


def test_who_waits_for_whom_is_told_the_oldest_first() -> None:
    old = item("OPS-1")
    new = item("OPS-2")
    waiting = [
        replace(OPEN[0], blocked_by=(old.ref,), blocked_since=((old.ref, NOW - timedelta(days=9)),)),
        replace(OPEN[1], blocked_by=(new.ref,), blocked_since=((new.ref, NOW - timedelta(days=1, hours=3)),)),
        replace(OPEN[2], blocked_by=(OPEN[3].ref,)),
        replace(OPEN[4], blocked_by=(old.ref,), created=NOW - timedelta(days=4)),
    ]
    lines = told([*STEADY, *waiting, OPEN[3], *OPEN[5:], old, new]).splitlines()
    begin = lines.index("Who waits for whom, oldest first (3)")
    assert lines[begin + 1 : begin + 4] == [
        "  • WEB waits for OPS, 9 days: WEB-20 (A) is blocked by OPS-1",
        "  • WEB waits for OPS, 4 days at most: WEB-24 (A) is blocked by OPS-1",
        "  • WEB waits for OPS, 1 day: WEB-21 (A) is blocked by OPS-2",
    ]


def test_started_work_that_serves_nothing_is_told_in_its_first_week() -> None:
    begun: dict[str, Any] = {"category": "doing", "started": NOW - timedelta(days=2)}
    new = item("OPS-1", **begun, title="Something else")
    old = item("OPS-2", category="doing", started=NOW - timedelta(days=30))
    below = item("OPS-3", "OPS-1", **begun)
    secret = item("OPS-4", **begun, private=True)
    lines = told([*STEADY, *OPEN, new, old, below, secret]).splitlines()
    begin = lines.index("Started work that serves no key result, new since then (1)")
    assert lines[begin + 1] == "  • OPS-1 Something else (OPS), started on 14 Nov"
    assert not any(key in "\n".join(lines) for key in ("OPS-2", "OPS-3", "OPS-4"))


def walked(number: int, begin: float, end: float | None) -> tuple[WorkItem, tuple[StatusSpan, ...]]:
    """Work of no team's key result that was in progress from so many days ago to so many."""
    start = NOW - timedelta(days=begin)
    stop = None if end is None else NOW - timedelta(days=end)
    first = StatusSpan("todo", "To Do", start - timedelta(days=1), start)
    going = StatusSpan("doing", "In Progress", start, stop)
    changes: dict[str, Any] = {"category": "doing", "started": start, "created": start - timedelta(days=1)}
    if stop is None:
        return item(f"OPS-{number}", labels=("a",), **changes), (first, going)
    ended = changes | {"category": "done", "completed": stop}
    return item(f"OPS-{number}", labels=("a",), **ended), (first, going, StatusSpan("done", "Done", stop))


def test_work_older_than_most_ever_was_at_its_stage_is_told() -> None:
    ways = [walked(n, 30 + n, 25 + n) for n in range(100, 130)]
    ways += [walked(1, 20, None), walked(2, 2, None)]
    items = [one for one, _ in ways]
    histories: dict[Ref, Any] = {one.ref: spans for one, spans in ways}
    lines = told([*STEADY, *OPEN, *items], declared(flow={}, policy={}), histories=histories).splitlines()
    begin = lines.index("Older than 85 % of all work ever was at its stage (1)")
    assert lines[begin + 1] == (
        "  • OPS-1 Title of OPS-1 (OPS): 20 days old at stage In Progress, which 85 % had left by day 5"
    )
    assert not any(line.startswith("Not computed: age") for line in lines)
    without = told([*STEADY, *OPEN, *items])
    assert without.splitlines()[-1] == "Not computed: age at each stage (declare flow: {})"


def test_a_word_against_the_numbers_is_told() -> None:
    given = GivenHealth("on_track", NOW - timedelta(days=1))
    lines = told([*STEADY[:1], replace(OPEN[0], given_health=given), *OPEN[1:]]).splitlines()
    begin = lines.index("Where somebody's word and the numbers disagree (1)")
    assert lines[begin + 1].startswith("  • WEB-20 was called on track on 15 Nov, but A (Result A) is ")


def everything() -> tuple[list[WorkItem], dict[Ref, Any], Workspace]:
    """More of everything than a brief has room for."""
    ways = [walked(n, 30 + n, 25 + n) for n in range(100, 130)] + [
        walked(n, 20 + n, None) for n in range(1, 9)
    ]
    blockers = [item(f"OPS-{n}", title="x" * 300) for n in range(200, 209)]
    waiting = [replace(one, blocked_by=(blocker.ref,)) for one, blocker in zip(OPEN, blockers, strict=False)]
    waiting = [
        replace(one, given_health=GivenHealth("on_track", NOW - timedelta(days=1)), title="<b>&" * 60)
        for one in waiting
    ]
    begun: dict[str, Any] = {"category": "doing", "started": NOW - timedelta(days=2), "assignee": PERSON}
    orphans = [item(f"OPS-{n}", title="y" * 300, **begun) for n in range(300, 312)]
    more = [replace(one, labels=("a", "b", "c")) for one in (*STEADY, *waiting, *NEW)]
    known = declared(*(work(name.upper(), {"label": name}) for name in "abc"), work("D"), flow={})
    items = [*more, *blockers, *orphans, *(one for one, _ in ways)]
    return items, {one.ref: spans for one, spans in ways}, known


@pytest.mark.parametrize("language", ["en", "fr"])
def test_it_never_has_more_than_25_lines_and_each_names_its_tickets(language: str) -> None:
    items, histories, known = everything()
    found, rows = brief(items, known, histories=histories)
    assert found.worst is not None
    kinds = [row.said.key for row in rows if row.kind == "heading"]
    assert kinds == ["brief.fell", "brief.waits", "brief.orphans", "brief.old", "brief.disputed"]
    assert 20 <= len(rows) <= MOST_ROWS
    lines = to_text(rows, Texts(language))
    assert len(lines) == len(rows)
    assert all("\n" not in line for line in lines)
    named = [row for row in rows if row.kind == "line" and row.said.key != "brief.fell.also"]
    assert all(row.items for row in named)
    assert max(map(len, lines)) < 400


def test_no_person_is_in_it_in_any_form() -> None:
    items, histories, known = everything()
    owned = known.model_copy(
        update={"objectives": (known.objectives[0].model_copy(update={"owner": PERSON}),)}
    )
    found, rows = brief(items, owned, histories=histories)
    data = json.dumps(
        brief_data(found, {one.ref: one for one in items}, ENGLISH_TEXTS, to_text(rows, ENGLISH_TEXTS))
    )
    assert PERSON not in data
    assert PERSON not in "\n".join(to_text(rows, Texts("fr")))


def test_what_not_everybody_may_see_is_named_nowhere() -> None:
    items, histories, known = everything()
    hidden = [replace(one, private=True) for one in items]
    _, rows = brief(hidden, known, histories=histories)
    assert [one.key for row in rows for one in row.items] == []
    assert ref("WEB-20").id not in "\n".join(to_text(rows, ENGLISH_TEXTS))
