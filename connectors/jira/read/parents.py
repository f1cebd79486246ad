"""What stands above issues: `parent`, and on Data Center `Epic Link` and the `Parent Link` of Advanced Roadmaps.

Parent Link is found by its schema key, since its name is translated. Its value is the key of the issue above, as text, or
an object with it, as Atlassian's notice on the end of the field shows it (community.developer.atlassian.com/t/54048). What
is neither is refused by name, and the parent is then unknown: that is another thing than none, for work below it may serve a
key result.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from typing import NamedTuple

from msgspec import UNSET

from config.text.redaction import shown
from config.wording import agree, counted
from connectors.jira.api.deployment import IssueReader
from connectors.jira.api.fields import SiteFields, field_text
from connectors.jira.api.wire import Fields, Issue

_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]*-[1-9][0-9]*")
_WRAPPER = frozenset({"hasEpicLinkFieldDependency", "showField", "nonEditableReason"})
"""What the object of the notice says beside `data`; with nothing else in it, nothing stands above."""

_NAMED = 5
"""How many issues a note names."""


class NotUnderstood(ValueError):
    """A value of the field of which nobody knows what it means."""


def linked_parent(value: object) -> str | None:
    """The key in a value of Parent Link; None where it is empty. Raises NotUnderstood for what is neither.

    Keys come in upper case, as Jira gives them, however the field spells them.
    """
    match value:
        case None | "" | {"data": None}:
            return None
        case str() if _KEY.fullmatch(value.strip()):
            return value.strip().upper()
        case {"key": str(key)} | {"data": {"key": str(key)}} if _KEY.fullmatch(key):
            return key.upper()
        case {**rest} if rest and rest.keys() <= _WRAPPER:
            return None
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

    A link counts where its lower end is of the type of an epic, or of a type found so. Types of which an issue is an epic,
    a sub-task or below an epic are never above epics, so one odd link moves no type. `parents`: the id of each issue's parent.
    """
    return types_above(linked_types(issues, parents))


class LinkedTypes(NamedTuple):
    """What issues show of the levels of their types, by ids of types.

    - `low`: those of which an issue is an epic, a sub-task or below an epic. `epics`: those of epics.
    - `upwards`: pairs of which one hangs on the other by Parent Link.
    """

    low: frozenset[str] = frozenset()
    epics: frozenset[str] = frozenset()
    upwards: frozenset[tuple[str, str]] = frozenset()

    def with_those(self, other: LinkedTypes) -> LinkedTypes:
        """What either shows."""
        return LinkedTypes(self.low | other.low, self.epics | other.epics, self.upwards | other.upwards)


def linked_types(issues: Mapping[str, Issue], parents: Mapping[str, str]) -> LinkedTypes:
    """What these issues show; of links only those whose both ends are among them."""
    return LinkedTypes(
        frozenset(_type(one) for one in issues.values() if _is_low(one.fields)),
        frozenset(_type(one) for one in issues.values() if field_text(one.fields.epic_name)),
        frozenset((_type(low), _type(above)) for low, above in _parent_links(issues, parents)),
    )


def types_above(linked: LinkedTypes) -> frozenset[str]:
    """See `initiative_types`."""
    known, found = set(linked.epics), set[str]()
    while fresh := {above for low, above in linked.upwards if low in known} - linked.low - found:
        found |= fresh
        known |= fresh
    return frozenset(found)


def odd_links(
    issues: Mapping[str, Issue], parents: Mapping[str, str], initiatives: Container[str], site: SiteFields
) -> Iterator[str]:
    """That the field leads to issues of types that are not above epics: somebody meant something else."""
    odd = sorted(
        (low.key, above.key)
        for low, above in _parent_links(issues, parents)
        if _type(above) not in initiatives
    )
    if odd:
        some = ", ".join(f"{low} to {above}" for low, above in odd[:_NAMED])
        more = ", …" if len(odd) > _NAMED else ""
        yield (
            f"Found {counted(len(odd), 'link')} in {_field(site)} to work that is on no level above epics ({some}{more}). "
            f"{agree(len(odd), 'It passes', 'They pass')} on what stands there all the same; correct "
            f"{agree(len(odd), 'it', 'them')} where that is not meant."
        )


def _parent_links(issues: Mapping[str, Issue], parents: Mapping[str, str]) -> Iterator[tuple[Issue, Issue]]:
    """The issues that Parent Link alone puts below another one, with that one."""
    for id_, issue in issues.items():
        above = issues.get(parents.get(id_, ""))
        if above is not None and not issue.fields.parent and not field_text(issue.fields.epic_link):
            yield issue, above


def _is_low(fields: Fields) -> bool:
    """Whether it is an epic, or what stands below one."""
    return fields.issuetype.subtask or bool(field_text(fields.epic_name) or field_text(fields.epic_link))


def _type(issue: Issue) -> str:
    return issue.fields.issuetype.id


def _field(site: SiteFields) -> str:
    """The field by the name that it has there, and its id."""
    return f'the field "{shown(site.others.get(site.parent_link or "", "Parent Link"))}" ({site.parent_link})'


def refused_links(issues: Iterable[Issue], site: SiteFields) -> Iterator[str]:
    """That values of the field mean nothing that is known, by the name that the field has there."""
    keys = sorted(one.key for one in issues if is_parent_unknown(one.fields))
    if keys:
        some = ", ".join(keys[:_NAMED]) + (", …" if len(keys) > _NAMED else "")
        yield (
            f"Cannot read {_field(site)} of {counted(len(keys), 'issue')} ({some}): it holds "
            f"neither a key nor an object with one. What stands above {agree(len(keys), 'it', 'them')} is unknown, so "
            "nothing below is warned about."
        )
