"""What of a site changes seldom, kept with the moment at which it was read: who we are, its fields, its projects. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import msgspec

from connectors.jira.api import wire
from connectors.jira.api.fields import SiteFields
from connectors.jira.read.words import Words

GOOD_FOR = timedelta(hours=24)
"""How long it is taken as it was read; who we are is asked at each run all the same."""


class FixedFacts(msgspec.Struct, frozen=True, kw_only=True):
    """Facts of one site for one account.

    - `at`: when they were read, by the tracker's clock. `zone`: the account's, None where it does not tell.
    - `fields`: the custom ones. `words`: kind, id and name of what the account's language calls otherwise.
    - `statuses`: those that the site lists, for dates on Data Center and for histories; None where they were not needed.
    """

    at: datetime
    account: str
    locale: str | None = None
    zone: str | None = None
    fields: tuple[wire.FieldInfo, ...] = ()
    projects: tuple[wire.Project, ...] = ()
    words: tuple[tuple[str, str, str], ...] = ()
    statuses: tuple[wire.KnownStatus, ...] | None = None

    @property
    def own_words(self) -> Words:
        """The words by kind and id."""
        return {(kind, id_): name for kind, id_, name in self.words}

    def is_good(self, now: datetime) -> bool:
        """Whether they may be taken as they were read."""
        return timedelta() <= now - self.at < GOOD_FOR


def fixed_facts(
    at: datetime,
    me: wire.User,
    known: Iterable[wire.FieldInfo],
    projects: Sequence[wire.Project],
    words: Words,
    statuses: Sequence[wire.KnownStatus] | None,
) -> FixedFacts:
    """What was read, without what nothing here needs."""
    return FixedFacts(
        at=at,
        account=me.account or "",
        locale=me.locale,
        zone=me.time_zone,
        fields=tuple(map(_bare, (info for info in known if info.schema.custom))),
        projects=tuple(projects),
        words=tuple(sorted((kind, id_, name) for (kind, id_), name in words.items())),
        statuses=None if statuses is None else tuple(statuses),
    )


def _bare(info: wire.FieldInfo) -> wire.FieldInfo:
    """The field; of its scope only that it is of one project, where Jira gives the whole project."""
    return msgspec.structs.replace(info, scope={"type": "PROJECT"}) if info.scope is not None else info


def changed_account(before: FixedFacts, me: wire.User) -> Iterator[str]:
    """That somebody else signs in, or the same one reads another language."""
    if before.account != me.account:
        yield "another account signs in"
    elif before.locale != me.locale:
        yield "the account has another language"


def changed_facts(
    before: FixedFacts, now: FixedFacts, fields: tuple[SiteFields, SiteFields]
) -> Iterator[str]:
    """What of them is otherwise by now, in words; `fields` are those that matter, before and now.

    A field that somebody adds for other purposes changes nothing here.
    """
    old, new = (replace(one, others={}) for one in fields)
    if old != new:
        yield "fields of the site that are read were changed"
    if before.words != now.words:
        yield "names in the account's language were changed"
    if before.statuses is not None and now.statuses is not None and before.statuses != now.statuses:
        yield "statuses of the site were changed"
    if [one.id for one in before.projects] != [one.id for one in now.projects]:
        yield "the projects in scope are others"
