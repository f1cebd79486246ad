"""How the process starts: by its names, with what a command needs and no more, and never with somebody else's packages."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from sync.installation import PACKAGES, Stranger, commit, sharing
from sync.store.version import VERSION
from tests.support.cli import Cli
from tests.support.product import ROOT

LOADED = """
import sys
before = set(sys.modules)
from sync.__main__ import main
sys.argv = ["truenorth", *sys.argv[1:]]
try:
    main()
except SystemExit as ended:
    assert not ended.code, ended.code
tops = {name.split(".")[0] for name in set(sys.modules) - before} - set(sys.stdlib_module_names)
own = {name for name in sys.modules if name.split(".")[0] in ("connectors", "sync") and "." in name}
sys.stderr.write(" ".join(sorted(name for name in tops if not name.startswith("_"))) + "\\n" + " ".join(sorted(own)))
"""

TYPED = {"annotated_doc", "config", "shellingham", "sync", "typer"}
"""What reading the command line takes."""


def python(*arguments: str, folder: Path, path: str = "") -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("TRUENORTH_")}
    return subprocess.run(  # noqa: S603  our own code
        [sys.executable, *arguments],
        cwd=folder,
        env={**env, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


def loaded_by(*typed: str) -> tuple[set[str], set[str]]:
    """The packages from outside, and the modules of ours above `config`, that a command has loaded when it ends."""
    ended = python("-c", LOADED, *typed, folder=ROOT)
    assert ended.returncode == 0, ended.stderr
    packages, own = ended.stderr.split("\n")
    return set(packages.split()), set(own.split())


@pytest.mark.parametrize("typed", [("--help",), ("--version",)])
def test_what_only_talks_about_itself_loads_the_parser_alone(typed: tuple[str, ...]) -> None:
    packages, own = loaded_by(*typed)
    assert packages - {"connectors"} <= TYPED
    assert {name for name in own if not name.startswith("sync.cli")} <= {
        "sync.__main__",
        "sync.installation",
        "connectors.http",
        "connectors.http.user_agent",
        "sync.store",
        "sync.store.version",
    }


def test_validate_loads_what_reads_yaml_and_nothing_that_asks_a_tracker() -> None:
    packages, own = loaded_by("validate", "--config", "config/examples")
    assert packages <= TYPED | {
        "annotated_types",
        "dotenv",
        "pydantic",
        "pydantic_core",
        "pydantic_settings",
        "ruamel",
        "typing_extensions",
        "typing_inspection",
    }
    assert {name for name in own if not name.startswith("sync.cli")} <= {
        "sync.__main__",
        "sync.installation",
        "sync.plan",
        "sync.plan.overrides",
    }


def test_the_version_is_that_of_the_installation(run: Cli) -> None:
    told = run("--version").out
    assert told.split()[:2] == ["truenorth", metadata.version("truenorth")]
    known = f"(commit {commit()}, schema {VERSION}, Python {platform.python_version()})"
    assert told.split(maxsplit=2)[2].strip() == known


@pytest.mark.parametrize(
    ("written", "expected"),
    [("620c77ca1234\n", "620c77ca1234"), ("\n", "unknown"), (None, "unknown")],
)
def test_the_commit_is_what_the_build_wrote(tmp_path: Path, written: str | None, expected: str) -> None:
    (tmp_path / "sync").mkdir()
    if written is not None:
        (tmp_path / "sync" / "commit.txt").write_text(written)
    assert commit(str(tmp_path / "sync")) == expected


@pytest.mark.parametrize(
    ("noted", "expected"),
    [
        (
            '{"url": "https://git.example/t.git", "vcs_info": {"vcs": "git", "commit_id": "620c77ca"}}',
            "620c77ca",
        ),
        ('{"url": "file:///src", "dir_info": {}}', "unknown"),
        (None, "unknown"),
    ],
)
def test_the_commit_is_what_the_installer_noted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, noted: str | None, expected: str
) -> None:
    info = tmp_path / "truenorth-9.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Name: truenorth\nVersion: 9\n")
    if noted is not None:
        (info / "direct_url.json").write_text(noted)
    monkeypatch.syspath_prepend(str(tmp_path))
    assert commit(str(tmp_path / "sync")) == expected


def test_the_commit_of_a_checkout_is_what_git_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def git(*typed: str) -> str:
        who = ("-c", "user.name=x", "-c", "user.email=x@example.com")
        told = subprocess.run(["git", *who, *typed], cwd=tmp_path, capture_output=True, text=True, check=True)  # noqa: S603, S607
        return told.stdout.strip()

    (tmp_path / "sync").mkdir()
    (tmp_path / "sync" / "commit.txt").write_text("of an older build")
    git("init", "--quiet")
    git("add", ".")
    git("commit", "--quiet", "--message=one")
    git("tag", "v9")
    head = git("rev-parse", "--short=12", "HEAD")
    assert commit(str(tmp_path / "sync")) == head
    (tmp_path / "sync" / "commit.txt").write_text("changed")
    assert commit(str(tmp_path / "sync")) == f"{head}-dirty"
    monkeypatch.setenv("PATH", str(tmp_path))
    assert commit(str(tmp_path / "sync")) == "unknown"


def test_the_package_is_the_command(tmp_path: Path) -> None:
    ended = python("-m", "sync", "plan", "--help", folder=tmp_path)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith("Usage: truenorth plan ")


@pytest.mark.parametrize("name", ["config", "connectors"])
@pytest.mark.parametrize("file", ["{}.py", "{}/__init__.py"])
def test_another_package_of_our_name_is_named_in_a_line(tmp_path: Path, name: str, file: str) -> None:
    place = tmp_path / file.format(name)
    place.parent.mkdir(exist_ok=True)
    place.write_text("", encoding="utf-8")
    ended = python(
        "-c", "from sync.__main__ import main; main()", "--version", folder=ROOT, path=str(tmp_path)
    )
    assert ended.returncode == 0, "found behind ours it does no harm"
    ended = python("-m", "sync", "check", folder=tmp_path)
    assert (ended.returncode, ended.stdout) == (1, "")
    (line,) = ended.stderr.splitlines()
    shadow = place.parent if place.name == "__init__.py" else place
    assert line.startswith(f"truenorth: another `{name}` is imported in place of Truenorth's: {shadow}. ")
    assert "environment of its own" in line


def test_a_package_that_is_missing_is_named() -> None:
    assert str(Stranger("config", "")).startswith("the package `config` of Truenorth is missing. ")


def test_overwritten_files_are_told_in_a_line(tmp_path: Path) -> None:
    """As after `pip install` of another package of that name into the same environment."""
    for name in PACKAGES:
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").touch()
    for name in ("__main__.py", "installation.py", "cli"):
        (shutil.copytree if name == "cli" else shutil.copy)(ROOT / "sync" / name, tmp_path / "sync" / name)
    ended = python("-m", "sync", "--help", folder=tmp_path)
    assert ended.returncode == 1
    (line,) = ended.stderr.splitlines()
    assert line.startswith(
        "truenorth: cannot load `config.errors`: another package has overwritten parts of `config`"
    )


def test_check_names_what_else_installs_a_package_of_our_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.syspath_prepend(tmp_path)  # what was found elsewhere is known for good
    found = {"config": ["truenorth", "config"], "sync": ["truenorth"], "httpx": ["httpx"]}
    monkeypatch.setattr(metadata, "packages_distributions", lambda: found)
    monkeypatch.setattr(metadata, "version", lambda name: {"config": "0.5.1"}[name])
    assert sharing() == ["config 0.5.1"]
