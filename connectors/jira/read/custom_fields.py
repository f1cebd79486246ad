"""Custom fields that rules match: found by name or id, and read as texts whichever kind they are of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from config.errors import nearest
from connectors.errors import ScopeError
from connectors.jira.api.fields import SiteFields
from connectors.jira.api.rich_text import is_rich_text, lines_of
from connectors.jira.api.wire import FieldInfo, Fields
from connectors.jira.read.find_fields import find_named
from connectors.jira.read.sprints import sprint_name

_NAMES = ("value", "name", "displayName", "key")
"""Where options, versions, people and others have their text."""


def find_custom_fields(
    tracker: str, known: Iterable[FieldInfo], wanted: Sequence[str], site: SiteFields
) -> tuple[tuple[str, str], ...]:
    """Name and id of each custom field that is wanted, by its name or its id.

    One name can be that of several fields: the issues of a project have those of the site and of their project.

    Raises ScopeError for one that the site does not have, since a rule that matches nothing would take marks
    away, and for one that we write ourselves, since our own marks must not feed back into alignment.
    """
    custom = [info for info in known if info.schema.custom]
    found = []
    for name in wanted:
        infos = [one for one in custom if one.id == name] or find_named(custom, name)
        if not infos:
            near = nearest(name, [one.name for one in custom])
            hint = f'Did you mean "{near}"?' if near else "Correct the rule."
            raise ScopeError(
                tracker,
                f'a rule uses the field "{name}", but the site has no such custom field.',
                f"{hint} If another site has the field, add tracker to the condition.",
            )
        ours = {site.claim, *site.other_claims, site.progress, site.health, site.alignment, site.objective}
        if any(info.id in ours for info in infos):
            raise ScopeError(
                tracker,
                f'a rule uses the field "{name}", which Truenorth writes itself.',
                "Use another field. A key result that people enter in this one is already a claim.",
            )
        found += [(name, info.id) for info in infos]
    return tuple(found)


def values_of(fields: Fields, site: SiteFields) -> tuple[tuple[str, str], ...]:
    """Every value of the fields that rules match, under the name that the rules use.

    A value that has no text, such as an object of Assets, which Jira names by its ids alone, gives an empty one.
    """
    if not site.custom:
        return ()
    values = ((name, text) for name, id_ in site.custom for text in values_in(fields, site, id_))
    return tuple(dict.fromkeys(values))


def values_in(fields: Fields, site: SiteFields, id_: str) -> list[str]:
    """Every value of one of these fields."""
    place = next(n for n, (_, other) in enumerate(site.custom) if other == id_)
    value = getattr(fields, site.attribute(place, id_), None)
    return [] if value in (None, msgspec.UNSET, [], {}) else list(texts_in(value)) or [""]


def texts_in(value: object) -> Iterator[str]:
    """Every text of a value of a custom field, whichever kind it is of."""
    match value:
        case bool():
            yield str(value).lower()
        case str():
            yield sprint_name(value) or value.strip()
        case int() | float():
            yield f"{value:.15g}"
        case list():
            for one in value:
                yield from texts_in(one)
        case dict() if is_rich_text(value):
            yield from lines_of(value)
        case dict():
            named = (text for key in _NAMES if isinstance(text := value.get(key), str))
            yield from (text.strip() for text in list(named)[:1])
            # A cascading select has its second choice inside the first.
            yield from texts_in(value.get("child"))
