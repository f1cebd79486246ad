"""What is installed here: from which commit, and whether the packages of our names are ours, since others use `config`,
`connectors` and `sync` as well.

Imports nothing but the standard library, so that it can say so where our own modules cannot be loaded.
"""

from __future__ import annotations

import importlib.util
import os
import re
import sys
from dataclasses import dataclass
from functools import cache
from importlib.machinery import ModuleSpec

PACKAGES = ("config", "connectors", "sync")
"""What the wheel puts at the top level, side by side."""

DISTRIBUTION = "truenorth"
REMEDY = (
    "Install Truenorth in an environment of its own (pipx, uv tool, a new venv or the container), without PYTHONPATH, "
    "and start it as `truenorth`."
)


@dataclass(frozen=True, slots=True)
class Stranger:
    """A package of our name that Python finds in place of ours; `place` is "" where it finds none at all."""

    name: str
    place: str

    def __str__(self) -> str:
        if not self.place:
            return f"the package `{self.name}` of Truenorth is missing. {REMEDY}"
        return f"another `{self.name}` is imported in place of Truenorth's: {self.place}. {REMEDY}"


def strangers() -> list[Stranger]:
    """The packages of our names that are found elsewhere than beside this module; none where all is well."""
    home = os.path.realpath(os.path.join(os.path.dirname(__file__), os.pardir))  # noqa: PTH118, PTH120  before pathlib, which --help does not need
    found = ((name, _place_of(name)) for name in PACKAGES)
    return [Stranger(name, place) for name, place in found if place != os.path.join(home, name)]  # noqa: PTH118  likewise


def _place_of(name: str) -> str:
    """The folder of the package, or the file of a module in its place; "" where there is none."""
    try:
        spec: ModuleSpec | None = importlib.util.find_spec(name)
    except ValueError:
        # Loaded by something that gave it no spec, as a script under this name.
        return getattr(sys.modules[name], "__file__", None) or "it has no file"
    if spec is None:
        return ""
    folders = [*(spec.submodule_search_locations or ())]
    return os.path.realpath(folders[0] if folders else spec.origin or "")


def sharing() -> list[str]:
    """Other distributions in this environment that install something under our names, such as "config 0.5.1".

    Of two that install the same package each overwrites files of the other, and takes them away when it is removed.
    """
    return list(_sharing(tuple(sys.path)))


@cache
def _sharing(_path: tuple[str, ...]) -> tuple[str, ...]:
    """Where Python looks decides it. Every file of every distribution is looked at, which takes a while."""
    from importlib import metadata

    of_package = metadata.packages_distributions()
    names = {name for package in PACKAGES for name in of_package.get(package, ())}
    return tuple(sorted(f"{name} {metadata.version(name)}" for name in names if name.lower() != DISTRIBUTION))


COMMIT_FILE = "commit.txt"
"""Beside this module where a build knew the commit; the build puts it there."""

UNKNOWN = "unknown"


def commit(home: str = os.path.dirname(__file__)) -> str:  # noqa: PTH120  as above
    """The commit that this installation was made from: by git in a checkout, with "-dirty" where files were changed since;
    by the build; or by the installer, where that was given a repository. "unknown" where none can tell. `home`: the
    folder of this package.
    """
    root = os.path.dirname(home)  # noqa: PTH120  likewise
    # A checkout goes on after a build in it.
    if os.path.exists(os.path.join(root, ".git")):  # noqa: PTH110, PTH118  likewise
        return _asked_of_git(root)
    try:
        with open(os.path.join(home, COMMIT_FILE), encoding="utf-8") as file:  # noqa: PTH118, PTH123  likewise
            return file.read().strip() or UNKNOWN
    except OSError:
        return _told_by_installer()


def _asked_of_git(root: str) -> str:
    """What git calls the commit that is checked out; `UNKNOWN` without git, or where it will not answer."""
    import subprocess

    asked = ["git", "-C", root, "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"]
    try:
        told = subprocess.run(asked, capture_output=True, text=True, check=False, timeout=10)  # noqa: S603  our own words
    except (OSError, subprocess.TimeoutExpired):
        return UNKNOWN
    return told.stdout.strip() if told.returncode == 0 else UNKNOWN


def _told_by_installer() -> str:
    """The commit in what pip and uv note of an installation from a repository (PEP 610); `UNKNOWN` where they noted none."""
    import json
    from importlib import metadata

    try:
        noted = json.loads(metadata.distribution(DISTRIBUTION).read_text("direct_url.json") or "{}")
    except (metadata.PackageNotFoundError, ValueError):
        return UNKNOWN
    return str(noted.get("vcs_info", {}).get("commit_id") or UNKNOWN)


def requirements(extra: str) -> list[str]:
    """What an extra of this installation needs, as its metadata has it; nothing where it has none."""
    from importlib import metadata

    try:
        declared = metadata.requires(DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        return []
    pairs = [one.partition(";")[::2] for one in declared]
    return [
        needed.strip() for needed, marker in pairs if re.search(rf"extra\s*==\s*['\"]{extra}['\"]", marker)
    ]
