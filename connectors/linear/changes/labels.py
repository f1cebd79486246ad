"""What changed about labels, and whether that is a matter of the issues that bear them alone. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from connectors.changes import NeedsWholeRead
from connectors.linear.api.wire import LabelNode
from connectors.linear.changes.bookmark import Bookmark, KnownRenames, label_digests
from connectors.linear.marks.own_labels import OwnLabels
from connectors.linear.marks.renamed_labels import Renamed, is_made


def known_renames(own: OwnLabels) -> KnownRenames:
    """What of our labels people renamed, to be kept."""
    known = own.renamed
    return KnownRenames(dict(known.labels), dict(known.children), sorted(known.proven), sorted(known.given))


def own_labels(last: OwnLabels, labels: Mapping[str, LabelNode], kept: KnownRenames) -> OwnLabels:
    """Which of these labels are ours, by what was known of renamed ones."""
    renamed = Renamed(kept.labels, kept.children, frozenset(kept.proven), frozenset(kept.given))
    return OwnLabels(last.owner, last.policy, labels, renamed, last.texts)


def changed_labels(before: Bookmark, own: OwnLabels) -> list[str]:
    """Ids of labels of people's that are otherwise than they were: issues that bear them are to be read again.

    Raises NeedsWholeRead where it is one of ours, a group, or one that is gone.
    """
    now = label_digests(own.labels)
    if set(before.labels) - set(now):
        raise NeedsWholeRead("a label was deleted.")
    changed = [id_ for id_, one in now.items() if before.labels.get(id_) not in (None, one)]
    for id_ in now:
        label = own.labels[id_]
        if id_ in before.labels and id_ not in changed:
            continue
        if label.is_group or label.parent is not None:
            raise NeedsWholeRead(f'the label "{label.name}" and its group are new or changed.')
    for id_ in changed:
        label = own.labels[id_]
        ours = id_ in own.everywhere() or id_ in own.renamed.given or is_made(own.labels, id_)
        if ours or own.is_policy_name(label.name):
            raise NeedsWholeRead(f'Truenorth\'s label "{label.name}" changed.')
    return changed


def with_learnt(before: OwnLabels, learnt: OwnLabels, mark: Bookmark) -> OwnLabels:
    """What was known and what the stamps of some issues tell. Raises NeedsWholeRead where that touches others."""
    old, new = before.renamed, learnt.renamed
    # A label that is new is on nothing but what was just read.
    grown = (new.proven - old.proven) & set(mark.labels)
    unknown = {id_ for id_ in grown if not before.is_policy_name(before.labels[id_].name)}
    if unknown or set(new.labels) - set(old.labels) or set(new.children) - set(old.children):
        raise NeedsWholeRead("a label of Truenorth's was renamed.")
    renamed = Renamed(old.labels, old.children, old.proven | new.proven, old.given | new.given)
    found = OwnLabels(before.owner, before.policy, before.labels, renamed, before.texts)
    if found.groups != before.groups:
        raise NeedsWholeRead("a label group of Truenorth's changed.")
    return found
