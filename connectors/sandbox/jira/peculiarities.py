"""What real sites do that a good guess gets wrong, each off until somebody turns it on.

Wire facts: contracts/jira.md, sections 1.3 and 2. What every site does is no peculiarity, and always on.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Act = Literal["properties", "remote_links", "status", "field", "security", "project_key", "parent"]
"""Changes that `updated` of an issue tells or not: of its properties, its links to pages; by an administrator of the name or category of
its status, the name of a field that it has, its security level, the key of its project; of what stands above it."""


@dataclass(slots=True)
class Peculiarities:
    """The peculiarities of one site.

    - `retired_statuses`: ids of statuses that no active workflow has any more: `GET /status` does not list them.
    - `idless_histories`: ids of issues whose changes of status have names alone, as after an import.
    - `lost_histories`: ids of issues that were imported without their changelogs.
    - `locale`: the language of every account; None: hidden, as privacy allows.
    - `words`: what that language calls types, statuses, priorities and resolutions, by their names as given. The Cloud
      gives the names as given to who forces English, and those of statuses beside the translated ones.
    - `most_histories`: how many entries `expand=changelog` gives on Data Center; None: all. `whole_alone`: but all of them where one
      issue is asked for by itself.
    - `told`: which of these (`Act`) move `updated` of the issues that they touch, and `switched`, what rules make of that: those told and
      those hidden.
    - `is_closed`: a Data Center that tells nothing to who is not signed in, not even what it is.
    """

    retired_statuses: set[int] = field(default_factory=set)
    idless_histories: set[int] = field(default_factory=set)
    lost_histories: set[int] = field(default_factory=set)
    locale: str | None = "en_GB"
    words: dict[str, str] = field(default_factory=dict)
    most_histories: int | None = None
    whole_alone: bool = False
    is_closed: bool = False
    told: set[Act] = field(default_factory=lambda: {"remote_links"})

    switched: list[tuple[tuple[Act, ...], tuple[Act, ...]]] = field(default_factory=list)

    def tells(self, act: Act) -> bool:
        """Whether `updated` tells it; what was switched last holds."""
        for told, hidden in reversed(self.switched):
            if act in (*told, *hidden):
                return act in told
        return act in self.told
