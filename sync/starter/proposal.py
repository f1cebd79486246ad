"""From what was found at the trackers to what a first declaration proposes: scopes, example key results, exemptions, names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urlsplit

from config.names import folded
from config.trackers import is_gateway
from config.wording import counted
from connectors.discovery import Candidate, Place, Site, Survey, most_open_first

MOST_PROPOSED = 12
"""Projects or teams that a scope takes in by itself: more is for people to say."""

MOST_EXAMPLES = 3
"""Key results that are proposed."""

_UPKEEP_TYPES = frozenset(
    (
        "bug",
        "defect",
        "incident",
        "vulnerability",
        "support",
        "support request",
        "bogue",
        "fehler",
        "error",
        "errore",
    )
)
_UPKEEP_LABELS = frozenset(
    (
        "bug",
        "bugs",
        "ktlo",
        "keep-the-lights-on",
        "maintenance",
        "on-call",
        "oncall",
        "incident",
        "support",
        "dependencies",
    )
)
"""Usual names of work that keeps things running, in trackers of any kind."""

_SUFFIXES = frozenset(("co", "com", "org", "ac", "gov", "edu", "net"))
_SITES = (".atlassian.net", ".jira.com")


@dataclass(frozen=True, slots=True)
class Found:
    """A tracker, what was found there, and what of it is to be read.

    - `name`: as declared, and its kind too; `title`: for people; `noun`: what its places are.
    - `deployment`: to be declared, "" where that need not be; `languages`: query languages that it answers.
    - `url`: the address to declare, "" where the kind knows it; `variables`: those that hold its credential.
    - `scope`: keys of the places to read, none where nothing can be seen.
    """

    name: str
    title: str
    noun: str
    site: Site
    survey: Survey = field(default_factory=Survey)
    scope: tuple[str, ...] = ()
    deployment: str = ""
    url: str = ""
    variables: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()

    def place(self, key: str) -> Place:
        """The place with this key."""
        return next((one for one in self.site.places if one.key == key), Place(key, key))


@dataclass(frozen=True, slots=True)
class Example:
    """A candidate of a tracker, chosen for an example key result."""

    tracker: str
    candidate: Candidate


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the file is to say."""

    workspace: str
    time_zone: str
    day: date
    found: tuple[Found, ...]
    examples: tuple[Example, ...]


def open_items(count: int, *, at_least: bool = False, about: bool = False) -> str:
    """A count of open items in words."""
    if not count:
        return "no open items"
    return f"{'more than ' if at_least else 'about ' if about else ''}{counted(count, 'open item')}"


def proposed_scope(site: Site) -> tuple[str, ...]:
    """The places with the most open work; all that are there where none has any."""
    lively = [one.key for one in most_open_first(site.places) if one.open_items]
    return tuple((lively or [one.key for one in site.places])[:MOST_PROPOSED])


def proposed_examples(found: Iterable[Found]) -> tuple[Example, ...]:
    """The candidates of all trackers: in turn of each tracker its best, those with open work below them first."""
    queues = [[Example(one.name, candidate) for candidate in one.survey.candidates] for one in found]
    rounds = max(map(len, queues), default=0)
    ordered = [queue[at] for at in range(rounds) for queue in queues if at < len(queue)]
    return tuple(sorted(ordered, key=lambda one: one.candidate.open_items == 0))


def upkeep(found: Iterable[Found]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Types and labels of open work that keeps things running, as far as they are there; the frequent ones first."""
    types: Counter[str] = Counter()
    labels: Counter[str] = Counter()
    for one in found:
        types += Counter({name: n for name, n in one.survey.types.items() if folded(name) in _UPKEEP_TYPES})
        labels += Counter(
            {name: n for name, n in one.survey.labels.items() if folded(name) in _UPKEEP_LABELS}
        )
    return _once(types), _once(labels)


def _once(names: Counter[str]) -> tuple[str, ...]:
    """The names, the frequent first, each in one spelling."""
    kept: dict[str, str] = {}
    for name, _ in sorted(names.items(), key=lambda row: (-row[1], row[0])):
        kept.setdefault(folded(name), name)
    return tuple(kept.values())


def proposed_workspace(found: Sequence[Found]) -> str:
    """A short name for the installation: that of the company, as far as a tracker tells it."""
    names = [one.site.company or _company_in(one.site.url) for one in found]
    plain = (re.sub(r"[^a-z0-9-]+", "-", name.casefold()).strip("-")[:40] for name in names)
    return next((name for name in plain if name), "truenorth")


def _company_in(url: str) -> str:
    host = (urlsplit(url).hostname or "").casefold()
    parts = host.split(".")
    if host.endswith(_SITES):
        return parts[0]
    if len(parts) < 2 or parts[-1].isdigit():
        return ""
    named = parts[-3] if len(parts) > 2 and parts[-2] in _SUFFIXES else parts[-2]
    return "" if named in _SUFFIXES else named


def lacking(found: Sequence[Found], examples: Sequence[Example]) -> tuple[str, ...]:
    """What the trackers do not have, and what that means for the file; one sentence each."""
    said = []
    for one in found:
        if not one.site.places:
            said.append(
                f"{one.name}: {one.site.account} sees no {one.noun}; give the account access to one, then put its key into the scope."
            )
        elif not one.survey.estimates.sampled:
            said.append(
                f"{one.name}: no open work in {', '.join(one.scope)}, so nothing tells how it is estimated."
            )
        elif not one.survey.candidates:
            said.append(
                f"{one.name}: no open {one.survey.candidate_noun} in scope, so none is proposed as a key result."
            )
        if is_gateway(one.url):
            said.append(
                f"{one.name}: the address at which people see the site; put it into url, such as https://acme.atlassian.net."
            )
        if one.site.unlisted:
            said.append(
                f"{one.name}: there are more {one.noun}s than were listed; add the keys of those that you want."
            )
    if not examples:
        said.append("the example key result is done or not, and no work is linked to it.")
    return tuple(said)
