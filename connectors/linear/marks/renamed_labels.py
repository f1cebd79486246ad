"""Labels of ours that people renamed, found by their ids in the stamps of the whole workspace. Pure.

Stamps name their labels, and since `Stamp.label_ids` also say which they are. Where an older stamp names a label that
its issue does not bear, one that says it is ours and that we would not call so is likely the one. One stamp proves
nothing there, since people put labels on and off: most of those on its issues must agree.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from connectors.linear.marks.label_groups import LabelGroups, LabelsById, is_for
from connectors.made_names import label_descriptions
from connectors.model import Stamp

Names = Mapping[str, str]
"""The policy's labels as it spells them, by their folded names."""

StampedIssue = tuple[Stamp, Collection[str] | None]
"""A stamp of ours, and the ids of all labels of its issue where that was read."""


@dataclass(frozen=True, slots=True)
class Renamed:
    """What is known by id.

    - `labels`: the policy's name of labels that are called otherwise now, the likeliest first.
    - `children`: the key result or state of children of setup's groups that are called otherwise now.
    - `proven`: ids of labels that we made, and that stand beside stamps of ours, whatever they are called.
    - `given`: ids of the children that we put on.
    """

    labels: Mapping[str, str] = field(default_factory=dict)
    children: Mapping[str, str] = field(default_factory=dict)
    proven: frozenset[str] = frozenset()
    given: frozenset[str] = frozenset()


def find_renamed(
    issues: Sequence[StampedIssue], names: Names, groups: LabelGroups, labels: LabelsById
) -> Renamed:
    """What people renamed, by all stamps together."""
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    seen: Counter[str] = Counter()
    children: dict[str, Counter[str]] = defaultdict(Counter)
    proven: set[str] = set()
    for stamp, current in issues:
        there = {*(id_ for _, id_ in stamp.label_ids), *(current or ())}
        proven |= {id_ for id_ in there if id_ in labels and is_made(labels, id_)}
        for id_, likely in _labels_of(stamp, current, names, labels):
            seen[id_] += 1
            votes[id_].update(likely)
        for child, kept in _children_of(stamp, groups, labels):
            children[child][kept] += 1
    found = {id_: name for id_, some in votes.items() if (name := _winner(some, seen[id_]))}
    order = sorted(found, key=lambda id_: (-votes[id_][found[id_]], id_))
    shorts = {id_: short for id_, some in children.items() if (short := _winner(some, some.total()))}
    return Renamed(
        {id_: found[id_] for id_ in order},
        {id_: short for id_, short in shorts.items() if not is_for(labels[id_].name, short)},
        frozenset(proven),
        given_children(issues),
    )


def given_children(issues: Iterable[StampedIssue]) -> frozenset[str]:
    """The children of setup's groups that stamps name."""
    return frozenset(child for stamp, _ in issues for child in stamp.children)


def is_made(labels: LabelsById, id_: str) -> bool:
    """Whether the label says that it is ours."""
    return labels[id_].description in label_descriptions()


def _winner(votes: Counter[str], seen: int) -> str | None:
    """What more than half of them say, and nothing else as often."""
    best = votes.most_common(2)
    if not best or best[0][1] * 2 <= seen or (len(best) > 1 and best[0][1] == best[1][1]):
        return None
    return best[0][0]


def _labels_of(
    stamp: Stamp, current: Collection[str] | None, names: Names, labels: LabelsById
) -> Iterator[tuple[str, list[str]]]:
    """Labels that are not called like one of the policy, and which of those each may be by this stamp."""
    recorded = {name.casefold(): id_ for name, id_ in stamp.label_ids}
    for folded, id_ in recorded.items():
        if id_ in labels and not labels[id_].is_group and labels[id_].name.casefold() not in names:
            yield id_, [names[folded]] if folded in names else []
    if current is None:
        return
    called = {labels[one].name.casefold() for one in current if one in labels}
    missing = [
        names[folded]
        for folded in map(str.casefold, stamp.labels)
        if folded in names and folded not in called and recorded.get(folded) not in labels
    ]
    known = {*recorded.values()}
    stamped = {name.casefold() for name in stamp.labels}
    for id_ in current:
        if id_ not in labels or id_ in known or not is_made(labels, id_) or labels[id_].is_group:
            continue
        if labels[id_].name.casefold() not in names and labels[id_].name.casefold() not in stamped:
            yield id_, missing


def _children_of(stamp: Stamp, groups: LabelGroups, labels: LabelsById) -> Iterator[tuple[str, str]]:
    """What our children of groups stood for, as far as one stamp tells it."""
    there = [labels[one] for one in stamp.children if one in labels]
    key_result = stamp.key_results[0].id if stamp.key_results else None
    for group, short in ((groups.claims, key_result), (groups.alignment, stamp.alignment)):
        inside = [one for one in there if one.parent is not None and one.parent.id in group]
        # One that is under way from one child to another names both.
        if short is not None and len(inside) == 1:
            yield inside[0].id, short
