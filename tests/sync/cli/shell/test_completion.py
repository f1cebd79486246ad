"""Shell completion: what a shell is told, and in bash what Tab really offers."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.cli import Cli
from tests.support.product import ROOT

BASH = shutil.which("bash")
START = f"import sys; sys.argv[0] = 'truenorth'; sys.path.insert(0, {str(ROOT)!r}); from sync.__main__ import main; main()"
TAB = """
source "$1"
COMP_WORDS=("${@:2}")
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_truenorth_completion truenorth
printf '%s\\n' "${COMPREPLY[@]}"
"""


def asked(**protocol: str) -> str:
    """What the command answers to the variables with which a shell asks."""
    ended = subprocess.run(  # noqa: S603  our own code
        [sys.executable, "-c", START], env={**os.environ, **protocol}, capture_output=True, text=True, check=False
    )  # fmt: skip
    assert ended.stderr == ""
    return ended.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the command on the path, and its script for bash."""
    home = tmp_path_factory.mktemp("home")
    command = home / "truenorth"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -c "{START}" "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    script = asked(_TRUENORTH_COMPLETE="source_bash")
    (home / "completion.sh").write_text(script, encoding="utf-8")
    return home


@pytest.mark.skipif(BASH is None, reason="needs bash")
@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("truenorth ro", ["roll-over"]),
        ("truenorth s", ["sync", "serve", "status", "suggest", "signals", "setup", "schema", "sandbox"]),
        ("truenorth help va", ["validate"]),
        ("truenorth plan --format ", ["text", "json", "markdown"]),
        ("truenorth status -f j", ["json"]),
        ("truenorth plan --ex", ["--exit-code"]),
        ("truenorth --ver", ["--verbose", "--version"]),
        ("truenorth apply ", [""]),
    ],
)
def test_tab_in_bash(installed: Path, words: str, offered: list[str]) -> None:
    assert BASH is not None
    ended = subprocess.run(  # noqa: S603  our own code
        [BASH, "--norc", "-c", TAB, "tab", str(installed / "completion.sh"), *words.split(" ")],
        env={**os.environ, "PATH": f"{installed}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.stderr == ""
    assert sorted(ended.stdout.splitlines()) == sorted(offered)


def test_zsh_and_fish_are_told_with_a_line_on_each() -> None:
    told = asked(_TRUENORTH_COMPLETE="complete_zsh", _TYPER_COMPLETE_ARGS="truenorth va")
    assert '"validate":"Check the OKR files without contacting a tracker."' in told
    told = asked(
        _TRUENORTH_COMPLETE="complete_fish",
        _TYPER_COMPLETE_FISH_ACTION="get-args",
        _TYPER_COMPLETE_ARGS="truenorth plan --format m",
    )
    assert told.split() == ["markdown"]


def test_a_shell_that_is_not_known_is_refused(
    run: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    ran = run("--install-completion", "zhs")
    assert (ran.code, ran.out, [*tmp_path.iterdir()]) == (2, "", [])
    assert "no completion for 'zhs'; did you mean" in ran.err.lower()
    assert "zsh" in ran.err


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_has_its_script(run: Cli, shell: str) -> None:
    shown = run("--show-completion", shell).out
    assert shown == asked(_TRUENORTH_COMPLETE=f"source_{shell}").strip() + "\n"
    assert "_TRUENORTH_COMPLETE=complete_" + shell in shown


@pytest.mark.parametrize(
    ("shell", "place"),
    [
        ("bash", ".bash_completions/truenorth.sh"),
        ("zsh", ".zfunc/_truenorth"),
        ("fish", ".config/fish/completions/truenorth.fish"),
    ],
)
def test_it_is_installed_for_the_shell_that_is_named(
    run: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, shell: str, place: str
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    ran = run("--install-completion", shell)
    assert (
        ran.out
        == f"Completion for {shell} is installed in {tmp_path / place}. It works in every new terminal.\n"
    )
    assert (tmp_path / place).read_text().strip() == run("--show-completion", shell).out.strip()
