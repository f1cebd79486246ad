"""The search index, which runs behind the store: what search knew of each issue a while ago.

Whoever writes an issue calls `before_write` first; without lag that costs nothing. How much of a row the real
search takes from its index is not documented; here it is everything, the harder case for a client.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from copy import copy
from dataclasses import fields
from datetime import timedelta

from connectors.sandbox.company import Person
from connectors.sandbox.jira.state import Issue, IssueCopy, JiraSite


def before_write(site: JiraSite, issue: Issue) -> None:
    """Call before a write to `issue`, or before a new one is put on the site."""
    if site.lag <= 0:
        return
    before = _snapshot(issue) if issue.id in site.issues else None
    site.index.setdefault(issue.id, []).append(IssueCopy(site.clock.now(), before))


def indexed_issues(site: JiraSite, person: Person | None, fresh: Collection[int] = ()) -> Iterator[Issue]:
    """Every issue that search knows and `person` may see, those with the ids `fresh` as they are now."""
    known = _outdated(site)
    if not known:
        yield from site.visible(person)
        return
    for issue in site.visible(person):
        if issue.id not in known or issue.id in fresh:
            yield issue
        elif (older := known[issue.id]) is not None and site.may_see(person, older):
            yield older
    for number, older in known.items():
        is_gone = number not in site.issues and number not in fresh
        if is_gone and older is not None and site.may_see(person, older):
            yield older


def _outdated(site: JiraSite) -> dict[int, Issue | None]:
    """The issues whose last write search has not seen, as search sees them."""
    if not site.index:
        return {}
    seen = site.clock.now() - timedelta(seconds=site.lag)
    for number, copies in list(site.index.items()):
        later = [entry for entry in copies if entry.until > seen]
        if later:
            site.index[number] = later
        else:
            del site.index[number]
    return {number: copies[0].issue for number, copies in site.index.items()}


def _snapshot(issue: Issue) -> Issue:
    """A copy that no later write to the issue reaches."""
    twin = copy(issue)
    for entry in fields(issue):
        value = getattr(issue, entry.name)
        if isinstance(value, list | set):
            setattr(twin, entry.name, copy(value))
        elif isinstance(value, dict):
            # Comments are changed in place; field values are replaced.
            is_rows = entry.name == "comments"
            setattr(twin, entry.name, {key: copy(row) if is_rows else row for key, row in value.items()})
    return twin
