"""What became of a site's scope since a bookmark: `connectors.changes.ReadsChanges` for Jira, Cloud and Data Center.

A read without a sweep asks who we are, what the search knows to be changed, and how many issues there are; then it reads what was changed
by id, from the store. Its overlap pays for itself: what was read after its last change is listed again, a hundred to a page, and not read.

- The search runs behind by seconds, sometimes by minutes: each read looks back `asked.HOT` before the watermark. It can run behind by
  hours: a sweep looks back `asked.COLD`.
- Between sweeps nothing is gone for being absent. A sweep that was cut short is begun anew: it costs a request for 5,000 ids (1,000 on
  Data Center), 20 for 100,000, which is less than to keep its place.
- Where a name, a field or a project that issues share was changed, what it touches is not told: NeedsWholeRead.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from concurrent.futures import Executor
from datetime import timedelta

from msgspec import structs

from config.trackers import JiraTracker
from connectors.base import Progress, untold
from connectors.changes import Changes, KnownItems
from connectors.jira.api.client import JiraClient
from connectors.jira.api.deployment import SiteApi
from connectors.jira.changes.asked import Questions, refuse
from connectors.jira.changes.bookmark import (
    Bookmark,
    decoded,
    encoded,
    hanging_on_nothing,
    newest_of,
    watermark,
)
from connectors.jira.changes.fixed_facts import changed_account
from connectors.jira.changes.gathered import Gathered, Gatherer
from connectors.jira.changes.mapped import ItemMaker, site_of
from connectors.jira.changes.needed import no_longer_needed
from connectors.jira.changes.site import Site
from connectors.jira.marks.pages import pages_of
from connectors.jira.read.reader import Reader
from connectors.model import WorkItem
from connectors.set_aside import check_share

OFF = 2
"""In how many runs running the count has to differ before the next one sweeps by itself."""

REST = timedelta(hours=1)
"""How long after a sweep a count that is an estimate is no reason for another one."""


class ChangeReader:
    """Reads the changes of one tracker."""

    def __init__(
        self,
        client: JiraClient,
        site_api: SiteApi,
        reader: Reader,
        tracker: JiraTracker,
        owner: str,
        pages: str,
        pool: Executor,
    ) -> None:
        self._client = client
        self._site_api = site_api
        self._reader = reader
        self._pages = pages
        self._pool = pool
        self._questions = Questions(client, site_api, reader, tracker, pool)
        self._maker = ItemMaker(client, site_api, reader, owner, pool)

    def read(
        self,
        text: str,
        about: str,
        known: KnownItems,
        progress: Progress | None,
        *,
        sweep: bool,
        doubtful: frozenset[str] = frozenset(),
    ) -> tuple[Changes, Site]:
        """See `ReadsChanges.changes`; and the site, for the writes that follow. `about`: see `Bookmark`."""
        sent_before, report = self._client.requests, progress or untold
        mark = decoded(text, about)
        sweep = sweep or mark.off >= OFF
        read_at = self._reader.server_time()
        me = self._reader.signed_in()
        refuse(changed_account(mark.fixed, me))
        fixed, fields = self._questions.fixed(mark, me, read_at, fresh=sweep)
        windows = self._questions.windows(fixed, read_at)
        places = [one.id for one in fixed.projects]
        counting = self._pool.submit(windows.count, places)
        wanted = self._questions.changed(mark, known, windows, places, sweep=sweep) | set(mark.aside)
        wanted |= doubtful
        inside = known.ids(in_scope=True) if sweep else frozenset()
        if sweep:
            listed = set(self._site_api.scope([one.key for one in fixed.projects]))
            wanted |= (listed ^ inside) | (known.ids() - inside) | set(mark.hanging)
        found = Gatherer(self._site_api, fields, known, frozenset(places), report, doubtful).gather(wanted)
        over = self._over(found, known, mark, places, sweep=sweep)
        kept = {id_: issue for id_, issue in found.issues.items() if id_ not in over}
        made = self._maker.items(mark, site_of(fixed, fields, me), kept, found.parents, known, report)
        aside = made.aside | found.aside
        gone = frozenset(id_ for id_ in over if id_ in found.before or id_ in mark.above)
        count = (len(inside) if sweep else mark.count) + _growth(made.items, gone, found.before)
        check_share(self._client.name, aside.values(), count + len(aside))
        newest = max(mark.newest, newest_of(made.items, mark.newest))
        marked = structs.replace(
            mark,
            watermark=watermark(read_at, newest),
            read_at=read_at,
            newest=newest,
            swept=read_at if sweep else mark.swept,
            fixed=structs.replace(fixed, statuses=made.site.statuses),
            learned=made.site.learned,
            above=_above(mark.above, made.items, gone),
            hanging=_hanging(mark.hanging, made.items, gone, known),
            count=count,
            aside=tuple(sorted(aside)),
        )
        marked = counted(marked, counting.result(), exact=windows.is_exact, swept=sweep)
        changes = Changes(
            tracker=self._client.name,
            items=tuple(sorted(made.items, key=lambda item: (len(item.ref.id), item.ref.id))),
            gone=gone,
            bookmark=encoded(marked),
            as_of=read_at,
            requests=self._client.requests - sent_before,
            notes=tuple(made.notes),
            set_aside=tuple(aside[id_] for id_ in sorted(aside)),
            pages=pages_of(self._pages, fields.key_result),
            swept=sweep,
        )
        return changes, made.site

    def _over(
        self, found: Gathered, known: KnownItems, mark: Bookmark, places: Collection[str], *, sweep: bool
    ) -> set[str]:
        absent = found.absent & found.before.keys() if sweep else set[str]()
        return no_longer_needed(found, known, mark.above, places, absent)


def counted(mark: Bookmark, told: int | None, *, exact: bool, swept: bool) -> Bookmark:
    """The bookmark with what the site's own count says of it: as expected, or otherwise for one run more.

    It is compared with what it was, against what is known, when all ids were compared; an exact one with what a whole read found.
    """
    if told is None:
        return mark
    offset = told - (mark.count + len(mark.aside))
    usual = 0 if mark.offset is None and exact else mark.offset
    if swept or usual is None:
        return structs.replace(mark, offset=offset, off=0)
    rests = not exact and mark.read_at - mark.swept < REST
    return structs.replace(mark, off=mark.off + 1 if offset != usual and not rests else 0)


def _growth(items: list[WorkItem], gone: frozenset[str], before: Mapping[str, WorkItem]) -> int:
    """By how many there is more in scope than before."""
    was = {id_ for id_, item in before.items() if item.in_scope}
    more = sum(item.in_scope and item.ref.id not in was for item in items)
    moved = sum(not item.in_scope and item.ref.id in was for item in items)
    return more - moved - len(gone & was)


def _hanging(
    before: Collection[str], items: list[WorkItem], gone: frozenset[str], known: KnownItems
) -> tuple[str, ...]:
    """What hangs on something that cannot be seen by now."""
    here = {item.ref.id for item in items}
    above = {item.parent.id for item in items if item.parent} - here - gone
    seen = here | known.items(above).keys() if above else here
    return tuple(sorted((set(before) - here - gone) | hanging_on_nothing(items, seen)))


def _above(before: Collection[str], items: list[WorkItem], gone: frozenset[str]) -> tuple[str, ...]:
    """What is known out of scope by now."""
    outside = {item.ref.id for item in items if not item.in_scope}
    return tuple(sorted((set(before) | outside) - gone - {item.ref.id for item in items if item.in_scope}))
