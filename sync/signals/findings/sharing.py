"""Work between several objectives, or of too many key results. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from config.text.phrases import phrase
from config.workspace import Workspace
from connectors.model import WorkItem
from sync.align.alignment import Alignment, ItemAlignment, Link
from sync.align.terms import Term, terms
from sync.signals.findings.finding import Finding, finding, joined, names_of, refs_of


@dataclass(frozen=True, slots=True)
class Sharing:
    """How key results share work: the objective of each, by id, and which of them are made of work and so take a part of it.

    What only watches work takes nothing, so nobody is torn between it and another; nor is anybody between two cycles.
    """

    objectives: Mapping[str, str]
    terms: Mapping[str, Term]

    @staticmethod
    def of(workspace: Workspace, now: datetime) -> Sharing:
        """That of what is declared, on the day of that moment."""
        objectives = {one.id: objective.id for objective, one in workspace.key_results()}
        return Sharing(objectives, terms(workspace, now.astimezone(workspace.zone).date()))

    def by_cycle(self, links: Iterable[Link]) -> dict[str, list[Link]]:
        """The links that take a part of the work, by running cycle."""
        found: dict[str, list[Link]] = defaultdict(list)
        for link in links:
            term = self.terms[link.key_result]
            if term.weighs and term.phase == "running":
                found[link.cycle].append(link)
        return found

    def served(self, links: Iterable[Link]) -> set[str]:
        """The objectives of these."""
        return {self.objectives[link.key_result] for link in links}


def two_objectives(alignment: Alignment, sharing: Sharing) -> Iterator[Finding]:
    """Work that says itself that it serves two objectives of one cycle, and not how it is to be shared."""
    torn: dict[tuple[str, ...], list[WorkItem]] = defaultdict(list)
    for item, placement in _open(alignment):
        for links in sharing.by_cycle(placement.carries).values():
            served = sharing.served(links)
            if len(served) > 1 and not any(link.because.shared for link in links):
                torn[tuple(sorted(served))].append(item)
    for served_by_all, items in sorted(torn.items()):
        message = phrase(
            "signals.two_objectives.message",
            names=names_of(items),
            objectives=joined("and", served_by_all),
            items=len(items),
            count="items",
        )
        yield finding("two_objectives", refs_of(items), message, phrase("signals.two_objectives.remedy"))


def against_parent(alignment: Alignment, sharing: Sharing) -> Iterator[Finding]:
    """Work whose own word names another objective than all that its parent serves in that cycle."""
    for ref, below in sorted(alignment.children.items()):
        parent, placement = alignment.items[ref], alignment.placements[ref]
        links = placement.links if placement.state == "aligned" else ()
        above = {cycle: sharing.served(some) for cycle, some in sharing.by_cycle(links).items()}
        against: dict[tuple[str, str], list[WorkItem]] = defaultdict(list)
        for child in below if above else ():
            item = alignment.items[child]
            if not item.in_scope or not item.is_open:
                continue
            for cycle, some in sharing.by_cycle(alignment.placements[child].carries).items():
                own = sharing.served(some)
                if cycle in above and not own & above[cycle]:
                    against[cycle, ", ".join(sorted(own))].append(item)
        for (cycle, other), items in sorted(against.items()):
            message = phrase(
                "signals.against_parent.message",
                parent=parent.name,
                above=", ".join(sorted(above[cycle])),
                names=names_of(items),
                other=other,
                items=len(items),
                count="items",
            )
            remedy = phrase("signals.against_parent.remedy")
            yield finding("against_parent", (ref, *refs_of(items)), message, remedy)


def too_many(alignment: Alignment, workspace: Workspace, sharing: Sharing) -> Iterator[Finding]:
    """Open work that serves more key results than the policy allows."""
    most = workspace.policy.most_key_results
    for item, placement in _open(alignment):
        for links in sharing.by_cycle(placement.carries).values():
            if len(links) > most:
                served = ", ".join(sorted(link.key_result for link in links))
                message = phrase(
                    "signals.too_many_key_results.message",
                    item=item.name,
                    links=len(links),
                    most=most,
                    served=served,
                )
                remedy = phrase("signals.too_many_key_results.remedy")
                limit = f"most_key_results: {most}"
                yield finding("too_many_key_results", (item.ref,), message, remedy, threshold=limit)


def _open(alignment: Alignment) -> Iterator[tuple[WorkItem, ItemAlignment]]:
    """Open work that serves something, in order of ref, mirrored work once."""
    for ref, placement in sorted(alignment.placements.items()):
        if (
            placement.state == "aligned"
            and alignment.items[ref].is_open
            and not alignment.counts_elsewhere(ref)
        ):
            yield alignment.items[ref], placement
