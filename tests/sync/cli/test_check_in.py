"""`truenorth check-in` as a user types it."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.load import load
from config.measures import MetricMeasure
from sync.jobs.sandbox import examples
from tests.support.cli import Cli

TODAY = datetime.now(UTC).date()
"""The command asks the clock; what is checked here is of days that have come, whatever it says."""


@pytest.fixture(autouse=True)
def okrs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "okrs"
    shutil.copytree(examples(), folder)
    monkeypatch.setenv("TRUENORTH_CONFIG", "okrs")
    return folder


def test_it_prints_the_line_and_where_it_belongs(run: Cli, okrs: Path) -> None:
    before = (okrs / "growth.yaml").read_bytes()
    made = run("check-in", "GROWTH-KR1", "31 %", "--on", "2026-11-01")
    assert (made.code, made.err) == (0, "")
    assert made.out.splitlines()[:2] == [
        "# under measure.checkins of GROWTH-KR1, at okrs/growth.yaml:12:11; to put it there: --write",
        "- {on: 2026-11-01, value: 31}",
    ]
    assert all(line.startswith("# ") for line in made.out.splitlines()[2:])
    assert (okrs / "growth.yaml").read_bytes() == before


@pytest.mark.parametrize("value", ["-5", "-1.5e2", "0"])
def test_a_value_below_zero_is_no_option(run: Cli, okrs: Path, value: str) -> None:
    made = run("check-in", "TRUST-KR3", value, "--on", "2026-11-01", "--write", "--format", "json")
    assert made.code == 0, made.err
    told = json.loads(made.out)
    assert (told["written"], told["state"], told["on"]) == (True, "new", "2026-11-01")
    assert told["place"].startswith("okrs/trust.yaml:30:")
    measure = next(one.measure for _, one in load(okrs).key_results() if one.id == "TRUST-KR3")
    assert isinstance(measure, MetricMeasure)
    assert [one.value for one in measure.checkins] == [float(value), 465]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("TRUST-KR9", "1"), 'unknown key result "TRUST-KR9"; did you mean "TRUST-KR3"?'),
        (("TRUST-KR3", "many"), '"many" is not a number'),
        (("TRUST-KR3", "1", "--on", "30.11.2026"), "'30.11.2026' is not a day such as 2026-11-30"),
        (("TRUST-KR3", "1", "--on", f"{TODAY.year + 1}-12-31"), "is in the future"),
        (("TRUST-KR3", "1", "--wirte"), "--wirte"),
        (("TRUST-KR3", "470", "--on", "2026-11-09", "--write"), "To replace it, add --replace."),
        (("TRUST-KR3", "470", "--config", "nowhere.yaml"), "no such file or folder"),
    ],
    ids=["key result", "value", "day", "future", "option", "twice", "file"],
)
def test_what_goes_wrong_ends_with_2_and_changes_nothing(
    run: Cli, okrs: Path, arguments: tuple[str, ...], said: str
) -> None:
    before = {one.name: one.read_bytes() for one in okrs.iterdir()}
    ended = run("check-in", *arguments)
    assert ended.code == 2
    assert said in ended.err
    assert "Traceback" not in ended.err
    assert {one.name: one.read_bytes() for one in okrs.iterdir()} == before


def test_once_more_there_is_nothing_to_add(run: Cli) -> None:
    assert (
        "Added to measure.checkins"
        in run("check-in", "GROWTH-KR3", "25", "--on", "2026-11-01", "--write").out
    )
    assert "nothing to add" in run("check-in", "GROWTH-KR3", "25 min", "--on", "2026-11-01", "--write").out
    assert (
        "Replaced in measure.checkins"
        in run("check-in", "GROWTH-KR3", "26", "--on", "2026-11-01", "--write", "--replace").out
    )
    assert run("validate").code == 0
