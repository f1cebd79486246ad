"""The review of a quarter after two that were replayed: each number is that of status, of a kept row, or of a recount by hand."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from config.text.texts import ENGLISH_TEXTS, Texts
from sync.collect.rewind import rewound
from sync.decide import Decision, look
from sync.jobs.review.review import latest_review, review
from sync.jobs.session import Session
from sync.measure import end_of
from sync.report.data import of_scorecard
from sync.report.review.data import review_data
from sync.report.review.markdown import to_markdown
from sync.report.review.section import review_section
from sync.review.contents import Review, ReviewedKeyResult
from sync.signals.capacity.starved_objective import days_so_far
from tests.support.two_quarters import NOW, Work, planted, replayed, with_next

START, END = date(2026, 10, 1), date(2026, 12, 31)
INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Replayed:
    session: Session
    run: Decision
    runs: list[Decision]
    review: Review
    folder: Path

    @property
    def data(self) -> dict[str, Any]:
        return review_data(self.review, self.run.alignment.items, ENGLISH_TEXTS)


@pytest.fixture(scope="module")
def quarters(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replayed]:
    folder, runs = tmp_path_factory.mktemp("quarters"), list[Decision]()
    session, run = replayed(folder, runs.append)
    yield Replayed(session, run, runs, review(session, run, "2026-Q4"), folder)
    session.store.close()


def of(found: Review, name: str) -> ReviewedKeyResult:
    return next(one for one in found.key_results if one.reading.key_result == name)


def key_results(data: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["key_result"]: one for row in data["objectives"] for one in row["key_results"]}


# --- The same, counted by hand ---------------------------------------------------------------------


def there(one: Work, day: date) -> bool:
    created = one.day("created")
    assert created is not None
    return created <= day


def over(one: Work, day: date) -> date | None:
    ended = one.day("ended")
    return ended if ended is not None and ended <= day else None


def counts(one: Work) -> bool:
    """Whether it is part of the quarter: there before its end, and not ended before its beginning."""
    ended = over(one, END)
    is_before = ended is not None and ended < START
    return there(one, END) and not (is_before and not one.is_dropped)


def linked(label: str) -> list[Work]:
    return [one for one in planted() if one.label == label and counts(one)]


def was_dropped(one: Work, day: date) -> bool:
    ended = over(one, END)
    return one.is_dropped and ended is not None and ended < day


def weight(some: list[Work], *, points: bool) -> float:
    return sum(one.points if points else 1 for one in some)


# --- Tests -----------------------------------------------------------------------------------------


def test_progress_grades_and_health_are_those_of_status(quarters: Replayed) -> None:
    card = [
        row
        for row in of_scorecard(quarters.run.scorecard, quarters.run.outlooks)
        if row["cycle"] == "2026-Q4"
    ]
    told = quarters.data["objectives"]
    same = ("objective", "title", "percent", "health", "succeeds", "grading")
    assert [[row[name] for name in same] for row in told] == [[row[name] for name in same] for row in card]
    status = {one["key_result"]: one for row in card for one in row["key_results"]}
    for name, one in key_results(quarters.data).items():
        assert (one["percent"], one["health"], one["evidence"]) == tuple(
            status[name][key] for key in ("percent", "health", "evidence")
        )
        assert (one["outcome"]["value"], one["outcome"]["target"]) == (
            status[name]["value"],
            status[name]["target"],
        )
    assert [row["grade"] for row in told if row["grading"]] == [
        row["grade"] for row in card if row["grading"]
    ]
    assert of(quarters.review, "LOVED-KR2").grade == 0.1
    assert of(quarters.review, "SAFE-KR2").grade == 0.8


@pytest.mark.parametrize(
    ("name", "label", "points", "day", "has_baseline"),
    [
        ("LOVED-KR1", "a", True, START, False),
        ("LOVED-KR2", "c", False, START, False),
        ("SAFE-KR1", "b", False, date(2026, 10, 15), True),
    ],
)
def test_the_promise_is_what_was_there(
    quarters: Replayed, name: str, label: str, points: bool, day: date, has_baseline: bool
) -> None:
    found = of(quarters.review, name).promise
    assert found is not None
    mine = [one for one in linked(label) if not was_dropped(one, day)]
    promised = [one for one in mine if there(one, day)]
    added = [one for one in mine if not there(one, day) and not (one.is_dropped and over(one, END))]
    done = [one for one in promised if over(one, END) and not one.is_dropped]
    dropped = [one for one in promised if over(one, END) and one.is_dropped]
    expected = {"promised": promised, "done": done, "dropped": dropped, "added": added}
    got = {which: getattr(found, which) for which in expected}
    assert {which: (one.items, float(one.weight)) for which, one in got.items()} == {
        which: (len(some), weight(some, points=points)) for which, some in expected.items()
    }
    assert min(map(len, (promised, added))) > 0
    assert bool(dropped) == (name == "LOVED-KR1")
    assert (found.day, found.is_declared) == (day, has_baseline)
    assert found.kept == weight(done, points=points) / weight(promised, points=points)
    assert found.added_done.items == sum(over(one, END) is not None for one in added)


def test_the_work_behind_is_what_was_done_in_the_quarter(quarters: Replayed) -> None:
    for name, label in (("LOVED-KR1", "a"), ("SAFE-KR1", "b")):
        done = of(quarters.review, name).done
        mine = [one for one in linked(label) if over(one, END) and not one.is_dropped]
        if label == "b":
            mine = [one for one in mine if there(one, date(2026, 10, 15))]
        assert done.pieces == len(mine)
        assert {one.key for one in done.items} == {one.key for one in mine if not one.is_private}
    output = key_results(quarters.data)["LOVED-KR2"]["output"]
    mine = [one for one in linked("c") if not (one.is_dropped and over(one, END))]
    assert (output["items"], output["done"]) == (len(mine), sum(over(one, END) is not None for one in mine))


def test_forecasts_of_weeks_4_and_8_are_those_that_were_kept(quarters: Replayed) -> None:
    judged = 0
    for one in quarters.review.key_results:
        name = one.reading.key_result
        kept = {each.day: each for each in quarters.session.store.readings.forecasts(name)}
        for check in one.forecasts:
            last = START + timedelta(weeks=check.week, days=-1)
            assert check.made == kept[max(day for day in kept if day <= last)]
            assert last - timedelta(days=6) <= check.made.day <= last
            low, came, high = (
                int(100 * at + 1e-9) for at in (check.made.low, one.reading.progress or 0, check.made.high)
            )
            assert check.held == (low <= came <= high)
            assert check.succeeded == ((one.reading.progress or 0) >= one.goal)
            judged += 1
    assert judged >= 2
    assert sum(one.of for one in quarters.review.calibrations) == judged


def test_the_unaligned_share_is_what_the_runs_kept(quarters: Replayed) -> None:
    found = quarters.review.unaligned
    assert found.now is not None
    assert found.before is not None
    assert (found.before_name, found.before.on, found.before.told_by) == (
        "2026-Q3",
        date(2026, 9, 30),
        "kept",
    )
    assert (found.now.on, found.now.told_by) == (date(2026, 12, 30), "kept")
    for share, day, since in (
        (found.before, date(2026, 9, 30), date(2026, 7, 1)),
        (found.now, date(2026, 12, 30), START),
    ):
        running = [one for one in planted() if _runs(one, day, since)]
        assert share.share == pytest.approx(
            float(Fraction(sum(one.label == "-" for one in running), len(running)))
        )
    assert found.now.share != found.before.share


def _runs(one: Work, day: date, since: date) -> bool:
    started, ended = one.day("started"), over(one, day)
    if ended is not None:
        return not one.is_dropped and ended >= since
    return started is not None and started <= day


def test_what_no_run_kept_is_told_by_the_items_and_says_so(quarters: Replayed) -> None:
    store = quarters.session.store
    kept = store.work_by_day.all()
    with store.transaction() as connection:
        connection.exec_driver_sql("DELETE FROM work_by_day")
    found = review(quarters.session, quarters.run, "2026-Q4").unaligned
    store.work_by_day.add(kept)
    assert store.work_by_day.all() == kept
    assert found.now is not None
    assert found.before is not None
    assert (found.now.told_by, found.before.told_by) == ("items", "items")
    assert (found.now.on, found.before.on) == (END, date(2026, 9, 30))
    assert found.before.share == pytest.approx(quarters.review.unaligned.before.share)  # type: ignore[union-attr]


def test_person_days_are_those_of_signals_on_the_last_day(quarters: Replayed) -> None:
    effort, session = quarters.review.effort, quarters.session
    assert effort is not None
    assert (effort.begin, effort.end) == (START, END)
    last = end_of(END, UTC)
    seen, memory = (
        rewound(quarters.run.observation, last),
        session.store.memory(session.workspace, last - INSTANT),
    )
    then = look(seen, memory, session.workspace, last - INSTANT).signal_context.common(days_so_far)
    assert then is not None
    assert {one.part: one.days for one in effort.rows} == {part: then.of(part) for part in then.parts}
    assert {one.objective: one.share for one in then.shares} == {
        one.part.name: one.share for one in effort.rows if one.share is not None
    }
    assert {one.part.name: one.declared for one in effort.rows if one.declared} == {
        "LOVED": 2 / 3,
        "SAFE": 1 / 3,
    }
    assert all(one.is_declared for one in effort.rows if one.declared)
    assert sum(one.days or 0 for one in effort.rows) == pytest.approx(effort.whole)


def test_wins_misses_and_what_to_decide(quarters: Replayed) -> None:
    data = quarters.data
    assert data["wins"] == ["SAFE-KR2"]
    told = key_results(data)
    assert {name: one["decision"]["suggested"] for name, one in told.items()} == {
        "LOVED-KR1": "persevere",
        "LOVED-KR2": "revise_target",
        "SAFE-KR1": "change_work",
        "SAFE-KR2": "persevere",
    }
    kinds = {name: [why["kind"] for why in one["why"]] for name, one in told.items()}
    assert kinds["SAFE-KR2"] == []
    assert kinds["LOVED-KR1"][0] == "scope"
    assert all(some[-1] == "left" for name, some in kinds.items() if name != "SAFE-KR2")


def test_the_proposed_okrs_are_valid_and_begin_at_nothing(quarters: Replayed) -> None:
    data = quarters.data["next"]
    assert (data["from"], data["to"]) == ("2026-Q4", "2027-Q1")
    workspace = with_next(data["yaml"], quarters.folder)
    new = [objective for objective in workspace.objectives if objective.cycle == "2027-Q1"]
    continued = [kr.continues for one in new for kr in one.key_results]
    assert continued == ["LOVED-KR1", "LOVED-KR2", "SAFE-KR1", "SAFE-KR2"]
    run = look(quarters.run.observation, quarters.session.store.memory(workspace, NOW), workspace, NOW)
    readings = run.scorecard.readings
    for one in (kr for objective in new for kr in objective.key_results):
        reading = readings[one.id]
        assert (reading.percent, reading.tally.done) == (0, 0), one.id
        old = readings[one.continues or ""]
        assert old.percent == quarters.run.scorecard.readings[one.continues or ""].percent
        # What was finished in the old quarter is no work of the new one.
        finished = {piece.item.ref for piece in old.pieces if piece.category == "done" and not piece.left_out}
        counted = {piece.item.ref for piece in reading.pieces if piece.left_out is None}
        assert not finished & counted
    names = {kr.id for objective in new for kr in objective.key_results}
    for ref, placement in run.alignment.placements.items():
        if run.alignment.items[ref].is_open:
            assert {link.key_result for link in placement.links} <= names
            assert sum(link.share for link in placement.links) <= 1


def test_a_cycle_that_ended_lately_is_what_the_report_reviews(quarters: Replayed) -> None:
    found = latest_review(quarters.session, quarters.run)
    assert found is not None
    assert (found.name, found.phase) == ("2026-Q4", "ended")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_markdown_is_never_too_long_to_paste(quarters: Replayed, language: str) -> None:
    texts = Texts(language)
    section = review_section(quarters.review, texts, lambda name: f"https://okrs.example/kr/{name}")
    code = quarters.data["next"]["yaml"]

    def cut(more: int) -> str:
        return texts.counted("review.cut", more, cycle="2026-Q4")

    whole = to_markdown(section, texts, code, cut=cut)
    assert whole.startswith(f"# {texts.text('review.title', cycle='2026-Q4')}\n")
    assert whole.count("```") == 2
    assert code.strip() in whole
    assert "[LOVED-KR1](https://okrs.example/kr/LOVED-KR1)" in whole
    for longest in (len(whole) - 1, 4000, 2500):
        short = to_markdown(section, texts, code, cut=cut, too_long="No YAML here.", longest=longest)
        assert len(short) <= longest
        assert "```" not in short
    assert cut(1) in to_markdown(section, texts, code, cut=cut, longest=5200)


def test_work_that_not_everybody_may_see_is_counted_and_not_named(quarters: Replayed) -> None:
    (secret,) = (one for one in planted() if one.is_private)
    texts = Texts("en")
    section = review_section(quarters.review, texts, lambda _name: "")
    text = to_markdown(section, texts, cut=str)
    assert secret.key not in text
    assert secret.key not in json.dumps(quarters.data["objectives"])
    assert not re.search(r"\bP[0-3]\b", text + json.dumps(quarters.data))
