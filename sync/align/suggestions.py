"""The likeliest key results of work that serves none, with the words that speak for each. Pure.

What work says is its title, its parent's, its labels, its description, its project, team, type and assignee, and the
family that it stands in. Each of these speaks for the key results that other work which says the same serves; what much work
says speaks quietly, and what the text of a key result or of its rules says speaks for it too.
"""

from __future__ import annotations

import heapq
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from config.link_rules import LinkRule
from config.workspace import Workspace
from connectors.model import Ref, WorkItem, claims_in
from connectors.text.keywords import Keywords, prose
from sync.align.alignment import Alignment

MOST = 3
"""Suggestions for one item."""
THRESHOLD = 0.2
"""Where the likeliest scores less nothing is suggested; see docs/suggestions.md for what that costs and saves."""
FURTHER = 0.1
"""What the second and the third must score."""
_MOST_WORDS = 4
_SPEAKS = 0.02
"""A word that adds less than this to the score is not named."""
_WITNESSES = 2
"""Nor is one that work of fewer titles says that serves the key result: chance is no reason. Its own words are."""
_TEMPLATE, _FEW_DESCRIPTIONS = 0.05, 3
"""Nor is a word of a description that more than this share of those that were read have, if they are more than so few: it
stands in a template.
"""

_PARENT = 0.5
_DESCRIPTION = 0.5
_CIRCUMSTANCE = 0.4
_UNANSWERED = 0.3
"""Weights against a word of the title or a label: a word of the parent's title, of the description; who works on it
and where; and a word that no work with an answer says."""
_UNDECIDED = 0.2
"""Work without an answer that says the same: so much against, as it may be missing its link like this one."""
_DECLARED = 3
"""A word of a key result's own text weighs as much as this many pieces of work that say it."""

