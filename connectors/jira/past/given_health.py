"""How a person says it is going with an issue, in the field that the tracker's `health_field` names, and since when.

Wire facts: contracts/jira.md, sections 1.3 and 2.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import msgspec

from config.errors import nearest
from config.names import folded
from config.text.redaction import shown
from config.wording import counted
from connectors.errors import ScopeError
from connectors.jira.api.deployment import SiteApi
from connectors.jira.api.fields import SiteFields
from connectors.jira.api.wire import ChangelogEntry, FieldInfo, Fields, Issue
from connectors.jira.read.custom_fields import texts_in
from connectors.jira.read.find_fields import find_named
from connectors.jira.read.status_moves import LoggedField, in_order, moves_in
from connectors.model import GivenHealth, UpdateHealth, WorkItem

_WORDS: Mapping[UpdateHealth, tuple[str, ...]] = {
    "on_track": (
        "on track", "ontrack", "green", "healthy", "good", "ok", "on schedule", "on target", "no issues",
        "en bonne voie", "sur la bonne voie", "sur les rails", "dans les temps", "dans les délais", "vert", "bon", "conforme",
    ),
    "at_risk": (
        "at risk", "atrisk", "risk", "yellow", "amber", "orange", "warning", "needs attention", "some issues", "some risk",
        "à risque", "en risque", "à surveiller", "attention", "vigilance", "jaune", "ambre",
    ),
    "off_track": (
        "off track", "offtrack", "red", "bad", "critical", "late", "delayed", "behind", "behind schedule", "in trouble",
        "hors trajectoire", "hors délais", "hors délai", "en retard", "en difficulté", "en danger", "critique", "rouge",
    ),
}  # fmt: skip
"""Words for the health of work, in English and French. Case, accents, signs and hyphens do not matter."""

_SIGNS: Mapping[str, UpdateHealth] = {
    **dict.fromkeys("🟢✅💚", "on_track"),
    **dict.fromkeys("🟡🟠💛🧡", "at_risk"),
    **dict.fromkeys("🔴❌", "off_track"),
}
_SILENT = (
    "none", "no data", "unknown", "not set", "n a", "na", "not started", "paused", "on hold", "done", "complete", "completed", "closed",
    "aucun", "aucune", "inconnu", "non défini", "non commencé", "en pause", "en attente", "fait", "terminé", "blue", "grey", "gray",
    "bleu", "gris", "white", "blanc",
)  # fmt: skip
"""Words that say nothing of how it goes."""


def _plain(word: str) -> str:
    """A word as it is compared: its letters and numbers, without accents."""
    letters = folded(word).translate(_BARE)
    return " ".join(re.findall(r"[^\W_]+", letters))


_BARE = str.maketrans("àâäéèêëîïôöùûüç", "aaaeeeeiioouuuc")
_HEALTH: Mapping[str, UpdateHealth] = {
    _plain(word): health for health, words in _WORDS.items() for word in words
}
_NOTHING = frozenset(map(_plain, _SILENT))


def health_of(text: str) -> UpdateHealth | None:
    """The health that a text says; None for one that says none, or in words that are not known."""
    known = _HEALTH.get(_plain(text))
    signs = {_SIGNS[one] for one in text if one in _SIGNS}
    return known or (next(iter(signs)) if len(signs) == 1 and not _plain(text) else None)


def find_health_field(
    tracker: str, known: Iterable[FieldInfo], wanted: str | None, site: SiteFields
) -> str | None:
    """Id of the field, by its name or id. Raises ScopeError where the site has none, or Truenorth writes it itself."""
    if wanted is None:
        return None
    custom = [info for info in known if info.schema.custom]
    found = [one for one in custom if one.id == wanted] or find_named(custom, wanted)
    if not found:
        near = nearest(wanted, [info.name for info in custom])
        hint = f'Did you mean "{near}"?' if near else "Correct it, or leave it out."
        raise ScopeError(tracker, f'health_field "{wanted}" is not a custom field of this site.', hint)
    ours = {site.claim, *site.other_claims, site.progress, site.health, site.alignment, site.objective}
    if found[0].id in ours:
        raise ScopeError(
            tracker,
            f'health_field "{wanted}" is a field that Truenorth writes itself.',
            "Name the field in which people say how it is going.",
        )
    return found[0].id


def texts_given(fields: Fields, site: SiteFields) -> list[str]:
    """What stands in the field."""
    value = fields.given_health if site.given_health else None
    return [] if value in (None, msgspec.UNSET, [], {}) else [text for text in texts_in(value) if text]


def given_health(issue: Issue, site: SiteFields) -> GivenHealth | None:
    """The health that the issue's field says; since when, where the changelog came with it. Raises ValueError for an invalid time."""
    if site.given_health is None:
        return None
    told = (health_of(text) for text in texts_given(issue.fields, site))
    health = next((one for one in told if one is not None), None)
    if health is None:
        return None
    log = issue.changelog
    return GivenHealth(
        health, _last_change(log.histories, site) if log is not None and log.is_whole else None
    )


def _last_change(entries: Iterable[ChangelogEntry], site: SiteFields) -> datetime | None:
    field = LoggedField(site.given_health or "", site.others.get(site.given_health or "", ""))
    moves = in_order(moves_in(entries, field))
    return moves[-1].at if moves else None


def with_health_days(items: list[WorkItem], site_api: SiteApi, site: SiteFields) -> list[WorkItem]:
    """The items, each given health with its day: one request for a thousand of them. What no change tells was said from the beginning."""
    undated = [item for item in items if item.given_health is not None and item.given_health.on is None]
    if not undated or site.given_health is None:
        return items
    days: dict[str, datetime] = {}
    for log in site_api.changelogs(sorted(one.ref.id for one in undated), (site.given_health,)):
        try:
            last = _last_change(log.change_histories, site)
        except ValueError:
            continue  # a day that cannot be read is a day that is not told
        if last is not None:
            days[log.issue_id] = max(last, days.get(log.issue_id, last))
    return [
        replace(item, given_health=replace(item.given_health, on=days.get(item.ref.id, item.created)))
        if item.given_health is not None and item.given_health.on is None
        else item
        for item in items
    ]


def unknown_words(issues: Iterable[Issue], site: SiteFields) -> Sequence[str]:
    """A note of what stands in the field and is understood as no health."""
    if site.given_health is None:
        return ()
    odd: dict[str, int] = {}
    for issue in issues:
        for text in texts_given(issue.fields, site):
            if health_of(text) is None and _plain(text) not in _NOTHING:
                odd[text] = odd.get(text, 0) + 1
    if not odd:
        return ()
    name = site.others.get(site.given_health, site.given_health)
    words = ", ".join(f'"{shown(text)[:40]}"' for text in sorted(odd)[:5])
    more = f" and {len(odd) - 5} more" if len(odd) > 5 else ""
    return (
        f'The field "{name}" says {words}{more} on {counted(sum(odd.values()), "issue")}, which is understood as no health.',
    )
