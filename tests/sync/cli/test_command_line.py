"""What can be typed: help that fits a terminal, one exit code for each error, a flag for each guard."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import typer

from config.errors import ConfigError, MissingCredential
from connectors.errors import CredentialError, TrackerError, Unreachable
from sync.cli import app
from sync.cli.exit_codes import Exit, exit_code_of
from sync.cli.options import flag_of, given_moment, overrides_of
from sync.explain.item import UnknownKeyError
from sync.jobs.okr_files.errors import OkrFileError
from sync.jobs.sandbox import SandboxError, SandboxMissing
from sync.plan.guards import GuardViolation
from sync.plan.overrides import NO_OVERRIDES, Overrides
from sync.store import plan_file
from sync.store.lease import LeaseHeld, LeaseLost
from sync.store.plan_file import PlanError
from sync.store.store import StoreError
from tests.support.builders import NOW, workspace
from tests.support.cli import Cli
from tests.support.store_actions import plan_of

SECTIONS = app.app.info.cls.sections  # type: ignore[union-attr]
SUMMARIES = {name: line for section in SECTIONS for name, line in section.commands.items()}

GUARDS = [
    (GuardViolation("first-run", "First run", ""), "--first-run", Overrides(first_run=True)),
    (GuardViolation("shrunken-pull", "Fewer", "jira-eu"), "--accept-shrink jira-eu", Overrides(shrunken=frozenset({"jira-eu"}))),
    *(
        (GuardViolation(guard, "Many", "0123456789ab", ("WEB-1 Title",)), "--accept-plan 0123456789ab", Overrides(plan="0123456789ab"))
        for guard in ("mass-change", "mass-change-project", "mass-removal", "all-zero")
    ),
]  # fmt: skip


def help_of(run: Cli, monkeypatch: pytest.MonkeyPatch, *command: str) -> list[str]:
    monkeypatch.setenv("COLUMNS", "80")
    ran = run(*command, "--help")
    assert ran.code == 0, ran.err
    return ran.out.splitlines()


def test_help_lists_the_commands_in_sections_one_line_each(run: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = help_of(run, monkeypatch)
    titles = [line for line in lines if line.endswith(":") and not line.startswith(" ")]
    sections = ["Run:", "Inspect:", "Write OKRs:", "Set up:", "Maintain:", "Try out:"]
    assert titles == [*sections, "Options:", "Common options:", "Examples:", "Exit codes:"]
    for name, summary in SUMMARIES.items():
        assert f"  {name:<11}{summary}" in lines


@pytest.mark.parametrize("command", ["", *SUMMARIES])
def test_help_fits_80_columns(run: Cli, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    lines = help_of(run, monkeypatch, *[command] * bool(command))
    assert [
        line for line in lines if len(line) > 80 or "..." in line.replace("[ARGS]...", "") or "…" in line
    ] == []


@pytest.mark.parametrize("command", SUMMARIES)
def test_help_of_a_command_begins_with_its_summary(
    run: Cli, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    assert SUMMARIES[command].endswith(".")
    said = " ".join(" ".join(help_of(run, monkeypatch, command)).split())
    assert said.startswith(f"Usage: truenorth {command} ")
    assert SUMMARIES[command].removesuffix(".") in said


def test_a_mistyped_command_is_answered_with_what_was_meant(run: Cli) -> None:
    ran = run("orphan")
    assert ran.code == 2
    assert "Did you mean 'orphans'" in ran.err


def test_help_loads_no_command() -> None:
    code = (
        "import sys; from sync.cli import app; sys.argv = ['truenorth', '--help']\n"
        "try: app.main()\n"
        "except SystemExit: print([one for one in ('pydantic', 'sqlalchemy', 'httpx') if one in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603  our own code
    assert told.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConfigError([]), Exit.USAGE),
        (MissingCredential([]), Exit.USAGE),
        (PlanError("x"), Exit.USAGE),
        (UnknownKeyError("x"), Exit.USAGE),
        (SandboxMissing("x"), Exit.USAGE),
        (OkrFileError("x"), Exit.USAGE),
        (LeaseHeld("x"), Exit.DONE),
        (LeaseLost("x"), Exit.PARTIAL),
        (TrackerError("jira", "x"), Exit.FAILED),
        (CredentialError("jira", "x"), Exit.FAILED),
        (Unreachable("jira", "x"), Exit.PARTIAL),
        (StoreError("x"), Exit.FAILED),
        (SandboxError("x"), Exit.FAILED),
        (KeyboardInterrupt(), Exit.INTERRUPTED),
        (ValueError("x"), None),
    ],
    ids=lambda one: type(one).__name__,
)
def test_every_foreseeable_error_has_its_exit_code(error: BaseException, code: Exit | None) -> None:
    assert exit_code_of(error) is code


@pytest.mark.parametrize(("stop", "flag", "override"), GUARDS, ids=lambda one: getattr(one, "guard", ""))
def test_a_guard_is_overridden_by_its_flag_and_by_no_other(
    stop: GuardViolation, flag: str, override: Overrides
) -> None:
    assert flag_of(stop) == flag
    name, _, value = flag.partition(" ")
    typed = overrides_of(
        name == "--first-run",
        value if name == "--accept-plan" else None,
        [value] if name == "--accept-shrink" else None,
    )
    assert typed == override
    assert override.covers(stop)
    others = {other for _, _, other in GUARDS} - {override}
    assert not any(other.covers(stop) for other in [*others, NO_OVERRIDES, Overrides(plan="")])


def test_guards_keep_their_spelling_in_a_saved_plan(tmp_path: Path) -> None:
    path, declared, stops = tmp_path / "p.json", workspace(), [stop for stop, _, _ in GUARDS]
    plan_file.save(path, plan_of("WEB-1"), stops, declared, NOW)
    written = json.loads(path.read_text())["stops"]
    assert written == [
        {"guard": stop.guard, "message": stop.message, "flag": flag, "samples": list(stop.samples)}
        for stop, flag, _ in GUARDS
    ]
    assert list(plan_file.load(path, declared, NOW).stops) == stops


@pytest.mark.parametrize(
    ("text", "zone", "hour"),
    [
        ("2026-11-16T09:00", "UTC", datetime(2026, 11, 16, 9, tzinfo=UTC)),
        ("2026-11-16T09:00", "Europe/Paris", datetime(2026, 11, 16, 8, tzinfo=UTC)),
        ("2026-11-16", "Europe/Paris", datetime(2026, 11, 15, 23, tzinfo=UTC)),
        ("2026-07-01", "America/Los_Angeles", datetime(2026, 7, 1, 7, tzinfo=UTC)),
        ("2026-11-16T09:00Z", "Europe/Paris", datetime(2026, 11, 16, 9, tzinfo=UTC)),
        ("2026-11-16T09:00+05:30", "Europe/Paris", datetime(2026, 11, 16, 3, 30, tzinfo=UTC)),
    ],
)
def test_a_time_without_an_offset_is_of_the_workspaces_zone(text: str, zone: str, hour: datetime) -> None:
    assert given_moment(text).in_zone_of(workspace(time_zone=zone)) == hour


def test_without_a_time_it_is_now_and_nothing_was_asked() -> None:
    assert given_moment(None).asked_in(workspace()) is None
    assert abs(given_moment(None).in_zone_of(workspace()) - datetime.now(UTC)) < timedelta(minutes=1)


def test_a_time_that_is_out_of_range_in_the_zone_alone_is_refused_too() -> None:
    given = given_moment("1970-01-01T00:00")
    with pytest.raises(typer.BadParameter):
        given.in_zone_of(workspace(time_zone="Asia/Tokyo"))


@pytest.mark.usefixtures("pointed")
def test_a_wrong_time_does_not_cost_the_store_its_place(run: Cli, tmp_path: Path) -> None:
    store = tmp_path / ".truenorth" / "truenorth.db"
    store.parent.mkdir()
    store.touch()
    assert run("rebuild", "--as-of", "soon").code == 2
    assert store.exists()


@pytest.mark.parametrize("command", ["demo", "sandbox"])
def test_without_the_sandbox_one_line_says_what_to_type(
    run: Cli, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setitem(sys.modules, "connectors.sandbox.server", None)
    ran = run(command)
    assert ran.code == 2
    (line,) = ran.err.splitlines()
    assert line.startswith("truenorth: the sandbox is not part of this installation")
    assert "make demo" in line


def test_without_a_package_that_the_sandbox_needs_the_line_names_all_of_them(
    run: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [one for one in sys.modules if one.startswith("connectors.sandbox")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "aiohttp", None)
    (line,) = run("demo").err.splitlines()
    told, _, typed = line.partition(" To add it, type: ")
    assert told.endswith("(aiohttp is missing).")
    python, *install = shlex.split(typed)
    assert python == sys.executable
    assert install[:3] == ["-m", "pip", "install"]
    assert {re.split(r"[<>=]", one)[0] for one in install[3:]} == {
        "aiohttp",
        "graphql-core",
        "markdown-it-py",
    }


def test_the_moment_that_the_sandbox_names_is_later_than_what_is_read_from_it(
    run: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.cli.commands.sandbox.wait_for_end", lambda: None)
    told = re.search(
        r"stands at (\S+ \S+) UTC, so commands that read need --as-of (\S+)\.",
        run("sandbox", "--items", "50", "--port", "0").out,
    )
    assert told is not None
    clock, moment = datetime.fromisoformat(f"{told[1]}Z"), datetime.fromisoformat(told[2])
    assert moment - clock >= timedelta(hours=8)
