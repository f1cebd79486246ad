"""What a warning on work that serves no key result says, as values. Pure.

The words are in sync/marks/texts/orphan.py.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo

from config.workspace import Workspace
from connectors.model import WorkItem, claims_in
from sync.align.alignment import UnmetClaim
from sync.marks.details import Claim, Offer, OrphanDetails, Since
from sync.marks.goals import owner_of
from sync.signals.orphans import Orphan

_MOST_NEAR = 2
_MOST_OFFERED = 3
_MOST_LABELS = 3
_MOST_CLAIMS = 3
_MOST_CLAIM = 60
"""Characters of a claim."""


@dataclass(frozen=True, slots=True)
class SuggestedKeyResult:
    """A key result that an orphan looks close to, with the words that speak for it, and how many of its linked tickets are
    of the orphan's team."""

    key_result: str
    title: str
    words: tuple[str, ...]
    team: int = 0


@dataclass(frozen=True, slots=True)
class OrphanFacts:
    """Everything that a warning says of a piece of work. `below`: how many orphans hang below it; `unmet`: its claims that
    link it to nothing."""

    item: WorkItem
    orphan: Orphan
    closest: Sequence[SuggestedKeyResult] = ()
    below: int = 0
    unmet: Sequence[UnmetClaim] = ()

    def since(self, zone: tzinfo) -> tuple[Since, date]:
        """What there is to be dated: the loss of its last key result, or its start, or its creation."""
        if self.orphan.since is not None:
            return "lost", self.orphan.since
        if self.orphan.begun is not None:
            return "begun", self.orphan.begun
        return "created", self.item.created.astimezone(zone).date()


@dataclass(frozen=True, slots=True)
class WaysOut:
    """What all warnings of a workspace have in common: the first few key results that work can be linked to now and how many more
    there are, the labels that exempt work, who owns which key result.
    """

    offers: tuple[Offer, ...]
    more: int
    exempt: tuple[str, ...]
    owners: Mapping[str, str]
    zone: tzinfo

    @staticmethod
    def of(workspace: Workspace, offered: Collection[str]) -> WaysOut:
        """Those of a workspace. `offered`: the key results that work can be linked to now."""
        declared = [one for _, one in workspace.key_results() if one.id in offered]
        return WaysOut(
            offers=tuple(Offer(one.id, one.title) for one in declared[:_MOST_OFFERED]),
            more=max(0, len(declared) - _MOST_OFFERED),
            exempt=tuple([label for rule in workspace.exempt for label in rule.labels][:_MOST_LABELS]),
            owners={one.id: owner_of(one, objective) for objective, one in workspace.key_results()},
            zone=workspace.zone,
        )

    def owner_to_ask(self, closest: Sequence[Offer]) -> str:
        """Who owns the key result that is closest; without one, who owns all of them."""
        if closest:
            return self.owners[closest[0].id]
        return next(iter(self.owners.values())) if len(set(self.owners.values())) == 1 else ""


def orphan_details(orphan: OrphanFacts, ways: WaysOut, today: date, group: str = "") -> OrphanDetails:
    """What the warning on the topmost piece of work that serves no key result says: since when, what is near, the ways out.

    `group`: the label group in which people choose a key result.
    """
    closest = tuple(
        Offer(one.key_result, one.title, one.words, one.team) for one in orphan.closest[:_MOST_NEAR]
    )
    since, day = orphan.since(ways.zone)
    return OrphanDetails(
        since=since,
        day=day.isoformat(),
        read=today.isoformat(),
        below=orphan.below,
        closest=closest,
        declared=() if closest else ways.offers,
        more=0 if closest else ways.more,
        exempt=ways.exempt,
        owner=ways.owner_to_ask(closest),
        claims=tuple(_claim(one, orphan.item) for one in orphan.unmet[:_MOST_CLAIMS]),
        group=group,
    )


def _claim(one: UnmetClaim, item: WorkItem) -> Claim:
    # People can write a whole paragraph into the field.
    words = " ".join(one.claim.split())
    claim = words if len(words) <= _MOST_CLAIM else f"{words[: _MOST_CLAIM - 1].rstrip()}…"
    over = one.over.isoformat() if one.over else ""
    return Claim(claim, one.nearest or "", over, label=one.claim in claims_in(item.labels))
