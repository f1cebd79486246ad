"""The earlier OKR files, of a folder or of a commit: read as they stand there, and nothing is touched."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from config.errors import ConfigError
from sync.jobs.against.earlier import earlier
from sync.jobs.against.errors import NothingToCompare

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")

DECLARED = """\
trackers:
  jira: {kind: jira, url: "https://acme.example", scope: {projects: [WEB]}}
cycles: {2026-Q4: {start: 2026-10-01, end: 2026-12-31}}
objectives:
  - id: O
    title: Objective
    cycle: 2026-Q4
    key_results:
      - {id: KR1, title: One, measure: {kind: metric, start: 0, target: 10, file: {path: values/one.json}}}
"""
Git = Callable[..., str]


@pytest.fixture
def git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Git:
    """A checkout with OKR files in two forms, committed on main, and something else in the work tree."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> str:
        own = ("-c", "user.name=Ann", "-c", "user.email=ann@acme.example", "-c", "core.hooksPath=/dev/null")
        return subprocess.run(  # noqa: S603  our own words
            ["git", *own, *arguments],  # noqa: S607  the one that the product finds
            check=True,
            capture_output=True,
            text=True,
        ).stdout

    (tmp_path / "okrs/values").mkdir(parents=True)
    (tmp_path / "okrs/all.yaml").write_text(DECLARED, encoding="utf-8")
    (tmp_path / "okrs/three.json").write_text("3", encoding="utf-8")
    (tmp_path / "okrs/values/one.json").symlink_to("../three.json")
    (tmp_path / "linked.yaml").symlink_to("okrs/all.yaml")
    call("init", "--quiet", "--initial-branch=main")
    call("add", "--all")
    call("commit", "--quiet", "--message=one")
    (tmp_path / "okrs/all.yaml").write_text("workspace: other\n" + DECLARED, encoding="utf-8")
    (tmp_path / "okrs/three.json").write_text("7", encoding="utf-8")
    return call


def test_a_commit_gives_the_files_that_it_has_with_those_that_they_name(git: Git, tmp_path: Path) -> None:
    before = git("status", "--porcelain")
    objects = sorted((tmp_path / ".git").rglob("*"))
    with earlier(Path("okrs"), "main") as found:
        copy = found.folder
        assert found.workspace.workspace == "truenorth"
        assert (copy / "values/one.json").read_text(encoding="utf-8") == "3"
    assert not copy.exists()
    assert git("status", "--porcelain") == before
    assert sorted((tmp_path / ".git").rglob("*")) == objects


def test_a_file_and_a_place_within_the_checkout_will_do(
    git: Git,  # noqa: ARG001
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for place in ("okrs/all.yaml", "linked.yaml"):
        with earlier(Path(place), "HEAD") as found:
            assert found.workspace.workspace == "truenorth"
    monkeypatch.chdir(tmp_path / "okrs")
    with earlier(Path(), "main") as found:
        assert found.workspace.workspace == "truenorth"


def test_a_folder_needs_no_git(
    git: Git,  # noqa: ARG001
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    with earlier(Path("okrs"), "okrs") as found:
        assert (found.workspace.workspace, found.folder) == ("other", Path("okrs"))
    with pytest.raises(NothingToCompare, match="git is not installed here"), earlier(Path("okrs"), "main"):
        pass


@pytest.mark.parametrize(
    ("against", "said"),
    [
        ("nope", '"nope" is neither a file or folder nor a branch'),
        ("", "is no branch"),
        ("--output=x", "is no branch"),
        ("main:okrs", "is neither a file or folder"),
        ("empty", "empty has no OKR files at okrs; there is nothing to compare with"),
        ("okrs", r"write \./okrs, or refs/heads/okrs"),
    ],
    ids=["unknown", "nothing", "option", "tree", "empty", "both"],
)
def test_what_is_no_such_thing_is_said(git: Git, tmp_path: Path, against: str, said: str) -> None:
    git("branch", "okrs")
    git("stash", "--quiet")
    git("checkout", "--quiet", "--orphan", "empty")
    git("rm", "-r", "--quiet", "--force", "okrs")
    git("commit", "--quiet", "--message=none")
    git("checkout", "--quiet", "main")
    with pytest.raises(NothingToCompare, match=said), earlier(Path("okrs"), against):
        pass
    assert not (tmp_path / "x").exists()


def test_what_is_wrong_at_a_commit_is_told_with_its_name(git: Git) -> None:
    git("commit", "--quiet", "--all", "--message=two")
    Path("okrs/all.yaml").write_text(DECLARED.replace("start: 0", "start: ten"), encoding="utf-8")
    git("commit", "--quiet", "--all", "--message=three")
    with pytest.raises(ConfigError) as caught, earlier(Path("okrs"), "HEAD"):
        pass
    assert str(caught.value).startswith("HEAD:okrs/all.yaml:9:")


def test_no_checkout_is_said_in_words_of_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    monkeypatch.chdir(tmp_path)
    Path("okrs.yaml").write_text(DECLARED, encoding="utf-8")
    with pytest.raises(NothingToCompare, match="not a git repository"), earlier(Path("okrs.yaml"), "main"):
        pass
