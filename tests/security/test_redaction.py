"""No secret, no part of it and no spelling of it leaves: by whatever it came in, in whatever form it goes out."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import msgspec
import pytest
import structlog
from hypothesis import given, settings

from config.text.redaction import redactor
from connectors.errors import TrackerError
from connectors.linear.api.errors import ErrorMapper, GraphError
from connectors.model import Comment, KeyResultMark, Marks, Receipt
from connectors.sandbox.jira import http as jira_http
from connectors.sandbox.server import Sandbox
from connectors.text.document import (
    Bullets,
    Doc,
    Panel,
    Table,
    Text,
    line,
    para,
    to_adf,
    to_markdown,
)
from connectors.text.wiki import to_wiki
from sync import logs
from sync.cli.exit_codes import complain
from sync.cli.output import Format, Output
from sync.cli.render.screen import Screen
from sync.cli.render.terminal import to_text
from sync.marks.messages import messages_for
from sync.marks.wording import with_text
from sync.plan.plan import Edit, Plan, changes_of, digest_of
from sync.report.table import Cell, Section
from sync.store import plan_file
from sync.store.store import Store
from tests.support.builders import NOW, item, workspace
from tests.support.cli import AS_OF, Cli
from tests.support.secrets import known_secrets, parts_shown, tokens

TOKENS = {
    "letters": "QwErTyUiOpAsDfGhJkLzXcVbNm",
    "digits": "918273645546372819",
    "Linear": "lin_api_4fK9-xQ2_zzT7.pLm8vRb3Nc6Hd1Ws5Yg0Je",
    "Markdown": "a_b-c.d*e`f[g](h)<i>#j+k!l|m~n=o:p@q$r&s^t{u}",
    "base64": "ATATT3xFfGF0/+abcDEF0123456789+/xyzXYZ0987654321=A1B2C3D4",
    "JSON": 'x"y\\z/n"t\\u0041\\\\"end-of-it',
    "percent": "%41%42%zz%25%2541%%tail%00more",
    "HTML": "a&amp;b&lt;c>d'e\"f&#65;g&#x42;h",
}
"""A secret of every alphabet."""

each_token = pytest.mark.parametrize("token", TOKENS.values(), ids=TOKENS)


def said(token: str) -> str:
    return f"Rotate the key {token} before Friday"


# --- Every way out, every secret ----------------------------------------------------------------


def _sections(text: str) -> Section:
    return Section(text, (text,), ("key", "what"), ((Cell(text), Cell(text, "bad")),), (), (text,))


def _console(text: str) -> str:
    return "\n".join(to_text(_sections(text), Screen(width=30)))


def _printed(style: Format, capsys: pytest.CaptureFixture[str]) -> Callable[[str], str]:
    def show(text: str) -> str:
        output = Output(style)
        output.show(_sections(text))
        output.say(text)
        output.data(title=text, deep=[{text: (text,)}])
        output.finish()
        return capsys.readouterr().out

    return show


def _document(text: str) -> Doc:
    cell = line(Text(text, strong=True), Text(text, code=True), Text(text, href="https://okrs.example.com"))
    blocks = (para(text), Bullets((cell,)))
    return Doc((*blocks, Panel("warning", blocks), Table((text,), ((cell,),))))


def _graph_error(text: str) -> str:
    error = GraphError(text, [text], {"userPresentableMessage": f"{'x' * 270} {text}"})
    return str(ErrorMapper("linear", "api.linear.app").from_errors([error], 200, {}))


WAYS_OUT: dict[str, Callable[[str], str]] = {
    "a narrow table": _console,
    "a comment for the Cloud": lambda text: json.dumps(to_adf(_document(text))),
    "a comment for Linear": lambda text: to_markdown(_document(text)),
    "a comment for Data Center": lambda text: to_wiki(_document(text)),
    "an error of a tracker": lambda text: str(TrackerError("jira", text, text)),
    "an error of Linear, cut": _graph_error,
    "a receipt": lambda text: str(Receipt(item("OPS-1").ref, "OPS-1", "failed", 1, text)),
    "an item": lambda text: str(
        replace(item("OPS-1", title=text, status=text, labels=(text,), project=text, assignee=text), key=text)
    ),
    "a mark": lambda text: str(
        KeyResultMark(text, text, 1, "on_track", f"https://x.example/{text}", text, because=text)
    ),
    "a comment's facts": lambda text: str(Comment("orphan", (("state", text),))),
}


@pytest.mark.parametrize("way", WAYS_OUT.values(), ids=WAYS_OUT)
@settings(deadline=None, max_examples=40)
@given(token=tokens)
def test_no_way_out_shows_a_secret(way: Callable[[str], str], token: str) -> None:
    harmless = way(said("[redacted]"))
    with known_secrets(token):
        shown = way(said(token))
    assert parts_shown(shown, token) <= parts_shown(harmless, token)


@each_token
@pytest.mark.parametrize("style", list(Format))
def test_no_format_prints_a_secret(token: str, style: Format, capsys: pytest.CaptureFixture[str]) -> None:
    with known_secrets(token):
        printed = _printed(style, capsys)(said(token))
    assert "redacted" in printed
    assert not parts_shown(printed, token)
    if style is Format.JSON:
        assert json.loads(printed)["title"] == said("[redacted]")


@each_token
@pytest.mark.parametrize("style", ["json", "console"])
def test_no_log_shows_a_secret(token: str, style: str, capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("debug", style)  # type: ignore[arg-type]
    try:
        with known_secrets(token):
            try:
                raise ValueError(said(token))
            except ValueError:
                structlog.get_logger("t").exception(said(token), deep={token: [Path(token)]})
                logging.getLogger("library").exception("it said %r", token)
            complain(said(token))
    finally:
        structlog.reset_defaults()
        logging.getLogger().handlers.clear()
    found = "".join(capsys.readouterr())
    assert "redacted" in found
    assert not parts_shown(found, token)


@each_token
def test_no_store_and_no_plan_file_holds_a_secret(token: str, tmp_path: Path) -> None:
    text = said(token)
    path = tmp_path / "truenorth.db"
    with known_secrets(token):
        one = item("OPS-1", title=text, status=text, labels=(text,), components=(text,), assignee=text)
        mark = KeyResultMark("KR1", text, 5, "on_track", "https://okrs.example.com/KR1", text, because=text)
        said_of_it = {
            "age": "days",
            "closest": [{"id": "KR1", "title": text, "words": [text]}],
            "exempt": [text],
        }
        comment = Comment("orphan", (("about", text),), details=said_of_it)
        comment = with_text(comment, messages_for(workspace(), "jira"))
        wanted = Marks((mark,), "aligned", (text,), comment)
        edit = Edit(one, wanted, changes_of(one, wanted))
        store = Store(f"sqlite:///{path}")
        record = store.open_run("sync", "x", "acme")
        entries = store.journal.begin(record, [edit])
        for entry in entries.values():
            store.journal.complete(entry, "failed", text)
        store.save_outcomes([Receipt(one.ref, text, "failed", 1, text)])
        store.close_run(record, "failed", {"why": text, token: [text]})
        assert store.last_run() is not None
        assert "redacted" in str(store.journal.entries())
        store.close()
        plan = Plan((edit,), (), digest_of((edit,)))
        plan_file.save(tmp_path / "plan.json", plan, [], workspace(), NOW)
        assert plan_file.load(tmp_path / "plan.json", workspace(), NOW).plan.edits == (edit,)
    for file in tmp_path.iterdir():
        assert not parts_shown(file.read_bytes(), token), file.name


# --- Every command, with secrets in everything that is shown --------------------------------------


COMMANDS = (
    ("plan", *AS_OF, "--out", "plan.json"),
    ("check",),
    ("setup",),
    ("orphans", *AS_OF, "--fresh"),
    ("suggest", *AS_OF),
    ("explain", "WEB-2", *AS_OF),
    ("sync", *AS_OF, "--first-run"),
    ("status", *AS_OF),
    ("log",),
    ("undo", "--all"),
)


@pytest.fixture
def planted(request: pytest.FixtureRequest, pointed: Sandbox, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both tokens in the titles, labels, states and names of both trackers."""
    token: str = request.param
    monkeypatch.setattr(jira_http, "SERVICE_TOKEN", token)
    monkeypatch.setenv("TRUENORTH_JIRA_TOKEN", token)
    world = pointed.world
    for issue in world.jira.issues.values():
        issue.summary = f"{issue.summary} {token}"
        issue.labels.append(f"about-{token}".replace(" ", ""))
    for one in world.linear.issues.values():
        one.title = f"{one.title} {token}"
    for project in world.linear.projects.values():
        project.name = f"{project.name} {token}"
    for label in world.linear.labels.values():
        label.name = f"{label.name} {token}"[:80]
    return token


