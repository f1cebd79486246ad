"""The review and the digest as a user types them, against the sandbox over real HTTP."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from sync.jobs.sandbox import environment
from sync.store.store import Store
from tests.support.cli import Cli
from tests.support.fake_company import silent_cli

WEEK_AGO, NOW = ("--as-of", "2026-11-09T09:00Z"), ("--as-of", "2026-11-16T09:00Z")


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A small world that was read last week and today: no command on it asks a tracker again."""
    folder: Path = tmp_path_factory.mktemp("review")
    with Sandbox(generate(items=60, seed=3)) as sandbox, pytest.MonkeyPatch.context() as patch:
        for name, value in environment(sandbox).items():
            patch.setenv(name, value)
        patch.setenv("TRUENORTH_STORE", f"sqlite:///{folder}/store.db")
        patch.chdir(folder)
        for moment in (WEEK_AGO, NOW):
            assert silent_cli(patch)("sync", *moment, "--first-run").code == 0
        sandbox.forget_requests()
        yield
        assert sandbox.requests == []


pytestmark = pytest.mark.usefixtures("known")


def told(run: Cli, *arguments: str) -> dict[str, Any]:
    ran = run(*arguments, "--format", "json")
    assert ran.code == 0, ran.err
    found: dict[str, Any] = json.loads(ran.out)
    return found


def key_results(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {one["key_result"]: one for row in rows for one in row["key_results"]}


def test_a_review_says_what_status_and_signals_say(run: Cli) -> None:
    review, status, signals = told(run, "review", "2026-Q4"), told(run, "status"), told(run, "signals")
    mine, theirs = key_results(review["objectives"]), key_results(status["scorecard"])
    assert mine.keys() == theirs.keys()
    for name, one in mine.items():
        assert (one["percent"], one["health"]) == (theirs[name]["percent"], theirs[name]["health"])
        assert one["outcome"]["value"] == theirs[name]["value"]
    (unaligned,) = [one for one in status["work"] if one["kind"] == "unaligned"]
    assert (review["unaligned"]["now"]["share"], review["unaligned"]["now"]["told_by"]) == (
        unaligned["share"],
        "now",
    )
    (whole,) = [one for one in signals["indicators"]["attainment"] if one["kind"] == "cycle"]
    assert review["attainment"] == {name: whole[name] for name in ("attained", "graded", "rate")}
    days = signals["indicators"]["person_days"]
    assert review["effort"]["from"] == days["begin"]
    all_teams = {(one["kind"], one["name"]): one["days"] for one in days["cells"] if one["team"] is None}
    assert {(one["kind"], one["name"]): one["person_days"] for one in review["effort"]["rows"]} | {
        (None, None): review["effort"]["person_days"]
    } == all_teams
    assert review["next"]["yaml"] == run("roll-over", "2026-Q4", "2027-Q1").out
    named = [item for one in mine.values() for item in one["done"]["items"]]
    assert named
    assert not any(item["restricted"] for item in named)


@pytest.mark.parametrize("command", [("review", "2026-Q4"), ("digest",)], ids=lambda one: one[0])
def test_it_is_told_in_every_form_and_in_french(command: tuple[str, ...], run: Cli) -> None:
    plain = run(*command)
    assert plain.code == 0, plain.err
    title = {"review": "Review of 2026-Q4", "digest": "Digest of 16 Nov 2026"}[command[0]]
    assert plain.out.lstrip().startswith(title)
    markdown = run(*command, "--format", "markdown").out
    assert markdown.startswith(f"# {title}\n")
    assert len(markdown) <= 65_000
    assert "<script>" not in markdown.replace("\\<script", "")
    french = run(*command, "--format", "markdown", "--language", "fr").out
    assert french.startswith(
        {"review": "# Revue de 2026-Q4", "digest": "# Bilan du 16 nov. 2026"}[command[0]]
    )
    assert "31 %" not in french
    assert french.count("\n## ") == markdown.count("\n## ")


def test_the_digest_compares_with_what_was_kept_a_week_ago(run: Cli) -> None:
    digest, status = told(run, "digest"), told(run, "status")
    assert digest["since"] == "2026-11-09"
    moved = {one["key_result"]: one for one in status["movement"]["key_results"]}
    for name, one in key_results(digest["objectives"]).items():
        assert one["percent"] == key_results(status["scorecard"])[name]["percent"]
        assert (one["before"]["day"], one["before"]["percent"]) == ("2026-11-09", moved[name]["before"])
        if moved[name]["moved"] is not None:
            assert one["moved"]["done"] == moved[name]["moved"]["done"]
    store = Store(os.environ["TRUENORTH_STORE"])
    kept = {one.day.isoformat(): one.share for one in store.work_by_day.all() if one.kind == "unaligned"}
    store.close()
    assert list(kept) == ["2026-11-09", "2026-11-16"]
    assert digest["unaligned"]["before"]["share"] == kept["2026-11-09"]
    assert digest["unaligned"]["now"]["share"] == kept["2026-11-16"]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (("review", "2026-Q5"), 'no cycle "2026-Q5" is declared'),
        (("review", "2026-Q4", "--next", "2026-Q3"), "name a later cycle"),
        (("review", "2026-Q4", "--language", "xx"), "there is no language 'xx'"),
    ],
    ids=["cycle", "next", "language"],
)
def test_what_cannot_be_reviewed_ends_with_2(typed: tuple[str, ...], words: str, run: Cli) -> None:
    ran = run(*typed)
    assert (ran.code, ran.out) == (2, "")
    assert words in " ".join(ran.err.replace("│", "").split())
