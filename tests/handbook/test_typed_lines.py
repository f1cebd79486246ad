"""Every command that the documentation tells people to type is typed here, against one sandbox, or has a reason why not."""

from __future__ import annotations

import contextlib
import io
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog
import typer

from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from sync.cli import app
from sync.jobs.sandbox import environment, examples
from tests.support.cli import AS_OF
from tests.support.typed_lines import Typed, typed_lines

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").glob("*.md"))]
LINES = list({typed.words: typed for page in PAGES for typed in typed_lines(page, page.name)}.values())

NOT_TYPED: Mapping[tuple[str, ...], str] = {
    ("make",): "CI runs the targets themselves",
    ("uv", "tool"): "installs on the machine",
    ("pip",): "installs on the machine",
    ("python3", "-m", "venv"): "installs on the machine",
    (".venv/bin/pip",): "installs on the machine",
    ("/opt/truenorth/bin/pip",): "installs on the machine",
    ("docker",): "needs an engine; deploy/verify-image runs the image",
    ("podman",): "needs an engine; deploy/verify-image runs the image",
    ("buildah",): "needs an engine; deploy/verify-image builds the image",
    ("kubectl",): "needs a cluster; the manifests are checked against their schemas",
    ("promtool",): "a program of Prometheus; the rules are tested where it is installed",
    **dict.fromkeys((("git",), ("gh",), ("jq",), ("patch",), ("openssl",)), "a program of others"),
    **dict.fromkeys(
        (("for",), ("do",), ("done",), ("read",), ("echo",), ("install",)), "asks for the reader's secrets"
    ),
    ("pre-commit",): "a program of others",
    ("systemctl",): "a program of others",
    ("cat",): "shows a file of the reader's own",
    ("mkdir",): "makes a folder of the reader's own",
    ("export",): "sets what the fixture sets",
    ("root", "cd"): "goes to the reader's own folder, as a line of /etc/cron.d",
    ("cd",): "goes to the reader's own folder",
    ("chromium",): "a program of others, for pictures",
    ("deploy/verify-image",): "builds the image: its own job",
    (
        "truenorth",
        "plan",
        "--config",
        "okrs/",
        "--against",
    ): "needs a history of the files; plan --against has tests of its own",
    (
        "truenorth",
        "sync",
        "--quiet",
        "--metrics",
    ): "writes where a program of Prometheus looks; sync --metrics has tests of its own",
    ("truenorth", "demo"): "CI runs it: make demo",
    ("truenorth", "sandbox"): "serves until stopped; the fixture is one",
    ("truenorth", "worker"): "serves until stopped; tests/sync/jobs has its tests",
    ("truenorth", "serve"): "serves until stopped; tests/sync/serving has its tests",
    ("truenorth", "mcp"): "serves until stopped; tests/sync/mcp has its tests",
    ("truenorth", "report", "--out", "site", "--fresh"): "dear; tests/sync/cli/test_report.py has its tests",
    ("truenorth", "sync", "--quiet", "--report"): "dear; tests/sync/cli/test_report.py has its tests",
    ("truenorth", "sync", "--distributed"): "needs workers and PostgreSQL; tests/sync/jobs has its tests",
    ("truenorth", "brief", "--to"): "posts to a chat; tests/sync/cli/test_posted_briefs.py has its tests",
    (
        "truenorth",
        "brief",
        "--fresh",
        "--to",
    ): "posts to a chat; tests/sync/cli/test_posted_briefs.py has its tests",
}
"""How lines begin that are not typed, and why."""

FIRST = (
    "validate",
    "schema",
    "check",
    "init",
    "plan --out",
    "plan",
    "apply",
    "sync",
    "",
    "check-in",
    "roll-over",
    "setup --apply",
    "undo",
    "setup --remove",
)
"""The order of a life: a look, the first write, what tells of it, and in the end everything is taken off. "": all others."""

LAUNCH = """
objectives:
  - id: LAUNCH
    title: The beta is out
    cycle: 2026-Q4
    key_results:
      - {id: LAUNCH-KR1, title: The beta is announced, measure: {kind: binary}}
cycles: {2027-Q1: {start: 2027-01-01, end: 2027-03-31}}
"""
GROUP: Any = typer.main.get_command(app.app)


