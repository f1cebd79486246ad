"""A first declaration as a file: where it goes, what it says, checked before it is written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from config.load import load
from config.loading.files import SUFFIXES
from config.workspace import Workspace
from sync.files import public as public_files
from sync.jobs.okr_files.errors import OkrFileError
from sync.starter.file_text import file_text
from sync.starter.proposal import Proposal

NAME = "truenorth.yaml"


@dataclass(frozen=True, slots=True)
class Draft:
    """A file as it would be, and what it declares."""

    path: Path
    text: str
    workspace: Workspace


def place_of(path: Path, *, force: bool) -> Path:
    """The file to write for a path, which may be a folder. Raises OkrFileError where something else is in its way."""
    try:
        if path.is_dir():
            others = sorted(one.name for one in path.iterdir() if one.suffix.lower() in SUFFIXES)
            if others and others != [NAME]:
                raise OkrFileError(
                    f"the folder {path} has OKR files already, such as {others[0]}. Name a file outside of it, as in "
                    f"`truenorth init ./{NAME}`, or add to those."
                )
            path = path / NAME
        if path.suffix.lower() not in SUFFIXES:
            raise OkrFileError(
                f"{path} does not end in .yaml. Name a file such as {path / NAME}, and create its folder first."
            )
        if path.exists() and not force:
            raise OkrFileError(
                f"{path} is there already, and was left as it is. Name another file, or replace it with --force."
            )
        if path.exists() and not path.is_file():
            raise OkrFileError(f"{path} is not a regular file. Name another one.")
        if not path.parent.is_dir():
            raise OkrFileError(f"the folder {path.parent} does not exist. Create it first.")
    except OSError as error:
        raise OkrFileError(f"{path} cannot be used: {(error.strerror or 'unknown cause').lower()}.") from None
    return path


def draft(proposal: Proposal, path: Path) -> Draft:
    """The file that says this, checked as `validate` does. Raises ConfigError where it would not be valid."""
    text = file_text(proposal)
    return Draft(path, text, load(path, {path: text.encode()}))


def write(made: Draft, *, force: bool) -> None:
    """Write it. Raises OkrFileError, and nothing was written then."""
    content = made.text.encode()
    try:
        (public_files.replace if force else public_files.create)(made.path, content)
    except public_files.FileExists:
        raise OkrFileError(
            f"{made.path} was made by somebody else meanwhile, and was left as it is."
        ) from None
    except OSError as error:
        raise OkrFileError(
            f"{made.path} cannot be written: {(error.strerror or 'unknown cause').lower()}."
        ) from None