Feature = tuple[str, str]
"""What kind of thing is said, and what."""
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


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A key result that an item may serve.

    - `score`: 0..1, the part of what the item says that speaks for it.
    - `words`: words of the item's own title, labels and description, or of its parent's title, the strongest
      first; empty where only its circumstances speak.
    """

    key_result: str
    score: float
    words: tuple[str, ...]


def suggest(
    alignment: Alignment, workspace: Workspace, keywords: Mapping[Ref, Keywords] | None = None
) -> dict[Ref, tuple[Suggestion, ...]]:
    """At most three suggestions for each open item that serves no key result, the likeliest first: of those offered now.

    `keywords`: of the descriptions of such items, as far as they were read. An item for which nothing scores
    `THRESHOLD` is left out. Refs come in order.
    """
    evidence = _Evidence(alignment, workspace, keywords or {})
    found: dict[Ref, tuple[Suggestion, ...]] = {}
    for ref, placement in sorted(alignment.placements.items()):
        if placement.state == "unaligned" and alignment.items[ref].is_open:
            ranked = tuple(evidence.ranked(alignment.items[ref]))
            if ranked:
                found[ref] = ranked
    return found


class _Evidence:
    """What work says by which key results it serves, for all that is known."""

    def __init__(self, alignment: Alignment, workspace: Workspace, keywords: Mapping[Ref, Keywords]) -> None:
        self._alignment = alignment
        self._keywords = keywords
        self._serving: defaultdict[Feature, defaultdict[str, float]] = defaultdict(lambda: defaultdict(float))
        self._witnesses: Counter[tuple[Feature, str]] = Counter()
        self._answered: Counter[Feature] = Counter()
        self._undecided: Counter[Feature] = Counter()
        self._spread: Counter[Feature] = Counter()
        self._all = len(alignment.placements)
        heard: set[tuple[str, str]] = set()
        for ref, placement in alignment.placements.items():
            features = _features(alignment.items[ref], alignment)
            self._spread.update(features.keys())
            if placement.state in ("aligned", "exempt"):
                self._answered.update(features.keys())
            elif placement.state == "unaligned":
                self._undecided.update(features.keys())
            for link in placement.links if placement.state == "aligned" else ():
                saying = (alignment.items[ref].title.casefold(), link.key_result)
                for feature in features:
                    self._serving[feature][link.key_result] += float(link.share)
                    self._witnesses[feature, link.key_result] += saying not in heard
                heard.add(saying)
        self._usual = _usual(alignment)
        self._add_declared(workspace)
        self._spread_below = self._spread.copy()
        self._described: Counter[Feature] = Counter()
        for ref, words in keywords.items():
            self._described.update(_of_keywords(words).keys())
            if ref in alignment.items:
                own = _features(alignment.items[ref], alignment).keys()
                self._spread_below.update(_of_keywords(words).keys() - own)

    def _add_declared(self, workspace: Workspace) -> None:
        for objective, key_result in workspace.key_results():
            texts = [key_result.title, objective.title]
            texts += [text for rule in key_result.links for text in _texts(rule)]
            for word in {folded for text in texts for _, folded in _words(text)}:
                self._serving["word", word][key_result.id] += _DECLARED
                self._witnesses[("word", word), key_result.id] += _WITNESSES
                self._answered["word", word] += _DECLARED

    def ranked(self, item: WorkItem) -> list[Suggestion]:
        """The likeliest key results of an item.

        What its description says can only add: it counts where the score with it is higher than without.
        """
        features = _features(item, self._alignment)
        found = self._scored(features, self._spread)
        if below := self._below(item, features):
            for name, one in self._scored({**features, **below}, self._spread_below).items():
                if name not in found or one.score > found[name].score:
                    found[name] = one
        offered = self._alignment.offered
        strong = (one for one in found.values() if one.score >= FURTHER and one.key_result in offered)
        best = heapq.nsmallest(MOST, strong, key=lambda one: (-one.score, one.key_result))
        return best if best and best[0].score >= THRESHOLD else []

    def _below(self, item: WorkItem, features: Features) -> Features:
        """What the description adds: words that work with an answer says; others would only drown the rest."""
        most = max(_FEW_DESCRIPTIONS, _TEMPLATE * len(self._keywords))
        return {
            feature: (_DESCRIPTION, shown if self._described[feature] <= most else "")
            for feature, shown in _of_keywords(self._keywords.get(item.ref, ())).items()
            if feature not in features and self._answered[feature]
        }

    def _scored(self, features: Features, spread: Counter[Feature]) -> dict[str, Suggestion]:
        """By key result, how much of the features speaks for it."""
        parts: defaultdict[str, defaultdict[str, float]] = defaultdict(lambda: defaultdict(float))
        whole = 0.0
        for feature, (weight, shown) in features.items():
            strength = weight * math.log((self._all + 2) / (spread[feature] + 1))
            whole += strength * self._certainty(feature)
            for name, belief in self._beliefs(feature):
                named = shown if self._witnesses[feature, name] >= _WITNESSES and _says(shown) else ""
                parts[name][named] += strength * belief
        if whole <= 0:
            return {}
        return {
            name: Suggestion(name, min(1.0, sum(words.values()) / whole), _strongest(words, whole))
            for name, words in parts.items()
        }

    def _certainty(self, feature: Feature) -> float:
        """How much of a feature counts: what nobody with an answer says tells little, and who or where nothing."""
        if self._answered[feature]:
            return 1.0
        return _UNANSWERED if feature[0] in ("word", "label") else 0.0

    def _beliefs(self, feature: Feature) -> Iterator[tuple[str, float]]:
        """By how much more than usual work that says this serves each key result, 0 < belief < 1."""
        answered = self._answered[feature] + 1 + self._undecided[feature] * _UNDECIDED
        for name, count in self._serving[feature].items() if feature in self._serving else ():
            usual = self._usual.get(name, 0.0)
            if count / answered > usual:
                yield name, (count / answered - usual) / (1 - usual)


def _usual(alignment: Alignment) -> dict[str, float]:
    """The part of all work with an answer that serves each key result."""
    shares: defaultdict[str, float] = defaultdict(float)
    answered = 0
    for placement in alignment.placements.values():
        answered += placement.state in ("aligned", "exempt")
        for link in placement.links if placement.state == "aligned" else ():
            shares[link.key_result] += float(link.share)
    return {name: share / answered for name, share in shares.items()}


def _says(shown: str) -> bool:
    """Whether a word, or a label, is one that a person would name as a reason."""
    return any(folded not in _EVERYWHERE for folded, _ in _words(shown))


def _strongest(words: Mapping[str, float], whole: float) -> tuple[str, ...]:
    named = {word: part for word, part in words.items() if word and part / whole >= _SPEAKS}
    return tuple(heapq.nsmallest(_MOST_WORDS, named, key=lambda word: (-named[word], word)))


def _of_keywords(words: Keywords) -> dict[Feature, str]:
    return {("word", folded): shown for shown, folded in _words(" ".join(words))}


def _features(item: WorkItem, alignment: Alignment) -> Features:
    features: dict[Feature, tuple[float, str]] = {}
    parent = alignment.items.get(item.parent) if item.parent is not None else None
    for label in item.labels:
        if claims_in([label]):
            continue
        features["label", label.casefold()] = (1.0, label)
        for _, folded in _words(label):
            features["word", folded] = (1.0, label)
    for text, weight in _texts_of(item, parent):
        seen = {folded for _, folded in _words(prose(text))} if _MARKUP.search(text) else None
        for shown, folded in _words(text):
            features.setdefault(("word", folded), (weight, shown if seen is None or folded in seen else ""))
    for kind, value in (
        ("project", item.project),
        ("team", item.team),
        ("type", item.kind),
        ("assignee", item.assignee),
    ):
        if value:
            features[kind, value.casefold()] = (_CIRCUMSTANCE, "")
    if parent is not None:
        features["family", str(parent.ref)] = (1.0, "")
    if alignment.children.get(item.ref):
        features["family", str(item.ref)] = (1.0, "")
    return features


def _texts_of(item: WorkItem, parent: WorkItem | None) -> Iterator[tuple[str, float]]:
    yield item.title, 1.0
    # The words end up on the item: those of a parent that not everybody sees must not.
    if parent is not None and (item.private or not parent.private):
        yield parent.title, _PARENT


def _words(text: str) -> Iterator[tuple[str, str]]:
    """Each word in lower case, and without the final s that most plurals have in English and French."""
    for word in _WORD.findall(text.casefold()):
        if len(word) > 1 and not word.isdigit() and word not in _EMPTY:
            yield word, word[:-1] if len(word) > 3 and word.endswith("s") and word[-2] != "s" else word


def _texts(rule: LinkRule) -> Iterator[str]:
    yield from (text for text in (rule.label, rule.project) if text)
