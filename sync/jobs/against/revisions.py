"""OKR files as a git checkout knows them at a commit. Nothing is written into the checkout, and no network is asked.

Read by `git cat-file`, which runs no hook, no filter and no pager, and follows links only within the commit.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from config.loading.files import SUFFIXES
from config.text.redaction import shorten
from sync.files.private import write_private
from sync.jobs.against.errors import NothingToCompare

_SECONDS = 60.0
_MOST_WORDS = 300


@dataclass(frozen=True, slots=True)
class Revision:
    """A commit of the checkout around a folder. `prefix`: the folder's path in it, "" for its root, else with a slash."""

    folder: Path
    commit: str
    prefix: str

    def yaml_files(self, name: str) -> list[str]:
        """The OKR files of a folder, "" for this one, by name and not those that begin with a dot; empty where it is none."""
        under = f"{self.commit}:{self.prefix}{name}".rstrip("/")
        listed = _git(self.folder, "ls-tree", "--full-tree", "-z", "--name-only", under, fails=b"")
        names = (os.fsdecode(one) for one in listed.split(b"\0") if one)
        return [one for one in names if one.lower().endswith(SUFFIXES) and not one.startswith(".")]

    def contents(self, names: Iterable[str]) -> dict[str, bytes]:
        """What files below the folder hold; one that is not there, or is none, is left out."""
        asked = [one for one in names if "\n" not in one]
        paths = "".join(f"{self.commit}:{self.prefix}{name}\n" for name in asked)
        answer = _git(self.folder, "cat-file", "--batch", "--follow-symlinks", given=os.fsencode(paths))
        found: dict[str, bytes] = {}
        at = 0
        for name in asked:
            end = answer.index(b"\n", at)
            head = answer[at:end].split(b" ")
            at = end + 1
            if len(head) == 3 and head[2].isdigit() and head[1] in (b"blob", b"tree", b"commit", b"tag"):
                size = int(head[2])
                if head[1] == b"blob":
                    found[name] = answer[at : at + size]
                at += size + 1
            elif len(head) == 2 and head[0] in (b"symlink", b"dangling", b"loop", b"notdir"):
                # The place to which it leads follows; it is no file of this commit.
                at += int(head[1]) + 1
        return found


def revision(folder: Path, ref: str) -> Revision:
    """The commit that a branch, a tag or a hash names in the checkout around the folder. Raises NothingToCompare."""
    if not ref or ref.startswith("-") or "\0" in ref:
        raise NothingToCompare(f"{_quoted(ref)} is no branch, tag or commit.")
    named = _git(
        folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}", fails=b""
    )
    if not named.strip():
        # Says why, where it is no checkout at all.
        _git(folder, "rev-parse", "--show-toplevel")
        raise NothingToCompare(
            f"{_quoted(ref)} is neither a file or folder nor a branch, tag or commit of this checkout. In a shallow clone, fetch it "
            "first: git fetch --depth=1 origin BRANCH, then name it as origin/BRANCH or FETCH_HEAD."
        )
    prefix = os.fsdecode(_git(folder, "rev-parse", "--show-prefix").rstrip(b"\n"))
    return Revision(folder, named.decode().strip(), prefix)


def is_revision(folder: Path, ref: str) -> bool:
    """Whether git knows a commit by that name there."""
    try:
        revision(folder, ref)
    except NothingToCompare:
        return False
    return True


def write_files(contents: Iterable[tuple[str, bytes]], folder: Path) -> None:
    """Put files below a folder of ours; a name that leads out of it is left out."""
    for name, content in contents:
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts:
            continue
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        write_private(place, (content,))


def _git(folder: Path, *arguments: str, given: bytes | None = None, fails: bytes | None = None) -> bytes:
    """What git prints. Raises NothingToCompare where it cannot, in its words; `fails`: what stands for that instead."""
    program = shutil.which("git")
    if program is None:
        raise NothingToCompare(
            "git is not installed here. Name a folder with the earlier OKR files instead: --against FOLDER."
        )
    try:
        ended = subprocess.run(  # noqa: S603  our own words, and a name behind --end-of-options
            [program, "-C", str(folder), *arguments],
            input=given,
            stdin=subprocess.DEVNULL if given is None else None,
            capture_output=True,
            env=_environment(),
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired, ValueError) as error:
        raise NothingToCompare(f"git did not answer: {shorten(str(error), _MOST_WORDS)}") from None
    if ended.returncode == 0:
        return ended.stdout
    if fails is not None:
        return fails
    words = " ".join(ended.stderr.decode("utf-8", "replace").split()).removeprefix("fatal: ").rstrip(".")
    raise NothingToCompare(f"git cannot read this checkout: {shorten(words, _MOST_WORDS)}.")


def _environment() -> dict[str, str]:
    """Ours without what is secret: git needs no credential for what is here, and fetches nothing that is not."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TRUENORTH_")}
    return {
        **kept,
        "LC_ALL": "C",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_TERMINAL_PROMPT": "0",
    }


def _quoted(ref: str) -> str:
    return f'"{shorten(ref, 80)}"'
