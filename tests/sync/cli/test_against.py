"""`plan --against`, as somebody types it who reviews changed OKR files."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from connectors.model import Pull
from tests.support.builders import NOW
from tests.support.cli import Cli
from tests.support.kept_looks import Clock, Here

SERVES_TWO = "links: [{label: two}, {label: none such}]"


@pytest.fixture
def here(tmp_path: Path, run: Cli, monkeypatch: pytest.MonkeyPatch) -> Here:
    """A company that was synced, its OKR files kept as they were, and then changed."""
    company = Here(7, tmp_path, run, monkeypatch)
    (tmp_path / "main").mkdir()
    (tmp_path / "main/okrs.yaml").write_bytes((tmp_path / "truenorth.yaml").read_bytes())
    company.sync(NOW)
    company.edit(SERVES_TWO, "links: [{label: one}]")
    return company


def test_both_are_judged_by_the_last_read_without_any_credential_and_nothing_is_remembered(
    here: Here, run: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("JIRA_EMAIL", "JIRA_TOKEN", "LINEAR_TOKEN"):
        monkeypatch.delenv(f"TRUENORTH_{name}")
    here.trackers.clear()
    kept = here.store.read_bytes()
    text = run("plan", "--against", "main")
    assert text.code == 0, text.err
    assert "KR2" in text.out
    assert "orphaned" in text.out
    markdown = run("plan", "--against", "main", "--format", "markdown", "--exit-code")
    assert markdown.code == 10
    assert markdown.out.startswith("<!-- truenorth goals in review: acme -->\n\n## OKR files against main\n")
    told = json.loads(run("plan", "--against", "main", "--format", "json").out)
    (one,) = [one for one in told["key_results"] if one["id"] == "KR2"]
    assert one["summary"].startswith(f"KR2 {one['before']['percent']} % → {one['after']['percent']} %, ")
    assert told["effects"]["orphaned"] == sum(one["effect"] == "orphaned" for one in told["tickets"]) > 0
    assert here.store.read_bytes() == kept
    lower = b"# All else stands a line lower.\n" + Path("main/okrs.yaml").read_bytes()
    Path("truenorth.yaml").write_bytes(lower)
    same = run("plan", "--against", "main", "--exit-code")
    assert (same.code, "Both declare the same." in same.out) == (0, True)


def test_a_fresh_read_is_one_read_and_says_the_same(
    here: Here, run: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = json.loads(run("plan", "--against", "main", "--format", "json").out)
    reads: list[str] = []

    def counted(name: str, pull: Callable[..., Pull]) -> Callable[..., Pull]:
        def read(*given: Any, **more: Any) -> Pull:
            reads.append(name)
            return pull(*given, **more)

        return read

    for name, tracker in here.trackers.items():
        monkeypatch.setattr(tracker, "pull", counted(name, tracker.pull))
    monkeypatch.setattr(Clock, "at", NOW)
    fresh = json.loads(run("plan", "--against", "main", "--full", "--format", "json").out)
    assert sorted(reads) == ["jira", "linear"]
    assert fresh.pop("unread") == []
    assert {name: fresh[name] for name in ("key_results", "tickets", "effects")} == {
        name: known[name] for name in ("key_results", "tickets", "effects")
    }


@pytest.mark.parametrize("more", [("--out", "plan.json"), ("--all",), ("--item", "WEB-1"), ("--show-text",)])
def test_what_shows_a_part_of_a_plan_does_not_go_with_it(run: Cli, more: tuple[str, ...]) -> None:
    ran = run("plan", "--against", "main", *more)
    assert (ran.code, "only --as-of, --full and --exit-code go with it" in " ".join(ran.err.split())) == (
        2,
        True,
    )


def test_an_unknown_place_is_one_line(here: Here) -> None:
    ran = here.run("plan", "--against", "nowhere")
    assert ran.code == 2
    assert ran.err.startswith("truenorth: ")
    assert ran.err.count("\n") == 1


def test_a_store_of_another_version_is_left_as_it_is(here: Here, run: Cli) -> None:
    """Whoever reviews files may hold somebody else's store."""
    with contextlib.closing(sqlite3.connect(here.store)) as connection:
        connection.execute("UPDATE about SET value = '11' WHERE name = 'schema'")
        connection.commit()
    kept = here.store.read_bytes()
    ran = run("plan", "--against", "main")
    assert (ran.code, "of schema 11" in ran.err) == (1, True)
    assert here.store.read_bytes() == kept
