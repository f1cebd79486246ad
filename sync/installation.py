"""Whether the packages of our names are ours: `config`, `connectors` and `sync` are names that others use as well.

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
