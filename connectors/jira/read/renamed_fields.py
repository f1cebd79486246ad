"""Fields of ours that nothing but the stamps on tickets tells to be ours: somebody renamed them, or another field of
their name is used now. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from config.names import folded
from config.text.redaction import shown
from connectors.jira.api.fields import OUR_NAMES, SiteFields
from connectors.jira.marks.names import field_names
from connectors.model import WorkItem


def notes_on_renamed(ids: Iterable[str], site: SiteFields) -> Iterator[str]:
    """That they hold values of ours, and how they are found again."""
    used = {
        folded(called): one for one, name in site.names.items() for called in field_names(name, site.texts)
    }
    ours = {folded(called) for name in OUR_NAMES for called in field_names(name, site.texts)}
    for id_ in ids:
        name = shown(site.others[id_])
        called = folded(site.others[id_])
        if called in used:
            yield (
                f'Tickets hold values of Truenorth in the field "{name}" ({id_}), but another field of that name is '
                f"used ({used[called]}), so they are not brought up to date; undo empties them, or rename that one."
            )
            continue
        if called in ours:
            yield (
                f'Tickets hold values of Truenorth in the field "{name}" ({id_}), which cannot be used as it is now, '
                "so they are not brought up to date; undo empties them."
            )
            continue
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
