"""claimed_by_several: several objectives want the same work of a team at the same time. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from config.text.phrases import phrase
from connectors.model import Ref, WorkItem
from sync.signals.mechanism import SignalContext, SignalRule
from sync.signals.signal import Signal
from sync.signals.subjects import short_team, team_of

ID = "claimed_by_several"


def fire(context: SignalContext) -> Iterator[Signal]:
    """A signal for each team with work in progress that several objectives of a cycle claim, with their ids."""
    torn = context.common(_torn)
    teams: dict[str, list[WorkItem]] = defaultdict(list)
    for item in _in_progress(context):
        if item.ref in torn:
            teams[team_of(item)].append(item)
    for team, items in sorted(teams.items()):
        objectives = sorted({name for item in items for name in torn[item.ref]})
        yield Signal(
            ID,
            "medium",
            "team",
            team,
            tuple(item.ref for item in items),
            phrase(
                "signals.claimed_by_several.message",
                team=short_team(team),
                items=len(items),
                names=tuple(item.name for item in items),
                objectives=tuple(objectives),
                count="items",
            ),
            phrase("signals.claimed_by_several.formula"),
            "",
            phrase("signals.claimed_by_several.remedy"),
        )


def _in_progress(context: SignalContext) -> Iterator[WorkItem]:
    if context.week:
        yield from (journey.item for journey, _ in context.at_work)
        return
    alignment = context.alignment
    yield from (
        item for ref, item in alignment.items.items() if item.category == "doing" and alignment.is_leaf(ref)
    )


def _torn(context: SignalContext) -> Mapping[Ref, frozenset[str]]:
    """The work that key results of several objectives of one running cycle share, by its own word or by what is above it."""
    objectives = {one.id: objective.id for objective, one in context.workspace.key_results()}
    terms, found = context.alignment.terms, {}
    for ref, placement in context.alignment.placements.items():
        if (
            placement.state != "aligned"
            or len(placement.links) < 2
            or not context.alignment.items[ref].in_scope
        ):
            continue
        by_cycle: dict[str, set[str]] = defaultdict(set)
        for link in placement.links:
            term = terms[link.key_result]
            if term.weighs and term.phase == "running" and not link.because.shared:
                by_cycle[link.cycle].add(objectives[link.key_result])
        several = frozenset(name for some in by_cycle.values() if len(some) > 1 for name in some)
        if several:
            found[ref] = several
    return found


CLAIMED_BY_SEVERAL = SignalRule(ID, fire, replays=True, replay_needs=frozenset({"journeys"}))
