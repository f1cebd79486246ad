"""The commands as a user types them, against the sandbox over real HTTP."""

from __future__ import annotations

import json
import shutil
import socket
from pathlib import Path

import pytest

from connectors.sandbox.server import Sandbox
from sync.jobs.sandbox import examples
from tests.support.cli import AS_OF, Cli, Ran, writes


@pytest.mark.needs_server
def test_demo_shows_the_main_job_and_a_quiet_second_run(run: Cli) -> None:
    ran = run("demo", "--items", "120")
    assert ran.code == 0, ran.err
    for words in (
        "Pulled",
        "Scorecard",
        "Orphaned work",
        "Plan",
        "Written",
        "nothing is left to write",
        "/jira/browse/KEY",
        "\n  truenorth demo --keep --items 120\n",
    ):
        assert words in ran.out


@pytest.mark.needs_server
def test_demo_in_json(run: Cli) -> None:
    ran = run("demo", "--items", "120", "--format", "json")
    told = json.loads(ran.out)
    assert told["second_run"]["items"] == 0
    assert told["applied"]["failed"] == told["applied"]["skipped"] == 0
    assert told["applied"]["written"] == told["plan"]["items"] > 20
    assert {pull["tracker"] for pull in told["pulled"]} == {"jira", "linear"}


def test_plan_writes_nothing_and_can_tell_by_its_exit_code(run: Cli, pointed: Sandbox) -> None:
    assert run("plan", *AS_OF).code == 0
    ran = run("plan", *AS_OF, "--exit-code", "--format", "json")
    assert ran.code == 10
    assert json.loads(ran.out)["guards"][0]["flag"] == "--first-run"
    assert writes(pointed) == []


def test_sync_is_stopped_then_let_through_then_quiet(run: Cli, pointed: Sandbox) -> None:
    stopped = run("sync", *AS_OF)
    assert stopped.code == 4
    assert "--first-run" in stopped.out
    assert writes(pointed) == []
    written = run("sync", *AS_OF, "--first-run", "--format", "json")
    assert written.code == 0, written.err
    assert json.loads(written.out)["applied"]["written"] > 20
    pointed.forget_requests()
    quiet = run("sync", *AS_OF, "--format", "json")
    assert quiet.code == 0
    assert json.loads(quiet.out)["plan"]["items"] == 0
    assert writes(pointed) == []
    mutations = [
        one for one in pointed.requests if one.path == "/linear/graphql" and one.operation == "mutation"
    ]
    assert mutations == []
    assert run("plan", *AS_OF, "--exit-code").code == 0


def test_losing_the_store_loses_nothing(run: Cli, pointed: Sandbox, tmp_path: Path) -> None:
    run("sync", *AS_OF, "--first-run")
    shutil.rmtree(tmp_path / ".truenorth")
    pointed.forget_requests()
    again = run("sync", *AS_OF, "--format", "json")
    assert again.code == 0
    assert json.loads(again.out)["plan"]["items"] == 0
    assert writes(pointed) == []


def test_status_orphans_and_explain_answer_from_the_last_read(run: Cli, pointed: Sandbox) -> None:
    run("sync", *AS_OF, "--first-run")
    pointed.forget_requests()
    status = json.loads(run("status", "--format", "json").out)
    assert status["last_run"]["outcome"] == "done"
    assert {"SPEED", "keep-the-lights-on", None} <= {part["name"] for part in status["work"]}
    assert sum(part["share"] for part in status["work"]) == pytest.approx(1)
    assert status["unwritten"] == 0
    orphans = json.loads(run("orphans", "--format", "json").out)["orphans"]
    assert len(orphans) == status["orphans"] > 0
    told = json.loads(run("explain", orphans[0]["key"].lower(), "--format", "json").out)
    assert told["verdict"] == "orphaned"
    assert told["advice"]
    aligned = json.loads(run("explain", "WEB-1", "--format", "json").out)
    assert aligned["links"][0]["rule"] == "rule key WEB-1"
    assert pointed.requests == []


@pytest.mark.parametrize(
    "command", [("status",), ("orphans",), ("explain", "WEB-1"), ("plan",), ("validate",)]
)
@pytest.mark.parametrize("style", ["text", "markdown", "json"])
def test_every_view_in_every_format(run: Cli, pointed: Sandbox, command: tuple[str, ...], style: str) -> None:
    assert pointed
    ran = run(*command, "--format", style)
    assert ran.code == 0, ran.err
    assert ran.out.strip()
    if style == "json":
        json.loads(ran.out)


