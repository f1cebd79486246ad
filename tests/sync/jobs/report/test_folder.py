"""The folder of a report: what is written, what stays, what is refused, and what a crash leaves."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from sync.jobs.report.errors import ReportFolderRefused, ReportNotWritten
from sync.jobs.report.folder import OURS, check_folder, write_folder

FIRST = {"kr/A/index.html": b"a", "kr/B/index.html": b"b", "index.html": b"first"}
SECOND = {"kr/A/index.html": b"a", "index.html": b"second"}


def files(folder: Path) -> dict[str, bytes]:
    found = (one for one in sorted(folder.rglob("*")) if one.is_file() and one.name != OURS)
    return {str(one.relative_to(folder)): one.read_bytes() for one in found}


def test_a_report_replaces_the_one_before_and_touches_nothing_else(tmp_path: Path) -> None:
    out = tmp_path / "new" / "site"
    done = write_folder(out, FIRST)
    assert (done.written, done.unchanged, done.removed, done.kept) == (3, 0, 0, [])
    (out / "CNAME").write_text("okrs.example")
    (out / "kr" / "B" / "note.txt").write_text("mine")
    before = (out / "kr/A/index.html").stat()
    done = write_folder(out, SECOND)
    assert (done.written, done.unchanged, done.removed, done.kept) == (1, 1, 1, [])
    assert files(out) == {**SECOND, "CNAME": b"okrs.example", "kr/B/note.txt": b"mine"}
    after = (out / "kr/A/index.html").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_second_report_of_the_same_writes_nothing(tmp_path: Path) -> None:
    write_folder(tmp_path / "site", FIRST)
    before = {one: one.stat().st_ino for one in (tmp_path / "site").rglob("*")}
    done = write_folder(tmp_path / "site", FIRST)
    assert (done.written, done.unchanged, done.removed) == (0, 3, 0)
    assert {one: one.stat().st_ino for one in (tmp_path / "site").rglob("*")} == before


def test_a_folder_that_is_empty_is_gone_with_its_file(tmp_path: Path) -> None:
    write_folder(tmp_path, FIRST)
    write_folder(tmp_path, SECOND)
    assert not (tmp_path / "kr" / "B").exists()
    assert (tmp_path / "kr" / "A").exists()


def test_what_somebody_changed_is_kept_once_it_is_no_longer_ours(tmp_path: Path) -> None:
    write_folder(tmp_path, FIRST)
    (tmp_path / "kr/B/index.html").write_text("by hand")
    assert write_folder(tmp_path, SECOND).kept == ["kr/B/index.html"]
    assert (tmp_path / "kr/B/index.html").read_text() == "by hand"
    # From then on it is theirs.
    assert write_folder(tmp_path, SECOND).kept == []
    with pytest.raises(ReportFolderRefused, match=r"kr/B/index\.html"):
        write_folder(tmp_path, FIRST)


def foreign(folder: Path) -> None:
    (folder / "thesis.tex").write_text("years of work")


def own_index(folder: Path) -> None:
    write_folder(folder, {"kr/A/index.html": b"a"})
    (folder / "index.html").write_text("mine")


def link_for_a_file(folder: Path) -> None:
    write_folder(folder, FIRST)
    (folder / "index.html").unlink()
    (folder / "index.html").symlink_to(folder.parent / "elsewhere")


def link_for_a_folder(folder: Path) -> None:
    write_folder(folder, {"index.html": b"first"})
    (folder.parent / "elsewhere").mkdir()
    (folder / "kr").symlink_to(folder.parent / "elsewhere")


def file_for_a_folder(folder: Path) -> None:
    write_folder(folder, {"index.html": b"first"})
    (folder / "kr").write_text("mine")


def other_list(folder: Path) -> None:
    (folder / OURS).write_text("{}")


def list_of_files_outside(folder: Path) -> None:
    (folder / OURS).write_text(json.dumps({"format": 1, "files": {"../elsewhere": ["x"]}}))


@pytest.mark.parametrize(
    "spoil",
    [
        foreign,
        own_index,
        link_for_a_file,
        link_for_a_folder,
        file_for_a_folder,
        other_list,
        list_of_files_outside,
    ],
    ids=lambda one: one.__name__,
)
def test_a_folder_of_somebody_elses_is_refused_and_left_as_it_is(
    tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    out = tmp_path / "site"
    out.mkdir()
    spoil(out)
    before = {one: one.read_bytes() for one in tmp_path.rglob("*") if one.is_file()}
    with pytest.raises(ReportFolderRefused, match="nothing was written"):
        write_folder(out, FIRST)
    assert {one: one.read_bytes() for one in tmp_path.rglob("*") if one.is_file()} == before


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "site").write_text("x")
    with pytest.raises(ReportFolderRefused, match="is not a folder"):
        check_folder(tmp_path / "site")
    check_folder(tmp_path / "not there")
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / ".DS_Store").touch()
    check_folder(tmp_path / "empty")


@pytest.mark.parametrize("stop_at", range(5))
def test_a_report_that_is_cut_off_is_whole_after_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stop_at: int
) -> None:
    """However far it came: no file is half, and all of it is still known as ours."""
    write_folder(tmp_path, {"index.html": b"old", "kr/OLD/index.html": b"old"})
    replace, calls = Path.replace, iter(range(99))

    def replaced(self: Path, target: Path) -> Path:
        if next(calls) == stop_at:
            raise OSError(28, "No space left on device", str(target))
        return replace(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", replaced)
        with pytest.raises(ReportNotWritten, match="No space left on device"):
            write_folder(tmp_path, FIRST)
    assert set(files(tmp_path).items()) <= {
        *FIRST.items(),
        ("index.html", b"old"),
        ("kr/OLD/index.html", b"old"),
    }
    write_folder(tmp_path, FIRST)
    assert files(tmp_path) == FIRST


def test_a_host_may_read_what_the_users_mask_lets_it(tmp_path: Path) -> None:
    mask = os.umask(0o022)
    try:
        write_folder(tmp_path, FIRST)
    finally:
        os.umask(mask)
    assert {one.stat().st_mode & 0o777 for one in tmp_path.rglob("*") if one.is_file()} == {0o644}
