"""The label groups that setup makes, and what their children stand for. Pure.

A group is exclusive: an issue bears one child of it at most (contracts/linear.md, section 10). So a child that a
person chose stands in the way of ours, and wins. Where setup never ran, a group of these names is people's alone.
Setup's groups are known by what they hold, so a group that people rename goes on to be used.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from connectors.linear.api.wire import LabelNode
from connectors.model import CLAIM_NAME, AlignmentState, KeyResultMark
from connectors.setup import is_ours

ALIGNMENT_GROUP = "Alignment"
STATES: tuple[AlignmentState, ...] = ("aligned", "orphaned", "exempt")
TITLE_MARK = " · "

LabelsById = Mapping[str, LabelNode]
"""All issue labels of the workspace, by id."""

ShortNames = Mapping[str, str]
"""The key result or the state that a child stands for, by its id, where its name does not say so any more."""


def is_for(name: str, short: str) -> bool:
    """Whether a child's name is that of a key result, whose title may have changed since, or of a state."""
    return name == short or name.startswith(short + TITLE_MARK)


def short_of(name: str) -> str:
    """The id in a key result's child, which setup calls `ID · title`; a state is its own name."""
    return name.partition(TITLE_MARK)[0].strip()


@dataclass(frozen=True, slots=True)
class LabelGroups:
    """Setup's groups in one workspace.

    - `claims`, `alignment`: ids of the groups whose children tell a key result, and the alignment; the first of each is
      the one that we use.
    - `states`: our own children of the alignment groups, by id.
    - `is_set_up`: whether setup made anything here.
    """

    claims: tuple[str, ...] = ()
    alignment: tuple[str, ...] = ()
    states: Mapping[str, AlignmentState] = field(default_factory=dict)
    is_set_up: bool = False
    _children: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def children_for(
        self, key_results: Sequence[KeyResultMark], alignment: AlignmentState | None
    ) -> dict[str, str]:
        """The children that go with these marks, by their group: for the first key result, and the alignment."""
        wanted = [
            (self.claims[:1], key_results[0].id if key_results else None),
            (self.alignment[:1], alignment),
        ]
        pairs = (
            (group, self._children.get((group, short)))
            for groups, short in wanted
            if short
            for group in groups
        )
        return {group: child for group, child in pairs if child is not None} if self.is_set_up else {}


def find_groups(
    labels: LabelsById,
    owner: str,
    short_names: ShortNames | None = None,
    given: Collection[str] = (),
) -> LabelGroups:
    """The groups by their names, and those that setup signed, or filled, and people renamed since.

    `given`: ids of children that we have put on issues.
    """
    short_names = short_names or {}
    inside: dict[str, list[LabelNode]] = {}
    for label in labels.values():
        if label.parent is not None and label.parent.id in labels:
            inside.setdefault(label.parent.id, []).append(label)
    signed = {one.id for one in labels.values() if is_ours(one.description, owner)}
    weights = {group: sum(1 for one in children if one.id in signed) for group, children in inside.items()}
    groups = [one for one in labels.values() if one.is_group or one.id in inside]

    def ranked(name: str, *, states: bool) -> tuple[str, ...]:
        named = [one for one in groups if _is_called(one, name)]
        least = max((weights.get(one.id, 0) for one in named), default=0)

        def is_renamed(one: LabelNode) -> bool:
            # A child of ours that a person moved into a group of theirs makes that no group of ours.
            weight, children = weights.get(one.id, 0), inside.get(one.id, ())
            if one.id in signed or (weight > least and weight * 2 > len(children)):
                return True
            return not named and (weight > 1 or any(child.id in given for child in children))

        others = [
            one
            for one in groups
            if not _is_called(one, CLAIM_NAME, ALIGNMENT_GROUP)
            and is_renamed(one)
            and _tells_states(inside.get(one.id, ()), short_names) is states
        ]

        def rank(one: LabelNode) -> tuple[bool, int, bool, str]:
            return one.team is not None, -weights.get(one.id, 0), not _is_called(one, name), one.id

        return tuple(one.id for one in sorted([*named, *others], key=rank))

    claims, alignment = ranked(CLAIM_NAME, states=False), ranked(ALIGNMENT_GROUP, states=True)
    children: dict[tuple[str, str], str] = {}
    for group in (*claims[:1], *alignment[:1]):
        live = [one for one in inside.get(group, ()) if not (one.archived_at or one.retired_at)]
        for one in live:
            children.setdefault((group, short_of(one.name)), one.id)
        for one in live:
            if one.id in short_names:
                children.setdefault((group, short_names[one.id]), one.id)
    told = {
        one.id: short_names.get(one.id, one.name)
        for group in alignment
        for one in inside.get(group, ())
        if one.id in signed
    }
    states = {id_: state for id_, name in told.items() for state in STATES if name.casefold() == state}
    return LabelGroups(claims, alignment, states, bool(signed), children)


def _is_called(label: LabelNode, *names: str) -> bool:
    return label.name.casefold() in (name.casefold() for name in names)


def _tells_states(children: Iterable[LabelNode], short_names: ShortNames) -> bool:
    return any(short_names.get(one.id, one.name).casefold() in STATES for one in children)


def usable(
    children: Mapping[str, str], current: Iterable[str], ours: Collection[str], labels: LabelsById
) -> tuple[str, ...]:
    """Those of the children in whose way no person's choice from the same group stands, sorted.

    `current`: ids of the labels that the issue bears; `ours`: those of them that are ours.
    """
    taken = {
        label.parent.id
        for one in current
        if one not in ours and (label := labels.get(one)) is not None and label.parent is not None
    }
    # A person's choice of the very child that we would put on is theirs: it stays when ours goes.
    return tuple(sorted(child for group, child in children.items() if group not in taken))
