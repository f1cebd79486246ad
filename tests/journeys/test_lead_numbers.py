"""Numbers that a lead would call wrong, said right, through the command that a lead types, on each tracker and deployment."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from tests.support.cli import Cli
from tests.support.small_company import KINDS, Kind, Steps, Ticket, lead, reading

ALL_IN_POINTS = "{id: A, title: All of it, measure: {kind: work, weigh: points}, links: [{project: WEB}]}"
ALL = "{id: A, title: All of it, measure: {kind: work}, links: [{project: WEB}]}"


def at(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T09:00Z")


def done(day: str) -> Steps:
    return ("doing", at("2026-10-05")), ("done", at(day))


ON_ALL = pytest.mark.parametrize("kind", KINDS)


@ON_ALL
def test_points_on_a_story_are_not_lost_to_its_sub_tasks(
    kind: Kind, run: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    tickets = (
        Ticket(done("2026-11-02"), 13, below=(Ticket(done("2026-11-02")),) * 3),
        Ticket((), 3, below=(Ticket(),)),
        Ticket((), 3),
    )
    with lead(kind, tickets, [ALL_IN_POINTS], monkeypatch, tmp_path):
        one = reading(run, "A")
    assert (one["percent"], one["value"], one["target"]) == (68, 13, 19)


@ON_ALL
def test_points_of_an_open_story_go_to_its_sub_tasks_in_equal_parts(
    kind: Kind, run: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    tickets = (
        Ticket((), 8, below=(Ticket(done("2026-11-02")), Ticket(), Ticket((("dropped", at("2026-10-20")),)))),
    )
    with lead(kind, tickets, [ALL_IN_POINTS], monkeypatch, tmp_path):
        one = reading(run, "A")
    assert (one["percent"], one["value"], one["target"]) == (50, 4, 8)


@ON_ALL
def test_what_only_watches_how_work_flows_takes_nothing_of_it(
    kind: Kind, run: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    label = "activation"
    tickets = (Ticket(done("2026-11-02"), label=label), Ticket((), project="OPS", label=label))
    made = f"{{id: A, title: Launch, measure: {{kind: work}}, links: [{{label: {label}}}]}}"
    flow = "{id: B, title: Flow, measure: {kind: flow, of: throughput, start: 0, target: 2}, links: [{project: WEB}]}"
    with lead(kind, tickets, [made, flow], monkeypatch, tmp_path):
        one = reading(run, "A")
    assert (one["percent"], one["value"]) == (50, 1)


@ON_ALL
def test_as_of_a_day_work_is_what_it_was_on_that_day(
    kind: Kind, run: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    tickets = (Ticket(done("2026-11-06")), Ticket(created=at("2026-11-10")))
    with lead(kind, tickets, [ALL], monkeypatch, tmp_path):
        before = reading(run, "A", "2026-10-20T09:00Z")
        between = reading(run, "A", "2026-11-09T09:00Z")
        after = reading(run, "A")
    assert (before["percent"], before["value"], before["work"]["leaves"]) == (0, 0, 1)
    assert (between["percent"], between["value"], between["work"]["leaves"]) == (100, 1, 1)
    assert (after["percent"], after["value"], after["work"]["leaves"]) == (50, 1, 2)


@ON_ALL
def test_what_was_finished_before_the_cycle_counts_nowhere_in_it(
    kind: Kind, run: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    began = at("2026-08-03")
    finished: Steps = (("doing", began), ("done", datetime.fromisoformat("2026-09-30T21:59:30Z")))
    first: Steps = (("doing", began), ("done", datetime.fromisoformat("2026-09-30T22:00:30Z")))
    reopened: Steps = (*finished, ("doing", at("2026-10-12")))
    again: Steps = (*reopened, ("done", at("2026-10-29")))
    tickets = tuple(Ticket(steps, created=at("2026-08-01")) for steps in (finished, first, reopened, again))
    with lead(kind, tickets, [ALL], monkeypatch, tmp_path):
        one = reading(run, "A")
        dawn = reading(run, "A", "2026-10-01T00:00")
    assert (one["percent"], one["value"], one["target"]) == (66, 2, 3)
    assert (dawn["percent"], dawn["value"]) == (0, 0)


@ON_ALL
def test_a_rule_with_dates_asks_the_day_of_the_work_below_what_carries_it(
    kind: Kind, run: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The parent is open, and would hand all of its children to the rule of today."""
    tickets = (
        Ticket(label="failover", below=(Ticket(done("2026-10-20")), Ticket(done("2026-11-03")), Ticket())),
    )
    old = "{id: OLD, title: Until October, measure: {kind: work}, links: [{label: failover, effective: {until: 2026-10-31}}]}"
    new = "{id: NEW, title: Since November, measure: {kind: work}, links: [{label: failover, effective: {since: 2026-11-01}}]}"
    with lead(kind, tickets, [old, new], monkeypatch, tmp_path):
        before, since = reading(run, "OLD"), reading(run, "NEW")
    assert (before["percent"], before["value"], before["target"]) == (100, 1, 1)
    assert (since["percent"], since["value"], since["target"]) == (50, 1, 2)


@ON_ALL
def test_a_claim_on_a_parent_counts_for_children_that_their_project_links(
    kind: Kind, run: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    claimed = Ticket(label="kr:SPEED-KR1", below=(Ticket(done("2026-11-02")), Ticket()))
    said = Ticket(label="kr:SPEED-KR1", below=(Ticket(done("2026-11-02"), label="activation"),))
    claims = "{id: SPEED-KR1, title: By claim, measure: {kind: work}}"
    label = "{id: C, title: By label, measure: {kind: work}, links: [{label: activation}]}"
    with lead(kind, (claimed, said, Ticket()), [ALL, claims, label], monkeypatch, tmp_path):
        place, claim, carried = (reading(run, name) for name in ("A", "SPEED-KR1", "C"))
    assert (claim["percent"], claim["target"]) == (50, 2), "before a rule that asks only where it lives"
    assert (carried["percent"], carried["target"]) == (100, 1), "after what the child carries itself"
    assert (place["percent"], place["target"]) == (0, 1)
