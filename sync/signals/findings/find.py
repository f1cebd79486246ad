"""What contradicts itself, leads nowhere or takes too much: on which items, and a remedy. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Literal

from config.measures import MADE_OF_LINKS, FlowMeasure, MilestonesMeasure, WorkMeasure
from config.okrs import KeyResult
from config.wording import agree, part_of, percent
from config.workspace import Workspace
from connectors.model import Ref, WorkItem
from sync.align.alignment import Alignment, ItemAlignment, Link
from sync.align.terms import Term, continuations, terms
from sync.measure import Scorecard, closed_on, milestone_pieces
from sync.signals.budgets import usages
from sync.signals.declared.ambiguous_keys import ambiguous_keys
from sync.signals.declared.moved_keys import moved_keys, unseen_parents
from sync.signals.declared.shared_names import shared_names
from sync.signals.findings.finding import FEW, Finding, Kind
from sync.signals.findings.mirrors import circular, differing


def find(
    alignment: Alignment, scorecard: Scorecard, workspace: Workspace, now: datetime
) -> tuple[Finding, ...]:
    """Every finding, kind by kind in the order of `Kind`, within a kind always in the same order."""
    sharing = Sharing.of(workspace, now)
    running = _running(workspace, now)
    return (
        *_dangling(alignment),
        *_moved(alignment, workspace, now),
        *_unseen(alignment),
        *_cycles(alignment),
        *(Finding("link_cycle", *one) for one in circular(alignment)),
        *_unserved(scorecard, running),
        *_finished_before(alignment, scorecard, workspace),
        *_contradictions(alignment, "done", "done_over_open"),
        *_contradictions(alignment, "dropped", "dropped_over_open"),
        *(Finding("mirrors_differ", *one) for one in differing(alignment)),
        *_closed(alignment, workspace, sharing.terms, now),
        *_conflicting(alignment),
        *_ambiguous(alignment, workspace),
        *_shared_names(alignment, workspace),
        *_two_objectives(alignment, sharing),
        *_against_parent(alignment, sharing),
        *_too_many(alignment, workspace, sharing),
        *_over_budget(alignment, workspace, now),
        *_unset_waiting(running, workspace),
        *_mismatches(scorecard, running),
    )


def _running(workspace: Workspace, now: datetime) -> dict[str, KeyResult]:
    """The key results of running cycles that are not closed, by id in declared order: those that can still be moved."""
    today = now.astimezone(workspace.zone).date()
    return {
        one.id: one
        for objective, one in workspace.key_results()
        if workspace.cycles[objective.cycle].start <= today <= workspace.cycles[objective.cycle].end
        and closed_on(one, objective, today) is None
    }


def _dangling(alignment: Alignment) -> Iterator[Finding]:
    for claim in alignment.dangling:
        item = alignment.items[claim.item]
        if item.in_scope and item.is_open:
            hint = f"did you mean {claim.nearest}?" if claim.nearest else "correct or remove the claim"
            message = f"{item.name} claims {claim.claim}, which is not a declared key result"
            yield Finding("dangling_claim", (claim.item,), message, hint)


def _moved(alignment: Alignment, workspace: Workspace, now: datetime) -> Iterator[Finding]:
    for one in moved_keys(alignment, workspace, now.astimezone(workspace.zone).date()):
        place = workspace.place_of(one.path)
        message = f"{one.written} is {one.now} now; {one.about} still names {one.written}"
        yield Finding(
            "moved_key",
            one.items,
            f"{place}: {message}" if place else message,
            f"write {one.now}; until then the old name is followed",
            place,
        )


def _unseen(alignment: Alignment) -> Iterator[Finding]:
    for reason, items in unseen_parents(alignment).items():
        message = f"{_named(items)} may serve a key result: {reason}"
        remedy = "give the account access to it, correct it where it is named as not read, or name it in a rule (under: KEY)"
        yield Finding("unseen_parent", _refs(items), message, remedy)


def _cycles(alignment: Alignment) -> Iterator[Finding]:
    for cycle in alignment.cycles:
        if not any(alignment.items[ref].is_open for ref in _with_all_below(cycle, alignment)):
            continue
        keys = [alignment.items[ref].name for ref in cycle]
        message = f"parents form a cycle: {' → '.join([*keys, keys[0]])}"
        remedy = f"remove one of the parent links; until then the parent of {keys[0]} is ignored"
        yield Finding("parent_cycle", cycle, message, remedy)


def _with_all_below(refs: Iterable[Ref], alignment: Alignment) -> set[Ref]:
    seen, front = set(refs), list(refs)
    while front:
        front = [one for ref in front for one in alignment.children.get(ref, ()) if one not in seen]
        seen.update(front)
    return seen


def _unserved(scorecard: Scorecard, running: Mapping[str, KeyResult]) -> Iterator[Finding]:
    for key_result in running.values():
        wants_work = isinstance(key_result.measure, MADE_OF_LINKS)
        reading = scorecard.readings[key_result.id]
        # Of a cycle that has ended, or not begun, nobody can act on it.
        is_bare = reading.tally.leaves == 0 and not reading.tally.before
        if wants_work and not reading.by_hand and reading.phase == "running" and is_bare:
            yield Finding(
                "unserved_key_result",
                (),
                f"no work is linked to {key_result.id} ({key_result.title})",
                f"add the label kr:{key_result.id} to work, or add a link rule",
            )


def _finished_before(alignment: Alignment, scorecard: Scorecard, workspace: Workspace) -> Iterator[Finding]:
    """Key results of running cycles whose whole work was finished before the first day that counts."""
    today = scorecard.as_of.astimezone(workspace.zone).date()
    for objective, key_result in workspace.key_results():
        cycle, reading = workspace.cycles[objective.cycle], scorecard.readings[key_result.id]
        if not cycle.start <= today <= cycle.end or reading.closed is not None:
            continue
        match key_result.measure:
            case WorkMeasure():
                pieces, what = reading.pieces, "work linked to {} was"
            case MilestonesMeasure() as how:
                pieces = milestone_pieces(key_result, how, alignment, reading.bounds)
                what = "milestones linked to {} were"
            case _:
                continue
        before = [piece.item for piece in pieces if piece.left_out == "before"]
        if not before or any(piece.left_out is None for piece in pieces):
            continue
        what = what.format(f"{key_result.id} ({key_result.title})")
        message = f"all {what} finished before {reading.bounds.first}, so it has no data: {_named(before)}"
        remedy = "link new work, close the key result, or set since: ever in its measure"
        yield Finding("finished_before", _refs(before), message, remedy)


def _contradictions(alignment: Alignment, ended: Literal["done", "dropped"], kind: Kind) -> Iterator[Finding]:
    for ref, below in sorted(alignment.children.items()):
        parent = alignment.items[ref]
        still_open = [alignment.items[child] for child in below if alignment.items[child].is_open]
        if parent.category != ended or not parent.in_scope or not still_open:
            continue
        # What was dropped may bear a status such as Done; only its resolution says so.
        state = parent.status if ended == "done" else f"dropped ({parent.status})"
        message = f"{parent.name} is {state} but has open child items: {_named(still_open)}"
        remedy = f"reopen {parent.name}, or close or move the open items"
        yield Finding(kind, (ref, *_refs(still_open)), message, remedy)


def _closed(
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
                f"whose cycle {objective.cycle} ended on {ended}" if closed is None else f"closed on {closed}"
            )
            message = f"{_named(items)} {agree(len(items), 'claims', 'claim')} {key_result.id}, {why}"
            remedy = "claim a key result of a running cycle, or close finished work"
            yield Finding("closed_key_result", _refs(items), message, remedy)


def _unset_waiting(running: Mapping[str, KeyResult], workspace: Workspace) -> Iterator[Finding]:
    for at, objective in enumerate(workspace.objectives):
        for nr, key_result in enumerate(objective.key_results):
            how = key_result.measure
            if key_result.id in running and isinstance(how, FlowMeasure) and how.lacks_waiting:
                place = workspace.place_of(("objectives", at, "key_results", nr, "measure"))
                message = (
                    f"the flow efficiency of {key_result.id} has no waiting statuses declared, so all time in progress "
                    "counts as active"
                )
                remedy = "list under waiting the in-progress statuses in which work waits, such as In Review; [] if none"
                yield Finding("unset_waiting", (), f"{place}: {message}" if place else message, remedy, place)


def _mismatches(scorecard: Scorecard, running: Collection[str]) -> Iterator[Finding]:
    for id_, reading in scorecard.readings.items():
        if id_ in running and (one := reading.mismatch) is not None:
            yield Finding("output_without_outcome", (), f"{id_}: {one.found}", one.question)


def _conflicting(alignment: Alignment) -> Iterator[Finding]:
    for one in alignment.conflicting:
        item = alignment.items[one.item]
        if item.in_scope and item.is_open:
            yield Finding(
                "claim_against_rule",
                (one.item,),
                f"{item.name} claims {', '.join(one.claimed)}, but a rule links it by key to {', '.join(one.ruled)}",
                "remove the claim or the rule; until then the claim wins",
            )


def _ambiguous(alignment: Alignment, workspace: Workspace) -> Iterator[Finding]:
    for one in ambiguous_keys(alignment.items.values(), workspace):
        message = f"{one.where} names {one.key}, which means {' and '.join(one.names)}"
        yield Finding(
            "ambiguous_key", one.items, message, f"write {' or '.join(one.names)}, or add tracker to the rule"
        )


def _shared_names(alignment: Alignment, workspace: Workspace) -> Iterator[Finding]:
    """Names that mean several things, which a rule takes all together."""
    for one in shared_names(alignment, workspace):
        if one.kind == "label":
            message = (
                f"the label {one.name} is in several groups ({', '.join(one.places)}), and rules match all"
            )
            remedy = f"name the group in the rule, such as label: {one.places[0]}"
        else:
            message = f"{len(one.places)} projects are named {one.name} ({', '.join(one.places)}), and rules match all"
            remedy = "rename one of the projects, or add team to the rule"
        yield Finding("shared_name", one.items, message, remedy)


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


def _two_objectives(alignment: Alignment, sharing: Sharing) -> Iterator[Finding]:
    """Work that says itself that it serves two objectives of one cycle, and not how it is to be shared."""
    torn: dict[tuple[str, ...], list[WorkItem]] = defaultdict(list)
    for item, placement in _open(alignment):
        for links in sharing.by_cycle(placement.carries).values():
            served = sharing.served(links)
            if len(served) > 1 and not any(link.because.shared for link in links):
                torn[tuple(sorted(served))].append(item)
    for served_by_all, items in sorted(torn.items()):
        message = f"{_named(items)} {agree(len(items), 'serves', 'serve')} {' and '.join(served_by_all)} at the same time"
        remedy = "choose one objective, split the work, or declare shares in the rules"
        yield Finding("two_objectives", _refs(items), message, remedy)


def _against_parent(alignment: Alignment, sharing: Sharing) -> Iterator[Finding]:
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
            message = (
                f"{parent.name} serves {', '.join(sorted(above[cycle]))}, but its child "
                f"{agree(len(items), 'item', 'items')} {_named(items)} {agree(len(items), 'serves', 'serve')} {other}"
            )
            remedy = "move the work to an epic of its objective, or remove its claim or label"
            yield Finding("against_parent", (ref, *_refs(items)), message, remedy)


def _too_many(alignment: Alignment, workspace: Workspace, sharing: Sharing) -> Iterator[Finding]:
    most = workspace.policy.most_key_results
    for item, placement in _open(alignment):
        for links in sharing.by_cycle(placement.carries).values():
            if len(links) > most:
                served = ", ".join(sorted(link.key_result for link in links))
                message = f"{item.name} serves {len(links)} key results, more than {most}: {served}"
                remedy = "keep the one or two that it contributes to most, or split the work"
                yield Finding("too_many_key_results", (item.ref,), message, remedy)


def _over_budget(alignment: Alignment, workspace: Workspace, now: datetime) -> Iterator[Finding]:
    for usage in usages(alignment, workspace, now):
        if usage.is_over:
            message = (
                f"{usage.category} takes {_share(usage.share)} of the work in progress or done this cycle, "
                f"more than its budget of {_share(usage.budget)} "
                f"({part_of(len(usage.items), usage.pieces, 'item')})"
            )
            remedy = "do less of it, or raise the budget in the OKR files"
            yield Finding("over_budget", usage.items, message, remedy)


def _share(share: Fraction) -> str:
    return percent(round(float(share * 100), 1))


def _open(alignment: Alignment) -> Iterator[tuple[WorkItem, ItemAlignment]]:
    """Open work that serves something, in order of ref, mirrored work once."""
    for ref, placement in sorted(alignment.placements.items()):
        if (
            placement.state == "aligned"
            and alignment.items[ref].is_open
            and not alignment.counts_elsewhere(ref)
        ):
            yield alignment.items[ref], placement


def _refs(items: Iterable[WorkItem]) -> tuple[Ref, ...]:
    return tuple(item.ref for item in items)


def _named(items: Sequence[WorkItem]) -> str:
    rest = len(items) - FEW
    return ", ".join(item.name for item in items[:FEW]) + (f" and {rest} more" if rest > 0 else "")
