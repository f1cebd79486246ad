"""Trackers whose dates no calendar holds, in every reply and header; and moments that nobody can mean, on the command line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from sync.jobs.sandbox import environment
from tests.support.cli import AS_OF, Cli
from tests.support.hostile_server import HostileServer, relay

TIME = re.compile(rb'"\d{4}-\d\d-\d\dT[^"]{5,30}"')
DAY = re.compile(rb'"\d{4}-\d\d-\d\d"')


@pytest.fixture(scope="module")
def world() -> Iterator[Sandbox]:
    with Sandbox(generate(items=60, seed=5)) as running:
        yield running


@pytest.mark.parametrize(
    ("time", "header"),
    [
        ("0001-01-01T00:00:00.000+23:59", "Mon, 01 Jan 0001 00:00:00 +2359"),
        ("0001-01-01T00:00:00Z", "Mon, 99 Foo 99999 99:99:99 +9999"),
        ("9999-12-31T23:59:59.999-23:59", "Fri, 31 Dec 9999 23:59:59 -2359"),
        ("9999-12-31T23:59:59Z", "Fri, 31 Dec 9999 23:59:59 GMT"),
    ],
)
@pytest.mark.parametrize("command", [("plan", *AS_OF), ("status", "--fresh")], ids=["plan", "status"])
def test_dates_of_trackers(
    world: Sandbox,
    run: Cli,
    monkeypatch: pytest.MonkeyPatch,
    time: str,
    header: str,
    command: tuple[str, ...],
) -> None:
    def alter(body: bytes) -> bytes:
        return DAY.sub(b'"%s"' % time[:10].encode(), TIME.sub(b'"%s"' % time.encode(), body))

    hostile = HostileServer(relay(world.url, alter, f"Date: {header}", f"X-RateLimit-Reset: {time}"))
    for name, value in environment(world).items():
        monkeypatch.setenv(name, value.replace(world.url, hostile.url))
    try:
        ran = run(*command)
    finally:
        hostile.close()
    assert ran.code == 0, ran.err
    assert len(hostile.heads) > 10
    assert "Traceback" not in ran.out + ran.err


@pytest.mark.parametrize("command", ["plan", "sync", "status", "orphans", "rebuild"])
@pytest.mark.parametrize(
    "moment",
    [
        "0001-01-01",
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-23:59",
        "1969-12-31",
        "2200-01-01",
        "-1",
        "\udcff",
    ],
)
def test_moments_on_the_command_line(run: Cli, tmp_path: Path, command: str, moment: str) -> None:
    ran = run(command, "--as-of", moment)
    assert ran.code == 2
    assert "--as-of" in ran.err
    assert "between 1970 and 2199" in re.sub(r"[\s│]+", " ", ran.err)
    assert "Traceback" not in ran.err
    assert list(tmp_path.iterdir()) == []
