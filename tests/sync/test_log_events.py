"""The events of the log: each warning has a name and says what to do, and machines read OpenTelemetry's fields."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator

import pytest
import structlog

from sync import logs
from sync.log_events import EVENTS, NAMES, field_name
from tests.support.product import ROOT, modules

DOCS = ROOT / "docs" / "observability.md"


@pytest.fixture
def restored() -> Iterator[None]:
    logs.of_run(0)
    yield
    structlog.reset_defaults()
    logs.of_run(0)


def logged_words() -> dict[str, str]:
    """What the product logs from warning upwards, in words, with the module; the words of variables are in `sync.log_events`."""
    found: dict[str, str] = {}
    for name, file in modules():
        if "sandbox" in file.parts or name == "sync.log_events":
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                of_log = isinstance(node.func.value, ast.Name) and node.func.value.id == "log"
                loud = node.func.attr in ("warning", "error", "exception")
                if of_log and loud and isinstance(node.args[0], ast.Constant):
                    found[str(node.args[0].value)] = name
    return found


def test_every_warning_and_error_has_a_name() -> None:
    words = logged_words()
    assert len(words) > 25
    assert {one: where for one, where in words.items() if one not in NAMES} == {}


def test_no_name_is_of_what_nobody_logs() -> None:
    text = "\n".join(
        file.read_text(encoding="utf-8") for name, file in modules() if name != "sync.log_events"
    )
    assigned = {
        ast.literal_eval(node.value)
        for node in ast.parse((ROOT / "sync" / "log_events.py").read_text(encoding="utf-8")).body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
    }
    assert [one.words for one in EVENTS if one.words not in assigned and f'"{one.words}"' not in text] == []


def test_names_are_namespaced_and_every_event_says_what_to_do() -> None:
    assert [one.name for one in EVENTS if not re.fullmatch(r"truenorth(\.[a-z_]+){2}", one.name)] == []
    assert [one for one in EVENTS if not one.remedy.endswith(".")] == []
    assert len({one.words for one in EVENTS}) == len(EVENTS)


@pytest.mark.usefixtures("restored")
def test_machines_read_the_fields_of_opentelemetry(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("info", "json")
    log = structlog.get_logger("t")
    log.warning("waiting before the next attempt", tracker="jira", cause="it is down.", attempt=2)
    logs.of_run(7)
    log.error("tracker stopped", tracker="jira", told=True)
    first, second = map(json.loads, capsys.readouterr().err.splitlines())
    assert (
        first.items()
        >= {
            "body": "waiting before the next attempt",
            "severity_text": "warning",
            "event_name": "truenorth.request.retried",
            "exception.message": "it is down.",
            "http.request.resend_count": 2,
            "truenorth.tracker": "jira",
            "service.name": "truenorth",
        }.items()
    )
    assert "truenorth.run.id" not in first
    assert second["truenorth.run.id"] == "7"
    assert "truenorth.told" not in second
    assert first["service.instance.id"] == second["service.instance.id"]


@pytest.mark.usefixtures("restored")
def test_people_are_not_told_twice(capsys: pytest.CaptureFixture[str]) -> None:
    """What the output of a command says is in the log of machines alone."""
    logs.configure("info", "console")
    log = structlog.get_logger("t")
    logs.of_run(7)
    log.warning("cannot be read", subject="jira", told=True)
    log.warning("cannot read items", tracker="jira")
    err = capsys.readouterr().err
    assert "cannot be read" not in err
    assert "cannot read items" in err
    assert "run" not in err


def test_fields_without_a_convention_are_ours() -> None:
    assert field_name("quota") == "truenorth.quota"
    assert field_name("status") == "http.response.status_code"


def test_the_docs_list_every_event_with_what_to_do() -> None:
    text = DOCS.read_text(encoding="utf-8")
    assert [one for one in EVENTS if f"| `{one.name}` | {one.words} | {one.remedy} |" not in text] == []
