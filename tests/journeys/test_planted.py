"""A planted token is looked for in all that Truenorth says, keeps and sends elsewhere, whatever the trackers answer."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from sync import decide as deciding
from sync.jobs.sandbox import JIRA_EMAIL, JIRA_TOKEN, LINEAR_TOKEN, environment, examples
from tests.support.cli import AS_OF, Cli, Ran

PLANTED = "pl4nted/tök€n+%".encode("ascii", "ignore").decode() + "-0123456789"
"""With characters that an address must quote."""


def forms(email: str, token: str) -> set[str]:
    """Whatever gives the token away."""
    basic = base64.b64encode(f"{email}:{token}".encode()).decode()
    return {token, quote(token), quote(token, safe=""), basic, json.dumps(token)[1:-1]}


BASIC = base64.b64encode(f"{JIRA_EMAIL}:{JIRA_TOKEN}".encode()).decode()
SECRETS = forms(JIRA_EMAIL, JIRA_TOKEN) | {LINEAR_TOKEN} | forms(JIRA_EMAIL, PLANTED)


class Kept:
    """The command line, and all that it ever said; `search` looks through that and every file below here."""

    def __init__(self, run: Cli) -> None:
        self._run = run
        self._said: list[tuple[str, str]] = []

    def __call__(self, *arguments: str) -> Ran:
        ran = self._run(*arguments)
        self._said.append((" ".join(arguments), ran.out + ran.err))
        return ran

    def search(self) -> None:
        texts = [*self._said]
        texts += [
            (str(file), file.read_bytes().decode("latin-1")) for file in Path().rglob("*") if file.is_file()
        ]
        assert any(name.endswith("truenorth.db") for name, _ in texts), (
            "the store was not among what was searched"
        )
        found = [(name, secret) for name, text in texts for secret in SECRETS if secret in text]
        assert found == []


@pytest.fixture
def kept(run: Cli, monkeypatch: pytest.MonkeyPatch) -> Kept:
    monkeypatch.setenv("TRUENORTH_LOG_LEVEL", "debug")
    return Kept(run)


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    with Sandbox(generate(items=60, seed=5)) as running:
        for name, value in environment(running).items():
            monkeypatch.setenv(name, value)
        yield running


@pytest.mark.usefixtures("no_waits")
def test_no_command_says_or_keeps_a_token(box: Sandbox, kept: Kept) -> None:
    for style in ("text", "json", "markdown"):
        kept("plan", *AS_OF, "--format", style, "--out", f"{style}.plan")
    kept("check")
    kept("setup")
    box.fault("/comment", "status", status=500, times=30)
    assert kept("sync", *AS_OF, "--first-run").code in (0, 3)
    box.clear_faults()
    box.fault("/linear/graphql", "revoked", operation="Issues")
    box.fault("search/jql", "redirect", to="host")
    kept("sync", *AS_OF)
    kept("check", "--format", "json")
    box.clear_faults()
    for command in (
        ("status",),
        ("orphans",),
        ("log", "--format", "json"),
        ("suggest", "--as-yaml"),
        ("explain", "WEB-1"),
    ):
        assert kept(*command).code == 0, command
    kept("apply", "text.plan")
    kept("rebuild", *AS_OF)
    kept("undo", "--all")
    kept.search()


@pytest.mark.usefixtures("box")
def test_a_crash_text_holds_no_token(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of our own, at the worst place: with the whole header in its text, and as its cause."""
    kept("plan", *AS_OF)

    def crash(*_: object, **__: object) -> None:
        headers = {"Authorization": f"Basic {BASIC}"}
        try:
            raise KeyError(JIRA_TOKEN)
        except KeyError as inner:
            raise RuntimeError(f"bad headers {headers}, {LINEAR_TOKEN}, {JIRA_TOKEN}") from inner

    monkeypatch.setattr(deciding, "measure", crash)
    ran = kept("plan", *AS_OF)
    assert ran.code == 1
    assert "bad headers" in ran.err, "the crash text is there, to be reported"
    assert "internal error" in ran.err
    kept.search()


@pytest.mark.parametrize("status", [200, 400, 401, 403, 429, 500])
def test_a_tracker_that_echoes_the_credential_is_not_repeated(
    kept: Kept, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    def echo(request: Request) -> Response:
        told = f"Unexpected header Authorization: {request.headers.get('Authorization')} ({PLANTED})"
        body = {
            "errorMessages": [told],
            "errors": [{"message": told, "extensions": {"userPresentableMessage": told}}],
        }
        return Response(
            json.dumps(body),
            status,
            {"Retry-After": "0", "X-Seraph-LoginReason": "OK"},
            content_type="application/json",
        )

    httpserver.expect_request("/jira/rest/api/3/field").respond_with_handler(echo)
    httpserver.expect_request("/linear/graphql").respond_with_handler(echo)
    monkeypatch.setenv("TRUENORTH_CONFIG", str(examples()))
    monkeypatch.setenv("TRUENORTH_JIRA_URL", httpserver.url_for("/jira"))
    monkeypatch.setenv("TRUENORTH_JIRA_EMAIL", JIRA_EMAIL)
    monkeypatch.setenv("TRUENORTH_JIRA_TOKEN", PLANTED)
    monkeypatch.setenv("TRUENORTH_LINEAR_URL", httpserver.url_for("/linear/graphql"))
    monkeypatch.setenv("TRUENORTH_LINEAR_TOKEN", PLANTED)
    monkeypatch.setattr("connectors.http.throttle.Throttle._sleep", lambda *_: None)
    for command in (
        ("check",),
        ("check", "--format", "json"),
        ("plan", *AS_OF),
        ("sync", *AS_OF),
        ("status",),
        ("log",),
    ):
        assert kept(*command).code != 0 or command[0] in ("status", "log")
    kept.search()


def test_a_write_that_is_refused_with_the_credential_in_the_reason(
    box: Sandbox, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a tracker says about an item goes into the journal, the quarantine, `log` and `status`."""
    told = f"the field may not hold {JIRA_TOKEN}, {BASIC}"
    monkeypatch.setattr("connectors.jira.api.errors._complaint", lambda _: (told, {}))
    box.fault("/comment", "status", status=400)
    ran = kept("sync", *AS_OF, "--first-run")
    assert ran.code == 3
    assert "the field may not hold" in " ".join(ran.out.split())
    kept("status")
    kept("log")
    assert "the field may not hold" in kept("log", "--format", "json").out
    kept.search()
