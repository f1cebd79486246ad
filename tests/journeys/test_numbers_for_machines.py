"""What programs and assistants read of one synced world: documents that their schemas hold to, and tools of a real MCP server."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import os
import sqlite3
import sys
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.types import TextContent, Tool

from connectors.sandbox.jira.untold import secure
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from sync.cli import app
from sync.jobs.sandbox import environment
from sync.report.schemas.names import DOCUMENTS
from tests.support.cli import AS_OF, Cli
from tests.support.published import breaches, validator

KEY_RESULT, OBJECTIVE, CYCLE = "GROWTH-KR2", "GROWTH", "2026-Q4"
OPEN = frozenset({"summary", "set_up", "teams", "values", "notes"})
"""Where a document has whatever names there are: nothing in it is a key of the schema."""


@dataclass(frozen=True)
class Numbers:
    """A synced world: what the commands print, report.json, where its store is, the keys and titles that not everybody may see, and the
    requests since the sync."""

    printed: dict[str, Any]
    report: dict[str, Any]
    store: Path
    environment: dict[str, str]
    hidden: frozenset[str]
    requests: list[Any]


def typed(*words: str) -> Any:
    out = io.StringIO()
    with (
        pytest.MonkeyPatch.context() as patch,
        contextlib.redirect_stdout(out),
        contextlib.suppress(SystemExit),
    ):
        patch.setattr(sys, "argv", ["truenorth", *words, "--format", "json"])
        app.main()
    return json.loads(out.getvalue())


@pytest.fixture(scope="module")
def numbers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Numbers]:
    folder, world = tmp_path_factory.mktemp("numbers"), generate(items=60, seed=3, flow=True)
    hidden: set[str] = set()
    for issue in list(world.jira.issues.values())[::5]:
        secure(world.jira, issue.key, "Board")
        hidden |= {issue.key, issue.summary}
    with Sandbox(world) as sandbox, pytest.MonkeyPatch.context() as patch:
        told = environment(sandbox) | {"TRUENORTH_STORE": f"sqlite:///{folder / 'store.db'}"}
        for name, value in told.items():
            patch.setenv(name, value)
        typed("sync", *AS_OF, "--first-run")
        sandbox.forget_requests()
        printed = {
            "status": typed("status"),
            "orphans": typed("orphans", "--all"),
            "signals": typed("signals"),
            "explain a key result": typed("explain", KEY_RESULT),
            "explain an objective": typed("explain", OBJECTIVE),
            "review": typed("review", CYCLE),
            "digest": typed("digest"),
        }
        printed["explain a ticket"] = typed("explain", _open_issue(printed)["key"])
        typed("report", "--out", str(folder / "report"))
        plain = {name: value for name, value in told.items() if "TOKEN" not in name and "EMAIL" not in name}
        titles = [one.summary for one in world.jira.issues.values()]
        hidden -= {one for one in hidden if titles.count(one) > 1}  # the title of another ticket, too
        report = json.loads((folder / "report" / "report.json").read_bytes())
        yield Numbers(printed, report, folder / "store.db", plain, frozenset(hidden), sandbox.requests)


def _open_issue(printed: dict[str, Any]) -> dict[str, Any]:
    """An orphan that everybody may see, and whose title is not its key."""
    found = (
        one for one in printed["orphans"]["orphans"] if one["level"] == "issue" and not one["restricted"]
    )
    return next(found)


# --- schemas ---------------------------------------------------------------------------------


@pytest.mark.needs_server
def test_every_document_names_its_schema_first_and_holds_to_it(numbers: Numbers) -> None:
    for name, printed in numbers.printed.items():
        assert next(iter(printed)) == "schema", name
        assert breaches(printed) == [], name
    assert breaches(numbers.report) == []
    assert {one["schema"].split("/")[1] for one in numbers.printed.values()} == set(DOCUMENTS) - {"report"}


@pytest.mark.needs_server
def test_a_key_that_goes_or_has_another_name_breaks_the_schema(numbers: Numbers) -> None:
    kept = {"okrs", "unwarned", "used", "budget"}
    tried = 0
    for name, printed in numbers.printed.items():
        judge = validator(printed["schema"].split("/")[1])
        for path, key in _keys(printed):
            tried += 1
            for change in (_renamed, _removed):
                changed = deepcopy(printed)
                change(_at(changed, path), key)
                optional = change is _removed and key in kept
                assert judge.is_valid(changed) is optional, f"{name}: {[*path, key]} {change.__name__}"
    assert tried > 250


def _renamed(part: dict[str, Any], key: str) -> None:
    part[f"{key}s"] = part.pop(key)


def _removed(part: dict[str, Any], key: str) -> None:
    del part[key]


def _keys(printed: Any) -> Iterator[tuple[list[str | int], str]]:
    """Every key of the schema that the document has, once, with the way to it."""
    met: set[tuple[str, ...]] = set()
    todo: list[tuple[list[str | int], Any]] = [([], printed)]
    while todo:
        path, value = todo.pop()
        names = tuple(one for one in path if isinstance(one, str))
        if isinstance(value, list):
            todo += [([*path, at], one) for at, one in enumerate(value)]
        elif isinstance(value, dict):
            # What is proposed for the next cycle is as in OKR files.
            is_open = not OPEN.isdisjoint(names) or names[:2] == ("next", "objectives")
            for key, one in value.items():
                if not is_open and (*names, key) not in met:
                    met.add((*names, key))
                    yield path, key
                todo.append(([*path, key], one))


def _at(value: Any, path: list[str | int]) -> Any:
    for one in path:
        value = value[one]
    return value


# --- the MCP server --------------------------------------------------------------------------

Ask = Callable[..., Any]


@dataclass(frozen=True)
class Heard:
    """What the server told: its tools, and by what was asked the answer, or the error."""

    instructions: str
    tools: list[Tool]
    answers: dict[str, Any]
    errors: dict[str, str]


async def _converse(parameters: StdioServerParameters, asked: dict[str, tuple[str, dict[str, Any]]]) -> Heard:
    answers: dict[str, Any] = {}
    errors: dict[str, str] = {}
    async with stdio_client(parameters) as streams, ClientSession(*streams) as session:
        hello = await session.initialize()
        tools = (await session.list_tools()).tools
        for name, (tool, arguments) in asked.items():
            result = await session.call_tool(tool, arguments)
            (content,) = result.content
            assert isinstance(content, TextContent)
            if result.isError:
                errors[name] = content.text
            else:
                answers[name] = json.loads(content.text)
    return Heard(hello.instructions or "", tools, answers, errors)


@pytest.mark.needs_server
def test_the_official_client_lists_and_calls_every_tool(numbers: Numbers) -> None:
    printed = numbers.printed
    secret = _open_issue(printed)["title"]
    ticket = next(one["key"] for one in printed["orphans"]["orphans"] if one["restricted"])
    asked: dict[str, tuple[str, dict[str, Any]]] = {
        "status": ("status", {"rows": 1000}),
        "orphans": ("orphans", {"rows": 1000}),
        "signals": ("signals", {"rows": 1000}),
        "signals of a team": ("signals", {"team": "WEB", "language": "fr", "rows": 2}),
        "explain a key result": ("explain", {"key": KEY_RESULT, "rows": 1000}),
        "explain an objective": ("explain", {"key": OBJECTIVE}),
        "explain a ticket": ("explain", {"key": printed["explain a ticket"]["key"]}),
        "brief": ("brief", {"language": "fr"}),
        "a restricted ticket": ("explain", {"key": ticket}),
        "no ticket": ("explain", {"key": "WEB-99999"}),
        "no team": ("orphans", {"team": "WEBB"}),
        "no argument": ("status", {"everything": True}),
        "no tool": ("sync", {}),
    }
    before = _content(numbers.store)
    # A secret of the process is in no answer, whatever a ticket's title says.
    env = numbers.environment | {"TRUENORTH_JIRA_TOKEN": secret, "PATH": os.environ["PATH"]}
    parameters = StdioServerParameters(command=sys.executable, args=["-m", "sync", "mcp"], env=env)
    heard = asyncio.run(_converse(parameters, asked))
    _tools_are_read_only(heard)
    assert set(heard.errors) == {"a restricted ticket", "no ticket", "no team", "no argument", "no tool"}
    assert heard.errors["a restricted ticket"].replace(ticket, "WEB-99999") == heard.errors["no ticket"]
    _answers_are_documents(heard, printed)
    everything = json.dumps([heard.answers, heard.errors], ensure_ascii=False)
    _nothing_restricted(everything.replace(f"called {ticket}", ""), numbers)
    assert secret not in everything
    assert "***" in everything or "[redacted]" in everything.casefold()
    assert numbers.requests == []
    assert _content(numbers.store) == before


def _tools_are_read_only(heard: Heard) -> None:
    assert [one.name for one in heard.tools] == ["status", "explain", "orphans", "signals", "brief"]
    for one in heard.tools:
        told = one.annotations
        assert told is not None
        assert (told.readOnlyHint, told.destructiveHint, told.openWorldHint) == (True, False, False)
    assert "read-only" in heard.instructions


def _answers_are_documents(heard: Heard, printed: dict[str, Any]) -> None:
    answers = heard.answers
    for name, answer in answers.items():
        if "schema" in answer:
            assert [one for one in breaches(answer) if "cut" not in one and "as_of" not in one] == [], name
    cards = [
        [(one["objective"], one["percent"], one["health"]) for one in told["scorecard"]]
        for told in (answers["status"], printed["status"])
    ]
    assert cards[0] == cards[1]
    shown = {one["key"] for one in printed["orphans"]["orphans"] if not one["restricted"]}
    assert {one["key"] for one in answers["orphans"]["orphans"]} == shown
    assert answers["orphans"]["warned"] == printed["orphans"]["warned"] > len(shown)
    assert {one["assignee"] for one in answers["orphans"]["orphans"]} == {None}
    assert answers["signals of a team"]["language"] == answers["brief"]["language"] == "fr"
    assert answers["signals of a team"]["cut"][0]["list"] == "signals"
    assert len(answers["signals of a team"]["signals"]) == 2
    assert answers["brief"]["lines"]


def _nothing_restricted(text: str, numbers: Numbers) -> None:
    quoted = {json.dumps(one, ensure_ascii=False)[1:-1] for one in numbers.hidden}
    told = json.dumps(numbers.printed, ensure_ascii=False)
    assert [one for one in quoted if one in told], "the commands tell of them"
    named = f" {text} "
    for one in sorted(quoted):
        at = named.find(one)
        while at >= 0:
            whole = not (named[at - 1].isalnum() or named[at - 1] == "-" or named[at + len(one)].isalnum())
            assert not whole, named[max(0, at - 200) : at + 200]
            at = named.find(one, at + 1)


def _content(store: Path) -> list[str]:
    with contextlib.closing(sqlite3.connect(store)) as connection:
        return list(connection.iterdump())


def test_without_the_library_the_command_says_what_to_install(
    run: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "mcp", None)
    ran = run("mcp")
    assert ran.code == 2
    assert ran.out == ""
    assert "pip install 'truenorth[mcp]'" in ran.err
