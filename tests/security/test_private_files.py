"""Plan files and stores: private from the first byte, under names that nobody guesses, and through no planted link."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sync.files import private as private_files
from sync.files.private import write_private
from sync.jobs.rebuild import archive_store
from sync.jobs.sandbox import serving_sandbox
from sync.store import sqlite_file
from sync.store.database import StoreError
from sync.store.store import Store
from tests.support.cli import AS_OF, Cli

STORE = Path(".truenorth/truenorth.db")
NOW = datetime(2026, 11, 16, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def wide_open() -> Iterator[None]:
    """A umask that keeps nothing from anybody: what is private is so by itself."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / STORE


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def opened(path: Path) -> None:
    Store(f"sqlite:///{path}").close()


# --- Files that are written ----------------------------------------------------------------------


def test_a_planted_link_is_replaced_and_what_it_leads_to_stays(tmp_path: Path) -> None:
    victim, path = tmp_path / "victim", tmp_path / "plan.json"
    victim.write_text("theirs")
    victim.chmod(0o644)
    path.symlink_to(victim)
    write_private(path, (b"ours",))
    assert (victim.read_text(), mode(victim)) == ("theirs", 0o644)
    assert (path.is_symlink(), path.read_bytes(), mode(path)) == (False, b"ours", 0o600)


def test_the_mode_of_what_was_there_is_not_kept(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_text("old")
    path.chmod(0o666)
    write_private(path, (b"new",))
    assert (path.read_bytes(), mode(path)) == (b"new", 0o600)


def test_a_file_that_somebody_has_open_gets_nothing_of_the_new_one(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_text("old")
    with path.open() as theirs:
        write_private(path, (b"new",))
        assert theirs.read() == "old"


def test_it_is_private_and_unguessable_while_it_is_written(tmp_path: Path) -> None:
    path, seen = tmp_path / "plan.json", []

    def content() -> Iterator[bytes]:
        for part in (b"one", b"two"):
            (beside,) = tmp_path.iterdir()
            seen.append((beside.name, mode(beside)))
            yield part

    write_private(path, content())
    path.unlink()
    write_private(path, content())
    assert {found for _, found in seen} == {0o600}
    assert len({name for name, _ in seen}) == 2
    assert not any("plan.json" in name for name, _ in seen)


def test_a_write_that_fails_leaves_the_old_file_and_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_text("old")

    def content() -> Iterator[bytes]:
        yield b"half"
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        write_private(path, content())
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [("plan.json", "old")]


def test_a_pipe_is_not_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="a device, a pipe or a socket"):
        write_private(tmp_path / "pipe", (b"x",))
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)


