"""The names that a Jira site has: types, projects, labels, saved filters, and what they are called in the language of the
account. Reads only.

The Cloud is read in English (`api.client.IN_ENGLISH`), where the words are the same for every account. Rules may be
written in the words that people see: where an account reads another language, the site is asked for these as well.
"""

from __future__ import annotations

from collections.abc import Collection

from config.trackers import NativeQuery
from connectors.jira.api import replies
from connectors.jira.api.client import JiraClient
from connectors.jira.api.deployment import SiteApi
from connectors.jira.api.errors import Forbidden, Rejected
from connectors.jira.read.words import Words, is_english
from connectors.preflight import Catalog

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


def catalog(client: JiraClient, site_api: SiteApi, saved: Collection[NativeQuery], words: Words) -> Catalog:
    """See `HasCatalog.catalog`; types in the account's language, too. A Data Center has no list of its labels."""
    types = client.call("GET", "issuetype", replies.ROWS)
    own = {name for (kind, _), name in words.items() if kind == "issuetype"}
    names = {
        "type": frozenset(str(one["name"]) for one in types) | own,
        "project": frozenset(one.key for one in site_api.all_projects()),
        "team": frozenset[str](),
    }
    labels = site_api.labels()
    if labels is not None:
        names["label"] = frozenset(labels)
    filters = (one for one in saved if one.language == "saved_filter")
    return Catalog(names, frozenset(one for one in filters if not _is_there(client, one.text)))


def _is_there(client: JiraClient, filter_id: str) -> bool:
    """Jira answers 400 for a filter that is not there as for one that the account may not use."""
    try:
        client.call("GET", f"filter/{int(filter_id)}", replies.ROW)
    except Forbidden:
        return False
    except Rejected as error:
        if error.status not in (400, 404):
            raise
        return False
    return True
