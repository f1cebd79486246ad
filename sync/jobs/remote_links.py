"""Where the remote links of one ticket lead, which trackers tell only ticket by ticket."""

from __future__ import annotations

from dataclasses import replace

from connectors.base import TellsPages
from connectors.errors import TrackerError
from sync.decide import Decision
from sync.explain.elsewhere import RemotePages, remote_pages
from sync.explain.item import Explanation
from sync.jobs.session import Session


def with_remote_links(session: Session, run: Decision, found: Explanation) -> Explanation:
    """The explanation, with where remote links on the ticket lead. One request, where its tracker has such links.

    Where that fails, the explanation says so and is complete otherwise.
    """
    connector = session.connectors.get(found.item.ref.tracker)
    if connector is None or not isinstance(connector, TellsPages):
        return found
    try:
        pages = remote_pages(found.item, connector.pages_of(found.item), run.alignment)
    except TrackerError as error:
        pages = RemotePages(trouble=f"{error.what} {error.remedy}".strip())
    return replace(found, remote=pages)
