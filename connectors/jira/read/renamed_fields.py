"""Fields of ours that somebody renamed, and that nothing but the stamps on tickets tells to be ours. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from config.text.redaction import shown
from connectors.jira.api.fields import SiteFields
from connectors.model import WorkItem


def notes_on_renamed(ids: Iterable[str], site: SiteFields) -> Iterator[str]:
    """That they hold values of ours, and how they are found again."""
    for id_ in ids:
        name = shown(site.others[id_])
        yield (
            f'Tickets hold values of Truenorth in the field "{name}" ({id_}), which has another name than Truenorth '
            "knows, so they are not brought up to date; rename it back, or run truenorth setup where that made it."
        )


def renamed_fields(items: Iterable[WorkItem], site: SiteFields, owner: str) -> tuple[str, ...]:
    """Ids of the fields that stamps of ours say we filled, as far as the site still has them, and nothing else tells to
    be ours: somebody renamed them, and setup did not make them or the store is lost."""
    known = {site.claim, site.progress, site.health, site.alignment, site.objective}
    stamps = (item.shown.stamp for item in items)
    written = {
        id_ for stamp in stamps if stamp and stamp.owner == owner for id_, text in stamp.fields if text
    }
    return tuple(sorted(id_ for id_ in written - known if id_ in site.others))