NOT_ASKED = {"/__hooks": "sends webhooks to whoever listens; those have tests of their own"}
"""Controls of the sandbox that are not asked here, and why."""


def reason(typed: Typed) -> str | None:
    if typed.program == "curl":
        return next((why for end, why in NOT_ASKED.items() if typed.words[-1].endswith(end)), None)
    return next((why for begin, why in NOT_TYPED.items() if typed.words[: len(begin)] == begin), None)


def rank(typed: Typed) -> int:
    if typed.program != "truenorth":
        return len(FIRST)
    line = " ".join(typed.words[1:])
    fitting = [one for one in FIRST if one and f"{line} ".startswith(f"{one} ")]
    return FIRST.index(max(fitting, key=len, default=""))


TYPED = sorted((one for one in LINES if reason(one) is None), key=rank)


@pytest.fixture(scope="module")
def came_of(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, tuple[int, str]]]:
    """What came of each line: its exit code or HTTP status, and what it told."""
    folder = tmp_path_factory.mktemp("typed")
    shutil.copytree(examples(), folder / "okrs")
    declared = folder / "okrs" / "truenorth.yaml"
    # Histories of statuses cost half of the time, and no line is about them.
    declared.write_text(
        declared.read_text(encoding="utf-8").partition("\nflow:\n")[0] + "\n", encoding="utf-8"
    )
    (folder / "okrs" / "launch.yaml").write_text(LAUNCH, encoding="utf-8")
    with Sandbox(generate(items=50, seed=3)) as sandbox, pytest.MonkeyPatch.context() as patched:
        for name, value in environment(sandbox).items():
            patched.setenv(name, value)
        yield {
            str(one): asked(one, sandbox) if one.program == "curl" else typed(one, patched, folder)
            for one in TYPED
        }
    structlog.reset_defaults()


def typed(line: Typed, patched: pytest.MonkeyPatch, folder: Path) -> tuple[int, str]:
    words = list(line.words)
    patched.chdir(folder)
    if words[1] == "init":
        # A file that is there is never replaced; each line begins in a folder of its own.
        place = folder / f"init-{len(list(folder.glob('init-*')))}"
        (place / "okrs").mkdir(parents=True)
        patched.chdir(place)
        patched.delenv("TRUENORTH_CONFIG", raising=False)
    else:
        patched.setenv("TRUENORTH_CONFIG", str(folder / "okrs"))
    options = {
        option for one in GROUP.get_command(typer.Context(GROUP), words[1]).params for option in one.opts
    }
    if "--as-of" in options and "--as-of" not in words:
        words += AS_OF
    patched.setattr(sys, "argv", words)
    told = io.StringIO()
    code: object = 0
    with contextlib.redirect_stdout(told), contextlib.redirect_stderr(told):
        try:
            app.main()
        except SystemExit as stopped:
            code = stopped.code
    return (int(code) if isinstance(code, int) else 1 if code else 0), told.getvalue()


def asked(line: Typed, sandbox: Sandbox) -> tuple[int, str]:
    words = list(line.words[1:])
    (address,) = (word for word in words if word.startswith("http"))
    body = words[words.index("-d") + 1] if "-d" in words else None
    method = words[words.index("-X") + 1] if "-X" in words else "POST" if body else "GET"
    answer = httpx.request(
        method, re.sub(r"^http://127\.0\.0\.1:\d+", sandbox.url, address), content=body, timeout=30
    )
    return (0 if answer.is_success else answer.status_code), answer.text


@pytest.mark.parametrize("line", TYPED, ids=str)
def test_what_the_documentation_tells_to_type_ends_well(
    line: Typed, came_of: dict[str, tuple[int, str]]
) -> None:
    code, told = came_of[str(line)]
    assert code == 0, told


def test_no_line_is_left_out_without_a_program_that_is_known() -> None:
    assert {one.program for one in TYPED} == {"truenorth", "curl"}
    assert len(TYPED) > 40
