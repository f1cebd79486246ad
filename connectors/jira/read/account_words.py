"""What types, statuses, priorities and resolutions are called in the language of the account.

The Cloud is read in English (`api.client.IN_ENGLISH`), where the words are the same for every account. Rules may be
written in the words that people see: where an account reads another language, the site is asked for these as well.
"""

from __future__ import annotations

from connectors.jira.api import replies
from connectors.jira.api.client import JiraClient
from connectors.jira.api.errors import Rejected
from connectors.jira.read.words import Words, is_english

KINDS = ("issuetype", "status", "priority", "resolution")
_AS_THE_ACCOUNT = {"X-Force-Accept-Language": "false"}


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
