"""Why an item is linked, in the language of a workspace, and read back from a ticket in whatever language it stands there. Pure.

The English of it is what `LinkReason` itself says, which a test holds.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from config.conditions import Condition, Span
from config.messages import pieces
from config.text.texts import Texts
from sync.align.link import LinkReason

_PLACES = ("parent", "ancestor", "linked", "mirrored")


def reason_words(because: LinkReason, texts: Texts) -> str:
    """The rule or claim, and on what above the item it held."""
    if because.condition is not None:
        said = texts.text("reason.rule", condition=condition_words(because.condition, texts))
    else:
        said = texts.text("reason.claim", key_result=because.claim)
    if not because.path:
        return texts.text("reason.mirrored", reason=said, key=because.mirror) if because.mirror else said
    where = "linked" if because.linked else "parent" if len(because.line) == 1 else "ancestor"
    return texts.text(f"reason.{where}", reason=said, key=because.path[-1])


def condition_words(condition: Condition, texts: Texts) -> str:
    """All that a condition asks for."""
    return ", ".join(words for name, value in condition.given.items() for words in _words(name, value, texts))


def _words(name: str, value: object, texts: Texts) -> Iterator[str]:
    key = f"condition.{name}"
    match value:
        case Condition():
            yield texts.text(key, condition=condition_words(value, texts))
        case tuple():
            inside = "; ".join(condition_words(one, texts) for one in value)
            yield texts.text(key, conditions=inside)
        case Span():
            yield texts.text(key, span=_span_words(value, texts))
        case dict() if name == "field":
            yield from (f"{field} {text}" for field, text in value.items())
        case dict():
            yield texts.text(key, value=json.dumps(value, ensure_ascii=False))
        case _ if name == "level":
            yield texts.text(key, value=texts.text(f"condition.level.{value}"))
        case _:
            yield texts.text(key, value=value)


def _span_words(span: Span, texts: Texts) -> str:
    form = "both" if span.since and span.until else "since" if span.since else "until"
    return texts.text(f"condition.span.{form}", since=span.since, until=span.until)


@dataclass(frozen=True, slots=True)
class SaidReason:
    """A reason as a ticket says it, without what above the item it held on. `rule` is "" of a claim; a very long one is cut short."""

    kind: Literal["claim", "rule"]
    rule: str = ""

    def may_be(self, words: str) -> bool:
        """Whether it may name the rule that has these words."""
        return words == self.rule or (self.rule.endswith("…") and words.startswith(self.rule[:-1]))


def said_reason(words: str, texts: Texts) -> SaidReason | None:
    """What a ticket says of why it is linked, in the language of these texts or in any other; None for anything else."""
    for place in _PLACES:
        for template in texts.every_spelling(f"reason.{place}"):
            if found := _shape(template, {"reason": "(?P<said>.+)", "key": ".+"}).fullmatch(words):
                words = found["said"]
                break
    for template in texts.every_spelling("reason.rule"):
        # Cut short, it lacks what stands behind.
        shape = _shape(template, {"condition": "(?P<said>.+?)"}, cut=words.endswith("…"))
        if found := shape.fullmatch(words):
            return SaidReason("rule", found["said"])
    is_claim = any(
        _shape(template, {"key_result": ".+"}).fullmatch(words)
        for template in texts.every_spelling("reason.claim")
    )
    return SaidReason("claim") if is_claim else None


def _shape(template: str, names: dict[str, str], *, cut: bool = False) -> re.Pattern[str]:
    """The template as a pattern; `cut`: what stands behind its last name may be missing."""
    literals = [(re.escape(literal), names[name] if name else "") for literal, name in pieces(template)]
    if cut and literals and not literals[-1][1]:
        literals[-1] = (f"(?:{literals[-1][0]})?", "")
    return re.compile("".join(literal + name for literal, name in literals), re.DOTALL)