@pytest.mark.wrong_on_purpose("labels and names hold what no vendor's pattern allows")
@pytest.mark.parametrize(
    "planted", [TOKENS["Markdown"], TOKENS["Linear"]], ids=["Markdown", "Linear"], indirect=True
)
def test_no_command_shows_keeps_or_writes_a_secret(
    planted: str, pointed: Sandbox, run: Cli, tmp_path: Path
) -> None:
    before = {id_: issue.summary for id_, issue in pointed.world.jira.issues.items()}
    for command in COMMANDS:
        for style in Format:
            done = run(*command, "--format", style)
            assert "Traceback" not in done.err, done.err
            for name, text in (("stdout", done.out), ("stderr", done.err)):
                assert not parts_shown(text, planted), f"{command} --format {style}: {name}"
    yaml = run("suggest", *AS_OF, "--as-yaml")
    assert not parts_shown(yaml.out + yaml.err, planted)
    for file in (tmp_path / "plan.json", *(tmp_path / ".truenorth").iterdir()):
        assert not parts_shown(file.read_bytes(), planted), file.name
    # Nor is it written to other tickets, and what people wrote stays.
    ours = [
        json.dumps([one.properties, [c.body for c in one.comments.values()]])
        for one in pointed.world.jira.issues.values()
    ]
    ours += [
        c.body for one in pointed.world.linear.issues.values() for c in one.comments if "Truenorth" in c.body
    ]
    assert not [one for one in ours if parts_shown(one, planted)]
    assert {id_: issue.summary for id_, issue in pointed.world.jira.issues.items()} == before
    # A second run finds everything as it should be: what is compared is what was written.
    assert run("plan", *AS_OF, "--exit-code").code == 0


