"""What is printed: text from outside is inert in every format, and no secret gets out."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from config.text.redaction import REDACTED
from sync.align.alignment import align
from sync.cli.output import Format, Output
from sync.cli.render.markdown import to_markdown
from sync.cli.render.screen import Screen
from sync.cli.render.terminal import to_text
from sync.logs import configure, fit_to_show
from sync.measure import measure
from sync.report.scorecard import scorecard
from sync.report.table import Cell, Section
from tests.support.builders import NOW, item, observed, work, workspace
from tests.support.secrets import known_secrets

NASTY = "[bold]x[/bold] \x1b[31mred\x1b[0m | <script>alert(1)</script> @ann \u202egnirts\x00\nnext"


def lines_of(section: Section, width: int) -> list[str]:
    return list(to_text(section, Screen(width=width)))


SHEET = Section("T", ("lead",), ("a", "b"), ((Cell(NASTY), Cell("1")),), ("b",), ("tail",))


def test_text_is_inert_on_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    Output(Format.TEXT).show(SHEET)
    printed = capsys.readouterr().out
    assert "\x1b" not in printed
    assert "\x00" not in printed
    assert "\u202e" not in printed
    assert "[bold]x[/bold]" in printed


def test_a_path_that_is_longer_than_its_column_keeps_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    place = "/" + "a-long-folder/" * 20 + "truenorth.yaml:26"
    remedy = "write the name as the tracker spells it, or remove the rule " * 3
    rows = ((Cell(f"{place}: it matches no work"), Cell(remedy)),)
    Output(Format.TEXT).show(Section("T", (), ("finding", "remedy"), rows, (), ()))
    lines = capsys.readouterr().out.splitlines()
    column = lines[2].index("remedy")
    assert place in "".join(line[:column].strip() for line in lines[3:])


def test_text_is_inert_in_markdown() -> None:
    markdown = to_markdown(SHEET)
    assert r"\<script>" in markdown
    assert "`@ann`" in markdown
    assert r"\|" in markdown
    assert len(markdown.splitlines()) == len(
        to_markdown(
            Section("T", ("lead",), ("a", "b"), ((Cell("x"), Cell("1")),), ("b",), ("tail",))
        ).splitlines()
    )


def test_json_is_one_document_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    output = Output(Format.JSON)
    output.show(SHEET)
    output.say("hello")
    output.data(a=1)
    output.data(b=NASTY)
    assert capsys.readouterr().out == ""
    output.finish()
    assert json.loads(capsys.readouterr().out) == {"a": 1, "b": NASTY}


@pytest.mark.parametrize(
    "event",
    [
        {"event": "token s3cret-token here"},
        {"event": "x", "deep": {"list": ["s3cret-token"], "error": ValueError("s3cret-token")}},
    ],
)
def test_secrets_are_redacted_wherever_they_stand(event: dict[str, object]) -> None:
    with known_secrets("s3cret-token"):
        cleaned = str(fit_to_show(None, "", dict(event)))
    assert "s3cret-token" not in cleaned
    assert REDACTED in cleaned


def test_logs_go_to_stderr_as_json_when_nobody_watches(capsys: pytest.CaptureFixture[str]) -> None:
    import structlog

    configure("info", "auto")
    try:
        structlog.get_logger("t").info("hello", tracker="jira")
        captured = capsys.readouterr()
    finally:
        structlog.reset_defaults()
    assert captured.out == ""
    assert json.loads(captured.err)["truenorth.tracker"] == "jira"


@pytest.mark.parametrize("width", [80, 100, 160])
def test_what_a_percent_rests_on_is_readable_at_any_width(width: int) -> None:
    """Coverage and creep stand in a text that wraps; nothing of them is cut off."""
    items = [
        item("WEB-1", claims=("A",), category="done", estimate=2, created=NOW - timedelta(days=50)),
        item("WEB-2", claims=("A",), created=NOW - timedelta(days=50)),
        item("WEB-3", claims=("A",), estimate=8, created=NOW),
    ]
    declared = workspace(work("A", measure={"weigh": "points", "baseline": "2026-10-15"}))
    lines = lines_of(scorecard(measure(align(items, declared), observed(), declared, NOW)), width)
    assert max(map(len, lines)) <= width
    header = next(line for line in lines if "percent" in line)
    begin = header.index("source") if "source" in header else 0
    told = " ".join(line[begin:].strip() for line in lines[lines.index(header) :])
    assert "50 % estimated; 1 added since 2026-10-15, 8 points (+267 %)" in told
