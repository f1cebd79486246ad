"""Servers that mean harm: each attack against Jira's connector, Linear's, and the sources of values, by the commands.

Whatever the server does, the command ends within its deadline and ten seconds, in little memory, with an exit code that
says what happened; the credential is in no output and no file, and the lease is given back.

To add an attack, add its line to `attacks`.
"""

from __future__ import annotations

import base64
import gzip
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal
from urllib.parse import quote

import pytest

from connectors.sandbox.linear.state import TOKEN as LINEAR_TOKEN
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from tests.support.attacks import attack, warm_up
from tests.support.cli import AS_OF
from tests.support.hostile_server import HostileServer, Script, again_and_again, dripping, in_turn, reply

DEADLINE_MINUTES = 0.1
AT_ONCE = 10

SECRET = 'planted-"secret"/=;<b>-0123456789'
EMAIL = "truenorth@acme.example"

Target = Literal["jira", "linear", "source"]
Ending = Literal["passing", "permanent"]

COMMANDS = (
    ("plan", *AS_OF),
    ("sync", *AS_OF, "--format", "json"),
    ("status", "--fresh", "--format", "markdown"),
)
"""Each attack meets one of them, in turn."""

CODES: dict[Ending, int] = {"passing": 3, "permanent": 1}
"""How a command ends whose only tracker, or whose source, cannot be read."""
FIRST_SYNC_CODES: dict[Ending, int] = {"passing": 4, "permanent": 1}
"""How a sync ends whose tracker is well: its first run needs consent, which is said before what passes by itself."""


@dataclass(frozen=True, slots=True)
class Attack:
    name: str
    script: Script
    ending: Ending


OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
SEQUENCES = "\x1b]0;owned\x07\x1b[31mred\u202egnp\u200b\u061c\u00ad\U000e0041"
WORDS = '{{"errorMessages":["{0}"],"errors":[{{"message":"{0}","extensions":{{"type":"invalid input"}}}}]}}'


def words(text: str) -> bytes:
    """An error as both trackers word one."""
    escaped = "".join(
        one if " " <= one <= "~" else f"\\u{ord(one):04x}" for one in text if ord(one) < 0x10000
    )
    return WORDS.format(escaped).encode()


def packed(megabytes: int, filling: bytes = b" ", wbits: int = zlib.MAX_WBITS | 16) -> bytes:
    """So much of nothing, compressed."""
    pack = zlib.compressobj(wbits=wbits)
    return b"".join(pack.compress(filling * (1 << 20)) for _ in range(megabytes)) + pack.flush()


GZIP = "Content-Encoding: gzip"
LATER = "Mon, 31 Dec 9999 23:59:59 GMT"
NEVER = "Mon, 01 Jan 0001 00:00:00 +2359"


