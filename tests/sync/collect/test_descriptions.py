"""Descriptions in suggestions: read where they help, kept as words, said on no other ticket, done without."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.load import load
from connectors.base import HasDescriptions
from connectors.errors import Unreachable
from connectors.sandbox.jira.http import SERVER_TOKEN
from connectors.sandbox.server import Sandbox
from connectors.text.keywords import extract_keywords
from sync.align.alignment import align
from sync.align.suggestions import suggest
from sync.collect.queries import read_keywords
from sync.jobs.sandbox import examples, sandbox_session
from tests.support import loopback
from tests.support.builders import epic, item, ref
from tests.support.cli import Cli
from tests.support.fake_tracker import FakeTracker
from tests.support.suggestion_cases import GOALS, KNOWN

AT = ("--as-of", "2026-11-16T09:00Z")
VAGUE = item("WEB-99", title="Follow-up", project=None, kind="")


def described(text: str, *more: Any, of: Any = VAGUE) -> dict[str, tuple[str, ...]]:
    found = suggest(align([*KNOWN, of, *more], GOALS), GOALS, {of.ref: extract_keywords(text)})
    return {one.id: tuple(name.key_result for name in some) for one, some in found.items()}


# --- What they say -------------------------------------------------------------------------------


def test_a_vague_title_is_told_by_its_description() -> None:
    assert described("") == {}
    assert described("People leave the form half way.") == {"WEB-99": ("SIGN",)}
    assert described("The ranking is computed anew each time.") == {"WEB-99": ("FAST",)}


def test_the_words_that_speak_are_named() -> None:
    (found,) = suggest(
        align([*KNOWN, VAGUE], GOALS), GOALS, {VAGUE.ref: extract_keywords("Cache our ranking")}
    )[VAGUE.ref]
    assert set(found.words) == {"cache", "ranking"}


def test_words_that_nobody_else_says_drown_nothing() -> None:
    short = "The ranking."
    long = short + " Whatever unrelated prose somebody wrote here about lions, tigers and rivers."
    assert described(long) == described(short) == {"WEB-99": ("FAST",)}


WORDS = st.lists(
    st.sampled_from(["form", "ranking", "cache", "shorten", "certificates", "renew", "lions", "part"]),
    max_size=6,
)


@settings(max_examples=60)
@given(title=WORDS, below=WORDS)
def test_a_description_can_only_add(title: list[str], below: list[str]) -> None:
    of = replace(VAGUE, title=" ".join(title))
    alignment = align([*KNOWN, of], GOALS)
    without = {one.key_result: one.score for one in suggest(alignment, GOALS).get(of.ref, ())}
    scores = {
        one.key_result: one.score for one in suggest(alignment, GOALS, {of.ref: tuple(below)}).get(of.ref, ())
    }
    best = max(scores.values(), default=0.0)
    assert best >= max(without.values(), default=0.0)
    assert all(score >= without.get(name, 0.0) for name, score in scores.items())


def test_what_stands_on_a_parent_stays_there() -> None:
    above = epic("WEB-90", title="Odds", project=None)
    below = replace(VAGUE, parent=above.ref)
    found = described("The form, the form: shorten it.", below, of=above)
    assert "WEB-90" in found
    assert "WEB-99" not in found


# --- How they are read ---------------------------------------------------------------------------


def test_only_open_unaligned_work_is_asked_about() -> None:
    tracker = FakeTracker.of(
        "jira", [*KNOWN, VAGUE, replace(VAGUE, ref=ref("WEB-98"), key="WEB-98", category="done")]
    )
    asked: list[str] = []
    tracker.described = dict.fromkeys(tracker.items, ("form",))
    real = tracker.keywords
    tracker.keywords = lambda items: asked.extend(one.key for one in items) or real(items)  # type: ignore[func-returns-value,method-assign]
    found, _, notes = read_keywords({"jira": tracker}, align(tracker.items.values(), GOALS), {}, {})
    assert (asked, set(found), notes) == (["WEB-99"], {VAGUE.ref}, ())


@pytest.mark.parametrize("way", ["stale", "refused"])
def test_a_tracker_that_gives_none_leaves_the_last(way: str) -> None:
    tracker = FakeTracker.of("jira", [*KNOWN, VAGUE])
    tracker.keywords_fault = Unreachable("jira", "the connection was cut.")
    last = {VAGUE.ref: ("form",), ref("WEB-1"): ("gone",)}
    stale = {"jira": "it was away"} if way == "stale" else {}
    found, _, unread = read_keywords({"jira": tracker}, align(tracker.items.values(), GOALS), stale, last)
    assert found == {VAGUE.ref: ("form",)}
    assert [("connection was cut" in one.what) for one in unread] == ([] if way == "stale" else [True])


@pytest.mark.parametrize("where", ["jira", "linear"])
def test_over_http_each_item_has_the_words_of_its_own_description(sandbox: Sandbox, where: str) -> None:
    with sandbox_session(sandbox, load(examples())) as session:
        connector = session.connectors[where]
        assert isinstance(connector, HasDescriptions)
        items = connector.pull().items
        sandbox.forget_requests()
        found = connector.keywords(items)
    told = {item.ref.id: found.get(item.ref, ()) for item in items}
    world = sandbox.world
    if where == "linear":
        rows: dict[str, str] = {one.id: one.description or "" for one in world.linear.issues.values()}
        rows |= {
            one.id: f"{one.description or ''}\n{one.content or ''}" for one in world.linear.projects.values()
        }
        expected = {id_: extract_keywords(text) for id_, text in rows.items() if id_ in told}
        assert {id_: told[id_] for id_ in expected} == expected
    else:
        bare = {str(one.id) for one in world.jira.issues.values() if one.description is None}
        assert all(bool(gist) != (id_ in bare) for id_, gist in told.items())
    assert sum(map(bool, told.values())) > 10
    assert len(sandbox.requests) <= 3


def test_over_http_on_data_center(
    run: Cli, server: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TRUENORTH_STORE", f"sqlite:///{tmp_path}/store.db")
    assert run("sync", "--first-run", *AT).code == 0
    with closing(sqlite3.connect(tmp_path / "store.db")) as opened, opened:
        rows = opened.execute(
            "SELECT id, body FROM gists WHERE tracker = 'jira' AND CAST(body AS TEXT) != 'null'"
        ).fetchall()
    told = {id_: tuple(json.loads(body)) for id_, body in rows}
    assert len(told) > 3
    for id_, gist in told.items():
        address = f"{server.url}/jira-dc/rest/api/2/issue/{id_}"
        shown = loopback.get(address, headers={"Authorization": f"Bearer {SERVER_TOKEN}"}).json()
        assert gist == extract_keywords(shown["fields"]["description"])


# --- Where they go -------------------------------------------------------------------------------


def test_a_run_keeps_words_only_and_comes_to_rest(
    run: Cli, pointed: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TRUENORTH_STORE", f"sqlite:///{tmp_path}/store.db")
    assert run("sync", "--first-run", *AT).code == 0
    with closing(sqlite3.connect(tmp_path / "store.db")) as opened, opened:
        rows = [body for (body,) in opened.execute("SELECT body FROM gists")]
    assert rows
    pieces = [one.description for one in pointed.world.jira.issues.values() if one.description]
    assert pieces
    assert not any(b"where we start" in row or b"\\n" in row for row in rows)
    before = [one.path for one in pointed.requests]
    assert any("bulkfetch" in path for path in before)
    pointed.forget_requests()
    again = run("sync", *AT)
    assert again.code == 0
    assert not [
        one for one in pointed.requests if one.method in ("PUT", "DELETE") or one.operation == "mutation"
    ]


def test_they_can_be_left_unread(
    run: Cli, pointed: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:

    from sync.jobs.sandbox import examples

    folder = tmp_path / "okrs"
    shutil.copytree(examples(), folder)
    file = folder / "truenorth.yaml"
    file.write_text(file.read_text().replace("policy:\n", "policy:\n  read_descriptions: false\n", 1))
    monkeypatch.setenv("TRUENORTH_CONFIG", str(folder))
    assert run("plan", *AT).code in (0, 4)
    operations = {one.operation or "" for one in pointed.requests}
    assert not [one for one in operations if "Described" in one]
    bodies = [one for one in pointed.requests if one.path.endswith("issue/bulkfetch")]
    assert bodies
