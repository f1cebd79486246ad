"""The label groups that setup makes, and which child of each an issue should bear. Pure.

A group is exclusive: an issue bears one child of it at most (contracts/linear.md, section 10). So a child that a
person chose stands in the way of ours, and wins. Where setup never ran, a group of these names is people's alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from connectors.linear.api.wire import LabelNode
from connectors.model import CLAIM_NAME, AlignmentState, KeyResultMark, Stamp
from connectors.setup import signature

ALIGNMENT_GROUP = "Alignment"
TITLE_MARK = " · "

LabelsById = Mapping[str, LabelNode]
"""All issue labels of the workspace, by id."""


def is_for(name: str, short: str) -> bool:
    """Whether a child's name is that of a key result, whose title may have changed since, or of a state."""
    return name == short or name.startswith(short + TITLE_MARK)


def children_for(
    key_results: Sequence[KeyResultMark], alignment: AlignmentState | None, labels: LabelsById, owner: str
) -> dict[str, str]:
    """The children that go with these marks, by their group: for the first key result, and the alignment."""
    wanted = {CLAIM_NAME: key_results[0].id if key_results else None, ALIGNMENT_GROUP: alignment}
    found: dict[str, str] = {}
    if not any((label.description or "").endswith(signature(owner)) for label in labels.values()):
        return found
    for label in labels.values():
        group = labels.get(label.parent.id) if label.parent else None
        if group is None or label.archived_at or label.retired_at:
            continue
        short = next((one for name, one in wanted.items() if name.casefold() == group.name.casefold()), None)
        if short is not None and is_for(label.name, short):
            found.setdefault(group.id, label.id)
    return found


def usable(
    children: Mapping[str, str], current: Iterable[str], stamp: Stamp | None, labels: LabelsById
) -> tuple[str, ...]:
    """Those of the children in whose way no person's choice from the same group stands, sorted."""
    ours = set(stamp.children) if stamp else set()
    taken = {
        label.parent.id: one
        for one in current
        if one not in ours and (label := labels.get(one)) is not None and label.parent is not None
    }
    # A person's choice of the very child that we would put on is theirs: it stays when ours goes.
    return tuple(sorted(child for group, child in children.items() if group not in taken))


def stand(stamp: Stamp, current: Iterable[str], labels: LabelsById) -> bool:
    """Whether the issue bears the children that go with what we wrote there."""
    current = set(current)
    children = children_for(stamp.key_results, stamp.alignment, labels, stamp.owner)
    return current.issuperset(usable(children, current, stamp, labels))
