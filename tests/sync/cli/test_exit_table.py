"""Exit codes in one table, as a whole: every cause with every command, and every cause with every other.

Trackers in memory behind the real command line; the last part asks the sandbox over HTTP. What decides is told in
`sync/cli/exit_codes.py`, and to people in docs/operators.md, which is compared.
"""

from __future__ import annotations

import json
import os
import re
import signal
import socket
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.errors import ConfigError
from connectors.errors import (
    BadReply,
    CredentialError,
    PermissionDenied,
    QueryError,
    RateLimited,
    Refused,
    ScopeError,
    TrackerError,
    Unreachable,
    Untrusted,
)
from connectors.http.retry import OutOfTime
from connectors.sandbox.server import Sandbox
from sync.cli.exit_codes import ENDS, Cause, Exit, exit_code, exit_code_of
from sync.cli.help_texts import HELP, OVERVIEW, CommandHelp
from sync.store import tables
from sync.store.store import Store
from tests.support.cli import AS_OF, Cli
from tests.support.fake_company import Company, Prepared, changed, guarded, prepare, silent_cli, unwritten

ROOT = Path(__file__).parents[3]
REMEDY = "Do this about it."


class HostNotFound(TrackerError):
    """A kind that stands on nothing but `TrackerError`: it is permanent by itself."""


def fault(kind: type[TrackerError], what: str) -> Callable[[str], TrackerError]:
    return lambda tracker: kind(tracker, what, REMEDY)


@dataclass(frozen=True)
class Row:
    """A cause of a read that fails, and how every command ends that reads."""

    name: str
    fault: Callable[[str], TrackerError]
    code: Exit


UNREAD = (
    Row("401", fault(CredentialError, "the credential is refused (HTTP 401)."), Exit.FAILED),
    Row("403", fault(PermissionDenied, "permission denied (HTTP 403)."), Exit.FAILED),
    Row("404", fault(TrackerError, "no site found (HTTP 404)."), Exit.FAILED),
    Row("no such host", fault(HostNotFound, "the host name does not exist."), Exit.FAILED),
    Row("no such project", fault(ScopeError, "project NO does not exist."), Exit.FAILED),
    Row("a certificate", fault(Untrusted, "the certificate is not trusted."), Exit.FAILED),
    Row("a login page", fault(BadReply, "the reply is a web page."), Exit.FAILED),
    Row("a bad query", fault(QueryError, "the query is not accepted."), Exit.FAILED),
    Row("refused for good", fault(Refused, "the request is refused."), Exit.FAILED),
    Row("a time-out", fault(Unreachable, "timed out."), Exit.PARTIAL),
    Row("5xx", fault(Unreachable, "failed with HTTP 503."), Exit.PARTIAL),
    Row("connection refused", fault(Unreachable, "ConnectionRefusedError."), Exit.PARTIAL),
    Row("no network", fault(Unreachable, "the resolver gives no answer."), Exit.PARTIAL),
    Row("rate limit", fault(RateLimited, "the rate limit is reached."), Exit.PARTIAL),
    Row("deadline", fault(OutOfTime, "the deadline has passed."), Exit.PARTIAL),
)

READING = {
    "plan": ("plan", *AS_OF),
    "plan --exit-code": ("plan", *AS_OF, "--exit-code"),
    "sync": ("sync", *AS_OF),
    "apply": ("apply", "plan.json", *AS_OF),
    "status": ("status", "--fresh", *AS_OF),
    "orphans": ("orphans", "--fresh", *AS_OF),
    "suggest": ("suggest", "--fresh", *AS_OF),
    "explain ticket": ("explain", "WEB-1", "--fresh", *AS_OF),
    "explain key result": ("explain", "KR1", "--fresh", *AS_OF),
    "explain objective": ("explain", "O", "--fresh", *AS_OF),
    "check": ("check",),
    "setup": ("setup",),
    "setup --apply": ("setup", "--apply"),
    "undo": ("undo", "--all"),
    "undo --apply": ("undo", "--all", "--apply"),
    "rebuild": ("rebuild", *AS_OF),
}
"""Every command that reads; `log`, `validate` and `schema` ask no tracker."""


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """Made once; each test plays with a copy."""
    with pytest.MonkeyPatch.context() as patch:
        return prepare(tmp_path_factory.mktemp("prepared"), silent_cli(patch), patch)


