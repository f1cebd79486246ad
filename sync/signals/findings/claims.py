"""What claims and rules say that does not hold, or means several things. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime

from config.text.phrases import phrase
from config.workspace import Workspace
from connectors.model import WorkItem
from sync.align.alignment import Alignment
from sync.align.terms import Term, continuations
from sync.measure import closed_on
from sync.signals.declared.ambiguous_keys import ambiguous_keys
from sync.signals.declared.moved_keys import moved_keys
from sync.signals.declared.shared_names import shared_names
from sync.signals.findings.finding import Finding, finding, joined, names_of, refs_of


def dangling(alignment: Alignment) -> Iterator[Finding]:
    """Open work that claims what nobody declared."""
    for claim in alignment.dangling:
        item = alignment.items[claim.item]
        if item.in_scope and item.is_open:
            near = phrase("signals.dangling_claim.remedy.near", nearest=claim.nearest or "")
            hint = near if claim.nearest else phrase("signals.dangling_claim.remedy")
            message = phrase("signals.dangling_claim.message", item=item.name, claim=claim.claim)
            yield finding("dangling_claim", (claim.item,), message, hint)


def closed_claims(
    alignment: Alignment, workspace: Workspace, each: Mapping[str, Term], now: datetime
) -> Iterator[Finding]:
    """Open work that claims what is over; nobody is accused while the marks of a cycle that has just ended rest."""
    today = now.astimezone(workspace.zone).date()
    later = continuations(workspace)
    claiming: dict[str, list[WorkItem]] = defaultdict(list)
    for ref, placement in sorted(alignment.placements.items()):
        item = alignment.items[ref]
        if not item.is_open or placement.state == "out_of_scope":
            continue
        served = {link.key_result for link in placement.links}
        for link in placement.of_every_cycle:
            # A claim that a later key result takes over is in force there.
            goes_on = served.intersection(later.get(link.key_result.casefold(), ()))
            if link.because.rank == "claim" and not link.because.line and not goes_on:
                claiming[link.key_result].append(item)
    for objective, key_result in workspace.key_results():
        ended = workspace.cycles[objective.cycle].end
        closed = closed_on(key_result, objective, today)
        items = claiming.get(key_result.id, [])
        if items and (closed is not None or (ended < today and not each[key_result.id].rests)):
            why = (
                phrase("signals.closed_key_result.ended", cycle=objective.cycle, day=f"{ended}")
                if closed is None
                else phrase("signals.closed_key_result.closed", day=f"{closed}")
            )
            message = phrase(
                "signals.closed_key_result.message",
                names=names_of(items),
                key_result=key_result.id,
                why=why,
                items=len(items),
                count="items",
            )
            remedy = phrase("signals.closed_key_result.remedy")
            yield finding("closed_key_result", refs_of(items), message, remedy, key_result=key_result.id)


def conflicting(alignment: Alignment) -> Iterator[Finding]:
    """Claims against a rule that names the item."""
    for one in alignment.conflicting:
        item = alignment.items[one.item]
        if item.in_scope and item.is_open:
            message = phrase(
                "signals.claim_against_rule.message",
                item=item.name,
                claimed=", ".join(one.claimed),
                ruled=", ".join(one.ruled),
            )
            yield finding(
                "claim_against_rule", (one.item,), message, phrase("signals.claim_against_rule.remedy")
            )


def ambiguous(alignment: Alignment, workspace: Workspace) -> Iterator[Finding]:
    """Keys that mean several items."""
    for one in ambiguous_keys(alignment.items.values(), workspace):
        message = phrase(
            "signals.ambiguous_key.message", where=one.where, key=one.key, names=joined("and", one.names)
        )
        remedy = phrase("signals.ambiguous_key.remedy", names=joined("or", one.names))
        yield finding("ambiguous_key", one.items, message, remedy)


def moved(alignment: Alignment, workspace: Workspace, now: datetime) -> Iterator[Finding]:
    """Names in the declaration that are others now."""
    for one in moved_keys(alignment, workspace, now.astimezone(workspace.zone).date()):
        place = workspace.place_of(one.path)
        names = {"written": one.written, "now": one.now, "about": one.about}
        yield finding(
            "moved_key",
            one.items,
            phrase("signals.moved_key.message", **names),
            phrase("signals.moved_key.remedy", now=one.now),
            place,
        )


def names_in_common(alignment: Alignment, workspace: Workspace) -> Iterator[Finding]:
    """Names that mean several things, which a rule takes all together."""
    for one in shared_names(alignment, workspace):
        what = "label" if one.kind == "label" else "project"
        message = phrase(
            f"signals.shared_name.message.{what}",
            name=one.name,
            places=", ".join(one.places),
            projects=len(one.places),
        )
        remedy = phrase(f"signals.shared_name.remedy.{what}", place=one.places[0])
        yield finding("shared_name", one.items, message, remedy)
