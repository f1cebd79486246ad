"""`truenorth signals` as a user types it, on the example company: in three formats and two languages, and never with a write."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from config.analysis.signals import SIGNAL_IDS
from connectors.sandbox.dump import dumped
from connectors.sandbox.server import Sandbox
from sync.jobs.sandbox import examples
from tests.support.cli import AS_OF, Cli, writes

NAMED = f"""
signals:
  in_comment: [orphaned_work, blocked_by_other_team]
  in_update: [{", ".join(SIGNAL_IDS)}]
"""


@pytest.fixture
def okrs(pointed: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The example company's declaration, with flow, to be changed."""
    assert pointed
    folder = tmp_path / "declared"
    shutil.copytree(examples(), folder)
    monkeypatch.setenv("TRUENORTH_CONFIG", str(folder))
    file = folder / "truenorth.yaml"
    text = file.read_text(encoding="utf-8")
    if "\nflow:" not in text:
        file.write_text(f"{text}\nflow: {{}}\n", encoding="utf-8")
    return file


@pytest.mark.needs_server
def test_signals_from_the_first_look_to_undo(run: Cli, pointed: Sandbox, okrs: Path) -> None:
    # One world for all of it: to make and to read one takes longer than what is looked at.
    text = okrs.read_text(encoding="utf-8").replace("policy:\n", "policy:\n  updates: {every_days: 7}\n")
    okrs.write_text(f"{text}\n{NAMED}\n", encoding="utf-8")
    first = json.loads(run("sync", *AS_OF, "--first-run", "--format", "json").out)
    pointed.forget_requests()
    told = json.loads(run("signals", "--format", "json").out)
    _all_formats_say_the_same(run, told)
    _parts_are_parts(run, told)
    assert pointed.requests == [], "they are those of the last read"
    _tickets_name_them_until_they_are_gone(run, pointed, first)


def _all_formats_say_the_same(run: Cli, told: dict[str, list[dict[str, object]]]) -> None:
    found = told["signals"]
    severities = [one["severity"] for one in found]
    assert severities == sorted(severities, key=("high", "medium", "low").index)
    assert {"orphaned_work", "done_over_open"} <= {one["id"] for one in found}
    for one in found:
        assert set(one) == {
            "id", "name", "severity", "subject", "message", "formula", "threshold", "remedy", "days",
            "base_rate", "items",
        }  # fmt: skip
        for words in (one["message"], one["formula"], one["remedy"]):
            assert isinstance(words, dict)
            assert words["text"]
            assert words["key"].startswith("signals.")
    text, french = run("signals", "--all").words, run("signals", "--language", "fr").words
    markdown = run("signals", "--format", "markdown").out
    assert "Orphaned work" in text
    assert "Travail orphelin" in french
    assert "| Orphaned work |" in markdown
    people = {str(item.get("assignee")) for one in found for item in one["items"]}  # type: ignore[attr-defined]
    assert people == {"None"}, "evidence names tickets, and nobody who works on them"


def _parts_are_parts(run: Cli, told: dict[str, list[dict[str, object]]]) -> None:
    part = json.loads(run("signals", "--team", "ops", "--format", "json").out)
    assert part["narrowed_by"] == "--team ops"
    assert 0 < len(part["signals"]) < len(told["signals"])
    assert run("signals", "--objective", "SPEEED").err.endswith("did you mean SPEED?\n")
    wrong = run("signals", "--language", "xx")
    assert (wrong.code, "use one of: en, fr" in wrong.err) == (2, True)


def _tickets_name_them_until_they_are_gone(
    run: Cli, pointed: Sandbox, first: dict[str, dict[str, list[dict[str, object]]]]
) -> None:
    named = [
        one["key"]
        for one in first["plan"]["changes"]
        if one["mark"] == "comment" and "signals" in json.dumps(one["after"])
    ]
    assert named, "at least the topmost orphans name theirs"
    assert _says_signal(pointed)
    assert any("Signal\\:" in one.body for one in pointed.world.linear.status_updates.values())
    again = json.loads(run("sync", *AS_OF, "--format", "json").out)
    assert (again["plan"]["items"], writes(pointed)) == (0, [])
    gone = run("undo", "--apply", "--all")
    assert gone.code == 0, gone.err
    assert not _says_signal(pointed)


def _says_signal(pointed: Sandbox) -> bool:
    """Whether a line of ours is in any row of the trackers, also as Markdown. Linear takes updates away by archiving them."""
    rows = [row for row in dumped(pointed.world) if b'"archived_at":"' not in row]
    return re.search(rb"Signal\\*:", b"".join(rows)) is not None