@pytest.fixture
def company(prepared: Prepared, tmp_path: Path, run: Cli, monkeypatch: pytest.MonkeyPatch) -> Company:
    return prepared.company(tmp_path, run, monkeypatch)


# --- What cannot be read -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "row"),
    [
        *((("jira",), row) for row in UNREAD),
        # Of all at once, a cause for good and one that passes.
        *((("jira", "linear"), row) for row in UNREAD if row.name in ("401", "5xx")),
    ],
    ids=lambda one: one.name if isinstance(one, Row) else "one" if len(one) == 1 else "all",
)
@pytest.mark.parametrize("command", READING)
def test_what_cannot_be_read_is_told_everywhere(
    company: Company, row: Row, command: str, names: tuple[str, ...]
) -> None:
    company.fail(row.fault, *names)
    ran, told = company.json(*READING[command])
    assert ran.code == row.code, ran.err
    assert [one["name"] for one in told["unread"]] == list(names)
    for one, name in zip(told["unread"], names, strict=True):
        error = row.fault(name)
        assert (one["what"], one["remedy"], one["cause"]) == (error.what, REMEDY, error.cause)
        assert one["permanent"] is (row.code is Exit.FAILED)
        assert f"truenorth: {name}: {error.what} {REMEDY}" in ran.err
    assert company.trackers["jira"].writes == []


@pytest.mark.parametrize(
    ("style", "names"),
    [("text", ("jira",)), ("markdown", ("jira", "linear"))],
    ids=["text-one", "markdown-all"],
)
@pytest.mark.parametrize("command", READING)
def test_it_stands_on_the_first_line(
    company: Company, command: str, style: str, names: tuple[str, ...]
) -> None:
    company.fail(fault(CredentialError, "the credential is refused."), *names)
    ran = company.run(*READING[command], "--format", style)
    first = ran.out.splitlines()[0].replace("\\", "")
    assert first.startswith("Not read: ")
    assert all(f"{name}" in first for name in names)
    assert "the credential is refused" in first


@pytest.mark.parametrize("names", [("jira",), ("jira", "linear")], ids=["one", "all"])
def test_what_is_shown_then_is_the_last_that_was_read(company: Company, names: tuple[str, ...]) -> None:
    _, before = company.json("status")
    company.fail(fault(CredentialError, "no."), *names)
    for command in ("status", "orphans", "suggest", "explain key result"):
        _, told = company.json(*READING[command])
        assert told["as_of"] == before["as_of"]
        assert {one["as_of"][:16] for one in told["unread"]} == {"2026-11-16T09:00"}
    assert company.json(*READING["status"])[1]["scorecard"] == before["scorecard"]
    # A plan of nothing that was read is none.
    assert ("plan" in company.json(*READING["plan"])[1]) is (len(names) == 1)


def test_yaml_has_it_in_a_comment(company: Company) -> None:
    company.fail(fault(Unreachable, "timed out."), "jira")
    ran = company.run("suggest", "--as-yaml", "--fresh", *AS_OF)
    assert (ran.code, ran.out.startswith("# Not read: jira, shown as of 2026-11-16 09:00 UTC")) == (3, True)


@pytest.mark.parametrize("command", ["sync", "apply", "undo --apply", "setup --apply"])
@pytest.mark.parametrize(("kind", "code"), [(CredentialError, 1), (Unreachable, 3)])
def test_the_other_tracker_is_written_to_in_full(
    company: Company, command: str, kind: type[TrackerError], code: int
) -> None:
    company.fail(fault(kind, "no."), "jira")
    before = dict(company.trackers["jira"].items)
    assert company.run(*READING[command]).code == code
    linear = company.trackers["linear"]
    assert linear.writes if command != "setup --apply" else company.run("setup").code == code
    assert company.trackers["jira"].items == before
    company.trackers["jira"].read_fault = None
    # The rest of a saved plan is made anew: its other half is written already.
    again = "sync" if command == "apply" else command
    assert company.run(*READING[again]).code == 0


