"""Every screen as it is printed at 80, 100 and 140 columns, stored under `screens/`.

They are renewed with `pytest tests/sync/cli/test_screens.py --renew-screens -n 0`; read each one that changes as its user would.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from sync.cli.render.width import width_of
from sync.jobs.sandbox import environment
from tests.support.cli import AS_OF
from tests.support.screens import FOLDER, OPTION, WIDTHS, Recording, compare, screen_of

SCREENS: dict[str, tuple[str, ...]] = {
    "validate": ("validate",),
    "check": ("check",),
    "setup": ("setup",),
    "plan": ("plan", *AS_OF),
    "plan-narrowed": ("plan", *AS_OF, "--project", "OPS", "--only", "orphans"),
    "sync": ("sync", *AS_OF, "--first-run"),
    "plan-quiet": ("plan", *AS_OF),
    "status": ("status",),
    "brief": ("brief",),
    "orphans": ("orphans",),
    "orphans-narrowed": ("orphans", "--team", "ENG", "--older-than", "4w"),
    "orphans-all": ("orphans", "--all"),
    "explain-item": ("explain", "WEB-5"),
    "explain-orphan": ("explain", "OPS-3"),
    "explain-key-result": ("explain", "GROWTH-KR2"),
    "explain-objective": ("explain", "GROWTH"),
    "map": ("map",),
    "suggest": ("suggest",),
    "log": ("log", "--item", "WEB-1"),
    "undo": ("undo", "--project", "OPS"),
    "roll-over": ("roll-over", "2026-Q4", "2027-Q1"),
    "demo": ("demo", "--items", "60"),
}
"""In the order in which they are typed; `setup` and `undo` only plan."""


@pytest.fixture(scope="module")
def screens(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Recording]]:
    """All of them, of one small world that is synced once."""
    folder: Path = tmp_path_factory.mktemp("screens")
    with Sandbox(generate(items=60, seed=3)) as sandbox, pytest.MonkeyPatch.context() as patch:
        for name, value in environment(sandbox).items():
            patch.setenv(name, value)
        patch.setenv("TRUENORTH_STORE", f"sqlite:///{folder}/store.db")
        patch.chdir(folder)
        yield {name: screen_of(*arguments) for name, arguments in SCREENS.items()}


@pytest.mark.needs_server
@pytest.mark.parametrize("name", SCREENS)
def test_a_screen_is_as_it_is_stored(
    name: str, screens: dict[str, Recording], request: pytest.FixtureRequest
) -> None:
    wrong = compare(name, screens[name], renew=request.config.getoption(OPTION))
    assert not wrong, "\n".join((*wrong, f"if that is meant, renew them with {OPTION} and read them"))


def test_nothing_is_stored_that_no_command_prints() -> None:
    files = {f"{name}.{width}.txt" for name in SCREENS for width in WIDTHS}
    assert {one.name for one in FOLDER.iterdir()} == files


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.txt")), ids=lambda one: one.name)
def test_no_stored_line_is_wider_than_its_screen(file: Path) -> None:
    """But for words that cannot be broken: addresses, and YAML to paste."""
    width = int(file.name.split(".")[1])
    long = [line for line in file.read_text(encoding="utf-8").splitlines() if width_of(line) > width]
    assert [line for line in long if not ("://" in line or file.name.startswith("roll-over"))] == []
