"""The OKR files to hold the present ones against: those of a folder, or of a commit of the checkout around them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from config.errors import ConfigError, Problem
from config.load import load
from config.loading.regular_files import folder_of
from config.measures import KeepMeasure, MetricMeasure
from config.workspace import Workspace
from sync.jobs.against.errors import NothingToCompare
from sync.jobs.against.revisions import is_revision, revision, write_files


@dataclass(frozen=True, slots=True)
class Earlier:
    """A declaration, and the folder that holds the files which it names."""

    workspace: Workspace
    folder: Path


@contextmanager
def earlier(place: Path, against: str) -> Iterator[Earlier]:
    """What `against` names, for as long as it is used: a file or folder, else a branch, tag or commit, where the OKR files stand at
    the same `place`.

    Raises ConfigError for what is wrong with it, at `COMMIT:file:line:column`, and NothingToCompare.
    """
    path = Path(against)
    if against and path.exists():
        if len(path.parts) == 1 and against == path.name and is_revision(folder_of(place.resolve()), against):
            raise NothingToCompare(
                f"{against} is a file or folder, and a branch, tag or commit: write ./{against}, or refs/heads/{against}."
            )
        yield Earlier(load(path), folder_of(path))
        return
    with tempfile.TemporaryDirectory(prefix="truenorth-") as folder:
        yield _at_commit(place.resolve(), against, Path(folder).resolve())


def _at_commit(place: Path, ref: str, folder: Path) -> Earlier:
    known = revision(folder_of(place), ref)
    names = known.yaml_files("") if place.is_dir() else [place.name]
    contents = known.contents(names)
    if not contents:
        name = known.prefix.rstrip("/") if place.is_dir() else f"{known.prefix}{place.name}"
        raise NothingToCompare(
            f"{ref} has no OKR files at {name or 'the root of the checkout'}; there is nothing to compare with."
        )
    write_files(contents.items(), folder)
    try:
        workspace = load(folder if place.is_dir() else folder / place.name)
    except ConfigError as error:
        raise ConfigError(_named(error, folder, f"{ref}:{known.prefix}")) from None
    measures = (key_result.measure for _, key_result in workspace.key_results())
    sources = {
        how.file.path
        for how in measures
        if isinstance(how, MetricMeasure | KeepMeasure) and how.file is not None
    }
    write_files(known.contents(sorted(sources)).items(), folder)
    return Earlier(workspace, folder)


def _named(error: ConfigError, folder: Path, name: str) -> Iterator[Problem]:
    """The problems as of the commit, in place of the copy that was read."""
    beside, itself = f"{folder}/", str(folder)

    def told(text: str) -> str:
        return text.replace(beside, name).replace(itself, name.rstrip("/"))

    for one in error.problems:
        yield replace(one, file=told(one.file), message=told(one.message), hint=told(one.hint))
