"""The brief as a user types it, against the sandbox over real HTTP, and the chat channel that hears of it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from sync.jobs.sandbox import environment
from tests.support.cli import AS_OF, Cli
from tests.support.fake_company import silent_cli

HOOK = "/services/T0001/abcdefghij0123456789"


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A small world that was read once: no command on it asks a tracker again."""
    folder: Path = tmp_path_factory.mktemp("brief")
    with Sandbox(generate(items=60, seed=3)) as sandbox, pytest.MonkeyPatch.context() as patch:
        for name, value in environment(sandbox).items():
            patch.setenv(name, value)
        patch.setenv("TRUENORTH_STORE", f"sqlite:///{folder}/store.db")
        patch.chdir(folder)
        assert silent_cli(patch)("sync", *AS_OF, "--first-run").code == 0
        sandbox.forget_requests()
        yield
        assert sandbox.requests == []


pytestmark = pytest.mark.usefixtures("known")


@pytest.fixture
def hook(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> HTTPServer:
    httpserver.expect_request(HOOK, method="POST").respond_with_data("ok")
    monkeypatch.setenv("TRUENORTH_BRIEF_TEAM_URL", httpserver.url_for(HOOK))
    return httpserver


def heard(server: HTTPServer) -> list[dict[str, Any]]:
    return [json.loads(request.get_data()) for request, _ in server.log]


def test_it_is_the_same_in_every_form(run: Cli) -> None:
    plain = run("brief")
    assert plain.code == 0, plain.err
    lines = plain.out.splitlines()
    assert lines[0] == "Truenorth brief of 16 Nov, since 9 Nov"
    assert 5 < len(lines) <= 25
    told = json.loads(run("brief", "--format", "json").out)
    assert told["lines"] == lines
    assert told["since"] == "2026-11-09"
    french = run("brief", "--language", "fr", "--format", "markdown")
    assert french.out.startswith("# Note Truenorth du 16 nov., depuis le 9 nov.\n")
    assert french.out.count("\n") == len(lines)


def test_it_is_posted_once_and_cannot_be_taken_back(run: Cli, hook: HTTPServer) -> None:
    look = run("brief", "--to", "team", "--preview")
    assert heard(hook) == []
    posted = run("brief", "--to", "team")
    assert "Posted to team, for 2026-W47." in posted.out
    assert heard(hook) == [json.loads(look.out)["message"]]
    again = run("brief", "--to", "team", "--format", "json")
    assert json.loads(again.out)["posted"]["before"]["known"] is True
    assert len(heard(hook)) == 1
    assert "Posted to team" in run("brief", "--to", "team", "--again").out
    assert len(heard(hook)) == 2
    every = "".join(one.out + one.err for one in (look, posted, again))
    assert HOOK not in every
    assert HOOK.rpartition("/")[2] not in every
    kept = Path(os.environ["TRUENORTH_STORE"].removeprefix("sqlite:///")).read_bytes()
    assert HOOK.rpartition("/")[2].encode() not in kept
    assert b"team" in kept


def test_a_refusal_ends_with_one_and_a_doubt_with_three(
    run: Cli, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    httpserver.expect_ordered_request(HOOK).respond_with_data("gone", status=404)
    httpserver.expect_ordered_request(HOOK).respond_with_data("oh", status=500)
    monkeypatch.setenv("TRUENORTH_BRIEF_URL", httpserver.url_for(HOOK))
    refused = run("brief", "--to", "default")
    assert (refused.code, "HTTP 404" in refused.err) == (1, True)
    doubtful = run("brief", "--to", "default")
    assert (doubtful.code, "--again" in doubtful.err) == (3, True)
    assert "Look there, and use --again if it is missing." in run("brief", "--to", "default").words
    assert HOOK not in refused.err + doubtful.err


def test_status_says_what_to_do_first(run: Cli) -> None:
    told = {one["key_result"]: one for one in json.loads(run("status", "--format", "json").out)["one_things"]}
    metric = told["GROWTH-KR1"]
    assert (metric["things"], metric["why"]) == ([], "metric")
    best = next(one["things"] for one in told.values() if one["things"])
    chances = [one["chance"]["after"] for one in best]
    assert chances == sorted(chances, reverse=True)
    shown = run("status").words
    assert "If you do one thing" in shown
    assert best[0]["item"]["key"] in shown


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--preview",), "needs --to NAME"),
        (("--again",), "needs --to NAME"),
        (("--to", "nowhere"), "TRUENORTH_BRIEF_NOWHERE_URL: is not set"),
        (("--language", "tlh"), "there is no language 'tlh'"),
    ],
    ids=["preview", "again", "nowhere", "language"],
)
def test_what_cannot_be_meant_is_said_before_anything_is_read(
    run: Cli, arguments: tuple[str, ...], words: str
) -> None:
    ran = run("brief", *arguments)
    assert ran.code == 2
    assert words in ran.err
