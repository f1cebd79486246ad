"""What our fields and the options of our selects are called on a site, in whichever language. Pure.

Inside, each has its English name: stamps and the store hold that, so that neither a language nor a release changes what they
mean. On the site it has the name of the workspace's language, or the English one that it had before (ADR 47).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from config.text.texts import Texts
from connectors.jira.api.fields import (
    ALIGNMENT_NAME,
    ALIGNMENT_OPTIONS,
    HEALTH_NAME,
    HEALTH_OPTIONS,
    OBJECTIVE_NAME,
    PROGRESS_NAME,
)
from connectors.model import CLAIM_NAME

_FIELDS: Mapping[str, str] = {
    CLAIM_NAME: "field.key_result",
    PROGRESS_NAME: "field.progress",
    HEALTH_NAME: "field.health",
    ALIGNMENT_NAME: "field.alignment",
    OBJECTIVE_NAME: "field.objective",
}
_OPTIONS: Mapping[str, str] = {
    text: f"option.{what}" for what, text in (*HEALTH_OPTIONS.items(), *ALIGNMENT_OPTIONS.items())
}
OPTIONS: Mapping[str, tuple[str, ...]] = {
    HEALTH_NAME: tuple(HEALTH_OPTIONS.values()),
    ALIGNMENT_NAME: tuple(ALIGNMENT_OPTIONS.values()),
}
"""Of our selects, by their names."""


def field_called(name: str, texts: Texts) -> str:
    """What a field of ours is called in the language; any other name as it is."""
    return texts.text(_FIELDS[name]) if name in _FIELDS else name


def field_names(name: str, texts: Texts) -> tuple[str, ...]:
    """The names that a field of ours may have: in English first, which is never what people call a field of theirs in another
    language, then in the workspace's language."""
    return texts.spellings(_FIELDS[name])[::-1]


def option_called(option: str, texts: Texts) -> str:
    """What an option of ours is called in the language."""
    return texts.text(_OPTIONS[option]) if option in _OPTIONS else option


def option_meant(text: str, texts: Texts) -> str:
    """The option of ours that a text means in any language; any other text as it is."""
    if text in _OPTIONS:
        return text
    return next((one for one, key in _OPTIONS.items() if text in texts.every_spelling(key)), text)


def option_on(option: str, allowed: Collection[str], texts: Texts) -> str | None:
    """Which of the options that a field has is this one of ours, in the workspace's language before any other; None: it has none."""
    spellings = texts.every_spelling(_OPTIONS[option])
    return next((text for text in spellings if text in allowed), None)
