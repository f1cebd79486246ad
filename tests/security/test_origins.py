"""Somebody who may only edit YAML, as in a pull request, wants a secret: no command sends one to where they point it."""

from __future__ import annotations

import json
import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from config.load import load
from config.settings import Settings, credentials
from connectors.sandbox.server import Sandbox
from sync.jobs.origins import OriginRefused, destinations
from sync.jobs.plan import plan
from sync.jobs.reporter import Reporter
from sync.jobs.session import Session
from sync.store.store import Store
from tests.support.builders import NOW
from tests.support.cli import AS_OF, Cli, Ran
from tests.support.fake_sessions import ITEMS
from tests.support.fake_tracker import FakeTracker
from tests.support.origins import Listener, listening, sealed

OKRS = """\
workspace: acme
trackers:
  jira: {kind: jira, url: "JIRA", scope: {projects: [WEB, OPS]}}
  linear: {kind: linear, url: "LINEAR", scope: {teams: [ENG]}}
cycles:
  2026-Q4: {start: 2026-10-01, end: 2026-12-31}
objectives:
  - id: O
    title: Objective
    cycle: 2026-Q4
    key_results:
      - {id: KR1, title: One, measure: {kind: work}, links: [{project: WEB}]}
"""
SOURCE = '      - {id: S%d, title: S, measure: {kind: metric, start: 0, target: 9, http: {url: "%s", token: "%s"}}}\n'
FILE = '      - {id: F, title: F, measure: {kind: metric, start: 0, target: 9, file: {path: "%s"}}}\n'

SECRETS = {
    "TRUENORTH_JIRA_TOKEN": "planted-jira-token",
    "TRUENORTH_JIRA_EMAIL": "planted@acme.example",
    "TRUENORTH_LINEAR_TOKEN": "planted-linear-token",
    "TRUENORTH_SOURCE_METRICS": "planted-metrics-secret",
    "TRUENORTH_SINK_REPORTS": "planted-sink-secret",
    "AWS_SECRET_ACCESS_KEY": "planted-cloud-secret",
    "METRICS_TOKEN": "planted-old-name",
}
READERS = (
    ("plan", *AS_OF), ("sync", *AS_OF, "--first-run"), ("check",), ("setup",), ("setup", "--remove"), ("status", "--fresh"),
    ("orphans", "--fresh"), ("explain", "KR1", "--fresh"), ("undo", "--all"), ("undo", "--all", "--apply"), ("rebuild",),
)  # fmt: skip
"""Commands that speak with trackers."""


@pytest.fixture(autouse=True)
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    for name in [name for name in os.environ if name.startswith("TRUENORTH_")]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("CI", raising=False)
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("TRUENORTH_CONFIG", "okrs")
    return sealed(monkeypatch)


@pytest.fixture
def thief() -> Iterator[Listener]:
    with listening() as listener:
        yield listener


def declare(jira: str, linear: str = "https://api.linear.app/graphql", more: str = "") -> None:
    folder = Path("okrs")
    folder.mkdir(exist_ok=True)
    text = OKRS.replace("JIRA", jira).replace("LINEAR", linear) + more
    (folder / "truenorth.yaml").write_text(text, encoding="utf-8")


