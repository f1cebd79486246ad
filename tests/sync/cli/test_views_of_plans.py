"""Parts of a plan and of the unaligned work, as they are asked for by command: a view changes nothing but what is shown."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from connectors.sandbox.server import Sandbox
from sync.cli.render.screen import Screen, screen_of
from sync.cli.render.width import width_of
from tests.support.cli import AS_OF, Cli, writes


def test_a_part_is_shown_and_the_whole_is_planned_saved_and_written(
    run: Cli, pointed: Sandbox, tmp_path: Path
) -> None:
    whole = json.loads(run("plan", *AS_OF, "--format", "json").out)
    part = json.loads(run("plan", *AS_OF, "--project", "ops", "--only", "orphans", "--format", "json").out)
    assert part["plan"]["digest"] == whole["plan"]["digest"]
    assert part["plan"]["items"] == whole["plan"]["items"]
    assert part["guards"] == whole["guards"]
    keys = {one["key"] for one in part["plan"]["changes"]}
    assert keys
    assert all(key.startswith("OPS-") for key in keys)
    assert part["plan"]["items_shown"] == len(keys) < whole["plan"]["items"]
    text = run("plan", *AS_OF, "--project", "ops", "--only", "orphans").out
    assert all(key in text for key in keys)
    assert "Scorecard" not in text
    assert f"a sync writes the whole of it: {whole['plan']['items']} items" in text
    assert run("plan", *AS_OF, "--tracker", "linear", "--exit-code").code == 10
    assert writes(pointed) == []
    refused = run("plan", *AS_OF, "--item", next(iter(keys)), "--out", str(tmp_path / "a.plan"))
    assert refused.code == 2
    assert "saves the whole plan" in refused.err
    assert not (tmp_path / "a.plan").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("plan", *AS_OF, "--item", "OPSS-1"), "OPSS-1 not found among the items that were read"),
        (("plan", *AS_OF, "--tracker", "jirra"), 'did you mean "jira"?'),
        (("plan", *AS_OF, "--only", "orphan"), "orphans"),
        (("orphans", *AS_OF, "--team", "ENGG"), "no item that was read is in team ENGG; did you mean ENG?"),
        (("orphans", *AS_OF, "--older-than", "soon"), "'soon' is no number of days or weeks"),
    ],
    ids=["item", "tracker", "only", "team", "older than"],
)
def test_what_cannot_be_meant_ends_with_2(
    run: Cli, pointed: Sandbox, arguments: tuple[str, ...], said: str
) -> None:
    ran = run(*arguments)
    assert ran.code == 2, ran.out
    assert said in ran.err
    assert "Traceback" not in ran.err
    assert writes(pointed) == []


def test_orphans_are_narrowed_in_text_and_json_alike(run: Cli, pointed: Sandbox) -> None:
    assert pointed
    whole = json.loads(run("orphans", *AS_OF, "--format", "json").out)
    part = json.loads(run("orphans", *AS_OF, "--team", "eng", "--older-than", "3w", "--format", "json").out)
    wanted = [one["key"] for one in whole["orphans"] if one["team"] == "ENG" and one["age_days"] > 21]
    assert [one["key"] for one in part["orphans"]] == wanted != []
    assert (part["narrowed_by"], part["warned"]) == ("--team eng --older-than 21d", len(whole["orphans"]))
    efforts = [one["effort"] for one in whole["orphans"]]
    assert efforts == sorted(efforts, reverse=True)
    text = run("orphans", *AS_OF, "--team", "eng", "--older-than", "3w").out
    assert all(one["url"] in text for one in part["orphans"] if one["top"])


def test_columns_say_how_wide_a_pipe_is(run: Cli, pointed: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    assert pointed
    run("plan", *AS_OF)
    for width in (72, 120):
        monkeypatch.setenv("COLUMNS", str(width))
        lines = run("status").out.splitlines()
        assert max(map(width_of, lines)) in range(width - 12, width + 1)


class _Stream:
    def __init__(self, *, terminal: bool) -> None:
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal


@pytest.mark.parametrize(
    ("terminal", "environment", "expected"),
    [
        (False, {}, Screen(160, wraps=False, coloured=True)),
        (False, {"COLUMNS": "80"}, Screen(80, coloured=True)),
        (False, {"COLUMNS": "wide"}, Screen(160, wraps=False, coloured=True)),
        (False, {"COLUMNS": "0"}, Screen(160, wraps=False, coloured=True)),
        (False, {"COLUMNS": "3"}, Screen(40, coloured=True)),
        (True, {"COLUMNS": "100"}, Screen(100, styled=True, coloured=True)),
        (True, {"COLUMNS": "100", "NO_COLOR": "1"}, Screen(100, styled=True)),
        (True, {"COLUMNS": "100", "TERM": "dumb"}, Screen(100, coloured=True)),
        (False, {"COLUMNS": "100", "FORCE_COLOR": "1"}, Screen(100, styled=True, coloured=True)),
    ],
)
def test_what_is_written_to(terminal: bool, environment: dict[str, str], expected: Screen) -> None:
    assert screen_of(_Stream(terminal=terminal), environment) == expected  # type: ignore[arg-type]
