"""Fields of ours that somebody renamed, and that nothing but the stamps on tickets tells to be ours. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from config.text.redaction import shown
from connectors.jira.api.fields import SiteFields
from connectors.model import WorkItem


def unknown_fields(items: Iterable[WorkItem], site: SiteFields, owner: str) -> Iterator[str]:
    """That stamps of ours name fields which nothing tells to be ours: somebody renamed them, and the store is lost."""
    known = {site.claim, site.progress, site.health, site.alignment, site.objective}
    stamps = (item.shown.stamp for item in items)
    written = {
        id_ for stamp in stamps if stamp and stamp.owner == owner for id_, text in stamp.fields if text
    }
    for id_ in sorted(written - known):
        if id_ in site.others:
            name = shown(site.others[id_])
            yield (
                f'Tickets hold values of Truenorth in the field "{name}" ({id_}), which has another name than Truenorth '
                "gave it, so they are not brought up to date; run truenorth setup, which renames it back."
            )
