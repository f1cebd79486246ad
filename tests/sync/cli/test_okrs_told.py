"""Whose OKRs these are, where nobody typed it: a variable that was exported once goes on to decide."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

import pytest

from connectors.sandbox.server import Sandbox
from tests.support.cli import AS_OF, Cli


@pytest.mark.parametrize("command", ["plan", "sync", "status"])
def test_the_variable_is_named_once_with_its_value(
    pointed: Sandbox,  # noqa: ARG001
    run: Cli,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
) -> None:
    place = os.environ["TRUENORTH_CONFIG"]
    asked = (command, "--fresh", *AS_OF) if command == "status" else (command, *AS_OF)
    assert "OKRs from" not in run(*asked).err, "a log has no use for it"
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    ran = run(*asked)
    assert ran.err.count(f"truenorth: OKRs from {place} (TRUENORTH_CONFIG)\n") == 1
    assert "OKRs from" not in ran.out
    told = json.loads(run(*asked, "--format", "json").out)
    assert told["okrs"] == {"path": place, "from": "TRUENORTH_CONFIG"}


def test_what_was_typed_or_lies_here_is_not_told(
    pointed: Sandbox,  # noqa: ARG001
    run: Cli,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    place = os.environ["TRUENORTH_CONFIG"]
    assert "OKRs from" not in run("plan", *AS_OF, "--config", place).err
    monkeypatch.delenv("TRUENORTH_CONFIG")
    shutil.copytree(place, tmp_path / "truenorth.yaml")  # a folder of that name will do
    ran = run("plan", *AS_OF, "--format", "json")
    assert (ran.code, "OKRs from" in ran.err, "okrs" in json.loads(ran.out)) == (0, False, False)


def test_a_quiet_run_is_quiet(pointed: Sandbox, run: Cli, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert "OKRs from" not in run("--quiet", "plan", *AS_OF).err


def test_an_error_says_who_named_the_file(run: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "goals.yaml").write_text("objectivs: []\n", encoding="utf-8")
    assert run("validate", "--config", "goals.yaml").err.endswith(" problems in the configuration\n")
    monkeypatch.setenv("TRUENORTH_CONFIG", "goals.yaml")
    ran = run("validate")
    assert ran.code == 2
    assert ran.err.endswith("in the configuration that TRUENORTH_CONFIG names\n")
    monkeypatch.setenv("TRUENORTH_CONFIG", "nowhere.yaml")
    assert run("plan").err.endswith("1 problem in the configuration that TRUENORTH_CONFIG names\n")
