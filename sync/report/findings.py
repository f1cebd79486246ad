"""What contradicts itself or leads nowhere, as sections: what is alike is one row, with a count and examples. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from config.text.figures import ENGLISH
from connectors.model import Ref, WorkItem
from sync.report.table import Cell, Section
from sync.signals.findings.finding import Finding, Kind

_EXAMPLES = 3
_CLAIM = re.compile(r"\bkr:[^\s,]+")

ALIKE: Mapping[Kind, str] = {
    "dangling_claim": "{} items claim a key result that is not declared",
    "unmatched_rule": "{} rules match nothing",
    "moved_key": "{} keys that are named are others now",
    "unseen_parent": "{} groups of items have a parent that cannot be read",
    "parent_cycle": "{} cycles of parents",
    "link_cycle": "{} cycles of links between trackers",
    "missing_cycle": "{} cycles have ended without a next one",
    "unserved_key_result": "{} key results have no linked work",
    "finished_before": "{} key results whose work was all finished before their cycle",
    "lost_work": "{} pieces of linked work can no longer be seen",
    "done_over_open": "{} items are done but have open child items",
    "dropped_over_open": "{} items are dropped but have open child items",
    "mirrors_differ": "{} mirrored items differ between their trackers",
    "closed_key_result": "{} ended or closed key results are still claimed",
    "claim_against_rule": "{} claims contradict a rule",
    "ambiguous_key": "{} keys mean more than one item",
    "shared_name": "{} names mean several things",
    "two_objectives": "{} groups of items serve two objectives",
    "against_parent": "{} parents serve another objective than their child items",
    "too_many_key_results": "{} items serve too many key results",
    "over_budget": "{} categories are over budget",
    "unset_waiting": "{} key results have no waiting statuses declared",
    "drift": "{} reads of changes left something out",
    "output_without_outcome": "{} key results move otherwise than their work",
}
"""What several findings of a kind are called together."""

_REMEDY_NAMES_ITEM: frozenset[Kind] = frozenset({"done_over_open", "dropped_over_open"})
"""Those whose remedy says nothing by the name of the item that the message does not."""


def findings(
    found: Sequence[Finding], items: Mapping[Ref, WorkItem], *, each: bool = False, show_each: str = ""
) -> Section:
    """What deserves attention, with a remedy each: those of one kind with one remedy are a row.

    `each`: every finding is a row. `show_each`: what to type for that.
    """
    if not found:
        return Section("Findings", ("No findings.",))
    groups = [[one] for one in found] if each else list(_alike(found, items))
    rows = tuple((_cell(group), Cell(_remedy(group, items), "dim")) for group in groups)
    is_short = any(len(group) > _EXAMPLES for group in groups)
    lead = (f"{ENGLISH.count(len(found))} findings, those alike in one row. Show each: {show_each}",)
    prose = ("finding", "remedy")
    return Section("Findings", lead if is_short and show_each else (), prose, rows, prose=prose)


def unmatched(found: Iterable[Finding]) -> Section:
    """Of the findings, what the declaration names and nothing bears: each with its place, those of one remedy together."""
    remedies: dict[str, list[str]] = {}
    for one in found:
        if one.kind == "unmatched_rule":
            remedies.setdefault(one.remedy, []).append(one.message)
    rows = tuple(
        (Cell(messages[0], more=tuple(messages[1:])), Cell(remedy, "dim"))
        for remedy, messages in remedies.items()
    )
    prose = ("rule", "remedy")
    return Section("Rules that match nothing", () if rows else ("None.",), prose, rows, prose=prose)


def _alike(found: Iterable[Finding], items: Mapping[Ref, WorkItem]) -> Iterator[list[Finding]]:
    """Findings of one kind whose remedies differ in nothing but the names of their items; in the order of the first."""
    groups: dict[tuple[Kind, str], list[Finding]] = {}
    for one in found:
        groups.setdefault((one.kind, _without_names(one, items)), []).append(one)
    yield from groups.values()


def _without_names(one: Finding, items: Mapping[Ref, WorkItem]) -> str:
    """The remedy with "it" for its item, and no id of the key result that is to be claimed."""
    remedy = _CLAIM.sub("kr:ID", one.remedy)
    if one.kind not in _REMEDY_NAMES_ITEM:
        return remedy
    names = {items[ref].name for ref in one.items if ref in items}
    for name in sorted((name for name in names if name in remedy), key=len, reverse=True):
        remedy = re.sub(rf"(?<![\w-]){re.escape(name)}(?![\w-])", "it", remedy)
    return remedy


def _remedy(group: Sequence[Finding], items: Mapping[Ref, WorkItem]) -> str:
    return group[0].remedy if len(group) == 1 else _without_names(group[0], items)


def _cell(group: Sequence[Finding]) -> Cell:
    """The message; of several how many there are, three of them, and where in the declaration the others stand."""
    if len(group) == 1:
        return Cell(group[0].message)
    shown = [one.message for one in group[:_EXAMPLES]]
    rest = group[_EXAMPLES:]
    if places := list(dict.fromkeys(one.place for one in rest if one.place)):
        shown.append(f"and at {', '.join(places)}")
    elif rest:
        shown.append(f"and {ENGLISH.count(len(rest))} more")
    return Cell(f"{ALIKE[group[0].kind].format(f'{ENGLISH.count(len(group))}')}:", more=tuple(shown))
