"""The folder of a report: each file is replaced as a whole, and nothing that is not ours is touched.

A list in the folder says which files are ours, with the digest of each as it was written. A folder without that list must be
empty. Beside our files others may lie, as a host's settings do; one of theirs under a name of ours is refused.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from sync.files.public import replace
from sync.jobs.report.errors import ReportFolderRefused, ReportNotWritten

OURS = ".truenorth-report.json"
"""The list of our files in the folder."""

_FORMAT = 1
_NONE: frozenset[str] = frozenset()
_IGNORED = frozenset((".DS_Store", "Thumbs.db", "desktop.ini", "lost+found"))
"""What systems put into folders that are empty to their user."""


@dataclass(slots=True)
class Written:
    """How many files are new or changed, stayed as they were, were removed, and are kept though they are no longer part of it, since somebody changed them."""

    written: int = 0
    unchanged: int = 0
    removed: int = 0
    kept: list[str] = field(default_factory=list)
    bytes: int = 0


def check_folder(folder: Path) -> None:
    """Whether a report may be written there. Raises ReportFolderRefused; changes nothing."""
    _known(folder)


def write_folder(folder: Path, files: Mapping[str, bytes]) -> Written:
    """Write these files, by their path in the folder, and remove ours that are no longer among them.

    Raises ReportFolderRefused before anything is written, and ReportNotWritten where the system refuses; what is written
    until then stays, each file whole.
    """
    known = _known(folder)
    _check_names(folder, files, known)
    new = {name: frozenset((_digest(content),)) for name, content in files.items()}
    done = Written(bytes=sum(map(len, files.values())))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if known != new:
            # First whose they are: a report that is cut off by a crash is still ours to replace.
            _write_list(
                folder,
                {name: known.get(name, _NONE) | new.get(name, _NONE) for name in known.keys() | new.keys()},
            )
        for name, content in files.items():
            _write(folder / name, content, done)
        for name in sorted(known.keys() - new.keys()):
            _remove(folder, name, known[name], done)
        if known != new:
            _write_list(folder, new)
    except OSError as error:
        raise ReportNotWritten(f"{error.filename or folder}: {error.strerror or error}") from None
    return done


def _known(folder: Path) -> dict[str, frozenset[str]]:
    """Our files in the folder, each with the digests that it may have."""
    try:
        if not stat.S_ISDIR(folder.stat().st_mode):
            raise ReportFolderRefused(f"{folder} is not a folder; name another one with --out")
        there = {one.name for one in folder.iterdir()}
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise ReportNotWritten(f"{folder}: {error.strerror or error}") from None
    if OURS not in there:
        if there - _IGNORED:
            raise ReportFolderRefused(
                f"{folder} holds files that are not of a report, such as {min(there - _IGNORED)}; nothing was written. Name an empty or a new folder"
            )
        return {}
    return _read_list(folder / OURS)


def _read_list(file: Path) -> dict[str, frozenset[str]]:
    try:
        listed = json.loads(file.read_bytes())
        if listed["format"] != _FORMAT:
            raise ValueError(listed["format"])
        known = {str(name): frozenset(map(str, digests)) for name, digests in listed["files"].items()}
    except OSError as error:
        raise ReportNotWritten(f"{file}: {error.strerror or error}") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ReportFolderRefused(
            f"{file} is not a list that this version wrote, so it cannot be told which files are a report's; nothing was written. "
            "Name an empty or a new folder"
        ) from None
    if any(not _is_inside(name) for name in known):
        raise ReportFolderRefused(f"{file} names files outside its folder; nothing was written")
    return known


def _is_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return bool(path.parts) and not path.is_absolute() and ".." not in path.parts


def _check_names(folder: Path, files: Mapping[str, bytes], known: Mapping[str, frozenset[str]]) -> None:
    """No file of somebody else's, and no link that leads elsewhere, stands where one of ours is to be."""
    for name in files:
        place = folder
        for step in PurePosixPath(name).parts[:-1]:
            place /= step
            if place.is_symlink() or (place.exists() and not place.is_dir()):
                raise ReportFolderRefused(
                    f"{place} is not a folder of the report's; nothing was written. Move it away"
                )
        file = folder / name
        if os.path.lexists(file) and (name not in known or file.is_symlink() or not file.is_file()):
            raise ReportFolderRefused(
                f"{file} is not a file of the report's; nothing was written. Move it away"
            )


def _write(file: Path, content: bytes, done: Written) -> None:
    try:
        if file.read_bytes() == content:
            done.unchanged += 1
            return
    except FileNotFoundError:
        file.parent.mkdir(parents=True, exist_ok=True)
    replace(file, content)
    done.written += 1


def _remove(folder: Path, name: str, digests: frozenset[str], done: Written) -> None:
    """A file that is no longer part of the report, unless somebody changed it; and its folder, if that is empty then."""
    file = folder / name
    try:
        is_ours = not file.is_symlink() and _digest(file.read_bytes()) in digests
    except FileNotFoundError:
        return
    if not is_ours:
        done.kept.append(name)
        return
    file.unlink()
    done.removed += 1
    for place in list(file.parents)[: len(PurePosixPath(name).parts) - 1]:
        try:
            place.rmdir()
        except OSError:
            break


def _write_list(folder: Path, files: Mapping[str, frozenset[str]]) -> None:
    listed = {"format": _FORMAT, "files": {name: sorted(files[name]) for name in sorted(files)}}
    replace(folder / OURS, (json.dumps(listed, indent=1) + "\n").encode())


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
