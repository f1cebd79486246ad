"""What work says, by which suggestions compare it: words of titles and labels, its family, who works on it and where. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from connectors.model import Ref, WorkItem, claims_in
from connectors.text.keywords import Keywords, prose
from sync.align.alignment import Alignment

_PARENT = 0.5
_CIRCUMSTANCE = 0.4
"""Weights against a word of the title or a label: a word of the parent's title; who works on it and where."""

Feature = str
"""What is said: a word as it is; of all else its kind and what, parted by a line break, which no word holds."""
Features = Mapping[Feature, tuple[float, str]]
"""What an item says: how much each thing weighs, and the word to show for it, "" for none."""

_WORD = re.compile(r"[^\W_]+")
_EMPTY = frozenset(
    _WORD.findall(
        "a an and are as at be by for from has in into is it its not of on or our out that the this to up was we "
        "when will with you "
        "au aux avec ce cette dans de des du en est et la le les leur nos notre ou par pas pour que qui sa se ses "
        "son sous sur un une vers"
    )
)
"""Words of English and French that say nothing."""
_EVERYWHERE = frozenset(
    _WORD.findall(
        "about add adds after again all also any be been before between but can change changed changes "
        "could did do does each every first fix fixed for get give go had have how if into item items just last like make "
        "makes may more most must need needs new next no now off one only other over own part per plan remove same set should "
        "so some still such task than them then there these they ticket tickets too two under until update updates use used "
        "using via was way what where which while who why work works would yes "
        "http https www com html javascript mailto "
        "ajouter aussi avant après autre autres avoir bien chaque comme deux donc elle encore entre est être faire fait ils "
        "lors mais même mettre moins nouveau nouvelle où plus premier sans si tous tout toute toutes très un "
    )
)
"""Words that stand in work of every kind, and those of addresses. They count as any other, by how rare they are here, but are
no reason that a person would give.
"""
_MARKUP = re.compile(r"[\[\]{}<>`\\]")


def is_reason(shown: str) -> bool:
    """Whether a word, or a label, is one that a person would name as a reason."""
    return any(folded not in _EVERYWHERE for folded, _ in words_in(shown))


def of_keywords(words: Keywords) -> dict[Feature, str]:
    return {folded: shown for shown, folded in words_in(" ".join(words))}


class FeatureReader:
    """What items say. Labels, and the titles of parents, are read once for all that bear them."""

    def __init__(self, alignment: Alignment) -> None:
        self._alignment = alignment
        self._labels: dict[str, frozenset[Feature]] = {}
        self._parents: dict[Ref, frozenset[Feature]] = {}
        self._circumstances: dict[tuple[str | None, ...], frozenset[Feature]] = {}

    def features(self, item: WorkItem) -> Features:
        """All that an item says, with weights and words, in the order in which it weighs."""
        features: dict[Feature, tuple[float, str]] = {}
        parent = self._parent(item)
        for label in item.labels:
            if claims_in([label]):
                continue
            features[f"label\n{label.casefold()}"] = (1.0, label)
            for _, folded in words_in(label):
                features[folded] = (1.0, label)
        for text, weight in _texts_of(item, parent):
            seen = {folded for _, folded in words_in(prose(text))} if _MARKUP.search(text) else None
            for shown, folded in words_in(text):
                features.setdefault(folded, (weight, shown if seen is None or folded in seen else ""))
        for kind, value in zip(_KINDS, _circumstances(item), strict=True):
            if value:
                features[f"{kind}\n{value.casefold()}"] = (_CIRCUMSTANCE, "")
        features |= dict.fromkeys(self._family(item, parent), (1.0, ""))
        return features

    def said(self, item: WorkItem) -> set[Feature]:
        """The same without weights and words."""
        parent = self._parent(item)
        found = {folded for _, folded in words_in(item.title)}
        for label in item.labels:
            found |= self._of_label(label)
        if parent is not None and _may_name(item, parent):
            found |= self._of_parent(parent)
        circumstances = _circumstances(item)
        if (known := self._circumstances.get(circumstances)) is None:
            named = zip(_KINDS, circumstances, strict=True)
            known = frozenset(f"{kind}\n{value.casefold()}" for kind, value in named if value)
            self._circumstances[circumstances] = known
        found |= known
        found.update(self._family(item, parent))
        return found

    def _parent(self, item: WorkItem) -> WorkItem | None:
        return self._alignment.items.get(item.parent) if item.parent is not None else None

    def _family(self, item: WorkItem, parent: WorkItem | None) -> Iterator[Feature]:
        if parent is not None:
            yield f"family\n{parent.ref}"
        if self._alignment.children.get(item.ref):
            yield f"family\n{item.ref}"

    def _of_label(self, label: str) -> frozenset[Feature]:
        if (found := self._labels.get(label)) is None:
            words = () if claims_in([label]) else (f"label\n{label.casefold()}", *_folded(label))
            self._labels[label] = found = frozenset(words)
        return found

    def _of_parent(self, parent: WorkItem) -> frozenset[Feature]:
        if (found := self._parents.get(parent.ref)) is None:
            self._parents[parent.ref] = found = frozenset(_folded(parent.title))
        return found


_KINDS = ("project", "team", "type", "assignee")


def _circumstances(item: WorkItem) -> tuple[str | None, ...]:
    return item.project, item.team, item.kind, item.assignee


def _folded(text: str) -> Iterator[Feature]:
    return (folded for _, folded in words_in(text))


def _texts_of(item: WorkItem, parent: WorkItem | None) -> Iterator[tuple[str, float]]:
    yield item.title, 1.0
    if parent is not None and _may_name(item, parent):
        yield parent.title, _PARENT


def _may_name(item: WorkItem, parent: WorkItem) -> bool:
    # The words end up on the item: those of a parent that not everybody sees must not.
    return item.private or not parent.private


def words_in(text: str) -> Iterator[tuple[str, str]]:
    """Each word in lower case, and without the final s that most plurals have in English and French."""
    for word in _WORD.findall(text.casefold()):
        if len(word) > 1 and not word.isdigit() and word not in _EMPTY:
            yield word, word[:-1] if len(word) > 3 and word.endswith("s") and word[-2] != "s" else word
