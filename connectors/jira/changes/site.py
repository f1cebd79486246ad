"""What is known of a site beside its issues, while a connector is open. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from connectors.jira.api import wire
from connectors.jira.api.fields import SiteFields
from connectors.jira.changes.learned import Learned
from connectors.jira.read.words import Words


@dataclass(frozen=True, slots=True)
class Site:
    """What is looked up once before anything else: who we are, the fields that matter, what things are called.

    - `initiatives`: ids of the types above epics that the last pull learned, where the site tells no levels.
    - `user`, `listed`: the account and the fields as the site tells them. `projects`: those in scope, and `learned`, what the issues
      showed, once they were read. `statuses`: those that the site lists, where they were asked for.
    """

    me: str
    fields: SiteFields
    words: Words = field(default_factory=dict)
    initiatives: frozenset[str] = frozenset()
    user: wire.User = field(default_factory=wire.User)
    listed: Sequence[wire.FieldInfo] = ()
    projects: Sequence[wire.Project] = ()
    statuses: Sequence[wire.KnownStatus] | None = None
    learned: Learned = field(default_factory=Learned)