@cache
def attacks() -> tuple[Attack, ...]:
    """All of them. Bombs take seconds to pack, which only who throws them waits for."""
    bomb = packed(400)
    return (
        # Slowness
        Attack("never answers", in_turn(600.0), "passing"),
        Attack("headers drip", dripping(b"HTTP/1.1 200 OK\r\n", b"X-Slow: " + b"x" * 4000), "passing"),
        Attack("a status line drips", dripping(b"", b"HTTP/1.1 200 " + b"x" * 4000), "passing"),
        Attack("a body drips", dripping(OK + b"Content-Length: 4000\r\n\r\n", b" " * 4000), "passing"),
        Attack("chunks drip", dripping(CHUNKED, b"1\r\n \r\n" * 4000), "passing"),
        Attack("a compressed body drips", dripping(OK + b"Content-Encoding: gzip\r\nContent-Length: 4000\r\n\r\n", bomb[:4000]), "passing"),
        Attack("trailers drip", dripping(CHUNKED + b"2\r\n{}\r\n0\r\n", b"X: " + b"x" * 4000), "passing"),
        Attack("interim replies without end", again_and_again(b"", b"HTTP/1.1 100 Continue\r\n\r\n", 0.01), "passing"),
        Attack("headers without end", again_and_again(OK, b"X-More: " + b"x" * 1000 + b"\r\n"), "passing"),
        Attack("closes at once", in_turn(), "passing"),
        Attack("closes within the headers", in_turn(OK, b"X-Half", 0.01), "passing"),
        Attack("a huge Retry-After", reply(b"{}", "Retry-After: " + "9" * 300, status="503 Busy"), "passing"),
        Attack("a Retry-After in the year 9999", reply(b"{}", f"Retry-After: {LATER}", status="429 Slow"), "passing"),
        Attack("dates before all calendars", reply(b"{}", f"Retry-After: {NEVER}", f"Date: {NEVER}", status="429 Slow"), "passing"),
        # Size
        Attack("a bomb", reply(bomb, GZIP), "permanent"),
        Attack("a bomb in an error", reply(bomb, GZIP, status="500 Oops"), "permanent"),
        Attack("a bomb of lists", reply(packed(63, b"[],"), GZIP), "permanent"),
        Attack("bombs one after another", reply(packed(1) * 400, GZIP), "permanent"),
        Attack("a bomb within a bomb", reply(gzip.compress(bomb), "Content-Encoding: gzip, gzip"), "permanent"),
        Attack("two codings in two headers", reply(gzip.compress(bomb), GZIP, GZIP), "permanent"),
        Attack("a coding nobody asked for", reply(packed(400, wbits=-15), "Content-Encoding: deflate"), "permanent"),
        Attack("an unknown coding", reply(b"{}", "Content-Encoding: x-{secret}"), "permanent"),
        Attack("no gzip at all", reply(b"{}", GZIP), "permanent"),
        Attack("a gzip that ends too early", reply(bomb[:200_000], GZIP), "permanent"),
        Attack("a body without end", again_and_again(OK + b"Connection: close\r\n\r\n", b" " * 65536), "permanent"),
        Attack("deep JSON", reply(b"[" * 1_000_000), "permanent"),
        Attack("deep JSON in an error", reply(b'{"errors":' * 100_000, status="400 Bad"), "permanent"),
        # Lies
        Attack("less than announced", in_turn(OK + b"Content-Length: 90\r\nConnection: close\r\n\r\n{}"), "passing"),
        Attack("more than announced", reply(b"{}" * 1000, length=2), "permanent"),
        Attack("a length that is none", in_turn(OK + b"Content-Length: -5\r\n\r\n{}"), "passing"),
        Attack("not HTTP", in_turn(b"SSH-2.0-OpenSSH_9.6\r\n" * 10), "passing"),
        Attack("an upgrade", reply(b"", "Upgrade: h2c", "Connection: upgrade", status="101 Switching"), "passing"),
        Attack("a redirect to another origin", reply(b"", "Location: {elsewhere}/rest", status="307 Away"), "permanent"),
        Attack("a job elsewhere", reply(b"", "Location: http://[{elsewhere}", status="303 There"), "permanent"),
        # Words
        Attack("the credential in the body", reply(b'{"id": "{secret}", "{secret}": ["{secret}"]}'), "permanent"),
        Attack("the credential in an error", reply(words("{secret} is not welcome"), status="400 Bad"), "permanent"),
        Attack("the credential at the cut", reply(words("x" * 380 + " {secret}"), status="400 Bad"), "permanent"),
        Attack("the credential in headers", reply(b"{}", "X-Seraph-LoginReason: {secret}", "WWW-Authenticate: {secret}", status="401 No"), "permanent"),
        Attack("the credential as a type", reply(b"<p>{secret}</p>", "Content-Type: {secret}"), "permanent"),
        Attack("the credential in the status line", reply(b"{}", status="403 {secret}"), "permanent"),
        Attack("the credential in broken HTTP", in_turn(b"HTTP/1.1 {secret}\r\n{secret}\r\n\r\n"), "passing"),
        Attack("terminal sequences", reply(words(SEQUENCES), "X-Seraph-LoginReason: \x1b[31m", status="400 Bad"), "permanent"),
    )  # fmt: skip


# --- Running them --------------------------------------------------------------------------------


