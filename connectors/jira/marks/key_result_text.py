"""The text of the Key result field: how we write it, how it is known again, and what people claim in theirs. Pure.

We write `ID · title`, or `ID · title; also ID2, ID3` where an issue serves several. Older versions wrote several as
`ID, ID2`. A person's word is an id alone, or a text that we would not have written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from config.messages import SHIPPED, pieces
from config.text.redaction import shorten
from config.text.texts import ENGLISH_TEXTS, Texts
from connectors.jira.api.fields import MAX_TEXT
from connectors.model import KeyResultMark

TITLE_MARK = " · "
"""Stands between id and title."""

LEAST_TITLE = 20
"""Characters of a title that stay, however many ids there are; those that do not fit then are counted."""

_ID = r"[A-Za-z0-9][A-Za-z0-9._-]*"
_IDS = rf"{_ID}(?:, {_ID})*"
_IS_ID = re.compile(_ID)
_LIST = re.compile(rf"{_ID}(?:, {_ID})+")
_LINES = re.compile(r"[\r\n]+")
_PARTS = re.compile(r"[,\n]")


def key_result_text(marks: Sequence[KeyResultMark], texts: Texts = ENGLISH_TEXTS) -> str:
    """What we write: id and title of the first, and the ids of the others; at most 255 characters, "" for none.

    The title is shortened until all ids fit; ids that do not fit all the same are counted, in English: `and 4 more`.
    """
    if not marks:
        return ""
    head, title = f"{marks[0].id}{TITLE_MARK}", marks[0].title.strip()
    others = [mark.id for mark in marks[1:]]
    if not title:
        # Read off a list of ids, as closed work may still show one: it stays as it is.
        return shorten(", ".join(mark.id for mark in marks), MAX_TEXT)
    for kept in range(len(others), -1, -1):
        tail = _tail(others[:kept], len(others) - kept, texts)
        room = MAX_TEXT - len(head) - len(tail)
        if room >= min(len(title), LEAST_TITLE):
            break
    return f"{head}{shorten(title, max(room, 1))}{tail}".strip()


def _tail(ids: Sequence[str], left: int, texts: Texts) -> str:
    named = ", ".join(ids)
    if left:
        form = "link.also.more" if ids else "link.also.only"
        named = texts.text(form, key_results=named, count=left)
    return texts.text("link.also", key_results=named) if named else ""


def written_key_results(text: str) -> tuple[tuple[str, str], ...]:
    """Ids and titles in a text that is exactly as we write it; nothing for any other. The others have no title."""
    if "\n" in text or len(text) > MAX_TEXT:
        return ()
    body, others = _without_others(text)
    id_, mark, title = body.partition(TITLE_MARK)
    if not mark or not title.strip() or not _IS_ID.fullmatch(id_):
        return ()
    if claimed_ids(text) != tuple(dict.fromkeys((id_, *others))):
        return ()  # `ID · title, ID · title` was put together by a person
    return ((id_, title.strip()), *((other, "") for other in others))


def listed_ids(text: str) -> tuple[str, ...]:
    """The ids in a list as older versions wrote it, `ID, ID2`; nothing for any other text, nor for one id alone."""
    return tuple(text.split(", ")) if _LIST.fullmatch(text) and len(text) <= MAX_TEXT else ()


def claimed_ids(text: str) -> tuple[str, ...]:
    """Key result ids in a person's text: `ID`, `ID, ID`, or as we write it, copied from another issue; or line by line."""
    lines = [_without_others(line) for line in _LINES.split(text)]
    ids: list[str] = []
    titled = False
    for part in _PARTS.split("\n".join(body for body, _ in lines)):
        named = TITLE_MARK.strip() in part
        if titled and not named:
            continue  # a comma inside a title
        titled = titled or named
        ids += part.split(TITLE_MARK.strip())[0].split()[:1]
    ids += [id_ for _, others in lines for id_ in others]
    return tuple(dict.fromkeys(ids))


def _without_others(line: str) -> tuple[str, tuple[str, ...]]:
    """A line without the ids that we write behind a title, and these ids."""
    for languages in SHIPPED.values():
        if "link.also" not in languages or "link.also.more" not in languages:
            continue
        found = _shape(languages["link.also"], languages["link.also.more"]).fullmatch(line.strip())
        if found is not None and TITLE_MARK.strip() in found["body"]:
            return found["body"], tuple((found["ids"] or found["some"]).split(", "))
    return line, ()


@lru_cache
def _shape(also: str, more: str) -> re.Pattern[str]:
    """A line of ours in the language of these texts: its body, and the ids of the others, or of some of them."""
    some = _pattern(more, {"key_results": rf"(?P<some>{_IDS})", "count": "[1-9][0-9]*"})
    return re.compile("(?P<body>.*)" + _pattern(also, {"key_results": f"(?:(?P<ids>{_IDS})|{some})"}))


def _pattern(template: str, names: Mapping[str, str]) -> str:
    return "".join(re.escape(literal) + (names[name] if name else "") for literal, name in pieces(template))
