"""Straight after a sync `status` and `orphans` decide nothing, and print to the byte what they would print if they did."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.errors import Unreachable
from tests.support.builders import NOW, ref
from tests.support.cli import Cli
from tests.support.kept_looks import Here


@pytest.fixture(params=[1, 2], ids="seed {}".format)
def here(request: pytest.FixtureRequest, tmp_path: Path, run: Cli, monkeypatch: pytest.MonkeyPatch) -> Here:
    return Here(request.param, tmp_path, run, monkeypatch)


def test_they_print_what_deciding_would_print(here: Here) -> None:
    for hours in (0, 7):
        here.sync(NOW + timedelta(hours=hours))
        printed, used = here.looks()
        assert all(used), f"{hours} hours later"
        assert here.settled_at == NOW
        assert printed == here.decided(), f"{hours} hours later"


def another_goal(here: Here) -> tuple[str, ...]:
    here.edit("title: Six", "title: Sixth")
    return ()


def moved_lines(here: Here) -> tuple[str, ...]:
    here.edit("objectives:\n", "objectives:\n  # findings name the line of a rule\n")
    return ()


def another_moment(_: Here) -> tuple[str, ...]:
    return ("--as-of", "2026-11-16T08:00Z")


def changed_in_a_plan(here: Here) -> tuple[str, ...]:
    here.trackers["jira"].change(ref("WEB-1"), title="Another")
    assert here.run("plan").code == 0
    return ()


def failed_meanwhile(here: Here) -> tuple[str, ...]:
    here.trackers["jira"].read_fault = Unreachable("jira", "it is cut off.")
    here.run("sync")
    return ()


def set_up(here: Here) -> tuple[str, ...]:
    here.write(
        "INSERT INTO runs (kind, at, outcome, configuration, summary) VALUES ('setup', '2026-11-16', 'done', '', '{}')"
    )
    return ()


def of_another_version(here: Here) -> tuple[str, ...]:
    here.write("UPDATE settled SET digest = 'another'")
    return ()


def damaged(here: Here) -> tuple[str, ...]:
    here.write("UPDATE settled_looks SET body = x'00'")
    return ()


def of_another_sync(here: Here) -> tuple[str, ...]:
    here.write("UPDATE settled_looks SET since = '2026-11-15T09:00:00+00:00'")
    return ()


def never_kept(here: Here) -> tuple[str, ...]:
    here.write("DROP TABLE settled_looks")
    return ()


OTHERWISE = (
    another_goal,
    moved_lines,
    another_moment,
    set_up,
    of_another_version,
    damaged,
    of_another_sync,
    never_kept,
    changed_in_a_plan,
    failed_meanwhile,
)


@pytest.mark.parametrize("here", [4], indirect=True, ids="seed {}".format)
def test_they_decide_where_anything_may_be_otherwise(here: Here) -> None:
    here.sync(NOW)
    store = here.store.read_bytes()
    for what in OTHERWISE:
        here.store.write_bytes(store)
        here.declare()
        assert here.looks(("status",))[1] == [True], what
        look = ("status", *what(here), "--format", "json")
        printed, used = here.looks(look)
        assert used == [False], what
        assert printed == here.decided(look), what


@pytest.mark.parametrize("here", [5], indirect=True, ids="seed {}".format)
def test_other_looks_decide_what_they_show(here: Here) -> None:
    here.sync(NOW)
    for asked in (("--all",), ("--team", "WEB")):
        assert here.looks(("orphans", *asked))[1] == [False]
    # Findings are half of what an orphan costs to explain, and it shows none.
    here.patch.setattr("sync.decide.find_findings", None)
    orphan = json.loads(here.run("orphans", "--format", "json").out)["orphans"][0]["key"]
    said = here.run("explain", orphan)
    assert (said.code, "is orphaned" in said.out) == (0, True)
