"""Terminal sequences, direction marks and invisible characters: none reaches a terminal, whoever sent it."""

from __future__ import annotations

import io
import json
import os
import pty
import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import structlog
from rich.console import Console

from config.text.characters import clean
from connectors.linear.api.errors import ErrorMapper, GraphError
from connectors.model import KeyResultMark, Marks, Pull, Receipt
from connectors.sandbox.server import Sandbox
from connectors.stamp import from_property
from sync import logs
from sync.cli import progress
from sync.cli.exit_codes import complain
from sync.cli.output import Format, Output
from sync.cli.render.screen import Screen, screen_of
from sync.cli.render.terminal import to_text
from sync.plan.plan import changes_of
from sync.report.table import Cell, Section
from tests.support.builders import NOW, item
from tests.support.cli import AS_OF, Cli

HOSTILE = (
    "\x1b[2J\x1b]8;;https://evil.example\x07click\x1b]8;;\x07 \x9b31m \x1b]0;title\x07 [red]x[/red] [link=https://evil.example]y[/link] "
    "\u202egnirts\u202c \u2066z\u2069 \u061c pass\u00adword \U000e0041\U000e0042 \u200b\u200e\u200f \ufeff \u180e a\ufe01 \ud83d end"
)


def hidden(text: str) -> list[str]:
    """Characters of a text, line by line, that a terminal would obey or not show."""
    return [
        f"U+{ord(char):04X}"
        for line in text.split("\n")
        for char in line
        if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp") or char == "\ufe01"
    ]


def printed(style: Format, capsys: pytest.CaptureFixture[str]) -> str:
    output = Output(style)
    output.show(Section(HOSTILE, (HOSTILE,), ("a", "b"), ((Cell(HOSTILE), Cell("1")),), ("b",), (HOSTILE,)))
    output.say(HOSTILE)
    output.data(title=HOSTILE)
    output.finish()
    return capsys.readouterr().out


