"""What of a text is shown: what people wrote, in every script, and nothing that cannot be seen."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.text.characters import clean, escape_unseen

WRITTEN = {
    "Latin": "Größe 12 m² – “quoted” … naïve",
    "Persian, with a non-joiner": "می\u200cخواهم",
    "Arabic, with a sign around numbers": "\u0600١٢٣",
    "Hindi, with joiner and non-joiner": "क्\u200dष क्\u200cष",
    "Malayalam, with a joiner at the end of a word": "ന്\u200d",
    "Sinhala": "ශ්\u200dරී",
    "Mongolian, with a variation selector": "ᠠ\u180b",
    "Japanese, with a variant of a name's sign": "葛\U000e0100城",
    "Hebrew": "שלום",
    "Korean": "한국어",
    "a family": "👨\u200d👩\u200d👧",
    "a skin": "👩🏽\u200d🚀",
    "a burning heart": "❤\ufe0f\u200d🔥",
    "a rainbow flag": "🏳\ufe0f\u200d🌈",
    "a key": "1\ufe0f\u20e3",
    "the flag of Scotland": "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
    "an emoji newer than this Python": "\U0001fae9",
    "a space that does not break": "10\u00a0%",
}


@pytest.mark.parametrize("text", WRITTEN.values(), ids=WRITTEN)
def test_what_people_write_is_shown_as_they_wrote_it(text: str) -> None:
    assert clean(text) == text


UNSEEN = {
    "colour": ("\x1b[31mred\x1b[0m", "red"),
    "colour by one character": ("\x9b31mred", "red"),
    "link": ("\x1b]8;;https://evil.example\x07docs\x1b]8;;\x1b\\", "docs"),
    "title of the window": ("\x1b]0;gone\x07here", "here"),
    "string that never ends": ("\x1b]0;here", "]0;here"),
    "bell, backspace, delete": ("a\x07\x08\x7fb", "ab"),
    "Arabic letter mark": ("a\u061cb", "ab"),
    "soft hyphen": ("pass\u00adword", "password"),
    "tags": ("a\U000e0001\U000e0041\U000e007fb", "ab"),
    "tags behind a flag": ("\U0001f3f4\U000e0068\U000e0069\U000e007f", "\U0001f3f4"),
    "variation selectors behind a letter": ("a\ufe01\U000e0110b", "ab"),
    "data in variation selectors": ("😀\ufe0f\U000e0110\U000e0111\ufe0f", "😀\ufe0f"),
    "direction": ("\u202eevil\u202c \u2066x\u2069 \u200e\u200f", "evil x "),
    "zero width": ("a\u200b\u200c\u200d\u2060\ufeffb", "ab"),
    "joiner without emoji": ("👩\u200dx", "👩x"),
    "invisible operators": ("f\u2061\u2062\u2063\u2064x", "fx"),
    "deprecated formats": ("a\u206a\u206fb", "ab"),
    "Mongolian separator": ("a\u180eb", "ab"),
    "interlinear notes": ("\ufff9a\ufffab\ufffb", "ab"),
    "musical formats": ("a\U0001d173\U0001d17ab", "ab"),
    "shorthand formats": ("a\U0001bca0b", "ab"),
    "fillers that are letters": ("a\u3164\uffa0\u115fb", "ab"),
    "grapheme joiner": ("a\u034fb", "ab"),
    "private use": ("a\ue000\U000f0000b", "ab"),
    "half a pair": ("a\ud83db", "ab"),
    "no character": ("a\ufdd0\ufffeb", "ab"),
    "lines": ("one\r\ntwo\u2028three\u2029four\x85five\x0bsix", "one two three four five six"),
}


@pytest.mark.parametrize(("text", "left"), UNSEEN.values(), ids=UNSEEN)
def test_what_cannot_be_seen_is_taken_out(text: str, left: str) -> None:
    assert clean(text) == left


def test_no_character_of_the_unseen_categories_passes_alone() -> None:
    """All of Unicode, each between two letters: by category, and not by a list of what came up so far."""
    drawn = {0x600, 0x601, 0x602, 0x603, 0x604, 0x605, 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}
    passed = {
        code
        for code in range(sys.maxunicode + 1)
        if unicodedata.category(chr(code)) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
        and chr(code) in clean(f"a{chr(code)}b")
    }
    assert passed == drawn


@given(st.text(st.characters(), max_size=40))
def test_once_is_enough(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert "\x1b" not in once
    assert len(once.splitlines()) <= 1
    once.encode()


def test_something_can_stand_where_something_was() -> None:
    assert clean("a\u202eb\x1b[31mc", "�") == "a�b�c"


def test_what_cannot_be_seen_can_be_spelt_instead() -> None:
    spelt = escape_unseen("a\u202e\nb", lambda char: f"<{ord(char):x}>")
    assert spelt == "a<202e>\nb"
