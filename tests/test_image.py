"""What goes into the production image: the build context as `.dockerignore` lets it through, and the wheel made of it."""

from __future__ import annotations

import fnmatch
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def left_out(path: str, patterns: Sequence[str]) -> bool:
    """Whether a build leaves a path out: the last pattern that matches it, or a folder above it, decides."""
    places = [path, *(str(one) for one in Path(path).parents if one != Path())]
    out = False
    for pattern in patterns:
        wanted = pattern.removeprefix("!")
        names = {wanted, wanted.removeprefix("**/")}
        if any(fnmatch.fnmatchcase(place, name) for place in places for name in names):
            out = not pattern.startswith("!")
    return out


def patterns() -> list[str]:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel as the Dockerfile builds it, unpacked."""
    place = tmp_path_factory.mktemp("image")
    tracked = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],  # noqa: S607  the developer's git
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    for name in tracked:
        if not left_out(name, patterns()) and (ROOT / name).is_file():
            (place / "context" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, place / "context" / name)
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(place)]
    subprocess.run(build, cwd=place / "context", check=True, capture_output=True)  # noqa: S603  our own arguments
    (made,) = place.glob("*.whl")
    zipfile.ZipFile(made).extractall(place / "wheel")
    return place / "wheel"


def test_the_image_holds_the_service_and_not_the_sandbox(wheel: Path) -> None:
    files = {str(file.relative_to(wheel)) for file in wheel.rglob("*") if file.is_file()}
    assert {"sync/run.py", "connectors/registry.py", "config/load.py", "config/py.typed"} <= files
    assert [name for name in files if "sandbox" in name.split("/")[1:2]] == []
    tops = {name.split("/")[0] for name in files}
    assert {name for name in tops if not name.endswith(".dist-info")} == {"config", "connectors", "sync"}


def test_the_command_line_works_without_the_sandbox(wheel: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-W", "error", "-m", "sync.cli.app", "schema"],
        cwd=wheel,
        capture_output=True,
        text=True,
    )
    assert told.returncode == 0, told.stderr
    assert told.stdout.startswith("{")


@pytest.mark.parametrize("command", ["demo", "sandbox"])
def test_what_needs_the_sandbox_says_in_one_line_what_to_type(wheel: Path, command: str) -> None:
    ended = subprocess.run(  # noqa: S603  our own code
        [sys.executable, "-W", "error", "-m", "sync.cli.app", command],
        cwd=wheel,
        capture_output=True,
        text=True,
    )
    assert (ended.returncode, ended.stdout) == (2, "")
    (line,) = ended.stderr.splitlines()
    assert "make demo" in line


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("sync/run.py", False),
        ("README.md", False),
        ("deploy/image/keep_locales.py", False),
        ("deploy/verify-image", True),
        ("connectors/registry.py", False),
        ("connectors/sandbox/server.py", True),
        ("connectors/jira/__pycache__/x.pyc", True),
        ("tests/test_image.py", True),
        (".env", True),
        ("secrets/token", True),
    ],
)
def test_the_build_context_is_as_meant(path: str, expected: bool) -> None:
    assert left_out(path, patterns()) == expected
