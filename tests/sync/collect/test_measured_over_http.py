"""Fields of what queries find, and histories, asked of both sandbox trackers over real HTTP.

What is expected is taken from the generated world itself, past the API.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from statistics import mean, median
from typing import Any

import pytest

from benchmarks.recount_pieces import Counting
from benchmarks.recount_works import Work, below_each
from config.load import load
from config.trackers import NativeQuery
from config.workspace import Workspace
from connectors.base import AnswersQueries
from connectors.model import Ref, WorkItem
from connectors.sandbox.company import NOW
from connectors.sandbox.jira.generate_history import history_of
from connectors.sandbox.jira.state import STORY_POINT_ESTIMATE
from connectors.sandbox.linear.history import spans_of
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from sync.decide import Decision, decide
from sync.jobs.last_read import replay
from sync.jobs.sandbox import examples, sandbox_session
from sync.jobs.session import Session
from sync.remember import remember
from sync.run import run

OPS = "project = OPS AND issuetype = Bug"
OPS_DONE = f"{OPS} AND statusCategory = Done"
ENG: dict[str, Any] = {"team": {"key": {"eq": "ENG"}}}


def asked(**how: Any) -> dict[str, Any]:
    return {"kind": "query", "start": 1000, "target": 0, **how}


MEASURES: dict[str, dict[str, Any]] = {
    "SUM": asked(jql=OPS, of="sum", field="points"),
    "FIELD": asked(jql=OPS, of="average", field="Story point estimate"),
    "CYCLE": asked(jql=f"{OPS} AND statusCategory = Done", of="median", field="cycle_time"),
    "SHARE": asked(jql=OPS_DONE, of="sum", field="points", over={"jql": OPS}),
    "LINEAR": asked(filter=ENG, of="sum", field="points"),
    "JFLOW": {"kind": "flow", "of": "efficiency", "since": "start", "waiting": ["In Review"], "window_days": 366,
              "start": 0, "target": 100},
    "LFLOW": {"kind": "flow", "of": "efficiency", "window_days": 366, "start": 0, "target": 100},
}  # fmt: skip
WEB_BY = {"TIME": "time", "LABELS": "label", "KEYS": "key"}
MEASURES |= {
    "TIME": {"kind": "work", "weigh": "time", "default_estimate": 4},
    "LABELS": {"kind": "work", "weigh": "label", "weights": {"onboarding": 5}},
    "KEYS": {"kind": "work", "weigh": "key", "weights": {"WEB-3": 40}},
}
LINKS = {name: [{"project": "WEB", "share": 0.2}] for name in WEB_BY} | {
    "JFLOW": [{"project": "WEB", "share": 0.4}],
    "LFLOW": [{"team": "ENG"}],
}


def declared() -> Workspace:
    """The example company, with only WEB of Jira in scope: bugs of OPS lie beyond the pull."""
    plain = load(examples()).model_dump(mode="json", by_alias=True)
    plain["trackers"]["jira"]["scope"]["projects"] = ["WEB"]
    plain["flow"] = None  # what measures need is asked for, and nothing else
    results = [
        {"id": name, "title": name, "measure": how, "links": LINKS.get(name, [])} for name, how in MEASURES.items()
    ]  # fmt: skip
    plain["objectives"] = [{"id": "O", "title": "O", "cycle": "2026-Q4", "key_results": results}]
    return Workspace.model_validate(plain)


@pytest.fixture(scope="module")
def looked() -> Iterator[tuple[Sandbox, Session, Decision]]:
    with Sandbox(generate(300, 5)) as sandbox, sandbox_session(sandbox, declared()) as session:
        yield sandbox, session, run(session.workspace, session.connectors, session.store, NOW)


def found(sandbox: Sandbox, session: Session, jql: str) -> list[Any]:
    jira = session.connectors["jira"]
    assert isinstance(jira, AnswersQueries)
    ids = jira.find(NativeQuery("jql", jql))
    assert len(ids) > 5
    return [one for one in sandbox.world.jira.issues.values() if str(one.id) in ids]


def in_the_cycle(sandbox: Sandbox, item: WorkItem) -> bool:
    """Not dropped, and not finished before the first of October in Paris, by what the trackers themselves keep."""
    linear = sandbox.world.linear.issues.get(item.ref.id)
    ended = (
        sandbox.world.jira.issues[int(item.ref.id)].category_changed
        if linear is None
        else linear.completed_at
    )
    before = ended is not None and ended < datetime(2026, 9, 30, 22, tzinfo=UTC)
    return item.category != "dropped" and not (item.category == "done" and before)


def test_work_by_declared_weights(looked: tuple[Sandbox, Session, Decision]) -> None:
    sandbox, _, told = looked
    by_id = {str(one.id): one for one in sandbox.world.jira.issues.values()}
    in_linear = sandbox.world.linear.issues

    def weigh(name: str, item: WorkItem) -> float:
        if item.ref.id in in_linear:
            labels = [label.name for label in in_linear[item.ref.id].labels]
            return 5 if name == "LABELS" and "onboarding" in labels else 1
        issue = by_id[item.ref.id]
        if name == "LABELS":
            return 5 if "onboarding" in map(str.casefold, issue.labels) else 1
        return 40 if issue.key == "WEB-3" else 1

    for name in WEB_BY.keys() - {"TIME"}:
        leaves = told.alignment.leaves[name]
        kept = [(item, float(share)) for item, share in leaves if in_the_cycle(sandbox, item)]
        assert len(kept) > 20
        whole = sum(weigh(name, item) * share for item, share in kept)
        done = sum(weigh(name, item) * share for item, share in kept if item.category == "done")
        assert told.scorecard.readings[name].progress == pytest.approx(done / whole)


def test_work_by_time(looked: tuple[Sandbox, Session, Decision]) -> None:
    """Hours on parents go to what is below them, as the recount of `benchmarks` hands points down."""
    sandbox, _, told = looked
    items = {(ref.tracker, ref.id): item for ref, item in told.alignment.items.items()}
    hours = {("jira", str(one.id)): one.original_estimate for one in sandbox.world.jira.issues.values()}
    works = below_each(
        Work(
            id=key,
            key=item.key,
            project=None,
            team=None,
            type=item.kind,
            labels=(),
            claims=(),
            above=[(item.parent.tracker, item.parent.id)] if item.parent else [],
            in_scope=item.in_scope,
            state=item.category,
            points=None if hours.get(key) is None else Fraction(hours[key] or 0, 3600),
            created=item.created,
            finished=item.completed,
        )
        for key, item in items.items()
    )
    shares = {
        (ref.tracker, ref.id): link.share
        for ref, placement in told.alignment.placements.items()
        for link in placement.links
        if link.key_result == "TIME"
    }
    elsewhere = frozenset(key for key, item in items.items() if told.alignment.counts_elsewhere(item.ref))
    serves = {key: {"TIME": shares[key]} if key in shares else {} for key in works}
    counting = Counting(works, serves, {"TIME"}, datetime(2026, 10, 1, tzinfo=UTC), elsewhere)
    pieces = [
        (piece, shares[piece.work.id])
        for piece in counting.weighed()
        if piece.work.id in shares and in_the_cycle(sandbox, items[piece.work.id])
    ]
    assert len(pieces) > 20
    weights = [(4 if one.points is None else one.points, share, one.work.state) for one, share in pieces]
    whole = sum(weight * share for weight, share, _ in weights)
    done = sum(weight * share for weight, share, state in weights if state == "done")
    reading = told.scorecard.readings["TIME"]
    assert reading.progress == pytest.approx(float(done / whole))
    known = [one for one, _ in pieces if one.points is not None]
    assert reading.coverage == pytest.approx(len(known) / len(pieces))
    assert 0.4 < len(known) / len(pieces) < 0.95


def test_points_beyond_the_pull_are_asked_for(looked: tuple[Sandbox, Session, Decision]) -> None:
    sandbox, session, told = looked
    issues = found(sandbox, session, OPS)
    points = [one.custom[STORY_POINT_ESTIMATE] for one in issues if STORY_POINT_ESTIMATE in one.custom]
    readings = told.scorecard.readings
    assert readings["SUM"].value == sum(points)
    done = [
        one.custom[STORY_POINT_ESTIMATE]
        for one in issues
        if one.status.category == "done" and STORY_POINT_ESTIMATE in one.custom
    ]
    assert readings["SHARE"].value == pytest.approx(100 * sum(done) / sum(points), abs=1e-3)
    assert 0 < sum(done) < sum(points)
    assert readings["SUM"].coverage == len(points) / len(issues) < 1
    assert readings["FIELD"].value == pytest.approx(mean(points), abs=1e-4)
    assert not any(item.project == "OPS" and item.in_scope for item in told.observation.items)


def test_cycle_time_of_jira_is_told_by_its_changelog(looked: tuple[Sandbox, Session, Decision]) -> None:
    sandbox, session, told = looked
    done = found(sandbox, session, f"{OPS} AND statusCategory = Done")
    days = [
        (when(one.resolved or one.category_changed) - begun).total_seconds() / 86_400
        for one in done
        if one.resolution is None or one.resolution.name == "Done"
        if (begun := first_in_progress(one)) is not None
    ]
    assert len(days) > 3
    assert told.scorecard.readings["CYCLE"].value == pytest.approx(median(days), abs=1e-3)


def test_points_of_linear(looked: tuple[Sandbox, Session, Decision]) -> None:
    sandbox, session, told = looked
    linear = session.connectors["linear"]
    assert isinstance(linear, AnswersQueries)
    ids = linear.find(declared_ask().native)
    issues = [one for one in sandbox.world.linear.issues.values() if one.id in ids]
    points = [one.estimate for one in issues if one.estimate is not None]
    assert len(points) > 5
    assert told.scorecard.readings["LINEAR"].value == sum(points)


def declared_ask() -> Any:
    return next(kr.measure for _, kr in declared().key_results() if kr.id == "LINEAR")


def test_efficiency_of_jira_by_hand(looked: tuple[Sandbox, Session, Decision]) -> None:
    sandbox, _, told = looked
    by_id = {str(one.id): one for one in sandbox.world.jira.issues.values()}
    shares = []
    for item, _ in told.alignment.leaves["JFLOW"]:
        if item.category != "done" or item.ref.tracker != "jira" or not recent(item):
            continue
        assert item.completed is not None
        issue = by_id[item.ref.id]
        steps = moves(issue)
        begun = first_in_progress(issue)
        if begun is None:
            continue
        ends = [*(at for at, _ in steps[1:]), item.completed]
        active = sum(
            max(0.0, (min(end, item.completed) - at).total_seconds())
            for (at, status), end in zip(steps, ends, strict=True)
            if status == "In Progress"
        )
        shares.append(100 * active / (item.completed - begun).total_seconds())
    shares.sort()
    assert len(shares) > 10
    assert told.scorecard.readings["JFLOW"].value == pytest.approx(
        shares[(len(shares) + 1) // 2 - 1], abs=1e-2
    )


def test_efficiency_of_linear_by_the_states_it_was_in(looked: tuple[Sandbox, Session, Decision]) -> None:
    sandbox, _, told = looked
    shares = []
    for item, _ in told.alignment.leaves["LFLOW"]:
        if item.category != "done" or item.level == "project" or not recent(item):
            continue
        issue = sandbox.world.linear.issues[item.ref.id]
        assert issue.completed_at is not None
        whole = (issue.completed_at - issue.created_at).total_seconds()
        # Some work was reopened, so its last stamps do not tell all: the states it was in do.
        active = sum(
            (span.ended_at - span.started_at).total_seconds()
            for span in spans_of(sandbox.world.linear, issue)
            if span.state.type == "started" and span.ended_at is not None
        )
        shares.append(100 * active / whole if whole > 0 else 0)
    shares.sort()
    assert len(shares) > 10
    assert told.scorecard.readings["LFLOW"].value == pytest.approx(
        shares[(len(shares) + 1) // 2 - 1], abs=1e-2
    )


def test_only_what_is_asked_for_has_its_history_read(looked: tuple[Sandbox, Session, Decision]) -> None:
    _, _, told = looked
    done = {item.ref for name in ("JFLOW", "LFLOW") for item, _ in told.alignment.leaves[name]
            if item.category == "done"}  # fmt: skip
    assert set(told.observation.histories) <= done
    assert Ref("jira", "0") not in told.observation.histories
    for spans in told.observation.histories.values():
        assert all(a.end == b.begin for a, b in pairwise(spans))


def test_what_was_read_is_remembered(looked: tuple[Sandbox, Session, Decision]) -> None:
    _, session, told = looked
    remember(told, session.workspace, session.store)
    snapshot = session.store.snapshots.last()
    assert snapshot is not None
    again = replay(session, snapshot)
    assert again is not None
    assert again.scorecard == told.scorecard
    memory = session.store.memory(session.workspace, NOW)
    assert decide(told.observation, memory, session.workspace, NOW).scorecard == told.scorecard


def recent(item: WorkItem) -> bool:
    return item.completed is not None and NOW - timedelta(days=366) < item.completed


def when(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


def moves(issue: Any) -> list[tuple[datetime, str]]:
    """From when on an issue stood in which status."""
    changes = [
        (entry.created, item) for entry in history_of(issue) for item in entry.items if item.field == "status"
    ]
    first = changes[0][1].before_text if changes else issue.status.name
    return [(when(issue.created), str(first)), *((when(at), str(item.after_text)) for at, item in changes)]


def first_in_progress(issue: Any) -> datetime | None:
    doing = {one.name for one in issue.project.statuses if one.category == "indeterminate"}
    return next((at for at, status in moves(issue) if status in doing), None)
