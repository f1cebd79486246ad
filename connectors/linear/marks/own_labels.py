"""Which labels of an issue are ours. Pure.

Ours are, with a stamp or without: labels of the policy's names, whoever made them, and those labels under another name
that people gave them; what a stamp names; our own children of the group `Alignment`, which are computed. A child of the
group `Key result` is ours where the stamp says so, be it one that was copied with the issue. Without any it is a person's
claim, but beside a label of ours that says "aligned": only we put both on, so somebody copied them, or deleted our
attachment.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from config.policy import LabelPolicy
from config.text.texts import ENGLISH_TEXTS, Texts
from connectors.linear.api.wire import LabelNode
from connectors.linear.marks.label_groups import ALIGNMENT_GROUP, LabelsById, find_groups, short_of, usable
from connectors.linear.marks.renamed_labels import (
    Names,
    Renamed,
    StampedIssue,
    find_renamed,
    given_children,
    is_made,
)
from connectors.made_names import is_ours, names_of
from connectors.model import CLAIM_NAME, AlignmentState, KeyResultMark, Stamp


@dataclass(frozen=True, slots=True)
class OwnOnIssue:
    """What of an issue's labels is ours.

    - `labels`: names, as the policy spells them or as Linear has them, with the ids.
    - `children`: ids of those of setup's groups, sorted; `state` is the alignment that one of them tells, and `stands_for` the
      label of the policy that says the same: where the group is there, an issue bears that child in its place.
    """

    labels: tuple[tuple[str, str], ...] = ()
    children: tuple[str, ...] = ()
    state: AlignmentState | None = None
    stands_for: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """What it says, by the names of the policy's labels and others of ours, sorted."""
        return tuple(sorted({*self.borne, *((self.stands_for,) if self.stands_for else ())}))

    @property
    def borne(self) -> tuple[str, ...]:
        """The names of the labels themselves, sorted."""
        return tuple(sorted({name for name, _ in self.labels}))

    @property
    def ids(self) -> frozenset[str]:
        """Ids of all of them."""
        return frozenset((*(id_ for _, id_ in self.labels), *self.children))


NONE_OF_OURS = OwnOnIssue()


