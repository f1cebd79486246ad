"""The text of an answer: without secrets, and in one line that shows what it holds."""

from __future__ import annotations

from config.text.redaction import redactor
from sync.mcp.server import _json


def test_an_answer_holds_no_secret_and_nothing_unseen() -> None:
    redactor.add("a-planted-secret-42")
    told = _json({"title": "Turn off a-planted-secret-42\u202e now", "n": 1})
    assert "planted" not in told
    assert "\\u202e" in told
    assert told.isprintable()
