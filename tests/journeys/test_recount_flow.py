"""The recount of `benchmarks/recount_flow.py` on small worlds: raw histories against what the command says, figure by figure."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from benchmarks import recount_flow
from benchmarks.recount import NOW
from benchmarks.recount_figures import FlowRecount
from benchmarks.recount_wip import in_progress_by_day, said_by_day
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from sync.jobs.sandbox import examples
from tests.support.cli import AS_OF, Cli
from tests.support.flow_peers import Jirametrics, Lighthouse, Stop

PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture
def sandbox() -> Any:
    with Sandbox(generate(60, 1, flow=True)) as running:
        yield running


def said(run: Cli) -> dict[str, Any]:
    ran = run("signals", *AS_OF, "--format", "json")
    assert ran.code == 0, ran.err
    flow: dict[str, Any] = json.loads(ran.out)["flow"]
    return flow


def places(flow: dict[str, Any]) -> dict[str, Any]:
    return {
        one["team"] or "": {name: two for name, two in one.items() if name not in ("stream", "team")}
        for one in flow["places"]
    }


def test_truenorth_says_the_same_on_cloud_and_peers_differ_as_explained(pointed: Sandbox, run: Cli) -> None:
    flow = said(run)
    recount = FlowRecount(pointed.url, examples(), is_server=False)
    own = recount.places()
    assert list(recount_flow.differences(own, places(flow))) == []
    whole = own[""]
    assert whole["flow_efficiency"]["state"] == "known"
    assert whole["items"] > 20
    assert recount_flow.figures_in(own) > 1_000
    assert peers_differ(recount) <= {"put back", "never in progress", "not begun again", "at once"}
    work_in_progress_is_drawn_so(recount, run, teams=2)


def test_truenorth_says_the_same_on_data_center(server: Sandbox, run: Cli) -> None:
    recount = FlowRecount(server.url, examples(), is_server=True)
    own = recount.places()
    assert list(recount_flow.differences(own, places(said(run)))) == []
    work_in_progress_is_drawn_so(recount, run, teams=0)
    assert own[""]["blocked"]["days_by_flag"] > 0


def work_in_progress_is_drawn_so(recount: FlowRecount, run: Cli, teams: int) -> None:
    """The report draws as much for each key result, and for none, on each day; each week of so many teams."""
    ran = run("report", "--out", "report", *AS_OF)
    assert ran.code == 0, ran.err
    report = json.loads(Path("report/report.json").read_text(encoding="utf-8"))
    names = sorted({one.place for one in recount.ways})[:teams]
    for team in ("", *names):
        own, drawn = in_progress_by_day(recount, team), said_by_day(report, team)
        assert drawn.keys() == own.keys() if not team else drawn.keys() <= own.keys()
        assert list(recount_flow.differences({day: own[day] for day in drawn}, drawn)) == []
        assert len(drawn) >= 7
    assert {"none", "exempt", "SPEED-KR1"} <= {
        name for one in in_progress_by_day(recount).values() for name in one
    }


def test_a_difference_is_found() -> None:
    own = {"a": [1, 2.0], "b": None, "c": {"d": 1.0}}
    assert list(recount_flow.differences(own, {"a": [1, 2.0 + 1e-12], "b": None, "c": {"d": 1.0}})) == []
    other = {"a": [1, 2.1], "b": 1, "c": {}}
    assert [where for where, *_ in recount_flow.differences(own, other)] == [".a[1]", ".b", ".c.d"]


def peers_differ(recount: FlowRecount) -> set[str]:
    """Why jirametrics or Lighthouse say otherwise than we do of the days of an item, of those of whom any does."""
    jirametrics, lighthouse = Jirametrics(PARIS), Lighthouse(PARIS)
    why = Counter[str]()
    for way in recount.ways:
        if way.work.state == "dropped" or any(one.category is None for one in way.past.stops):
            continue
        told = [Stop(one.status, one.category, one.begin) for one in way.past.stops]
        ours = recount.whole_days(way)
        theirs = [(one.cycle_time(told), one.age(told, NOW)) for one in (jirametrics, lighthouse)]
        if any(one != ours for one in theirs):
            why[cause(told)] += 1
    return set(why)


def cause(told: list[Stop]) -> str:
    """The one of the causes in docs/flow.md that holds; "" where none does."""
    categories = [one.category for one in told]
    if "doing" not in categories:
        return "never in progress"
    begun = categories.index("doing")
    if told[begun].begin == told[-1].begin and categories[-1] == "done":
        return "at once"
    if categories[-1] == "todo":
        return "not begun again"
    return "put back" if "todo" in categories[begun:] else ""