def test_nothing_is_inferred_from_what_is_not_there(company: Company) -> None:
    """Neither that marks are gone, nor that items are."""
    company.fail(fault(CredentialError, "no."), "jira")
    _, told = company.json("undo", "--item", "WEB-1")
    assert "No Truenorth marks found under" not in company.run("undo", "--item", "WEB-1").out
    assert [one["name"] for one in told["unread"]] == ["jira"]
    _, applied = company.json(*READING["apply"])
    assert {one["why"] for one in applied["moved"]} == {"jira could not be read"}


def test_a_source_without_a_value_counts_like_a_tracker(company: Company, tmp_path: Path) -> None:
    declared = tmp_path / "truenorth.yaml"
    source = "{id: KR2, title: Two, measure: {kind: metric, start: 0, target: 9, file: {path: value.json}}}"
    text = declared.read_text(encoding="utf-8").replace("kind: work}}]", f"kind: work}}}}, {source}]")
    declared.write_text(text, encoding="utf-8")
    (tmp_path / "value.json").write_text("4")
    assert company.run(*READING["plan"]).code == 0
    (tmp_path / "value.json").unlink()
    for command in ("plan", "plan --exit-code", "sync", "status", "explain key result"):
        ran, told = company.json(*READING[command])
        assert ran.code == 1, command
        (one,) = told["unread"]
        assert (one["kind"], one["name"], one["cause"]) == ("source", "KR2", "source")
        assert one["as_of"].startswith("2026-11-16")
        assert "value.json" in one["what"]
    assert company.run(*READING["plan"]).out.startswith("Not read: KR2 (cannot read the file")


@pytest.mark.parametrize("command", ["status", "orphans", "suggest", "explain"])
def test_a_snapshot_remembers_what_it_does_without(company: Company, command: str) -> None:
    typed = (command, *["WEB-1"] * (command == "explain"))
    assert company.json(*typed)[1]["unread"] == []
    company.fail(fault(CredentialError, "the credential is refused."), "linear")
    assert company.run(*READING["plan"]).code == 1
    company.trackers["linear"].read_fault = None
    ran = company.run(*typed)
    assert ran.code == 0, "nothing was asked now"
    assert ran.out.splitlines()[0] == (
        "As of 2026-11-16 09:00 UTC. Not read then: linear, shown as of 2026-11-16 09:00 UTC "
        "(the credential is refused)."
    )
    assert [one["name"] for one in company.json(*typed)[1]["unread"]] == ["linear"]
    assert company.run(*READING["plan"]).code == 0
    assert not company.run(*typed).out.startswith("As of")


@pytest.mark.parametrize(
    "command", ["plan", "sync", "status", "orphans", "suggest", "explain key result", "rebuild"]
)
def test_without_a_snapshot_nothing_is_planned(company: Company, tmp_path: Path, command: str) -> None:
    for file in (tmp_path / ".truenorth").iterdir():
        file.unlink()
    company.fail(fault(CredentialError, "no."), "jira")
    ran = company.run(*READING[command], *["--first-run"] * (command == "sync"))
    first, why = ran.out.splitlines()
    assert (ran.code, first) == (1, "Not read: jira (no).")
    assert why.startswith("Nothing else was done: ")
    assert company.trackers["linear"].writes == []


def test_the_run_itself_remembers_that_it_was_not_whole(company: Company) -> None:
    company.fail(fault(Unreachable, "timed out."), "jira")
    company.run(*READING["sync"])
    assert "partial" in company.run("status").out
    assert "not read: jira" in company.run("status").out
    assert company.json("status")[1]["last_run"]["outcome"] == "partial"


# --- Everything else -----------------------------------------------------------------------------


def lost(company: Company) -> None:
    gone = CredentialError("jira", "the credential is revoked.")
    company.trackers["jira"].write_faults |= {"WEB-4": gone, "WEB-1": gone, "setup": gone}