def test_explain_an_unknown_key(run: Cli, pointed: Sandbox) -> None:
    assert pointed
    ran = run("explain", "WEB-99999")
    assert ran.code == 2
    assert one_line(ran).startswith("truenorth: WEB-99999 not found among the")


def one_line(ran: Ran) -> str:
    lines = [line for line in ran.err.splitlines() if not line.startswith("{")]
    assert len(lines) == 1, ran.err
    assert "Traceback" not in ran.err
    return lines[0]


def test_a_wrong_credential_is_one_line(run: Cli, pointed: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUENORTH_JIRA_TOKEN", "wrong-planted-token")
    ran = run("sync", "--first-run")
    assert ran.code == 1
    assert one_line(ran).startswith("truenorth: jira: ")
    assert "wrong-planted-token" not in ran.out + ran.err
    assert writes(pointed) == []


def test_a_wrong_linear_credential_is_one_line(
    run: Cli, pointed: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRUENORTH_LINEAR_TOKEN", "wrong-planted-token")
    ran = run("sync", "--first-run")
    assert ran.code == 1
    assert one_line(ran).startswith("truenorth: linear: ")
    assert "wrong-planted-token" not in ran.out + ran.err
    assert writes(pointed) == []


@pytest.mark.usefixtures("no_waits")
def test_an_unreachable_site_is_one_line(run: Cli, pointed: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    assert pointed
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        monkeypatch.setenv("TRUENORTH_JIRA_URL", f"http://127.0.0.1:{closed.getsockname()[1]}/jira")
        ran = run("plan")
    assert ran.code == 3
    assert "truenorth: jira: " in one_line(ran)


def test_a_project_that_does_not_exist_is_one_line(
    run: Cli, pointed: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "okrs"
    shutil.copytree(examples(), folder)
    main = folder / "truenorth.yaml"
    main.write_text(main.read_text().replace("[WEB, OPS]", "[WEB, OPS, WEBB]"))
    monkeypatch.setenv("TRUENORTH_CONFIG", str(folder))
    ran = run("plan")
    assert ran.code == 1
    assert "WEBB" in one_line(ran)
    assert writes(pointed) == []


def test_a_read_that_fails_halfway_stops_before_planning(run: Cli, pointed: Sandbox) -> None:
    pointed.fault("POST /jira/rest/api/3/issue/bulkfetch", "html", times=50, skip=1)
    ran = run("sync", "--first-run")
    assert ran.code == 1
    assert "truenorth: jira: " in one_line(ran)
    assert "Plan" not in ran.out
    assert writes(pointed) == []


def test_bad_configuration_names_every_problem(run: Cli, tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("trackerz: {}\ncycles: {Q: {start: 2026-10-01, end: 2026-01-01}}\nobjectives: []\n")
    ran = run("validate", "--config", str(bad))
    assert ran.code == 2
    assert f"{bad}:1:1: " in ran.err
    assert "did you mean" in ran.err
    assert f"{bad}:2:" in ran.err
    assert "Traceback" not in ran.err


def test_missing_credentials_name_the_variables(run: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUENORTH_CONFIG", str(examples()))
    ran = run("plan")
    assert ran.code == 2
    assert "TRUENORTH_JIRA_TOKEN" in ran.err


def test_an_unusable_store_is_one_line(run: Cli, pointed: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUENORTH_STORE", "sqlite:////proc/none/t.db")
    ran = run("sync", "--first-run")
    assert ran.code == 1
    assert "store" in one_line(ran)
    assert pointed.requests == []


@pytest.mark.parametrize(
    "arguments", [("nonsense",), ("plan", "--as-of", "soon"), ("sync", "--format", "xml")]
)
def test_wrong_usage(
    run: Cli, arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, pointed: Sandbox
) -> None:
    assert pointed
    monkeypatch.setenv("NO_COLOR", "1")
    ran = run(*arguments)
    assert ran.code == 2
    assert "Traceback" not in ran.err


def test_schema_is_json(run: Cli) -> None:
    assert json.loads(run("schema").out)["type"] == "object"
