"""The layer as pytest has it: breaches planted in a running sandbox fail the very tests in which they happen."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.contract import layer as contract

pytestmark = pytest.mark.skipif(not contract.available(), reason=contract.WHY_OFF)

HOUSE = Path(__file__).parents[2]
HEAD = """
import httpx, pytest
from connectors.sandbox.company import SERVICE
from connectors.sandbox.jira.http import SERVICE_TOKEN, reply
from connectors.sandbox.jira.routes import Site
from connectors.sandbox.linear import wire
from connectors.sandbox.linear.state import TOKEN
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate

ASKED = {"query": "{ viewer { id } }"}

@pytest.fixture(scope="module")
def box():
    with Sandbox(generate(50)) as running:
        yield running

def jira(box, path, agent="somebody"):
    httpx.get(f"{box.url}/jira/rest/api/3/{path}", auth=(SERVICE.email, SERVICE_TOKEN), headers={"User-Agent": agent})

def linear(box, body, agent="somebody"):
    headers = {"Authorization": TOKEN, "User-Agent": agent}
    try:
        httpx.post(f"{box.url}/linear/graphql", json=body, headers=headers)
    except httpx.RemoteProtocolError:
        pass
"""
PLANTED = """
async def wrong(self, request):
    return reply({"displayName": 5})

def test_right(box):
    jira(box, "myself", "truenorth/1")
    linear(box, ASKED, "truenorth/1")

def test_nonsense_of_others(box):
    jira(box, "search/jql?maxResults=x")
    linear(box, {"query": "{ nonsense }"})

def test_jira_reply(box, monkeypatch):
    monkeypatch.setattr(Site, "myself", wrong)
    box.reset()
    jira(box, "myself")

def test_jira_request(box):
    jira(box, "search/jql?maxResults=x", "truenorth/1")

def test_linear_reply(box, monkeypatch):
    monkeypatch.setattr(wire, "_executed", lambda *_: (200, {"data": {"viewer": {"id": None}}}))
    linear(box, ASKED)

def test_linear_request(box):
    linear(box, {"query": "{ nonsense }"}, "truenorth/1")

@pytest.mark.wrong_on_purpose("excuses requests")
def test_excused_request(box):
    linear(box, {"query": "{ excused }"}, "truenorth/1")

def test_request_that_another_was_excused_for(box):
    linear(box, {"query": "{ excused }"}, "truenorth/1")

@pytest.mark.wrong_on_purpose("excuses no reply")
def test_excused_reply(box, monkeypatch):
    monkeypatch.setattr(wire, "_executed", lambda *_: (200, {"data": None}))
    linear(box, ASKED)

def test_request_that_was_cut(box):
    box.fault("POST /linear", "drop_before", times=1)
    linear(box, {"query": "{ cut }"}, "truenorth/1")
"""
FAIL = {
    "jira_reply": "GET /jira/rest/api/3/myself (200): reply: /displayName: 5 is not of type",
    "jira_request": "GET /jira/rest/api/3/search/jql (400): request: Query parameter error: maxResults",
    "linear_reply": "POST /linear/graphql (200): reply: viewer.id:",
    "linear_request": "POST /linear/graphql (400): request: Cannot query field 'nonsense'",
    "request_that_another_was_excused_for": "request: Cannot query field 'excused'",
    "excused_reply": "reply: it has neither data nor errors",
    "request_that_was_cut": "request: Cannot query field 'cut'",
}
PASS = {"right", "nonsense_of_others", "excused_request"}
LATE = """
@pytest.fixture(scope="module", autouse=True)
def last(box):
    yield
    linear(box, {"query": "{ late }"}, "truenorth/1")

def test_right(box):
    linear(box, ASKED, "truenorth/1")
"""


def run(folder: Path, tests: str, *more: str) -> tuple[int, str]:
    """Exit code and report of pytest on the tests, in a process of its own with this suite's conftest."""
    file = folder / "test_planted.py"
    file.write_text(HEAD + tests)
    command = [sys.executable, "-m", "pytest", str(file), f"--rootdir={folder}", "-p", "tests.conftest"]
    done = subprocess.run(  # noqa: S603  our own interpreter
        [*command, "-p", "no:cacheprovider", *more],
        cwd=HOUSE,
        # Plugins that are not needed take longer to load than the tests to run.
        env=os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


@pytest.mark.needs_server
def test_a_breach_fails_the_test_in_which_it_happens(tmp_path: Path) -> None:
    code, report = run(tmp_path, PLANTED)
    assert code == pytest.ExitCode.TESTS_FAILED
    lines = report.splitlines()
    failed = {line.partition("::test_")[2].partition(" ")[0] for line in lines if line.startswith("ERROR ")}
    assert failed == set(FAIL), report
    for name, said in FAIL.items():
        section = report.partition(f"ERROR at teardown of test_{name} _")[2].partition("\n____")[0]
        assert said in section, report


@pytest.mark.needs_server
def test_a_breach_after_the_last_test_fails_the_session_of_xdist_too(tmp_path: Path) -> None:
    code, report = run(tmp_path, LATE, "-p", "xdist", "-n", "1")
    assert code == pytest.ExitCode.TESTS_FAILED
    assert "Cannot query field 'late'" in report
    assert "1 passed" in report
    assert "contracts: 2 Linear replies, 2 Linear requests of the connectors" in report
