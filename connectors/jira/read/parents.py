"""What stands above issues: `parent`, and on Data Center `Epic Link` and the `Parent Link` of Advanced Roadmaps.

Parent Link is found by its schema key, since its name is translated. Its value is the key of the issue above, as text, or
an object with it, as Atlassian's notice on the end of the field shows it (community.developer.atlassian.com/t/54048). What
is neither is refused by name, and the parent is then unknown: that is another thing than none, for work below it may serve a
key result.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from msgspec import UNSET

from config.text.redaction import shown
from config.wording import agree, counted
from connectors.jira.api.deployment import IssueReader
from connectors.jira.api.fields import SiteFields, field_text
from connectors.jira.api.wire import Fields, Issue

_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]*-[1-9][0-9]*")
_NAMED = 5
"""How many issues a note names."""


class NotUnderstood(ValueError):
    """A value of the field of which nobody knows what it means."""


def linked_parent(value: object) -> str | None:
    """The key in a value of Parent Link; None where it is empty. Raises NotUnderstood for what is neither."""
    match value:
        case None | "":
            return None
        case str() if _KEY.fullmatch(value.strip()):
            return value.strip()
        case {"key": str(key)} | {"data": {"key": str(key)}} if _KEY.fullmatch(key):
            return key
    if value is UNSET:
        return None
    raise NotUnderstood


def epic_key(fields: Fields) -> str | None:
    """The key of what stands above an issue that has no `parent`: its epic, or what an epic hangs on.

    Epic Link goes first: it is the nearer one, and the only one that Jira itself keeps. Parent Link is for the levels above.
    """
    if fields.parent:
        return None
    if epic := field_text(fields.epic_link):
        return epic
    try:
        return linked_parent(fields.parent_link)
    except NotUnderstood:
        return None


def is_parent_unknown(fields: Fields) -> bool:
    """Whether the issue hangs on something of which nothing can be told."""
    if fields.parent or field_text(fields.epic_link):
        return False
    try:
        linked_parent(fields.parent_link)
    except NotUnderstood:
        return True
    return False


def close_upwards(issues: dict[str, Issue], bulk: IssueReader) -> dict[str, str]:
    """Add every ancestor that can be seen to `issues`, and give each issue's parent id. Raises TrackerError.

    `parent` names it; some old issues name their epic by key in Epic Link instead, and epics on Data Center what stands
    above them in Parent Link.
    """
    parents: dict[str, str] = {}
    by_key = {issue.key: id_ for id_, issue in issues.items()}
    asked = {*issues, *bulk.set_aside}
    fresh = list(issues.values())
    while fresh:
        key_of = {issue.id: key for issue in fresh if (key := epic_key(issue.fields))}
        known, resolved = bulk.fetch_keys(key for key in key_of.values() if key not in by_key)
        by_key |= resolved
        for issue in fresh:
            if issue.fields.parent:
                parents[issue.id] = issue.fields.parent.id
            elif above := by_key.get(key_of.get(issue.id, "")):
                parents[issue.id] = above
        missing = {parents[issue.id] for issue in fresh if issue.id in parents} - asked
        asked |= missing
        got = {id_: issue for id_, issue in known.items() if id_ in missing}
        got |= bulk.fetch(sorted(missing - got.keys()))
        by_key |= {issue.key: id_ for id_, issue in got.items()}
        issues |= got
        fresh = list(got.values())
    return parents


def initiative_types(issues: Mapping[str, Issue], parents: Mapping[str, str]) -> frozenset[str]:
    """Ids of the types whose issues stand above epics, as what Parent Link leads to shows: Data Center tells no levels.

    `parents`: the id of each issue's parent.
    """
    linked = (
        issues[parents[id_]]
        for id_, issue in issues.items()
        if parents.get(id_) in issues and not issue.fields.parent and not field_text(issue.fields.epic_link)
    )
    return frozenset(
        one.fields.issuetype.id
        for one in linked
        if not one.fields.issuetype.subtask and not field_text(one.fields.epic_name)
    )


def refused_links(issues: Iterable[Issue], site: SiteFields) -> Iterator[str]:
    """That values of the field mean nothing that is known, by the name that the field has there."""
    keys = sorted(one.key for one in issues if is_parent_unknown(one.fields))
    if keys:
        name = shown(site.others.get(site.parent_link or "", "Parent Link"))
        some = ", ".join(keys[:_NAMED]) + (", …" if len(keys) > _NAMED else "")
        yield (
            f'Cannot read the field "{name}" ({site.parent_link}) of {counted(len(keys), "issue")} ({some}): it holds '
            f"neither a key nor an object with one. What stands above {agree(len(keys), 'it', 'them')} is unknown, so "
            "nothing below is warned about."
        )
