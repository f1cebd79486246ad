"""What a read says about what it could not read as it should. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from config.wording import counted
from connectors.jira.api.fields import SiteFields
from connectors.jira.api.wire import Issue


def cut_changelogs(issues: Iterable[Issue]) -> Iterator[str]:
    """That work is dated by its resolution where changelogs came in part."""
    cut = [one for one in issues if one.changelog and not one.changelog.is_whole and one.fields.is_done]
    if cut:
        some = ", ".join(sorted(one.key for one in cut)[:5])
        yield (
            f"Jira returned only a part of the changelog of {counted(len(cut), 'done issue')} ({some}), "
            "so the day of the resolution is used."
        )


def no_sprints(tracker: str, site: SiteFields) -> Iterator[str]:
    """That nothing in the tracker can be in a sprint where that is asked for."""
    if site.commitments and site.sprint is None:
        yield (
            f"policy.warn is committed, but {tracker} has no Sprint field: work there is warned about once it or work below it "
            "is in progress, or work below it is in an active sprint or cycle of another tracker."
        )


def left_out(count: int) -> Iterator[str]:
    """That issues were there a moment ago."""
    if count:
        yield f"Left out {counted(count, 'issue')}, deleted or hidden while reading."
