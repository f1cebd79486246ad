"""What work says by which key results it serves, and what that makes likely for work that serves none. Pure."""

from __future__ import annotations

import heapq
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from config.link_rules import LinkRule
from config.workspace import Workspace
from connectors.model import Ref, WorkItem
from connectors.text.keywords import Keywords
from sync.align.alignment import Alignment
from sync.align.evidence.features import Feature, FeatureReader, Features, is_reason, of_keywords, words_in

MOST = 3
"""Suggestions for one item."""
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

_DESCRIPTION = 0.5
_UNANSWERED = 0.3
"""Weights against a word of the title or a label: a word of the description, and a word that no work with an answer says."""
_UNDECIDED = 0.2
"""Work without an answer that says the same: so much against, as it may be missing its link like this one."""
_DECLARED = 3
"""A word of a key result's own text weighs as much as this many pieces of work that say it."""


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


class Evidence:
    """What work says by which key results it serves, for all that is known of what those say that are `asked` about."""

    def __init__(
        self,
        alignment: Alignment,
        workspace: Workspace,
        keywords: Mapping[Ref, Keywords],
        asked: Iterable[Ref],
    ) -> None:
        self._alignment = alignment
        self._keywords = keywords
        self._reader = FeatureReader(alignment)
        self._serving: defaultdict[Feature, dict[str, float]] = defaultdict(dict)
        self._witnesses: defaultdict[Feature, Counter[str]] = defaultdict(Counter)
        self._answered: Counter[Feature] = Counter()
        self._undecided: Counter[Feature] = Counter()
        self._spread: Counter[Feature] = Counter()
        self._all = len(alignment.placements)
        self._beliefs: dict[Feature, tuple[tuple[str, float, bool], ...]] = {}
        self._says: dict[str, bool] = {}
        # What nobody says who is asked about tells nothing of them.
        self._heeded: set[Feature] = set()
        for ref in asked:
            self._heeded |= self._reader.said(alignment.items[ref])
            self._heeded |= of_keywords(keywords.get(ref, ())).keys()
        self._listen()
        self._usual = _usual(alignment)
        self._add_declared(workspace)
        self._spread_below = self._spread.copy()
        self._described: Counter[Feature] = Counter()
        for ref, words in keywords.items():
            below = of_keywords(words).keys()
            self._described.update(below)
            if ref in alignment.items:
                self._spread_below.update(below - self._reader.said(alignment.items[ref]))

    def _listen(self) -> None:
        """Hear what all work says."""
        items = self._alignment.items
        heard: set[tuple[str, str]] = set()
        for ref, placement in self._alignment.placements.items():
            features = self._reader.said(items[ref]) & self._heeded
            self._spread.update(features)
            if placement.state in ("aligned", "exempt"):
                self._answered.update(features)
            elif placement.state == "unaligned":
                self._undecided.update(features)
            for link in placement.links if placement.state == "aligned" else ():
                name, share = link.key_result, float(link.share)
                saying = (items[ref].title.casefold(), name)
                is_new = saying not in heard
                heard.add(saying)
                for feature in features:
                    serving = self._serving[feature]
                    serving[name] = serving.get(name, 0.0) + share
                    if is_new:
                        self._witnesses[feature][name] += 1

    def _add_declared(self, workspace: Workspace) -> None:
        for objective, key_result in workspace.key_results():
            texts = [key_result.title, objective.title]
            texts += [text for rule in key_result.links for text in _texts(rule)]
            for word in {folded for text in texts for _, folded in words_in(text)} & self._heeded:
                serving = self._serving[word]
                serving[key_result.id] = serving.get(key_result.id, 0.0) + _DECLARED
                self._witnesses[word][key_result.id] += _WITNESSES
                self._answered[word] += _DECLARED

    def ranked(self, item: WorkItem) -> list[Suggestion]:
        """The likeliest key results of an item, the likeliest first, as far as they score `FURTHER`.

        What its description says can only add: it counts where the score with it is higher than without.
        """
        features = self._reader.features(item)
        found = self._scored(features, self._spread)
        if below := self._below(item, features):
            for name, one in self._scored({**features, **below}, self._spread_below).items():
                if name not in found or one.score > found[name].score:
                    found[name] = one
        return heapq.nsmallest(MOST, found.values(), key=lambda one: (-one.score, one.key_result))

    def _below(self, item: WorkItem, features: Features) -> Features:
        """What the description adds: words that work with an answer says; others would only drown the rest."""
        most = max(_FEW_DESCRIPTIONS, _TEMPLATE * len(self._keywords))
        return {
            feature: (_DESCRIPTION, shown if self._described[feature] <= most else "")
            for feature, shown in of_keywords(self._keywords.get(item.ref, ())).items()
            if feature not in features and self._answered[feature]
        }

    def _scored(self, features: Features, spread: Counter[Feature]) -> dict[str, Suggestion]:
        """By key result, how much of the features speaks for it; only those offered now for which enough does."""
        parts: defaultdict[str, dict[str, float]] = defaultdict(dict)
        whole = 0.0
        for feature, (weight, shown) in features.items():
            strength = weight * math.log((self._all + 2) / (spread[feature] + 1))
            whole += strength * self._certainty(feature)
            reason = shown if self._is_reason(shown) else ""
            for name, belief, is_witnessed in self._believed(feature):
                words, named = parts[name], reason if is_witnessed else ""
                words[named] = words.get(named, 0.0) + strength * belief
        if whole <= 0:
            return {}
        offered, found = self._offered, {}
        for name, words in parts.items():
            score = min(1.0, sum(words.values()) / whole)
            if score >= FURTHER and name in offered:
                found[name] = Suggestion(name, score, _strongest(words, whole))
        return found

    @cached_property
    def _offered(self) -> frozenset[str]:
        return frozenset(self._alignment.offered)

    def _certainty(self, feature: Feature) -> float:
        """How much of a feature counts: what nobody with an answer says tells little, and who or where nothing."""
        if self._answered[feature]:
            return 1.0
        return _UNANSWERED if "\n" not in feature or feature.startswith("label\n") else 0.0

    def _is_reason(self, shown: str) -> bool:
        if (found := self._says.get(shown)) is None:
            self._says[shown] = found = is_reason(shown)
        return found

    def _believed(self, feature: Feature) -> tuple[tuple[str, float, bool], ...]:
        """By how much more than usual work that says this serves each key result, 0 < belief < 1, and whether enough work does."""
        if (found := self._beliefs.get(feature)) is None:
            answered = self._answered[feature] + 1 + self._undecided[feature] * _UNDECIDED
            witnesses = self._witnesses.get(feature, Counter())
            rows = []
            for name, count in self._serving[feature].items() if feature in self._serving else ():
                usual = self._usual.get(name, 0.0)
                if count / answered > usual:
                    belief = (count / answered - usual) / (1 - usual)
                    rows.append((name, belief, witnesses.get(name, 0) >= _WITNESSES))
            self._beliefs[feature] = found = tuple(rows)
        return found


def _usual(alignment: Alignment) -> dict[str, float]:
    """The part of all work with an answer that serves each key result."""
    shares: defaultdict[str, float] = defaultdict(float)
    answered = 0
    for placement in alignment.placements.values():
        answered += placement.state in ("aligned", "exempt")
        for link in placement.links if placement.state == "aligned" else ():
            shares[link.key_result] += float(link.share)
    return {name: share / answered for name, share in shares.items()}


def _strongest(words: Mapping[str, float], whole: float) -> tuple[str, ...]:
    named = {word: part for word, part in words.items() if word and part / whole >= _SPEAKS}
    return tuple(heapq.nsmallest(_MOST_WORDS, named, key=lambda word: (-named[word], word)))


def _texts(rule: LinkRule) -> Iterator[str]:
    yield from (text for text in (rule.label, rule.project) if text)
