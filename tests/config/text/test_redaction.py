"""Secrets are found however they are spelt, and nothing is cut before they are."""

from __future__ import annotations

import base64
import html
import json
import time
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from config.text.redaction import REDACTED, SHORTEST, Redactor, shorten, shown, shown_lines
from connectors.text.document import markdown_escape
from tests.support.secrets import known_secrets, parts_shown, tokens

SPELT: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "JSON": lambda text: json.dumps(text),
    "JSON in JSON": lambda text: json.dumps(json.dumps(text)),
    "JSON, all escaped": lambda text: "".join(f"\\u{ord(char):04x}" for char in text),
    "repr": repr,
    "address": lambda text: quote(text, safe=""),
    "address, twice": lambda text: quote(quote(text, safe=""), safe=""),
    "HTML": html.escape,
    "HTML by numbers": lambda text: "".join(f"&#x{ord(char):x};" for char in text),
    "basic": lambda text: base64.b64encode(f"ann@acme.example:{text}".encode()).decode(),
    "base64 for addresses": lambda text: base64.urlsafe_b64encode(f"ab{text}".encode()).decode(),
    "upper case": str.upper,
    "invisible in between": lambda text: "\u200b".join(text),
    "coloured": lambda text: "\x1b[1m".join(text),
}


@pytest.mark.parametrize("spell", SPELT.values(), ids=SPELT)
@settings(deadline=None)
@given(token=tokens.filter(lambda token: len(token.replace("\\", "")) >= SHORTEST))
@example(token='p"a\\s%41s-w_o.r&amp;d')
@example(token="redacted")
def test_a_secret_is_found_in_every_spelling(spell: Callable[[str], str], token: str) -> None:
    with known_secrets(token):
        said = shown(f"before <{spell(token)}> after")
    assert REDACTED in said
    plain = parts_shown("before <> after" + REDACTED, token)
    assert parts_shown(said, token) <= plain


@pytest.mark.parametrize("spell", SPELT.values(), ids=SPELT)
@given(token=tokens.filter(lambda token: len(token.replace("\\", "")) >= SHORTEST))
@settings(deadline=None)
def test_texts_with_a_secret_among_them_are_never_taken_for_clean(
    spell: Callable[[str], str], token: str
) -> None:
    known = Redactor([token])
    texts = ["Key result", f"before {spell(token)} after", ""]
    assert all(known.text(one) == one for one in texts) or not known.are_clean(texts)


@given(token=tokens, at=st.integers(0, 70), most=st.integers(1, 90))
@example(token="lin_api_" + "x" * 160, at=0, most=60)
def test_a_text_that_is_cut_shows_no_part_of_a_secret(token: str, at: int, most: int) -> None:
    with known_secrets(token):
        cut = shorten(f"{' ' * at}{token} and so on", most)
    assert len(cut) <= most
    assert not parts_shown(cut, token)


@given(token=tokens, text=st.text(max_size=60))
def test_once_is_enough_and_other_texts_stay_as_they_are(token: str, text: str) -> None:
    with known_secrets(token):
        once = shown(f"{text}{token}{text}")
        assert shown(once) == once
    assert Redactor([token]).text("nothing to see") == "nothing to see"


def test_a_longer_secret_goes_before_one_that_begins_it() -> None:
    assert Redactor(["secret-one", "secret-one-and-two"]).text("x secret-one-and-two y") == f"x {REDACTED} y"


def test_short_secrets_do_not_redact_every_word() -> None:
    assert Redactor(["a", "ops", "1234567"]).text("a plan for ops 1234567") == "a plan for ops 1234567"


def test_values_are_redacted_however_deep() -> None:
    known = Redactor(["87654321", "s3cret-token"])
    given_ = {
        "s3cret-token": [1, ("s3cret-token", None)],
        "n": 87654321,
        "ok": True,
        "e": ValueError("s3cret-token"),
    }
    assert known.value(given_) == {REDACTED: [1, [REDACTED, None]], "n": REDACTED, "ok": True, "e": REDACTED}


def test_lines_stay_lines() -> None:
    assert shown_lines("one\n  two\x1b[2J\n") == "one\n  two"


@pytest.mark.parametrize(
    "text", ["\\" * 50_000, "%25" * 20_000, "&amp;" * 20_000, "a\\" * 40_000, "\x1b]" * 50_000]
)
def test_no_text_takes_long_to_look_at(text: str) -> None:
    token = "a\\\\b%25&amp;\\c-token"
    begun = time.process_time()
    with known_secrets(token):
        shown(f"{text}{markdown_escape(token)}{token}{text}")
    assert time.process_time() - begun < 5