@pytest.mark.usefixtures("pointed")
def test_a_saved_plan_follows_no_link(run: Cli, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("theirs")
    for name in ("plan.json", ".plan.json.part"):
        (tmp_path / name).symlink_to(victim)
    assert run("plan", *AS_OF, "--out", "plan.json").code == 0
    assert victim.read_text() == "theirs"
    assert mode(tmp_path / "plan.json") == 0o600
    assert not (tmp_path / "plan.json").is_symlink()
    assert mode(tmp_path / STORE) == 0o600
    assert mode((tmp_path / STORE).parent) == 0o700


@pytest.mark.usefixtures("pointed")
def test_a_plan_that_cannot_be_written_is_one_clear_line(run: Cli, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    refused = run("plan", *AS_OF, "--out", "pipe")
    assert refused.code == 2
    assert "cannot write the plan to pipe: it is a device, a pipe or a socket, not a file" in refused.err


@pytest.mark.needs_server
def test_the_right_answers_of_a_sandbox_are_private_too(tmp_path: Path) -> None:
    with serving_sandbox(50, 1, 0, tmp_path / "truth.json"):
        assert mode(tmp_path / "truth.json") == 0o600


# --- Stores --------------------------------------------------------------------------------------


def test_a_store_and_all_beside_it_are_private_from_the_start(store: Path) -> None:
    held = Store(f"sqlite:///{store}")
    try:
        with held.transaction():
            found = {one.name: mode(one) for one in store.parent.iterdir()}
    finally:
        held.close()
    assert set(found) == {"truenorth.db", "truenorth.db-wal", "truenorth.db-shm"}
    assert set(found.values()) == {0o600}
    assert mode(store.parent) == 0o700


def test_a_store_that_others_could_read_is_theirs_no_more(store: Path) -> None:
    opened(store)
    sides = [store.with_name(store.name + suffix) for suffix in sqlite_file.SIDE_FILES]
    for file in (store, *sides):
        file.touch()
        file.chmod(0o666)
    sqlite_file.prepare(store)
    assert {mode(file) for file in (store, *sides)} == {0o600}


def test_a_folder_that_was_there_stays_as_it_is(store: Path) -> None:
    store.parent.mkdir(mode=0o755)
    opened(store)
    assert mode(store.parent) == 0o755


def test_a_store_set_aside_is_private(store: Path) -> None:
    store.parent.mkdir()
    for suffix in ("", *sqlite_file.SIDE_FILES):
        store.with_name(store.name + suffix).write_bytes(b"damaged")
        store.with_name(store.name + suffix).chmod(0o644)
    aside = archive_store(f"sqlite:///{store}", NOW)
    assert aside is not None
    left = list(store.parent.iterdir())
    assert {one.name for one in left} == {
        Path(aside).name + suffix for suffix in ("", *sqlite_file.SIDE_FILES)
    }
    assert {mode(one) for one in left} == {0o600}


def test_a_link_of_ones_own_is_followed_and_its_target_made_private(store: Path, tmp_path: Path) -> None:
    real = tmp_path / "volume" / "real.db"
    opened(real)
    real.chmod(0o644)
    store.parent.mkdir()
    store.symlink_to(real)
    opened(store)
    assert store.is_symlink()
    assert mode(real) == 0o600


def test_a_link_to_nothing_makes_no_file_elsewhere(store: Path, tmp_path: Path) -> None:
    store.parent.mkdir()
    store.symlink_to(tmp_path / "elsewhere.db")
    with pytest.raises(StoreError, match=r"is a link to a file that does not exist\. Remove the link"):
        opened(store)
    assert not (tmp_path / "elsewhere.db").exists()


def test_a_file_beside_the_store_may_go_while_the_store_is_prepared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process that ends a transaction removes its journal."""
    store = tmp_path / "t.db"
    monkeypatch.setattr(sqlite_file, "side_files", lambda path: [path.with_name("t.db-journal")])
    sqlite_file.prepare(store)
    assert store.exists()


@pytest.mark.parametrize("suffix", sqlite_file.SIDE_FILES)
def test_a_link_planted_beside_the_store_is_not_written_through(
    store: Path, tmp_path: Path, suffix: str
) -> None:
    opened(store)
    victim = tmp_path / "victim"
    victim.write_text("theirs")
    store.with_name(store.name + suffix).symlink_to(victim)
    with pytest.raises(StoreError, match="is a link; SQLite would write through it"):
        opened(store)
    assert victim.read_text() == "theirs"


def test_a_pipe_is_no_store(store: Path) -> None:
    store.parent.mkdir()
    os.mkfifo(store)
    with pytest.raises(StoreError, match="is not a regular file"):
        opened(store)


def test_what_another_user_owns_is_refused(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened(store)
    me = store.stat().st_uid
    monkeypatch.setattr(os, "geteuid", lambda: me + 4321)
    with pytest.raises(StoreError, match=rf"belongs to another user \(uid {me}\), who can read it"):
        opened(store)


@pytest.mark.skipif(os.geteuid() != 0, reason="only the superuser can give a link to somebody else")
def test_what_another_user_linked_is_refused(store: Path, tmp_path: Path) -> None:
    opened(store)
    link = tmp_path / "link.db"
    link.symlink_to(store)
    os.lchown(link, 4321, 4321)
    with pytest.raises(StoreError, match="is a link that another user made"):
        opened(link)


def test_a_file_system_without_permissions_is_said_and_not_refused(
    store: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sqlite_file, "make_private", lambda _: False)
    opened(store)
    assert "others can read the store" in "".join(capsys.readouterr())


def test_every_file_that_the_product_writes_goes_through_one_place() -> None:
    """Whoever opens a file to write it does so privately: no other module makes files, but for files that others read."""
    words = (
        ".write_text(",
        ".write_bytes(",
        '.open("w',
        '.open("a',
        '.open("x',
        "O_CREAT",
        "mkstemp(",
        ".touch(",
    )
    root = Path(private_files.__file__).parents[2]
    found = {
        str(file.relative_to(root))
        for package in ("sync", "connectors", "config")
        for file in (root / package).rglob("*.py")
        if "sandbox" not in file.parts
        # What formats help writes no file.
        for text in [file.read_text(encoding="utf-8").replace("formatter.write_text(", "")]
        if any(word in text for word in words)
    }
    assert found == {
        "sync/files/private.py",
        "sync/store/sqlite_file.py",
        "sync/files/public.py",
    }
