"""What was read, as it was at an earlier moment that somebody asks for, as far as the items tell. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from connectors.model import Pull, WorkItem
from sync.measure import as_it_was
from sync.observation import Observation


def rewound(observation: Observation, moment: datetime) -> Observation:
    """The observation with every item as it was just before `moment`, and without those that were created later.

    What was read before the moment stays as it is. Estimates, links and labels are those of the read: no tracker tells
    what they were. Do this once, before anything is decided.
    """
    pulls: list[Pull] = []
    later: list[WorkItem] = []
    for pull in observation.pulls:
        if pull.as_of <= moment:
            pulls.append(pull)
            continue
        then = [(item, as_it_was(item, moment)) for item in pull.items]
        later += [item for item, was in then if was is None]
        pulls.append(replace(pull, items=tuple(was for _, was in then if was is not None)))
    is_past = any(pull.as_of > moment for pull in observation.pulls)
    return replace(observation, pulls=tuple(pulls), rewound=is_past, later=tuple(later))
