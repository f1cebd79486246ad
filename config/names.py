"""Names as people write them: compared without what differs only in writing. Pure."""

from __future__ import annotations

import unicodedata

_WRITTEN_OTHERWISE = str.maketrans(
    dict.fromkeys("\u2019\u2018\u02bc\u2032\u00b4`\uff07", "'")
    | dict.fromkeys("\u00a0\u202f\u2007\u2009", " ")
)
"""Forms of the apostrophe, and spaces that do not break."""


def folded(name: str) -> str:
    """The name as it compares with others: without regard to case, forms of apostrophe and space, and composition.

    "Won’t Do" is "won't do", and a letter is the same whether its accent is a character of its own (NFD) or not (NFC).
    """
    if name.isascii() and "`" not in name:
        return name.casefold()
    plain = unicodedata.normalize("NFC", name).translate(_WRITTEN_OTHERWISE)
    return unicodedata.normalize("NFC", plain.casefold())
