"""What types, statuses, priorities and resolutions are called in the language of the account.

The Cloud is read in English (`api.client.IN_ENGLISH`), where the words are the same for every account. Rules may be
written in the words that people see: where an account reads another language, the site is asked for these as well.
"""

from __future__ import annotations

from collections.abc import Mapping

from connectors.jira.api import replies
from connectors.jira.api.client import JiraClient
from connectors.jira.api.errors import Rejected
from connectors.jira.api.wire import Named

Words = Mapping[tuple[str, str], str]
"""Names by kind ("issuetype", "status", "priority" or "resolution") and id."""

KINDS = ("issuetype", "status", "priority", "resolution")
_AS_THE_ACCOUNT = {"X-Force-Accept-Language": "false"}
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


def account_words(client: JiraClient, locale: str | None) -> Words:
    """The words of an account that may read another language than English; four requests, else none."""
    if is_english(locale):
        return {}
    found: dict[tuple[str, str], str] = {}
    for kind in KINDS:
        try:
            rows = client.call("GET", kind, replies.NAMED_ROWS, headers=_AS_THE_ACCOUNT)
        except Rejected as error:
            if error.status != 404:
                raise
            continue
        found |= {(kind, row.id): row.name for row in rows if row.id}
    return found


def names(words: Words, kind: str, given: Named | None) -> tuple[str, ...]:
    """All names of a type, status, priority or resolution, that of the reply first."""
    if given is None:
        return ()
    return tuple(dict.fromkeys(name for name in (*given.names, words.get((kind, given.id))) if name))
