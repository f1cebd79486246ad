"""What people did on a Jira site before anybody asked: handed work over, flagged it, said how it goes, linked what blocks it.

Each deed stands in the changelog as Jira writes it (contracts/jira.md, section 1.3) and moves `updated` where it is the latest.
Deeds of one issue may be planted in any order; who plants several of one kind sees to it that each goes on from the one before.
"""

from __future__ import annotations

from datetime import datetime

from connectors.sandbox.company import Person
from connectors.sandbox.jira import layout
from connectors.sandbox.jira.fields import Context, Option, custom_field
from connectors.sandbox.jira.state import BLOCKS, History, HistoryItem, Issue, IssueLink, JiraSite

FLAGGED, HEALTH = "customfield_10021", "customfield_10022"
FLAGGED_NAME, HEALTH_NAME = "Flagged", "Health"
IMPEDIMENT = 10019
HEALTHS = ("Green", "Yellow", "Red")
"""Choices of the field in which people say how it goes."""


def add_fields(site: JiraSite) -> None:
    """Let the site have Jira's own field for flags, and a field for health as an administrator makes one; on all its screens."""
    if FLAGGED in site.fields:
        return
    searcher = "com.atlassian.jira.plugin.system.customfieldtypes:multiselectsearcher"
    for number, name, kind, choices in (
        (10021, FLAGGED_NAME, "multicheckboxes", ((IMPEDIMENT, "Impediment"),)),
        (10022, HEALTH_NAME, "select", tuple(enumerate(HEALTHS, 10030))),
    ):
        entry = custom_field(number, name, kind, searcher)
        layout.add_field(site, entry)
        context = _context(site, entry.id)
        context.options |= {id_: Option(id_, value) for id_, value in choices}
        for screen in site.screens.values():
            if screen.projects:
                layout.put_on(site, screen, screen.tabs[0], entry.id)


def _context(site: JiraSite, field_id: str) -> Context:
    return next(one for one in site.contexts.values() if one.field_id == field_id)


def _option(site: JiraSite, field_id: str, value: str) -> Option:
    return next(one for one in _context(site, field_id).options.values() if one.value == value)


def _record(site: JiraSite, issue: Issue, at: datetime, by: Person, item: HistoryItem) -> None:
    issue.history.append(History(site.next_id(), by, at, (item,)))
    issue.updated = max(issue.updated, at)


def hand_over(
    site: JiraSite, issue: Issue, at: datetime, before: Person | None, after: Person | None, by: Person
) -> None:
    """Let the issue go from one person to another in the changelog; who has it now is left to the caller."""
    (was, was_name), (now, now_name) = _ends(before), _ends(after)
    _record(site, issue, at, by, HistoryItem("assignee", "assignee", was, was_name, now, now_name))


def _ends(person: Person | None) -> tuple[str | None, str | None]:
    return (person.account_id, person.name) if person else (None, None)


def flag(site: JiraSite, issue: Issue, begin: datetime, end: datetime | None, by: Person) -> None:
    """Let the issue have been flagged as blocked, until `end`, or until now."""
    option = _option(site, FLAGGED, "Impediment")
    ids, words = f"[{option.id}]", option.value
    _record(site, issue, begin, by, HistoryItem(FLAGGED_NAME, FLAGGED, "", "", ids, words))
    if end is None:
        issue.custom[FLAGGED] = [option]
    else:
        _record(site, issue, end, by, HistoryItem(FLAGGED_NAME, FLAGGED, ids, words, "", ""))


def give_health(site: JiraSite, issue: Issue, value: str, at: datetime, by: Person) -> None:
    """Let somebody say how it goes with the issue: one of `HEALTHS`."""
    before, option = issue.custom.get(HEALTH), _option(site, HEALTH, value)
    was, was_called = (str(before.id), before.value) if before is not None else (None, None)
    issue.custom[HEALTH] = option
    item = HistoryItem(HEALTH_NAME, HEALTH, was, was_called, str(option.id), option.value)
    _record(site, issue, at, by, item)


def tell_block(site: JiraSite, link: IssueLink, at: datetime, by: Person) -> None:
    """Let the changelogs of both ends tell when the link was made."""
    source, target = site.issues[link.source], site.issues[link.target]
    for issue, other, words in ((source, target, BLOCKS.outward), (target, source, BLOCKS.inward)):
        told = f"This issue {words} {other.key}"
        _record(site, issue, at, by, HistoryItem("Link", "", None, None, other.key, told))


def block(site: JiraSite, source: Issue, target: Issue, at: datetime, by: Person) -> IssueLink:
    """Let `source` block `target` since then."""
    link = IssueLink(site.next_id(), BLOCKS, source.id, target.id)
    source.links.append(link)
    target.links.append(link)
    tell_block(site, link, at, by)
    return link