def point_at(box: Sandbox, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """Credentials of the sandbox whose origins the environment declares; the addresses that YAML should have."""
    monkeypatch.setenv("TRUENORTH_JIRA_EMAIL", "truenorth@acme.example")
    monkeypatch.setenv("TRUENORTH_JIRA_TOKEN", "sandbox-jira-token")
    monkeypatch.setenv("TRUENORTH_LINEAR_TOKEN", "sandbox-linear-token")
    monkeypatch.setenv("TRUENORTH_JIRA_ORIGIN", box.url)
    monkeypatch.setenv("TRUENORTH_LINEAR_ORIGIN", box.url)
    return f"{box.url}/jira", f"{box.url}/linear/graphql"


def is_silent(ran: Ran) -> bool:
    return not re.search("planted|Traceback|sandbox-(jira|linear)-token", ran.out + ran.err)


# --- Secrets that an OKR file names --------------------------------------------------------------


@pytest.mark.needs_server
def test_no_variable_of_the_process_can_be_named_as_a_source_secret(
    run: Cli, thief: Listener, asked: list[str]
) -> None:
    """But for those that are called a source's secret: each is refused at its place, by every command."""
    names = sorted(name for name in {*os.environ, *SECRETS} if not name.startswith("TRUENORTH_SOURCE_"))
    assert {"PATH", "TRUENORTH_JIRA_TOKEN", "TRUENORTH_SINK_REPORTS", "METRICS_TOKEN"} <= set(names)
    for start in range(0, len(names), 40):
        some = names[start : start + 40]
        url = f"http://127.0.0.1:{thief.port}/"
        declare(
            "https://acme.atlassian.net", more="".join(SOURCE % (nr, url, one) for nr, one in enumerate(some))
        )
        for command in (("validate",), ("plan", *AS_OF)):
            ran = run(*command)
            assert ran.code == 2
            for nr in range(len(some)):
                where = rf"^okrs/truenorth\.yaml:{13 + nr}:\d+: is not the name of a source's secret; call its variable"
                assert re.search(where, ran.err, re.MULTILINE), ran.err
            assert is_silent(ran)
    assert (thief.heard, asked) == ([], [])


@pytest.mark.parametrize(
    "name",
    ["TRUENORTH_SOURCE_METRICS_ORIGIN", "TRUENORTH_SOURCE_ORIGINS", "TRUENORTH_SOURCE_", "TRUENORTH_SOURCEMETRICS",
     "METRICS", " TRUENORTH_JIRA_TOKEN", "TRUENORTH_SOURCE_../../x", "planted-secret-pasted-into-yaml"],
)  # fmt: skip
def test_what_only_looks_like_a_source_secret_is_refused(run: Cli, name: str) -> None:
    declare("https://acme.atlassian.net", more=SOURCE % (1, "https://metrics.example", name))
    ran = run("validate")
    assert ran.code == 2
    assert "okrs/truenorth.yaml:13:" in ran.err
    assert is_silent(ran)


@pytest.mark.parametrize("name", ["source-metrics", "Source.metrics", "sink-reports", "SOURCE"])
def test_no_tracker_can_be_called_so_that_it_reads_another_secret(run: Cli, name: str) -> None:
    declare("https://acme.atlassian.net")
    file = Path("okrs/truenorth.yaml")
    file.write_text(file.read_text().replace("  linear: {", f"  {name}: {{"))
    ran = run("validate")
    assert ran.code == 2
    assert "okrs/truenorth.yaml:4:3: " in ran.err
    assert "secrets of sources, sinks or webhooks; rename it" in ran.err


@pytest.mark.parametrize(
    "command", [("plan", *AS_OF), ("sync", *AS_OF, "--first-run"), ("status", "--fresh")]
)
def test_a_source_secret_goes_nowhere_but_to_its_origin(
    run: Cli,
    sandbox: Sandbox,
    thief: Listener,
    monkeypatch: pytest.MonkeyPatch,
    asked: list[str],
    command: tuple[str, ...],
) -> None:
    own = f"http://127.0.0.1:{thief.port}"
    declare(*point_at(sandbox, monkeypatch), more=SOURCE % (1, f"{own}/value", "TRUENORTH_SOURCE_METRICS"))
    elsewhere = (
        None, "https://metrics.example", f"http://127.0.0.1:{sandbox.port}", f"https://127.0.0.1:{thief.port}",
        f"http://localhost:{thief.port}",
    )  # fmt: skip
    for origin in elsewhere:
        if origin:
            monkeypatch.setenv("TRUENORTH_SOURCE_METRICS_ORIGIN", origin)
        ran = run(*command)
        assert ran.code == 1, ran.err
        assert "S1: TRUENORTH_SOURCE_METRICS is not sent" in ran.err
        assert ("does not declare where it may go" in ran.err) == (origin is None)
        assert "TRUENORTH_SOURCE_METRICS_ORIGIN" in ran.err
        assert is_silent(ran)
    assert (thief.heard, asked) == ([], [])
    monkeypatch.setenv("TRUENORTH_SOURCE_METRICS_ORIGIN", own)
    ran = run(*command)
    assert ran.code == 0, ran.err
    assert "is not sent" not in ran.err
    assert [b"Bearer planted-metrics-secret" in one for one in thief.heard] == [True]
    assert is_silent(ran)


def test_an_endpoint_on_this_machine_is_asked_only_where_the_environment_says_so(
    run: Cli, sandbox: Sandbox, thief: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a secret, too: what answers only to this machine or network is not for whoever writes YAML."""
    own = f"http://127.0.0.1:{thief.port}"
    source = (SOURCE % (1, f"{own}/value", "x")).replace(', token: "x"', "")
    declare(*point_at(sandbox, monkeypatch), more=source)
    ran = run("plan", *AS_OF)
    assert (ran.code, thief.heard) == (1, [])
    assert "is on a private network; to allow it, add it to TRUENORTH_SOURCE_ORIGINS" in ran.err
    monkeypatch.setenv("TRUENORTH_SOURCE_ORIGINS", f"https://other.example, {own}")
    ran = run("plan", *AS_OF)
    assert (ran.code, len(thief.heard)) == (0, 1)
    assert b"authorization" not in thief.heard[0].lower()


@pytest.mark.parametrize(
    "variable", ["TRUENORTH_SOURCE_METRICS_ORIGIN", "TRUENORTH_SOURCE_ORIGINS", "TRUENORTH_JIRA_ORIGIN"]
)
@pytest.mark.parametrize(
    "value",
    [
        "metrics.example",
        "https://metrics.example/path",
        "https://a@metrics.example",
        "http://metrics.example",
        "*",
    ],
)
def test_an_origin_that_is_none_is_a_clear_error(
    run: Cli, monkeypatch: pytest.MonkeyPatch, asked: list[str], variable: str, value: str
) -> None:
    declare(
        "https://acme.atlassian.net",
        more=SOURCE % (1, "https://metrics.example", "TRUENORTH_SOURCE_METRICS"),
    )
    monkeypatch.setenv(variable, value)
    ran = run("plan")
    assert (ran.code, asked) == (2, [])
    assert re.match(f"{variable}: (is not an origin|the URL is not encrypted|the URL contains)", ran.err)


# --- Trackers that YAML points elsewhere ---------------------------------------------------------


@pytest.mark.parametrize("command", READERS, ids=" ".join)
@pytest.mark.parametrize("tracker", ["jira", "linear"])
def test_a_credential_goes_only_to_the_declared_origin(
    run: Cli,
    sandbox: Sandbox,
    thief: Listener,
    monkeypatch: pytest.MonkeyPatch,
    asked: list[str],
    command: tuple[str, ...],
    tracker: str,
) -> None:
    addresses = dict(zip(("jira", "linear"), point_at(sandbox, monkeypatch), strict=True))
    addresses[tracker] = f"http://127.0.0.1:{thief.port}/x"
    declare(*addresses.values())
    ran = run(*command)
    assert ran.code == 4, ran.err
    variable = f"TRUENORTH_{tracker.upper()}_ORIGIN"
    for part in (f"http://127.0.0.1:{thief.port}", sandbox.url, variable, f"trackers.{tracker}.url"):
        assert part in ran.err
    assert (thief.heard, asked, len(sandbox.requests)) == ([], [], 0)
    assert is_silent(ran)


@pytest.mark.parametrize("command", READERS, ids=" ".join)
def test_another_origin_than_last_time_stops_before_any_request(
    run: Cli, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, asked: list[str], command: tuple[str, ...]
) -> None:
    """The operator declared nothing since: what is remembered is the origin of the last run that could read."""
    _, linear = point_at(sandbox, monkeypatch)
    declare(f"{sandbox.url}/jira", linear)
    assert run("plan", *AS_OF).code == 0
    before = len(sandbox.requests)
    monkeypatch.delenv("TRUENORTH_JIRA_ORIGIN")
    # Names that share their variables share what is remembered.
    for name in ("jira", "JIRA", "Jira"):
        declare("https://evil.example", linear)
        file = Path("okrs/truenorth.yaml")
        file.write_text(file.read_text().replace("  jira: {", f"  {name}: {{"))
        ran = run(*command)
        assert ran.code == 4, ran.err
        assert f"go to https://evil.example, but earlier runs sent it to {sandbox.url}" in ran.err
        assert "set TRUENORTH_JIRA_ORIGIN" in ran.err
    assert (asked, len(sandbox.requests)) == ([], before)
    assert list(Path(".truenorth").glob("*.aside")) == []


@pytest.mark.parametrize("command", READERS, ids=" ".join)
def test_every_command_that_could_read_remembers_where(
    run: Cli, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, asked: list[str], command: tuple[str, ...]
) -> None:
    _, linear = point_at(sandbox, monkeypatch)
    declare(f"{sandbox.url}/jira", linear)
    assert run(*command).code == 0
    monkeypatch.delenv("TRUENORTH_JIRA_ORIGIN")
    declare("https://evil.example", linear)
    ran = run("plan")
    assert (ran.code, asked) == (4, [])
    assert f"earlier runs sent it to {sandbox.url}" in ran.err


def test_a_saved_plan_that_is_applied_remembers_where(
    run: Cli, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, asked: list[str]
) -> None:
    _, linear = point_at(sandbox, monkeypatch)
    declare(f"{sandbox.url}/jira", linear)
    assert run("plan", *AS_OF, "--out", "p.plan").code == 0
    with closing(sqlite3.connect(".truenorth/truenorth.db")) as store, store:
        store.execute("DELETE FROM origins")
    assert run("apply", "p.plan", *AS_OF, "--first-run").code == 0
    monkeypatch.delenv("TRUENORTH_JIRA_ORIGIN")
    declare("https://evil.example", linear)
    ran = run("plan")
    assert (ran.code, asked) == (4, [])
    assert f"earlier runs sent it to {sandbox.url}" in ran.err


@pytest.mark.usefixtures("no_waits")
@pytest.mark.parametrize(
    ("value", "code"), [("1", 2), ("true", 2), ("yes", 2), ("0", 1), ("False", 1), ("", 1)]
)
def test_a_ci_job_declares_its_origins(
    run: Cli, monkeypatch: pytest.MonkeyPatch, asked: list[str], value: str, code: int
) -> None:
    """Exit code 1 is that of a tracker that cannot be reached, which these tests see to."""
    declare("https://acme.atlassian.net")
    monkeypatch.setenv("CI", value)
    ran = run("plan")
    assert ran.code == code, ran.err
    assert ("TRUENORTH_JIRA_ORIGIN: tracker" in ran.err) == (code == 2)
    assert ("acme.atlassian.net" in asked) == (code == 1)
    assert "TRUENORTH_LINEAR_ORIGIN" not in ran.err
    assert is_silent(ran)


HOME = "https://acme.atlassian.net"
TRICKS: list[tuple[str, str, int]] = [
    # declared, in YAML, exit code: 1 where the host is looked up (and not found), 4 or 2 where nothing is
    (HOME, "https://acme.atlassian.net/", 1),
    (HOME, "https://ACME.Atlassian.NET.:443/jira", 1),
    (f"{HOME}:443", "https://acme.atlassian.net./x", 1),
    ("https://xn--bcher-kva.example", "https://bücher.example", 1),
    ("https://BÜCHER.example", "https://xn--bcher-kva.example/jira", 1),
    (HOME, "https://acme.atlassian.net:8443", 4),
    (HOME, "https://acme.atlassian.net.evil.example", 4),
    (HOME, "https://evil.example/acme.atlassian.net", 4),
    (HOME, "https://evil.example?acme.atlassian.net", 4),
    (HOME, "https://evil.example#@acme.atlassian.net", 4),
    (HOME, "https://acme.atlassian.nett", 4),
    (HOME, "https://аcme.atlassian.net", 4),  # its first letter is Cyrillic
    (HOME, "https://169.254.169.254", 4),
    (HOME, "https://[fd00::1]", 4),
    (HOME, "http://localhost:1/acme.atlassian.net", 4),
    (HOME, "http://acme.atlassian.net", 2),
    (HOME, "https://acme.atlassian.net@evil.example", 2),
    (HOME, "https://acme.atlassian.net:443@evil.example", 2),
    (HOME, "https://@evil.example", 2),
    (HOME, "https://evil.example\\\\@acme.atlassian.net", 2),
    (HOME, "https://acme.atlassian.net\\\\.evil.example", 2),
    (HOME, "https://acme%2eatlassian.net", 2),
    (HOME, "https://2852039166", 2),
    (HOME, "https://127.1", 2),
]


@pytest.mark.usefixtures("no_waits")
@pytest.mark.parametrize(("declared", "url", "code"), TRICKS)
def test_spellings_of_an_address_lead_nowhere_else(
    run: Cli,
    monkeypatch: pytest.MonkeyPatch,
    asked: list[str],
    declared: str,
    url: str,
    code: int,
) -> None:
    declare(url)
    monkeypatch.setenv("TRUENORTH_JIRA_ORIGIN", declared)
    ran = run("plan")
    assert ran.code == code, ran.err
    home = "xn--bcher-kva.example" if "cher" in declared.lower() else "acme.atlassian.net"
    looked_up = {name.rstrip(".") for name in asked} - {"api.linear.app"}
    assert looked_up == ({home} if code == 1 else set())
    assert is_silent(ran)
    assert run("validate").code == (2 if code == 2 else 0)


@pytest.mark.parametrize(
    "url",
    [
        "https://api.linear.app:444/graphql",
        "https://linear.evil.example",
        "https://api.linear.app.evil.example",
    ],
)
def test_linear_elsewhere_needs_a_declaration_always(run: Cli, asked: list[str], url: str) -> None:
    declare(HOME, url)
    ran = run("plan")
    assert (ran.code, asked) == (4, [])
    assert "Linear's API is at https://api.linear.app, and TRUENORTH_LINEAR_ORIGIN is not set" in ran.err


@pytest.mark.parametrize("host", ["https://10.0.0.5", "https://[fd00::1]", "https://169.254.169.254"])
def test_a_private_address_needs_a_declaration_always(run: Cli, asked: list[str], host: str) -> None:
    declare(host)
    ran = run("plan")
    assert ran.code == 4, ran.err
    assert "private network, and TRUENORTH_JIRA_ORIGIN is not set" in ran.err
    assert asked == []


@pytest.mark.parametrize("tracker", ["jira", "linear"])
def test_a_tracker_on_this_machine_is_trusted_on_first_use_but_not_in_ci(
    run: Cli, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, asked: list[str], tracker: str
) -> None:
    jira, linear = point_at(sandbox, monkeypatch)
    declare(jira, linear)
    variable = f"TRUENORTH_{tracker.upper()}_ORIGIN"
    monkeypatch.delenv(variable)
    monkeypatch.setenv("CI", "true")
    refused = run("plan", *AS_OF)
    assert refused.code == 2, refused.err
    assert variable in refused.err
    assert sandbox.requests == []
    monkeypatch.delenv("CI")
    assert run("plan", *AS_OF).code == 0
    with listening() as thief:
        elsewhere = f"http://localhost:{thief.port}"
        declare(
            *(elsewhere if name == tracker else url for name, url in (("jira", jira), ("linear", linear)))
        )
        ran = run("plan", *AS_OF)
        assert ran.code == 4, ran.err
        assert f"earlier runs sent it to {sandbox.url}" in ran.err
        assert thief.heard == []
    assert asked == []


def test_another_kind_under_a_known_name_is_another_origin(
    run: Cli, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, asked: list[str]
) -> None:
    """Neither Linear's default nor a fresh declaration of Jira takes a remembered credential elsewhere."""
    declare(*point_at(sandbox, monkeypatch))
    assert run("plan", *AS_OF).code == 0
    monkeypatch.delenv("TRUENORTH_JIRA_ORIGIN")
    monkeypatch.delenv("TRUENORTH_LINEAR_ORIGIN")
    file = Path("okrs/truenorth.yaml")
    for line in (
        "  jira: {kind: linear, scope: {teams: [ENG]}}",
        '  linear: {kind: jira, deployment: data_center, url: "https://evil.example", scope: {projects: [WEB]}}',
    ):
        file.write_text(re.sub(r"  jira: .*\n  linear: .*", line, OKRS))
        ran = run("plan")
        assert ran.code == 4, ran.err
        assert f"earlier runs sent it to {sandbox.url}" in ran.err
    assert asked == []


def test_the_first_run_that_can_read_is_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Trust on first use, with trackers in memory: kept once they were read, not when a session opens."""
    monkeypatch.chdir(tmp_path)
    declare(HOME)
    workspace = load(Path("okrs"))
    keys = {name: credentials(name, one, Settings()) for name, one in workspace.active.items()}
    store = Store(f"sqlite:///{tmp_path}/t.db")
    try:
        bound_for = destinations(workspace, keys, store.origins())
        trackers = {name: FakeTracker.of(name, ITEMS) for name in workspace.active}
        session = Session(workspace, trackers, store, destinations=bound_for)
        assert [one.undeclared for one in bound_for.values()] == [True, False]
        assert store.origins() == {}
        plan(session, NOW, Reporter())
        assert store.origins() == {"TRUENORTH_JIRA": HOME, "TRUENORTH_LINEAR": "https://api.linear.app"}
        declare("https://evil.example")
        with pytest.raises(OriginRefused, match=f"earlier runs sent it to {HOME}"):
            destinations(load(Path("okrs")), keys, store.origins())
    finally:
        store.close()


def test_check_says_where_each_credential_goes_and_who_declared_it(
    run: Cli, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    addresses = point_at(sandbox, monkeypatch)
    monkeypatch.delenv("TRUENORTH_LINEAR_ORIGIN")
    monkeypatch.setenv("TRUENORTH_LINEAR_URL", addresses[1])
    declare(*addresses, more=SOURCE % (1, "https://evil.example", "TRUENORTH_SOURCE_METRICS"))
    monkeypatch.setenv("TRUENORTH_SOURCE_METRICS_ORIGIN", "https://metrics.example")
    ran = run("check", "--format", "json")
    found = {name: some[0] for name, some in json.loads(ran.out)["checks"].items()}
    assert (
        found["jira"]["found"] == f"the credential goes to {sandbox.url} (declared by TRUENORTH_JIRA_ORIGIN)"
    )
    assert (
        found["linear"]["found"] == f"the credential goes to {sandbox.url} (declared by TRUENORTH_LINEAR_URL)"
    )
    assert found["http sources"]["verdict"] == "warning"
    assert "not sent to https://evil.example" in found["http sources"]["found"]
    assert "not sent to https://evil.example" in found["sources"]["found"]
    # As `plan` would end for a source that it cannot read.
    assert ran.code == 1
    assert is_silent(ran)


# --- Files outside the folder, and what is no file -----------------------------------------------


def plant(kind: str, at: Path) -> None:
    """Something in the place of a file."""
    match kind:
        case "pipe":
            os.mkfifo(at)
        case "device":
            at.symlink_to("/dev/zero")
        case "folder":
            at.mkdir()
        case "link outside":
            Path("outside.json").write_text("7")
            at.symlink_to(Path("outside.json").absolute())
        case "link through a folder":
            (at.parent / "up").symlink_to("..")
            Path("outside.json").write_text("7")
            at.symlink_to("up/outside.json")
        case "circle":
            at.symlink_to(at.name)


KINDS = ("pipe", "device", "folder", "link outside", "link through a folder", "circle")


@pytest.mark.timeout(60)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["value.json", "more.yaml"])
def test_what_is_no_file_of_the_folder_is_refused_at_once(
    run: Cli, asked: list[str], kind: str, name: str
) -> None:
    declare(HOME, more=FILE % "value.json" if name == "value.json" else "")
    plant(kind, Path("okrs") / name)
    for command in ("validate", "plan"):
        ran = run(command)
        assert (ran.code, asked) == (2, [])
        where = (
            r"okrs/truenorth\.yaml:13:\d+: cannot read this file: "
            if name == "value.json"
            else r"okrs/more\.yaml:1:1: cannot be read: "
        )
        assert re.match(where, ran.err), ran.err


@pytest.mark.parametrize(
    "path",
    [
        "/etc/hostname",
        "../outside.json",
        "a/../../outside.json",
        "/proc/self/environ",
        "~/../../outside.json",
    ],
)
def test_a_path_that_leads_out_of_the_folder_is_refused(run: Cli, path: str) -> None:
    declare(HOME, more=FILE % path)
    Path("outside.json").write_text("7")
    ran = run("validate")
    assert ran.code == 2
    assert re.match(
        r"okrs/truenorth\.yaml:13:\d+: cannot read this file: it is outside the folder", ran.err
    ), ran.err


@pytest.mark.timeout(60)
@pytest.mark.parametrize("kind", ["pipe", "device"])
def test_a_configuration_that_is_no_file_is_an_error_at_once(run: Cli, kind: str) -> None:
    plant(kind, Path("okrs.yaml"))
    ran = run("validate", "--config", "okrs.yaml")
    assert ran.code == 2
    assert ran.err.startswith("okrs.yaml:1:1: cannot be read: it is a pipe, a socket or a device, not a file")


def test_links_within_the_folder_are_followed(
    run: Cli, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Kubernetes mounts a ConfigMap so: every file is a link through a hidden folder beside it."""
    declare(*point_at(sandbox, monkeypatch), more=FILE % "value.json")
    real = Path("okrs/..2026_11_16")
    real.mkdir()
    (real / "value.json").write_text("7")
    Path("okrs/truenorth.yaml").rename(real / "truenorth.yaml")
    Path("okrs/..data").symlink_to(real.name)
    for name in ("value.json", "truenorth.yaml"):
        (Path("okrs") / name).symlink_to(f"..data/{name}")
    Path("mounted").symlink_to("okrs")
    for config in ("okrs", "mounted", "okrs/truenorth.yaml"):
        ran = run("plan", *AS_OF, "--config", config, "--format", "json")
        assert ran.code == 0, ran.err
        assert "F: cannot read" not in ran.err