def away(company: Company) -> None:
    gone = Unreachable("jira", "no answer.")
    company.trackers["jira"].write_faults |= {"WEB-4": gone, "WEB-1": gone, "setup": gone}


def held(_: Company) -> None:
    store = Store("sqlite:///.truenorth/truenorth.db")
    with store.transaction() as connection:
        until = datetime.now(UTC) + timedelta(seconds=30)
        values = {"holder": "elsewhere/1/1", "until": until.isoformat()}
        connection.execute(tables.leases.update().values(values))
    store.close()


def misconfigured(_: Company) -> None:
    Path("truenorth.yaml").write_text("trackers: 3\n", encoding="utf-8")


def unusable(_: Company) -> None:
    Path(".truenorth/truenorth.db").write_bytes(b"nothing of ours" * 1000)


def terminated(company: Company) -> None:
    """SIGTERM arrives while an item is written: that write ends, and no other begins."""
    jira = company.trackers["jira"]
    write = jira.write

    def killed(*given):  # type: ignore[no-untyped-def]
        os.kill(os.getpid(), signal.SIGTERM)
        return write(*given)

    jira.write = killed  # type: ignore[method-assign]


def nothing(_: Company) -> None:
    pass


OTHERS: list[tuple[Callable[[Company], None], dict[str, int]]] = [
    # what happens, and how commands end; those that are not named are not touched by it
    (nothing, {**dict.fromkeys(READING, 0), "plan --exit-code": 10}),
    (changed, {"apply": 3, "sync": 0, "plan": 0, "plan --exit-code": 10}),
    (unwritten, {"sync": 3, "apply": 3, "undo --apply": 3, "plan": 0}),
    (lost, {"sync": 1, "apply": 1, "undo --apply": 1, "setup --apply": 3, "plan": 0}),
    (away, {"sync": 3, "apply": 3, "undo --apply": 3, "setup --apply": 3}),
    (guarded, {"sync": 4, "plan": 0, "plan --exit-code": 10, "status": 0, "undo --apply": 0}),
    (misconfigured, dict.fromkeys(READING, 2)),
    (unusable, {**dict.fromkeys(READING, 1), "rebuild": 0}),
    (terminated, {"sync": 143, "apply": 143, "undo --apply": 143}),
    # Another sync does a sync's work, and no other's; a holder that never comes to an end is in tests of the lease.
    (held, {"sync": 0, "apply": 3, "undo --apply": 3, "rebuild": 3, "plan": 0, "status": 0, "check": 0}),
]


@pytest.mark.parametrize(
    ("happens", "command", "code"),
    [(one, command, code) for one, codes in OTHERS for command, code in codes.items()],
    ids=lambda one: getattr(one, "__name__", None),
)
def test_every_other_cause(
    company: Company, happens: Callable[[Company], None], command: str, code: int
) -> None:
    happens(company)
    ran = company.run(*READING[command])
    assert ran.code == code, ran.out[-800:] + ran.err
    assert "Traceback" not in ran.err


PAIRS: list[tuple[type[TrackerError], Callable[[Company], None], str, int]] = [
    # what cannot be read on linear, what happens on jira beside it, the command, and how it ends
    (CredentialError, nothing, "plan --exit-code", 1),
    (Unreachable, nothing, "plan --exit-code", 3),
    (CredentialError, guarded, "sync", 1),
    (Unreachable, guarded, "sync", 4),
    (CredentialError, unwritten, "sync", 1),
    (Unreachable, unwritten, "sync", 3),
    (Unreachable, lost, "sync", 1),
    (CredentialError, changed, "apply", 1),
    (Unreachable, changed, "apply", 3),
    (CredentialError, terminated, "sync", 143),
]


@pytest.mark.parametrize(("kind", "happens", "command", "code"), PAIRS)
def test_of_two_causes_the_first_in_the_table_decides(
    company: Company, kind: type[TrackerError], happens: Callable[[Company], None], command: str, code: int
) -> None:
    company.fail(fault(kind, "no."), "linear")
    happens(company)
    assert company.run(*READING[command]).code == code


