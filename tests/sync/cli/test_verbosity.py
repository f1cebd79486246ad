"""`--quiet` and `--verbose`: one line for cron where all is well, everything that is wrong where it is not."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from connectors.errors import CredentialError
from connectors.sandbox.server import Sandbox
from tests.support.cli import AS_OF, Cli, Ran
from tests.support.fake_company import Company, Prepared, changed, guarded, prepare, silent_cli, unwritten


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    with pytest.MonkeyPatch.context() as patch:
        return prepare(tmp_path_factory.mktemp("prepared"), silent_cli(patch), patch)


@pytest.fixture
def company(prepared: Prepared, tmp_path: Path, run: Cli, monkeypatch: pytest.MonkeyPatch) -> Company:
    return prepared.company(tmp_path, run, monkeypatch)


@pytest.mark.parametrize(
    ("command", "line"),
    [
        (("sync", *AS_OF), "Read 6 items; wrote 5 items.\n"),
        (("apply", "plan.json", *AS_OF), "Wrote 5 items.\n"),
        (("undo", "--all", "--apply"), "Removed Truenorth's marks from {} items.\n"),
    ],
    ids=lambda one: one[0] if isinstance(one, tuple) else "",
)
@pytest.mark.parametrize("before", [True, False], ids=["before", "behind"])
def test_a_good_run_prints_one_line(
    company: Company, command: tuple[str, ...], line: str, before: bool
) -> None:
    ran = company.run("--quiet", *command) if before else company.run(*command, "-q")
    written = sum(len(one.writes) for one in company.trackers.values())
    assert ran == Ran(0, line.format(written), "")
    assert written


def test_a_run_with_nothing_to_write_prints_one_line_too(company: Company) -> None:
    assert company.run("sync", *AS_OF).code == 0
    assert company.run("sync", "--quiet", *AS_OF) == Ran(0, "Read 6 items; nothing to write.\n", "")
    assert company.run("undo", "--all", "--apply", "-q").code == 0
    assert company.run("undo", "--all", "--apply", "-q") == Ran(0, "Nothing to remove.\n", "")


@pytest.mark.parametrize(
    ("happens", "command", "code", "words"),
    [
        (guarded, ("sync", *AS_OF), 4, ["--accept-shrink jira", "stopped by a guard"]),
        (unwritten, ("sync", *AS_OF), 3, ["WEB-4", "Jira says no", " items; wrote "]),
        (changed, ("apply", "plan.json", *AS_OF), 3, ["WEB-4", "skipped: its labels changed", "1 item changed since"]),
    ],
    ids=["guard", "unwritten", "changed"],
)  # fmt: skip
def test_what_is_wrong_is_said_in_full(
    company: Company,
    happens: Callable[[Company], None],
    command: tuple[str, ...],
    code: int,
    words: list[str],
) -> None:
    happens(company)
    ran = company.run(*command, "--quiet")
    assert ran.code == code
    assert [one for one in words if one not in ran.out + ran.err] == []
    assert "Scorecard" not in ran.out


def test_what_could_not_be_read_is_said_in_full(company: Company) -> None:
    company.fail(lambda name: CredentialError(name, "the credential is refused.", "Renew it."), "jira")
    ran = company.run("sync", "--quiet", *AS_OF)
    assert ran.code == 1
    assert ran.out.startswith("Not read: jira")
    assert "truenorth: jira: the credential is refused. Renew it." in ran.err


@pytest.mark.parametrize("command", [("plan", *AS_OF), ("status",), ("undo", "--all"), ("orphans",)])
def test_what_is_asked_for_is_printed_all_the_same(company: Company, command: tuple[str, ...]) -> None:
    quiet, loud = company.run(*command, "--quiet"), company.run(*command)
    assert (quiet.code, quiet.out) == (loud.code, loud.out)
    assert quiet.err == ""


@pytest.mark.parametrize("happens", [lambda _: None, guarded], ids=["good", "guard"])
def test_json_is_the_same(
    prepared: Prepared, tmp_path: Path, run: Cli, happens: Callable[[Company], None]
) -> None:
    told = []
    for flag in ([], ["--quiet"], ["--verbose"]):
        folder = tmp_path / "-".join(["with", *flag])
        folder.mkdir()
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(folder)
            company = prepared.company(folder, run, patch)
            happens(company)
            told.append(json.loads(company.run("sync", *AS_OF, "--format", "json", *flag).out))
    assert told[0] == told[1] == told[2]
    assert "applied" in told[0]


def test_one_run_does_not_silence_the_next(company: Company) -> None:
    assert "Scorecard" not in company.run("sync", "-q", *AS_OF).out
    assert "Scorecard" in company.run("sync", *AS_OF).out


def test_both_at_once_is_refused(run: Cli) -> None:
    for typed in (("sync", "-q", "-v"), ("-v", "sync", "-q")):
        ran = run(*typed)
        assert ran.code == 2
        assert "choose one of --quiet and --verbose" in ran.err


def test_verbose_logs_every_request_without_its_query(run: Cli, pointed: Sandbox) -> None:
    ran = run("orphans", "--fresh", "-v", *AS_OF)
    logged = [json.loads(line) for line in ran.err.splitlines()]
    asked = [one for one in logged if one["body"] == "request"]
    assert len(asked) == len(pointed.requests)
    assert {one["truenorth.tracker"] for one in asked} == {"jira", "linear"}
    assert {one["http.response.status_code"] for one in asked} == {200}
    assert not any("?" in one["truenorth.call"] for one in asked)
    assert not [one for one in run("orphans", "--fresh", *AS_OF).err.splitlines() if '"request"' in one]
