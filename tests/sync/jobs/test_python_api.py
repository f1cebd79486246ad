"""The examples of docs/python-api.md, run as they stand there; and the names that the page promises."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

from tests.support.builders import NOW
from tests.support.cli import Cli
from tests.support.kept_looks import Clock, Here
from tests.support.product import ROOT

PAGE = (ROOT / "docs/python-api.md").read_text(encoding="utf-8")
PROGRESS, SYNC, REVIEW = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


def ran(example: str, capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    exec(compile(example, "docs/python-api.md", "exec"), {"__name__": "example"})  # noqa: S102  our own page
    return capsys.readouterr().out


def test_every_example_does_what_it_says(
    tmp_path: Path, run: Cli, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    here = Here(7, tmp_path, run, monkeypatch)
    monkeypatch.setattr(Clock, "at", NOW)
    at_noon = SYNC.replace("datetime.now(UTC)", "datetime(2026, 11, 16, 9, tzinfo=UTC)")
    assert at_noon != SYNC
    first = ran(at_noon, capsys)
    assert re.search(r"^plan [0-9a-f]+ changes [1-9]\d* tickets$", first, re.MULTILINE)
    assert "guard first-run overridden" in first
    assert re.search(r"^[1-9]\d* tickets written, all$", first, re.MULTILINE)
    assert "0 tickets written, all" in ran(at_noon, capsys), "a second run writes nothing"
    guarded = ran(at_noon.replace("first_run=True", "first_run=False"), capsys)
    assert "guard" not in guarded
    told = ran(PROGRESS, capsys)
    assert [line.split()[0] for line in told.splitlines()][:-1] == [f"KR{nr}" for nr in range(1, 10)]
    assert re.search(r"^\d+ orphans$", told, re.MULTILINE)
    (tmp_path / "main").mkdir()
    (tmp_path / "main/okrs.yaml").write_bytes((tmp_path / "truenorth.yaml").read_bytes())
    here.edit("links: [{label: two}, {label: none such}]", "links: [{label: one}]")
    reviewed = ran(REVIEW, capsys)
    assert re.search(r"^KR2 changed \d+ points, [1-9]\d* tickets$", reviewed, re.MULTILINE)
    assert re.search(r"^orphaned: \S", reviewed, re.MULTILINE)


def test_every_name_on_the_page_is_there() -> None:
    found = re.findall(r"((?:`\w+`(?:, )?)+) of `((?:sync|config)[\w.]+)`", PAGE)
    assert len(found) >= 10
    for names, module in found:
        for name in re.findall(r"\w+", names):
            assert hasattr(importlib.import_module(module), name), f"{module} has no {name}"
