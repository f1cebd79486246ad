"""From the pages as they stand in the repository to the tree that the site's generator reads.

Pages link to each other as the repository has them, so that they can be read there too. Here each gets its place in the site, and
links follow; a link to a file that is no page (a dashboard, a manifest) brings that file along.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

OF_THE_ROOT = {"README.md": "index.md", "SECURITY.md": "security.md", "CHANGELOG.md": "changes.md"}
"""Pages that stand at the root of the repository, and their places."""

ALONGSIDE = "files"
"""Folder of what pages link to and that is no page."""

_FENCE = re.compile(r"^( *)(```+|~~~+).*?^\1\2`*[ ]*$", re.DOTALL | re.MULTILINE)
_LINK = re.compile(
    r"(?P<before>\]\()(?P<target>[^)\s]+)(?P<after>\))|(?P<src>src=\")(?P<picture>[^\"]+)(?P<end>\")"
)
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|#")
_ITEM = re.compile(r"^(?:[-*]|\d+\.) ")


class BrokenLinkError(Exception):
    """A page links to what is not in the repository."""


def place_of(path: PurePosixPath) -> PurePosixPath:
    """Where a file of the repository stands in the site."""
    if str(path) in OF_THE_ROOT:
        return PurePosixPath(OF_THE_ROOT[str(path)])
    if path.parts[0] != "docs":
        return PurePosixPath(ALONGSIDE) / path
    within = path.relative_to("docs")
    return within.with_name("index.md") if within.name == "README.md" else within


def outside_code(text: str, change: Callable[[str], str]) -> str:
    """The text with everything but its blocks of code changed."""
    parts, at = [], 0
    for block in _FENCE.finditer(text):
        parts += [change(text[at : block.start()]), block[0]]
        at = block.end()
    return "".join([*parts, change(text[at:])])


def relinked(text: str, path: PurePosixPath, root: Path) -> tuple[str, set[PurePosixPath]]:
    """The page with its links as the site has them, and the files of the repository that they lead to.

    Raises BrokenLinkError, with the page and the link, where one leads nowhere.
    """
    found: set[PurePosixPath] = set()

    def follow(link: re.Match[str]) -> str:
        target = link["target"] or link["picture"]
        if _ELSEWHERE.match(target):
            return link[0]
        name, hash_, anchor = target.partition("#")
        there = PurePosixPath(os.path.normpath(path.parent / name))
        if there.parts[0] == ".." or not (root / there).exists():
            raise BrokenLinkError(f"{path}: {target} leads nowhere")
        found.add(there)
        here = place_of(path).parent
        moved = place_of(there / "README.md" if (root / there / "README.md").is_file() else there)
        relative = os.path.relpath(moved, here)
        if (root / there).is_dir() and moved.suffix != ".md":
            relative += "/index.md"
        return f"{link['before'] or link['src']}{relative}{hash_}{anchor}{link['after'] or link['end']}"

    return outside_code(text, lambda part: _LINK.sub(follow, part)), found


def apart(text: str) -> str:
    """The page with an empty line before each list: GitHub needs none, the site's generator does."""

    def spaced(part: str) -> str:
        lines: list[str] = []
        for line in part.split("\n"):
            before = lines[-1] if lines else ""
            if (
                _ITEM.match(line)
                and before.strip()
                and not _ITEM.match(before)
                and not before.startswith((" ", "\t"))
            ):
                lines.append("")
            lines.append(line)
        return "\n".join(lines)

    return outside_code(text, spaced)


def sources(root: Path) -> Iterator[PurePosixPath]:
    """Every page and picture of the documentation, as the repository has it."""
    yield from (PurePosixPath(name) for name in OF_THE_ROOT)
    for file in sorted((root / "docs").rglob("*")):
        if file.is_file():
            yield PurePosixPath(file.relative_to(root).as_posix())


def stage(root: Path, to: Path) -> None:
    """Lay the tree `to` anew: pages with their links, pictures, and whatever pages link to.

    Raises BrokenLinkError.
    """
    shutil.rmtree(to, ignore_errors=True)
    linked: set[PurePosixPath] = set()
    laid = set()
    for path in sources(root):
        target = to / place_of(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        laid.add(path)
        if path.suffix == ".md":
            text, found = relinked((root / path).read_text(encoding="utf-8"), path, root)
            target.write_text(apart(text), encoding="utf-8")
            linked |= found
        else:
            shutil.copyfile(root / path, target)
    for path in sorted(linked - laid):
        if (root / path).is_dir():
            _bring_folder(root, path, to)
        else:
            _bring(root / path, to / place_of(path))


def _bring(file: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, target)


def _bring_folder(root: Path, path: PurePosixPath, to: Path) -> None:
    """The files of a folder without a page of its own, and a page that lists them."""
    if (root / path / "README.md").is_file() or path.parts[0] == "docs":
        return
    place = to / place_of(path)
    files = [file for file in sorted((root / path).rglob("*")) if file.is_file()]
    names = [file.relative_to(root / path).as_posix() for file in files]
    for file, name in zip(files, names, strict=True):
        _bring(file, place / name)
    listed = "\n".join(f"- [`{name}`]({name})" for name in names)
    (place / "index.md").write_text(f"# {path}\n\n{listed}\n", encoding="utf-8")
