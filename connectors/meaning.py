"""Whether two marks mean the same, whatever the words, the addresses or the notation of a release. Pure.

A mark says some of what it means in words that a release may change: why the item is linked, where the key result is to
come, the address of its page. Beside each stands an identity, made of the rule, the place and the declaration
alone (`sync.marks.identity`). Either tells that nothing changed: equal words say the same to whoever reads them, and equal
identities say that only the words are others. Records older than identities are compared by their words.
"""

from __future__ import annotations

import operator
from dataclasses import fields

from connectors.model import KeyResultMark

NOWHERE = "https://truenorth.invalid/"
"""How addresses began that older versions wrote where no site was declared. They lead nowhere, and are no page of anybody's
choice: that a key result has another by now is no news."""


_IN_WORDS = ("because", "title", "goal", "url")
FIGURES = ("percent", "moves", "percent_after")
_COMPARED = tuple(one.name for one in fields(KeyResultMark) if one.compare and one.name not in _IN_WORDS)
_exact = operator.attrgetter(*_COMPARED)
_declared = operator.attrgetter(*(name for name in _COMPARED if name not in FIGURES))


def same_meaning(shown: KeyResultMark, wanted: KeyResultMark) -> bool:
    """Whether the mark that is shown means exactly what the wanted one does, figures included."""
    return _exact(shown) == _exact(wanted) and _same_words(shown, wanted)


def same_but_figures(shown: KeyResultMark, wanted: KeyResultMark) -> bool:
    """The same, where the figures that move with work may be others: the percent, and what closing the item would do to it."""
    return _declared(shown) == _declared(wanted) and _same_words(shown, wanted)


def _same_words(shown: KeyResultMark, wanted: KeyResultMark) -> bool:
    """Whether what is said in words, signs or as an address means the same."""
    is_same_basis = _is_same_id(shown.basis_id, wanted.basis_id)
    return (
        is_same_reason(shown, wanted)
        # A record that would be too long is kept without titles.
        and shown.title in ("", wanted.title)
        # What an older record lacks cannot be outdated; that a page is not there at all can be seen.
        and (is_same_basis or shown.goal is None or shown.goal == wanted.goal)
        and (
            shown.url == wanted.url
            or bool(shown.url and wanted.url and (is_same_basis or _is_undeclared(shown)))
        )
    )


def is_same_reason(shown: KeyResultMark, wanted: KeyResultMark) -> bool:
    """Whether the same rule or claim in the same place links the item."""
    return shown.because == wanted.because or _is_same_id(shown.reason_id, wanted.reason_id)


def leads_nowhere(mark: KeyResultMark) -> bool:
    """Whether it has an address of older versions that leads nowhere. That is put right with the next edit of the item."""
    return mark.url.startswith(NOWHERE)


def _is_undeclared(shown: KeyResultMark) -> bool:
    """Whether a record older than identities says that no page was declared."""
    return not shown.basis_id and leads_nowhere(shown)


def _is_same_id(shown: str, wanted: str) -> bool:
    return shown == wanted != ""
