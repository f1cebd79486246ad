"""The label groups that setup makes, and what their children stand for. Pure.

A group is exclusive: an issue bears one child of it at most (contracts/linear.md, section 10). So a child that a
person chose stands in the way of ours, and wins. Where setup never ran, a group of these names is people's alone.
Setup's groups are known by what they hold, so a group that people rename goes on to be used.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from config.text.texts import ENGLISH_TEXTS, Texts
from connectors.linear.api.wire import LabelNode
from connectors.made_names import is_ours, names_of, state_meant
from connectors.model import CLAIM_NAME, AlignmentState, KeyResultMark

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
    texts: Texts = ENGLISH_TEXTS,
) -> LabelGroups:
    """The groups by their names, in English or as the `texts` have them, and those that setup signed, or filled, and people
    renamed since.

    `given`: ids of children that we have put on issues.
    """
    short_names = short_names or {}
    signed = frozenset(one.id for one in labels.values() if is_ours(one.description, owner))
    groups = _groups(labels, signed, short_names, texts)
    claims = _ranked(CLAIM_NAME, [one for one in groups if not one.states], groups, given, texts)
    alignment = _ranked(ALIGNMENT_GROUP, [one for one in groups if one.states], groups, given, texts)
    children = {
        (group.id, short): child
        for group in (*claims[:1], *alignment[:1])
        for short, child in _living_children(group, short_names).items()
    }
    return LabelGroups(
        tuple(one.id for one in claims),
        tuple(one.id for one in alignment),
        {id_: state for one in alignment for id_, state in one.states.items() if id_ in signed},
        bool(signed),
        children,
    )


@dataclass(frozen=True, slots=True)
class _Group:
    """A group with its children. `weight`: how many of those setup signed; `is_signed`: whether it signed the group; `states`: its
    children that stand for an alignment, in whatever language, by id.
    """

    label: LabelNode
    children: tuple[LabelNode, ...]
    weight: int
    is_signed: bool
    states: Mapping[str, AlignmentState] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return self.label.id

    def is_called(self, *names: str) -> bool:
        return self.label.name.casefold() in (name.casefold() for name in names)

    def rank(self, *names: str) -> tuple[bool, int, bool, str]:
        """Of the workspace before a team's, with more of our children, of this name."""
        return self.label.team is not None, -self.weight, not self.is_called(*names), self.id


def _groups(
    labels: LabelsById, signed: Collection[str], short_names: ShortNames, texts: Texts
) -> list[_Group]:
    inside: dict[str, list[LabelNode]] = {}
    for label in labels.values():
        if label.parent is not None and label.parent.id in labels:
            inside.setdefault(label.parent.id, []).append(label)

    def group(label: LabelNode) -> _Group:
        children = tuple(inside.get(label.id, ()))
        told = ((one.id, _state(short_names.get(one.id, one.name), texts)) for one in children)
        states = {id_: state for id_, state in told if state is not None}
        return _Group(label, children, sum(one.id in signed for one in children), label.id in signed, states)

    return [group(one) for one in labels.values() if one.is_group or one.id in inside]


def _ranked(
    name: str, of_kind: Iterable[_Group], groups: Iterable[_Group], given: Collection[str], texts: Texts
) -> list[_Group]:
    """The groups of this name, and those that had it, best first. `of_kind`: those that hold what such a group holds."""
    names = names_of(name, texts)
    named = [one for one in groups if one.is_called(*names)]
    every = (*names_of(CLAIM_NAME, texts), *names_of(ALIGNMENT_GROUP, texts))
    unnamed = (one for one in of_kind if not one.is_called(*every))
    renamed = [one for one in unnamed if _is_renamed(one, named, given)]
    return sorted([*named, *renamed], key=lambda one: one.rank(*names))


def _is_renamed(group: _Group, named: Collection[_Group], given: Collection[str]) -> bool:
    """Whether a group of another name is one of ours. `named`: those that have the name."""
    # A child of ours that a person moved into a group of theirs makes that no group of ours.
    is_mostly_ours = group.weight * 2 > len(group.children)
    if group.is_signed or (
        is_mostly_ours and all(group.weight > one.weight for one in named) and group.weight
    ):
        return True
    return not named and (group.weight > 1 or any(one.id in given for one in group.children))


def _living_children(group: _Group, short_names: ShortNames) -> dict[str, str]:
    """Its children that issues can be given, by what they stand for: by their names before what they were called once."""
    living = [one for one in group.children if not (one.archived_at or one.retired_at)]
    pairs = [(group.states.get(one.id, short_of(one.name)), one.id) for one in living]
    pairs += [(short_names[one.id], one.id) for one in living if one.id in short_names]
    # The first of each counts.
    return dict(reversed(pairs))


def _state(name: str, texts: Texts) -> AlignmentState | None:
    """The alignment that the name of a child stands for, in whatever language."""
    meant = state_meant(name, texts).casefold()
    return next((state for state in STATES if meant == state), None)


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