@pytest.mark.parametrize("style", list(Format))
def test_no_format_prints_them(style: Format, capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(style, capsys)
    assert not hidden(text)
    assert "gnirts" in text
    if style is Format.JSON:
        # Programs get the text to the last character, in escapes.
        assert json.loads(text)["title"] == HOSTILE
    else:
        assert "password" in text


@pytest.mark.parametrize("style", ["json", "console"])
def test_no_log_holds_them(style: str, capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("debug", style)  # type: ignore[arg-type]
    try:
        try:
            raise ValueError(HOSTILE)
        except ValueError:
            structlog.get_logger("t").exception(HOSTILE, what=HOSTILE, deep=[{HOSTILE: HOSTILE}])
    finally:
        structlog.reset_defaults()
    complain(HOSTILE)
    text = "".join(capsys.readouterr())
    assert "gnirts" in text
    assert not hidden(text)


def test_progress_bars_obey_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    console = Console(record=True, force_terminal=True, width=400, file=io.StringIO())
    monkeypatch.setattr(progress, "Console", lambda **_: console)
    with progress._Bars() as bars:
        bars.report(HOSTILE, 1, 2)
        text = console.export_text(clear=False) + str([task.description for task in bars._bars.tasks])
        rendered = bars._bars.columns[0].render(bars._bars.tasks[0])  # type: ignore[union-attr]
    assert "[red]x[/red]" in str(rendered)
    assert not hidden(text)


ENTRANCES: dict[str, Callable[[], str]] = {
    "title": lambda: item("OPS-1", title=HOSTILE).title,
    "status": lambda: item("OPS-1", status=HOSTILE).status,
    "note of a read": lambda: Pull("jira", (), NOW, notes=(HOSTILE,)).notes[0],
    "mark": lambda: KeyResultMark("KR", HOSTILE, 1, "done", "").title,
    "outcome of a write": lambda: Receipt(item("OPS-1").ref, "OPS-1", "failed", 1, HOSTILE).error or "",
    "Linear's own words": lambda: str(
        ErrorMapper("linear", "x").from_errors([GraphError(HOSTILE, [HOSTILE], {"userPresentableMessage": HOSTILE})], 200, {})
    ),
}  # fmt: skip


@pytest.mark.parametrize("entrance", ENTRANCES.values(), ids=ENTRANCES)
def test_what_is_only_shown_is_clean_once_it_has_entered(entrance: Callable[[], str]) -> None:
    text = entrance()
    assert "password" in text
    assert not hidden(text)


def test_names_that_are_compared_keep_every_character() -> None:
    """A label with such a character must match its rule, and be the same label when it is written about."""
    name = "soft\u00adhyphen\u200d"
    found = item(
        "OPS-1", labels=(name,), project=name, assignee=name, components=(name,), fields=((name, name),)
    )
    assert (found.labels, found.project, found.assignee) == ((name,), name, name)
    assert (found.components, found.fields) == ((name,), ((name, name),))
    assert replace(found, key=name).key == name


def test_marks_of_an_older_version_are_no_difference() -> None:
    """A title with a soft hyphen was recorded as it was declared; an upgrade that takes the hyphen out writes nothing."""
    declared = "Re\u00adliability \u061c99 %"
    recorded = {
        "v": 1,
        "owner": "acme",
        "key_results": [
            {"id": "KR", "title": declared, "percent": 5, "health": "done", "url": "", "objective": declared}
        ],
    }
    stamp = from_property(recorded)
    assert stamp is not None
    wanted = Marks((KeyResultMark("KR", declared, 5, "done", "", objective=declared),))
    shown = item("OPS-1", shown=Marks(stamp.key_results, stamp=stamp))
    assert changes_of(shown, wanted) == ()


# --- Through the commands --------------------------------------------------------------------------


@pytest.fixture
def hostile_world(pointed: Sandbox) -> Sandbox:
    text = HOSTILE.replace("\ud83d", "")
    for issue in pointed.world.jira.issues.values():
        issue.summary = f"{issue.summary} {text}"
        issue.labels.append("soft\u00adhyphen")
    for one in pointed.world.linear.issues.values():
        one.title = f"{one.title} {text}"
    for project in pointed.world.linear.projects.values():
        project.name = f"{project.name} {text}"
    return pointed


@pytest.mark.wrong_on_purpose("titles hold what no vendor lets pass")
@pytest.mark.parametrize("style", list(Format))
@pytest.mark.usefixtures("hostile_world")
def test_no_command_shows_them(style: Format, run: Cli) -> None:
    for command in (
        ("sync", *AS_OF, "--first-run"),
        ("plan", *AS_OF, "--exit-code"),
        ("orphans", *AS_OF),
        ("suggest", *AS_OF),
        ("status", *AS_OF),
        ("log",),
        ("check",),
    ):
        done = run(*command, "--format", style)
        assert done.code == 0, done.err
        assert not hidden(done.out), command
        assert not hidden(done.err), command
    yaml = run("suggest", *AS_OF, "--as-yaml")
    assert not hidden(yaml.out)


@pytest.mark.parametrize(
    "arguments", [("explain", HOSTILE), (HOSTILE,), ("status", "--as-of", HOSTILE), ("plan", f"--{HOSTILE}")]
)
@pytest.mark.usefixtures("pointed")
def test_what_is_typed_is_quoted_harmlessly(arguments: tuple[str, ...], run: Cli) -> None:
    done = run(*arguments)
    assert done.code == 2
    assert "Traceback" not in done.err
    assert not hidden(done.out + done.err)


def test_names_of_files_are_quoted_harmlessly(run: Cli, tmp_path: Path) -> None:
    name = "a\x1b[2J\u202eb\udcff.yaml"
    (tmp_path / name).write_text("cycles: [", encoding="utf-8")
    for done in (run("validate", "--config", name), run("validate", "--config", f"none{name}")):
        assert done.code == 2
        assert "Traceback" not in done.err
        assert not hidden(done.err)


def test_okr_files_are_quoted_harmlessly(run: Cli, tmp_path: Path) -> None:
    text = json.dumps({"workspace": HOSTILE, HOSTILE: 1, "objectives": [{"id": HOSTILE, "title": HOSTILE}]})
    (tmp_path / "okrs.yaml").write_text(text)
    done = run("validate", "--config", "okrs.yaml")
    assert done.code == 2
    assert "Traceback" not in done.err
    assert not hidden(done.err)


def test_a_terminal_gets_no_sequence_but_our_colours() -> None:
    """On a real terminal, where styles are sequences of ours."""
    leader, follower = pty.openpty()
    with os.fdopen(follower, "w", encoding="utf-8") as terminal:
        screen = screen_of(terminal, {"TERM": "xterm", "COLUMNS": "100"})
        assert screen == Screen(100, styled=True, coloured=True)
        section = Section(HOSTILE, (HOSTILE,), ("a",), ((Cell(HOSTILE, "bad"),),))
        terminal.write("\n".join(to_text(section, screen)))
        terminal.flush()
        seen = os.read(leader, 1 << 16).decode()
    os.close(leader)
    without_colours = re.sub(r"\x1b\[[0-9;]*m", "", seen)
    assert "gnirts" in without_colours
    assert not hidden(without_colours.replace("\r", ""))


def test_the_hostile_text_is_hostile() -> None:
    assert len(hidden(HOSTILE)) > 20
    assert clean(HOSTILE) != HOSTILE