class OwnLabels:
    """Tells our labels from people's in one workspace. `policy` names ours; `texts` are those that are written there."""

    def __init__(
        self,
        owner: str,
        policy: LabelPolicy,
        labels: LabelsById,
        renamed: Renamed | None = None,
        texts: Texts = ENGLISH_TEXTS,
    ) -> None:
        self.owner = owner
        self.texts = texts
        self.policy = policy
        self.labels = labels
        self.renamed = renamed or Renamed()
        self.groups = find_groups(labels, owner, self.renamed.children, self.renamed.given, texts)
        self._names: Names = {name.casefold(): name for name in policy.all}
        self._by_name: dict[str, list[LabelNode]] = {}
        for label in labels.values():
            self._by_name.setdefault(label.name.casefold(), []).append(label)

    def learn(self, issues: Iterable[StampedIssue]) -> OwnLabels:
        """The same, knowing what people renamed."""
        stamps = tuple(issues)
        groups = find_groups(self.labels, self.owner, given=given_children(stamps), texts=self.texts)
        renamed = find_renamed(stamps, self._names, groups, self.labels)
        return OwnLabels(self.owner, self.policy, self.labels, renamed, self.texts)

    def reread(self, labels: LabelsById) -> OwnLabels:
        """The same of labels that were read since."""
        return OwnLabels(self.owner, self.policy, labels, self.renamed, self.texts)

    def find(self, name: str, team: str | None) -> str | None:
        """The label to put on issues of the team for this name: of the workspace before one of the team, since those of
        other teams are refused; one that people renamed where none has the name.
        """
        named = [one for one in self._by_name.get(name.casefold(), ()) if _is_free(one, team)]
        best = min(named, key=lambda one: (one.team is not None, one.id), default=None)
        return best.id if best else self._renamed(name, team)

    def _renamed(self, name: str, team: str | None) -> str | None:
        known = (id_ for id_, old in self.renamed.labels.items() if old.casefold() == name.casefold())
        free = [id_ for id_ in known if id_ in self.labels and _is_free(self.labels[id_], team)]
        return min(free, key=lambda one: self.labels[one].team is not None, default=None)

    def is_called(self, name: str) -> bool:
        """Whether any label has this name, wherever."""
        return name.casefold() in self._by_name

    def is_policy_name(self, name: str) -> bool:
        """Whether the policy names a label so."""
        return name.casefold() in self._names

    def on(
        self,
        ids: Iterable[str],
        team: str | None,
        stamp: Stamp | None = None,
        theirs: Collection[str] = (),
    ) -> OwnOnIssue:
        """What is ours of these labels of an issue.

        `stamp`: the one of ours that was made for it, or else for the issue of which it is a copy. `theirs`: ids of labels
        that another workspace put on.
        """
        there = [self.labels[one] for one in ids if one in self.labels]
        labels = tuple(
            (name, one.id) for one in there if (name := self._name_of(one, team, stamp, theirs)) is not None
        )
        named = {id_ for _, id_ in labels}
        states = [one.id for one in there if one.id in self.groups.states and one.id not in named]
        state = next((self.groups.states[one] for one in states), None)
        if stamp is not None:
            more = [one.id for one in there if one.id in stamp.children]
        elif self._is_aligned(labels, state):
            more = [one.id for one in there if self.is_claim(one) and one.id not in theirs]
        else:
            more = []
        return OwnOnIssue(labels, tuple(sorted({*states, *more} - named)), state, self._label_of(state))

    def _label_of(self, state: AlignmentState | None) -> str | None:
        return getattr(self.policy, state) if state is not None and self.groups.is_set_up else None

    def stands_in_for(self, name: str, alignment: AlignmentState | None, children: Collection[str]) -> bool:
        """Whether a label of the policy is not to be put on, since one of these children of groups says the same."""
        said = {self.groups.states[one] for one in children if one in self.groups.states}
        return alignment in said and name == self._label_of(alignment)

    def _is_aligned(self, labels: Iterable[tuple[str, str]], state: AlignmentState | None) -> bool:
        """Whether our marks say of an issue what they say only beside a key result; nothing of the sort where we make no
        children.
        """
        said = state == "aligned" or (
            state is None and any(name == self.policy.aligned for name, _ in labels)
        )
        return self.groups.is_set_up and said

    def _name_of(
        self, label: LabelNode, team: str | None, stamp: Stamp | None, theirs: Collection[str]
    ) -> str | None:
        """The name under which a label is ours, None for people's."""
        if label.is_group:
            return None
        folded = label.name.casefold()
        if folded in self._names:
            return self._names[folded]
        old = self.renamed.labels.get(label.id)
        if old is not None and self.find(old, team) in (None, label.id):
            return old
        spelled = {name.casefold(): name for name in stamp.labels} if stamp else {}
        if folded in spelled:
            return spelled[folded]
        if stamp is not None and any(id_ == label.id for _, id_ in stamp.label_ids):
            return label.name
        # Another workspace of Truenorth makes labels that say the same of themselves.
        made = is_made(self.labels, label.id) and (stamp is not None or label.id in self.renamed.proven)
        return label.name if made and label.id not in theirs else None

    def is_claim(self, label: LabelNode) -> bool:
        """Whether a label is of a group whose labels are claims."""
        return label.parent is not None and label.parent.id in self.groups.claims

    def claimed(self, label: LabelNode) -> str:
        """The key result that such a label claims, as it is written there."""
        return self.renamed.children.get(label.id) or short_of(label.name)

    def group_of(self, label: LabelNode) -> str | None:
        """Name of the group in which a label stands."""
        group = self.labels.get(label.parent.id) if label.parent else None
        return group.name if group else None

    def children_for(
        self,
        key_results: Sequence[KeyResultMark],
        alignment: AlignmentState | None,
        current: Collection[str],
        ours: Collection[str],
    ) -> tuple[str, ...]:
        """The children that an issue with the labels `current` should bear from us with these marks, sorted."""
        children = self.groups.children_for(key_results, alignment)
        return usable(children, current, ours, self.labels)

    def stand(self, stamp: Stamp, current: Collection[str], own: OwnOnIssue) -> bool:
        """Whether the issue bears the children that go with what we wrote there."""
        children = self.children_for(stamp.key_results, stamp.alignment, current, own.children)
        return set(current).issuperset(children)

    def everywhere(self) -> frozenset[str]:
        """Ids of all labels that are ours on an issue without a stamp."""
        named = {
            label.id
            for label in self.labels.values()
            if not label.is_group and label.name.casefold() in self._names
        }
        return frozenset(
            named
            | {id_ for id_ in self.renamed.labels if id_ in self.labels}
            | self.renamed.proven
            | set(self.groups.states)
        )

    def notes(self) -> list[str]:
        """Sentences for the operator about what people renamed."""
        return [*_label_notes(self), *_group_notes(self)]


def _is_free(label: LabelNode, team: str | None) -> bool:
    """Whether issues of the team can be given the label."""
    dead = label.is_group or label.archived_at is not None or label.retired_at is not None
    return not dead and (label.team is None or label.team.id == team)


def _label_notes(own: OwnLabels) -> Iterable[str]:
    keys = {name: key for key, name in own.policy.by_key.items()}
    for id_, old in own.renamed.labels.items():
        label = own.labels[id_]
        team = label.team.id if label.team else None
        now = f'Label {old} is called "{label.name}" now'
        if own.find(old, team) not in (None, id_):
            yield f"{now}, and there is another {old}: issues get that one."
        elif any(one.isspace() for one in label.name):
            yield f"{now}; rename it back, and the shared views show it again."
        else:
            yield (
                f"{now}; rename it back, or set policy.labels.{keys[old]} to {label.name} and run truenorth setup: "
                "shared views go by names."
            )


def _group_notes(own: OwnLabels) -> Iterable[str]:
    for name, groups in ((CLAIM_NAME, own.groups.claims), (ALIGNMENT_GROUP, own.groups.alignment)):
        names = names_of(name, own.texts)
        called = own.labels[groups[0]].name if groups else name
        if called.casefold() not in map(str.casefold, names):
            who = (
                "run truenorth setup, which names it back"
                if _is_of_setup(own, groups[0])
                else "rename it back"
            )
            yield f'Label group {names[0]} is called "{called}" now, and is used as before; {who}: shared views go by names.'


def _is_of_setup(own: OwnLabels, group: str) -> bool:
    return is_ours(own.labels[group].description, own.owner)
