"""What is said once marks were removed: by `status` at once, and by the guard that the next plan trips."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from sync.memory import Memory
from sync.plan.guards import likely_cause
from sync.store.store import Store
from tests.support.builders import NOW, workspace
from tests.support.cli import AS_OF, Cli
from tests.support.fake_company import Company, connected, prepare
from tests.support.fake_sessions import ITEMS


@pytest.fixture
def company(tmp_path: Path, run: Cli, monkeypatch: pytest.MonkeyPatch) -> Company:
    """After a sync, with nothing left to write."""
    prepared = prepare(tmp_path, run, monkeypatch)
    again = connected({name: dict(items) for name, items in prepared.items.items()}, run, monkeypatch)
    assert run("sync", *AS_OF).code == 0
    return again


def test_status_tells_what_was_removed_by_which_run_and_what_comes_back(company: Company) -> None:
    _, before = company.json("status")
    assert (before["undone"], before["unwritten"]) == ([], 0)
    assert "Undo since" not in company.run("status").out
    company.run("undo", "--tracker", "linear", "--apply")
    company.run("undo", "--item", "WEB-1", "--apply")
    _, told = company.json("status")
    rows = [(one["scope"], one["items"], one["again"]) for one in told["undone"]]
    assert rows == [("--tracker linear", 2, 2), ("--item WEB-1", 1, 1)]
    assert told["unwritten"] == 3
    said = company.run("status").out
    assert "Truenorth's marks were removed; the next sync would put them on 3 items again." in said
    assert "3 items to update" in said
    assert company.run("sync", *AS_OF).code == 0
    _, after = company.json("status")
    assert (after["undone"], after["unwritten"]) == ([], 0)


def test_an_undo_that_is_only_planned_or_finds_nothing_is_not_told(company: Company) -> None:
    company.run("undo", "--all")
    company.run("undo", "--item", "WEB-999", "--apply")
    assert company.json("status")[1]["undone"] == []


def test_what_could_not_be_removed_stays_as_it_was_read(company: Company) -> None:
    company.trackers["jira"].write_faults["WEB-1"] = "Jira says no"
    assert company.run("undo", "--all", "--apply").code == 3
    _, told = company.json("status")
    marked = sum(bool(one.shown.stamp) for one in company.trackers["jira"].items.values())
    assert (marked, told["undone"][0]["items"]) == (1, len(ITEMS) - 2)


def test_the_store_knows_which_run_undid_and_which_wrote(company: Company) -> None:
    company.run("undo", "--item", "WEB-1", "--apply")
    store = Store("sqlite:///.truenorth/truenorth.db")
    memory = store.memory(workspace(), NOW)
    store.close()
    assert memory.last_undo > memory.last_write > 0


def test_the_store_knows_what_an_undo_was_the_last_to_write_to(company: Company) -> None:
    def undone() -> set[str]:
        with closing(Store("sqlite:///.truenorth/truenorth.db")) as store:
            found = store.memory(workspace(), NOW).undone
        items = {ref: one for tracker in company.trackers.values() for ref, one in tracker.items.items()}
        return {items[ref].key for ref in found}

    assert undone() == set()
    company.run("undo", "--item", "WEB-1", "--apply")
    company.run("undo", "--tracker", "linear", "--apply")
    marked = {one.key for one in company.trackers["linear"].items.values()} & undone()
    assert (len(marked), undone() - marked) == (2, {"WEB-1"})
    company.trackers["jira"].write_faults["WEB-1"] = "Jira says no"
    company.run("sync", *AS_OF)
    assert undone() == {"WEB-1"}, "that one was not put back yet"


@pytest.mark.parametrize(
    ("write", "undo", "setup", "named"),
    [
        (5, 0, 0, []),
        (5, 3, 4, []),
        (5, 0, 6, ["setup"]),
        (5, 6, 0, ["undo"]),
        (5, 7, 6, ["undo"]),
        (5, 6, 7, ["undo", "setup"]),
        (5, 4, 6, ["setup"]),
        (0, 1, 0, ["undo"]),
    ],
)
def test_a_guard_names_what_happened_since_the_last_write(
    write: int, undo: int, setup: int, named: list[str]
) -> None:
    said = likely_cause(Memory(last_write=write, last_undo=undo, last_setup=setup))
    assert [one for one in ("undo", "setup") if f"`truenorth {one}`" in said] == named
    assert ("likely cause" in said) is bool(named)
    assert (f"(run {undo})" in said) is ("undo" in named)