YAML = """
workspace: acme
site: https://okrs.example.com
trackers:
  {tracker}
policy: {{deadline_minutes: {minutes}}}
cycles:
  2026-Q4: {{start: 2026-10-01, end: 2026-12-31}}
objectives:
  - id: O
    title: Objective
    cycle: 2026-Q4
    key_results:
      - id: O-1
        title: Key result
        measure: {{kind: metric, start: 0, target: 10{source}}}
"""
JIRA = "jira: {kind: jira, url: 'https://acme.atlassian.net', scope: {projects: [OPS]}}"
LINEAR = "linear: {kind: linear, scope: {teams: [ENG]}}"


def declare(folder: Path, target: Target, hostile: str, well: str) -> dict[str, str]:
    """Write a configuration whose target is the hostile server; the environment for it."""
    source = (
        f", http: {{url: '{hostile}/value', at: value, token: TRUENORTH_SOURCE_METRICS}}"
        if target == "source"
        else ""
    )
    tracker = JIRA if target == "jira" else LINEAR
    text = YAML.format(tracker=tracker, minutes=DEADLINE_MINUTES, source=source)
    (folder / "truenorth.yaml").write_text(text, encoding="utf-8")
    if target == "jira":
        return {
            "TRUENORTH_JIRA_URL": hostile,
            "TRUENORTH_JIRA_ORIGIN": hostile,
            "TRUENORTH_JIRA_EMAIL": EMAIL,
            "TRUENORTH_JIRA_TOKEN": SECRET,
        }
    origin = hostile if target == "linear" else well
    return {
        "TRUENORTH_LINEAR_URL": f"{origin}/graphql" if target == "linear" else f"{well}/linear/graphql",
        "TRUENORTH_LINEAR_ORIGIN": origin,
        "TRUENORTH_LINEAR_TOKEN": SECRET if target == "linear" else LINEAR_TOKEN,
        "TRUENORTH_SOURCE_METRICS": SECRET,
        "TRUENORTH_SOURCE_METRICS_ORIGIN": hostile,
    }


def attacked(one: Attack, target: Target, chosen: tuple[str, ...], folder: Path, well: str) -> list[str]:
    """Run a command against the attack; what is wrong with how it ended."""
    folder.mkdir()
    elsewhere = HostileServer(reply())
    hostile = HostileServer(one.script, elsewhere.url)
    try:
        found = attack(folder, declare(folder, target, hostile.url, well), *chosen)
    finally:
        hostile.close()
        elsewhere.close()
    is_first_sync = target == "source" and chosen[0] == "sync"
    code = (FIRST_SYNC_CODES if is_first_sync else CODES)[one.ending]
    faults = found.faults({code}, DEADLINE_MINUTES, forms())
    if not hostile.connections:
        faults.append("the server was not asked")
    if elsewhere.connections:
        faults.append("another origin was asked")
    return faults


def forms() -> tuple[str, ...]:
    """Every form in which the credential could be shown."""
    basic = base64.b64encode(f"{EMAIL}:{SECRET}".encode()).decode()
    escaped = SECRET.replace('"', '\\"')
    html = SECRET.replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    return (SECRET, basic, quote(SECRET, safe=""), escaped, html, SECRET[:12])


@pytest.fixture(scope="module")
def well() -> Iterator[str]:
    """The address of a Linear workspace that works, for what is not attacked."""
    with Sandbox(generate(items=50, seed=3)) as sandbox:
        warm_up()
        yield sandbox.url


@pytest.mark.parametrize(
    "target",
    [pytest.param("jira", marks=pytest.mark.long), "linear", pytest.param("source", marks=pytest.mark.long)],
)
def test_no_server_harms_a_command(target: Target, well: str, tmp_path: Path) -> None:
    def run(at: int) -> list[str]:
        chosen = COMMANDS[at % len(COMMANDS)]
        return attacked(attacks()[at], target, chosen, tmp_path / str(at), well)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        wrong = pool.map(run, range(len(attacks())))
        found = {one.name: faults for one, faults in zip(attacks(), wrong, strict=True) if faults}
    assert found == {}