# --- A server that echoes the credential -----------------------------------------------------------


class _Echo(BaseHTTPRequestHandler):
    """Answers everything with what it was sent, in every place where an answer has words."""

    status = 400

    def _answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        credential = self.headers.get("Authorization", "")
        words = f"{'Not accepted. ' * 24}{credential} is wrong; {credential}"
        body = json.dumps(
            {
                "errorMessages": [words],
                "errors": [
                    {"message": words, "path": [words], "extensions": {"userPresentableMessage": words}}
                ],
            }
        ).encode()
        self.send_response(self.status)
        self.send_header("Content-Type", f"application/json; {credential}")
        self.send_header("X-Seraph-LoginReason", f"OK {credential}")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815  as the base class calls them

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def echo(status: int) -> Iterator[str]:
    handler = type("Echo", (_Echo,), {"status": status})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.parametrize("status", [200, 400, 401, 403, 404])
@pytest.mark.parametrize(
    "token", [TOKENS["Linear"], TOKENS["Markdown"], TOKENS["JSON"]], ids=["Linear", "Markdown", "JSON"]
)
@pytest.mark.usefixtures("no_waits", "pointed")
def test_a_server_that_echoes_the_credential_does_not_get_it_shown(
    status: int, token: str, run: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRUENORTH_JIRA_TOKEN", token)
    monkeypatch.setenv("TRUENORTH_LINEAR_TOKEN", token[::-1])
    monkeypatch.setenv("TRUENORTH_LOG_LEVEL", "debug")
    with echo(status) as address:
        monkeypatch.setenv("TRUENORTH_JIRA_URL", f"{address}/jira")
        monkeypatch.setenv("TRUENORTH_LINEAR_URL", f"{address}/linear/graphql")
        for command in (("plan", *AS_OF), ("check",), ("sync", *AS_OF, "--first-run")):
            for style in Format:
                done = run(*command, "--format", style)
                assert done.code == 1, done.err
                assert not parts_shown(done.out + done.err, token)
                assert not parts_shown(done.out + done.err, token[::-1])
    for file in (tmp_path / ".truenorth").iterdir():
        assert not parts_shown(file.read_bytes(), token)


# --- What is typed, and what is declared -----------------------------------------------------------


@each_token
def test_what_is_typed_wrong_is_not_repeated_with_a_secret(
    token: str, run: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRUENORTH_JIRA_TOKEN", token)
    for arguments in (
        ("explain", "--format", token),
        ("plan", f"--{token}"),
        (token,),
        ("status", "--as-of", token),
    ):
        done = run(*arguments)
        assert done.code == 2
        assert not parts_shown(done.out + done.err, token)


@each_token
def test_a_secret_in_an_okr_file_is_not_quoted(
    token: str, run: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRUENORTH_JIRA_TOKEN", token)
    (tmp_path / "okrs.yaml").write_text(
        msgspec.json.encode({"workspace": token, token: {"kind": token}, "cycles": {token: token}}).decode()
    )
    done = run("validate", "--config", "okrs.yaml")
    assert done.code == 2
    assert "problem" in done.err
    assert not parts_shown(done.out + done.err, token)


@pytest.mark.parametrize("name", ["TRUENORTH_JIRA_TOKEN", "TRUENORTH_LINEAR_TOKEN"])
def test_a_token_too_short_to_be_kept_out_is_refused(
    name: str, pointed: Sandbox, run: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "abc")
    done = run("plan", *AS_OF)
    assert done.code == 2
    assert f"{name}: is shorter than 8 characters" in done.err
    assert not pointed.requests


def test_a_password_of_the_store_is_not_shown(
    run: Cli, pointed: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert pointed
    monkeypatch.setenv("TRUENORTH_STORE", "postgresql://okr:s3cret-pass@127.0.0.1:1/okr?password=s3cret-word")
    done = run("plan", *AS_OF)
    assert done.code == 1
    assert "s3cret" not in done.out + done.err


@each_token
def test_these_tests_can_fail(token: str) -> None:
    """Each of the secrets is seen where nobody knows that it is one."""
    redactor.spare(*TOKENS.values())
    for way in WAYS_OUT.values():
        assert parts_shown(way(said(token)), token)
