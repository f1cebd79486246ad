"""The words of an account's language for types, statuses, priorities and resolutions. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from connectors.jira.api.wire import Named

Words = Mapping[tuple[str, str], str]
"""Names by kind ("issuetype", "status", "priority" or "resolution") and id."""

_LANGUAGES = {
    "cs": "Czech", "da": "Danish", "de": "German", "es": "Spanish", "fi": "Finnish", "fr": "French", "hu": "Hungarian",
    "it": "Italian", "ja": "Japanese", "ko": "Korean", "nb": "Norwegian", "nl": "Dutch", "no": "Norwegian",
    "pl": "Polish", "pt": "Portuguese", "ru": "Russian", "sv": "Swedish", "tr": "Turkish", "uk": "Ukrainian",
    "zh": "Chinese",
}  # fmt: skip


def is_english(locale: str | None) -> bool:
    """Whether an account with this locale, such as fr_FR, reads English; one that is hidden may read anything."""
    return locale is not None and locale.lower().startswith("en")


def language_of(locale: str) -> str:
    """The language in English, or the locale itself."""
    return _LANGUAGES.get(locale[:2].lower(), locale)


def names(words: Words, kind: str, given: Named | None) -> tuple[str, ...]:
    """All names of a type, status, priority or resolution, that of the reply first."""
    if given is None:
        return ()
    return tuple(dict.fromkeys(name for name in (*given.names, words.get((kind, given.id))) if name))
