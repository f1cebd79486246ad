"""Findings and orphans as signals: one rule for each kind. Their inputs (labels, parents, links) have no history: no base rate. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from config.text.phrases import Phrase, phrase
from connectors.model import Ref
from sync.signals.findings.finding import KINDS, Finding, Kind
from sync.signals.mechanism import SignalContext, SignalRule
from sync.signals.signal import Severity, Signal
from sync.signals.subjects import short_team, team_of

ORPHANED = "orphaned_work"

_HIGH: frozenset[Kind] = frozenset(
    {"unserved_key_result", "output_without_outcome", "missing_cycle", "lost_work"}
)
_LOW: frozenset[Kind] = frozenset(
    {"moved_key", "unseen_parent", "ambiguous_key", "shared_name", "too_many_key_results", "unset_waiting", "drift"}
)  # fmt: skip


def _severity(kind: Kind) -> Severity:
    return "high" if kind in _HIGH else "low" if kind in _LOW else "medium"


def _rule(kind: Kind) -> SignalRule:
    def fire(context: SignalContext) -> Iterator[Signal]:
        for one in context.shared(_by_kind).get(kind, ()):
            yield signal_of(one)

    return SignalRule(kind, fire)


def _by_kind(context: SignalContext) -> Mapping[Kind, list[Finding]]:
    found: dict[Kind, list[Finding]] = defaultdict(list)
    for one in context.found.findings:
        found[one.kind].append(one)
    return found


def signal_of(one: Finding) -> Signal:
    """The finding as a signal, with its message in words of every language where it has them."""
    return Signal(
        one.kind,
        _severity(one.kind),
        "key_result" if one.key_result else "items" if one.items else "declaration",
        one.key_result,
        one.items,
        _message(one),
        phrase(f"signals.{one.kind}.formula"),
        one.threshold,
        one.todo or phrase("signals.finding", text=one.remedy),
    )


def _message(one: Finding) -> Phrase:
    """What it says, of a declaration with its place in front."""
    if one.said is None:
        return phrase("signals.finding", text=one.message)
    return phrase("signals.placed", place=one.place, finding=one.said) if one.place else one.said


def orphaned(context: SignalContext) -> Iterator[Signal]:
    """A signal for each team that has started work past its grace that serves no key result."""
    items, teams = context.alignment.items, defaultdict[str, list[Ref]](list)
    for ref in context.found.orphans:
        teams[team_of(items[ref])].append(ref)
    for team, refs in sorted(teams.items()):
        days = context.workspace.policy_of(refs[0].tracker).grace_days
        yield Signal(
            ORPHANED,
            "medium",
            "team",
            team,
            tuple(refs),
            phrase(
                "signals.orphaned_work.message",
                team=short_team(team),
                items=len(refs),
                names=tuple(items[ref].name for ref in refs),
                count="items",
            ),
            phrase("signals.orphaned_work.formula"),
            f"grace_days: {days}",
            phrase("signals.orphaned_work.remedy"),
        )


JOINED: tuple[SignalRule, ...] = (SignalRule(ORPHANED, orphaned), *map(_rule, KINDS))
"""In the order in which findings are told."""
