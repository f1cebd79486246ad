"""What setup calls the things that it makes, and how it knows them again in whatever language they were made. Pure.

Inside, and in the store, each thing has its English name. A name of a child is `GROUP: CHILD`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from config.messages import DEFAULT, SHIPPED, pieces
from config.text.texts import ENGLISH_TEXTS, Texts, filled

_KEYS: Mapping[str, str] = {
    SHIPPED[DEFAULT][key]: key
    for key in SHIPPED[DEFAULT]
    if key.startswith(("field.", "view.")) and key.count(".") == 1
}
_STATES: Mapping[str, str] = {
    SHIPPED[DEFAULT][key]: key for key in SHIPPED[DEFAULT] if key.startswith("state.")
}


def called(what: str, texts: Texts) -> str:
    """What a thing of ours is called in the language; one that has no text, as it is."""
    group, mark, child = what.partition(": ")
    if mark and group in _KEYS:
        return texts.text("setup.child", group=called(group, texts), child=state_called(child, texts))
    return texts.text(_KEYS[what]) if what in _KEYS else what


def names_of(what: str, texts: Texts) -> tuple[str, ...]:
    """What it may be called: as the language has it, or in English, as it was before there were languages."""
    return texts.spellings(_KEYS[what]) if what in _KEYS else (what,)


def state_called(state: str, texts: Texts) -> str:
    """What the label of an alignment is called in the language; anything else as it is."""
    return texts.text(_STATES[state]) if state in _STATES else state


def state_meant(name: str, texts: Texts) -> str:
    """The alignment that a label's name says in any language, in whatever case; any other name as it is."""
    folded = name.casefold()
    spelled = ((state, texts.every_spelling(key)) for state, key in _STATES.items())
    return next((state for state, names in spelled if folded in map(str.casefold, names)), name)


def signature(owner: str, texts: Texts = ENGLISH_TEXTS) -> str:
    """How a description says that setup of this workspace made the thing."""
    return texts.text("setup.signature", owner=owner)


def described(what: str, owner: str, texts: Texts = ENGLISH_TEXTS) -> str:
    """The description of something that setup makes."""
    return texts.text("setup.description", name=called(what, texts), signature=signature(owner, texts))


def is_ours(description: str | None, owner: str) -> bool:
    """Whether a description says, in any language, that setup of this workspace made the thing."""
    return any((description or "").endswith(sign) for sign in _signatures(owner))


def described_as(description: str | None, owner: str, texts: Texts = ENGLISH_TEXTS) -> str | None:
    """Which of our things a description says that it is; None where it is not ours, or older than that."""
    if description is None or not is_ours(description, owner):
        return None
    sign = max((one for one in _signatures(owner) if description.endswith(one)), key=len)
    says = description.removesuffix(sign).rstrip().removesuffix(".").rstrip()
    return _thing_meant(says, texts) if says else None


def label_descriptions() -> frozenset[str]:
    """How labels say in any language that marks made them."""
    return frozenset(texts["setup.label"] for texts in SHIPPED.values() if "setup.label" in texts)


def _signatures(owner: str) -> Iterator[str]:
    for texts in SHIPPED.values():
        if "setup.signature" in texts:
            yield filled(texts["setup.signature"], {"owner": owner})


def _thing_meant(says: str, texts: Texts) -> str:
    meant = _meant(says, _KEYS, texts)
    if meant in _KEYS:
        return meant
    for template in texts.every_spelling("setup.child"):
        shape = "".join(
            re.escape(literal) + (f"(?P<{name}>.+?)" if name else "") for literal, name in pieces(template)
        )
        found = re.fullmatch(shape, says)
        group = _meant(found["group"], _KEYS, texts) if found else ""
        if found and group in _KEYS:
            return f"{group}: {state_meant(found['child'], texts)}"
    return says


def _meant(says: str, keys: Mapping[str, str], texts: Texts) -> str:
    if says in keys:
        return says
    return next((what for what, key in keys.items() if says in texts.every_spelling(key)), says)
