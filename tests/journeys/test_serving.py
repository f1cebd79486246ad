"""`truenorth serve` against a sandbox: a run in a process of its own, the report at its addresses, and the end by SIGTERM."""

from __future__ import annotations

import contextlib
import io
import os
import re
import signal
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from sync.cli import app
from sync.jobs.sandbox import environment
from tests.support import loopback
from tests.support.cli import writes

LONGEST = 120


@dataclass
class Seen:
    """What a visitor saw of a service, from its start to its end."""

    code: object = None
    said: str = ""
    first: httpx.Response | None = None
    ready: dict[str, Any] = field(default_factory=dict)
    pages: dict[str, httpx.Response] = field(default_factory=dict)
    written: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    faults: list[BaseException] = field(default_factory=list)


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    folder, found = tmp_path_factory.mktemp("serving"), Seen()
    with Sandbox(generate(items=60, seed=3)) as sandbox, pytest.MonkeyPatch.context() as patch:
        variables = {"TRUENORTH_STORE": f"sqlite:///{folder / 'store.db'}", "TMPDIR": str(folder)}
        for name, value in (environment(sandbox) | variables).items():
            patch.setenv(name, value)
        patch.setattr("tempfile.tempdir", str(folder))
        _typed(patch, "sync", "--first-run", "--quiet")
        sandbox.forget_requests()
        out = io.StringIO()
        visitor = threading.Thread(target=_visit, args=(out, found))
        with contextlib.redirect_stdout(out):
            visitor.start()
            found.code = _typed(patch, "serve", "--every", "24h", "--listen", "127.0.0.1:0")
        visitor.join()
        found.said, found.written = out.getvalue(), writes(sandbox)
        found.left = [one.name for one in folder.iterdir() if one.name.startswith("truenorth-serve")]
        yield found


def _typed(patch: pytest.MonkeyPatch, *words: str) -> object:
    patch.setattr(sys, "argv", ["truenorth", *words])
    try:
        app.main()
    except SystemExit as end:
        return end.code
    return 0


def _visit(out: io.StringIO, found: Seen) -> None:
    """Ask for all that there is once it is there, and then end the service."""
    try:
        url = _until(lambda: re.search(r"http://127\.0\.0\.1:\d+", out.getvalue()))[0]
        found.first = _until(lambda: _answer(f"{url}/healthz"))
        _until(lambda: loopback.get(f"{url}/readyz").json()["last_run"])
        found.ready = loopback.get(f"{url}/readyz").json()
        for path in ("/", "/kr/GROWTH-KR2", "/kr/NOTHING", "/report.json", "/metrics"):
            found.pages[path] = loopback.get(f"{url}{path}", follow_redirects=True)
    except BaseException as error:  # noqa: BLE001  told by the test
        found.faults.append(error)
    finally:
        os.kill(os.getpid(), signal.SIGTERM)


def _answer(url: str) -> httpx.Response | None:
    with contextlib.suppress(httpx.TransportError):
        return loopback.get(url)
    return None


def _until(ask: Any) -> Any:
    end = time.monotonic() + LONGEST
    while not (found := ask()):
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(0.02)
    return found


@pytest.mark.needs_server
def test_it_syncs_serves_and_ends_by_sigterm(seen: Seen) -> None:
    assert seen.faults == []
    assert seen.code == 143
    assert re.fullmatch(
        r"Serving on http://127\.0\.0\.1:\d+\. Syncs every 24 h; Ctrl-C ends it\.\n", seen.said
    )
    assert seen.first is not None
    assert seen.first.json() == {"status": "ok"}


@pytest.mark.needs_server
def test_the_run_of_a_settled_world_writes_nothing_and_is_good(seen: Seen) -> None:
    assert seen.written == []
    assert seen.ready["status"] == "ready"
    last = seen.ready["last_run"]
    assert (last["why"], last["exit_code"], last["written"]) == ("start", 0, 0)
    assert seen.ready["last_good_run"] == last
    assert seen.ready["next_run"].endswith("T00:00:00+00:00")


@pytest.mark.needs_server
def test_tickets_lead_to_the_pages_of_their_key_results(seen: Seen) -> None:
    statuses = {path: one.status_code for path, one in seen.pages.items()}
    assert statuses == {
        "/": 200,
        "/kr/GROWTH-KR2": 200,
        "/kr/NOTHING": 404,
        "/report.json": 200,
        "/metrics": 200,
    }
    page = seen.pages["/kr/GROWTH-KR2"]
    assert str(page.url).endswith("/kr/GROWTH-KR2/")
    assert "GROWTH-KR2" in page.text
    assert 'href="../../index.html"' in page.text
    assert seen.pages["/report.json"].json()["workspace"] == "acme"
    assert "truenorth_run_interval_seconds 86400" in seen.pages["/metrics"].text


@pytest.mark.needs_server
def test_nothing_of_it_is_left_on_the_disk(seen: Seen) -> None:
    assert seen.left == []
