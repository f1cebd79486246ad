"""Hints that are to be pasted name the command as it was started."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from sync.cli.shell.program import program


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One in a folder of its own, which is not on the path."""
    made = tmp_path / "a venv" / "truenorth"
    made.parent.mkdir()
    made.touch(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "argv", ["a venv/truenorth", "demo"])
    return made


def test_one_that_is_not_on_the_path_is_named_by_its_place(command: Path) -> None:
    assert program() == "'a venv/truenorth'"
    assert program(anywhere=True) == f"'{command}'"


def test_one_on_the_path_is_named_alone(command: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(command.parent))
    assert program() == program(anywhere=True) == "truenorth"


def test_another_one_on_the_path_is_not_meant(
    command: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    other = tmp_path / "truenorth"
    other.touch(0o755)
    assert program() == "'a venv/truenorth'"
    monkeypatch.setattr(sys, "argv", [str(command.parent / "sync" / "__main__.py"), "demo"])
    assert program() == f"{sys.executable} -m sync"
