"""Custom fields that rules match: found by name or id, and read as texts whichever kind they are of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from config.errors import nearest
from connectors.errors import ScopeError
from connectors.jira.api.fields import SiteFields, find_named
from connectors.jira.api.wire import FieldInfo, Fields

_NAMES = ("value", "name", "displayName", "key")
"""Where options, versions, people and others have their text."""


def find_custom_fields(
    tracker: str, known: Iterable[FieldInfo], wanted: Sequence[str], site: SiteFields
) -> tuple[tuple[str, str], ...]:
    """Name and id of each custom field that is wanted, by its name or its id.

    Raises ScopeError for one that the site does not have, since a rule that matches nothing would take marks
    away, and for one that we write ourselves, since our own marks must not feed back into alignment.
    """
    custom = [info for info in known if info.schema.custom]
    found = []
    for name in wanted:
        info = next((one for one in custom if one.id == name), None) or find_named(custom, name)
        if info is None:
            near = nearest(name, [one.name for one in custom])
            hint = f'Did you mean "{near}"?' if near else "Correct the rule."
            raise ScopeError(
                tracker,
                f'a rule uses the field "{name}", but the site has no such custom field.',
                f"{hint} If another site has the field, add tracker to the condition.",
            )
        if info.id in (site.claim, site.progress, site.health, site.alignment, site.objective):
            raise ScopeError(
                tracker,
                f'a rule uses the field "{name}", which Truenorth writes itself.',
                "Use another field. A key result that people enter in this one is already a claim.",
            )
        found.append((name, info.id))
    return tuple(found)


def values_of(fields: Fields, site: SiteFields) -> tuple[tuple[str, str], ...]:
    """Every value of the fields that rules match, under the name that the rules use.

    A value that has no text, such as an object of Assets, which Jira names by its ids alone, gives an empty one.
    """
    return tuple(
        (name, text)
        for n, (name, id_) in enumerate(site.custom)
        if (value := getattr(fields, site.attribute(n, id_), None)) not in (None, msgspec.UNSET, [], {})
        for text in (tuple(_texts(value)) or ("",))
    )


def _texts(value: object) -> Iterator[str]:
    match value:
        case bool():
            yield str(value).lower()
        case str():
            yield value.strip()
        case int() | float():
            yield f"{value:.15g}"
        case list():
            for one in value:
                yield from _texts(one)
        case dict():
            named = (text for key in _NAMES if isinstance(text := value.get(key), str))
            yield from (text.strip() for text in list(named)[:1])
            # A cascading select has its second choice inside the first.
            yield from _texts(value.get("child"))