def test_of_any_causes_the_first_in_the_table_decides() -> None:
    order = list(ENDS)
    assert set(order) == set(Cause)
    for at, first in enumerate(order):
        assert exit_code(order[at:]) == ENDS[first]
    assert exit_code([]) is Exit.DONE
    ranks = [Exit.FAILED, Exit.STOPPED, Exit.PARTIAL, Exit.CHANGES]
    assert [ranks.index(code) for code in ENDS.values()] == sorted(
        ranks.index(code) for code in ENDS.values()
    )


def test_the_help_of_a_command_has_every_code_that_it_ends_with() -> None:
    def told(text: CommandHelp) -> set[int]:
        return {int(code) for codes in text.codes for code in codes.split(",")}

    met: dict[str, set[int]] = defaultdict(set)
    for name, typed in READING.items():
        of_others = {codes[name] for _, codes in OTHERS if name in codes}
        met[typed[0]] |= of_others | {int(row.code) for row in UNREAD}
    assert {name: some - told(HELP[name]) for name, some in met.items() if some - told(HELP[name])} == {}
    assert told(OVERVIEW) == {int(code) for code in Exit}


def test_the_docs_have_every_code() -> None:
    page = (ROOT / "docs/operators.md").read_text(encoding="utf-8")
    table = page.partition("## Exit codes")[2].partition("\n## ")[0]
    told = {
        int(code) for cell in re.findall(r"^\| ([\d, ]+) \|", table, re.MULTILINE) for code in cell.split(",")
    }
    assert told == {int(code) for code in Exit}
    assert exit_code_of(ConfigError([])) is Exit.USAGE


# --- Over HTTP -----------------------------------------------------------------------------------


@pytest.fixture
def synced(run: Cli, pointed: Sandbox, monkeypatch: pytest.MonkeyPatch, no_waits: None) -> Sandbox:  # noqa: ARG001
    monkeypatch.setattr("connectors.http.retry.time.sleep", lambda _: None)
    ran = run("sync", *AS_OF, "--first-run")
    assert ran.code == 0, ran.err
    return pointed


def test_over_http(synced: Sandbox, run: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """Real causes of both trackers, one after the other on one site."""

    def ends(tracker: str, code: int, *command: str) -> None:
        ran = run(*command, "--format", "json")
        assert ran.code == code, ran.out[-500:] + ran.err
        assert [one["name"] for one in json.loads(ran.out)["unread"]] == [tracker]
        assert f"truenorth: {tracker}: " in ran.err

    with monkeypatch.context() as patch:
        patch.setenv("TRUENORTH_LINEAR_TOKEN", "wrong-token")
        for command in (
            ("sync", *AS_OF),
            ("status", "--fresh", *AS_OF),
            ("check",),
            ("undo", "--all"),
            ("setup",),
        ):
            ends("linear", 1, *command)
    with monkeypatch.context() as patch, socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        patch.setenv("TRUENORTH_JIRA_URL", f"http://127.0.0.1:{closed.getsockname()[1]}/jira")
        ends("jira", 3, "plan", *AS_OF, "--exit-code")
        ends("jira", 3, "check")
    for match, kind, tracker, code, options in (
        ("search/jql", "status", "jira", 3, {"status": 503}),
        ("search/jql", "status", "jira", 1, {"status": 403}),
        ("bulkfetch", "html", "jira", 1, {}),
        ("search/jql", "rate_limit", "jira", 3, {"retry_after": 86400}),
        ("POST /linear/graphql", "status", "linear", 3, {"status": 502}),
    ):
        synced.fault(match, kind, **options)  # type: ignore[arg-type]
        # Read whole: whether anything is to be read again depends on the second otherwise.
        ends(tracker, code, "plan", "--full", *AS_OF)
        synced.clear_faults()
    ran = run("plan", *AS_OF, "--exit-code", "--format", "json")
    assert (ran.code, json.loads(ran.out)["unread"]) == (0, [])
