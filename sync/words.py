"""The texts that people read on tickets, as documents. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from config.workspace import Workspace
from connectors.document import (
    Bar,
    Block,
    Bullets,
    Colour,
    Doc,
    Inline,
    Lozenge,
    Panel,
    Paragraph,
    Text,
    Tone,
    line,
    para,
)
from connectors.model import Health, KeyResultMark, WorkItem
from sync.measure import Reading
from sync.signals import Orphan

HEALTH_WORDS: dict[Health, str] = {
    "on_track": "on track",
    "at_risk": "at risk",
    "off_track": "off track",
    "done": "done",
    "no_data": "no data",
}

_COLOURS: dict[Health, Colour] = {
    "on_track": "green",
    "at_risk": "yellow",
    "off_track": "red",
    "done": "blue",
    "no_data": "neutral",
}

_TONES: dict[Health, Tone] = {
    "on_track": "success",
    "at_risk": "warning",
    "off_track": "error",
    "done": "info",
    "no_data": "note",
}

_MOST_OFFERED = 6


def progress_comment(
    readings: Sequence[Reading], marks: Sequence[KeyResultMark], because: Sequence[str], as_of: datetime
) -> Doc:
    """The comment on an epic or project that carries key results."""
    blocks: list[Block] = []
    for reading, mark, why in zip(readings, marks, because, strict=True):
        head = para(
            Text(f"{reading.key_result} · {reading.title}", strong=True, href=mark.url),
            "  ",
            Lozenge(HEALTH_WORDS[reading.health].upper(), _COLOURS[reading.health]),
        )
        blocks.append(Panel(_TONES[reading.health], (head, _figures(reading))))
        blocks.append(para(Text(f"Linked by {why}. {_sentence(reading.evidence)}", em=True)))
    blocks.append(para(Text(f"As of {as_of:%Y-%m-%d}. Truenorth keeps this comment up to date.", em=True)))
    return Doc(tuple(blocks))


def _figures(reading: Reading) -> Paragraph:
    if reading.percent is None:
        return para("There is no data yet.")
    parts: list[Inline | str] = [Bar(reading.percent), f" {reading.percent} %"]
    parts.append(f", expected by now {int(reading.expected * 100)} %")
    parts.append(f" · {value_against_target(reading)}")
    return para(*parts)


def value_against_target(reading: Reading) -> str:
    """Such as "29.1 / 35 %", or a dash without data."""
    if reading.value is None:
        return "–"
    target = "" if reading.target is None else f" / {reading.target:g}"
    return f"{reading.value:g}{target} {reading.unit}".rstrip()


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + "."


def orphan_comment(item: WorkItem, orphan: Orphan, workspace: Workspace) -> Doc:
    """The comment on the topmost piece of work that serves no key result: why, and the ways out."""
    declared = [key_result for _, key_result in workspace.key_results()]
    offered = [line(Text(f"kr:{kr.id}", code=True), f" {kr.title}") for kr in declared[:_MOST_OFFERED]]
    if len(declared) > _MOST_OFFERED:
        offered.append(line(f"and {len(declared) - _MOST_OFFERED} more"))
    below = ", and with it all that hangs below it," if item.level in ("epic", "project") else ""
    ways = (
        line(Text("Link it", strong=True), ": add the label ", Text("kr:ID", code=True), " of a key result"),
        line(Text("Exempt it", strong=True), *_exempt_words(workspace)),
        line(Text("Close it", strong=True), ", if it is not worth doing now"),
    )
    why = f" It has been open for {_days(orphan.age_days)}, and no claim, rule or parent links it{below} to one."
    return Doc(
        (
            Panel("warning", (para(Text("This work serves no key result.", strong=True), why),)),
            para("Three ways out:"),
            Bullets(ways),
            para("The key results:"),
            Bullets(tuple(offered)),
            para(Text("The warning goes away by itself. Written by Truenorth.", em=True)),
        )
    )


def _days(days: int) -> str:
    # A figure that grows by itself would make every comment stale: say the order of magnitude.
    if days < 14:
        return "more than a week"
    return f"{days // 7} weeks" if days < 70 else f"{days // 30} months"


def _exempt_words(workspace: Workspace) -> tuple[Inline | str, ...]:
    labels = [label for rule in workspace.exempt for label in rule.labels][:3]
    if not labels:
        return (": ask for an exempt category in the OKR files",)
    words: list[Inline | str] = [": add the label "]
    for place, label in enumerate(labels):
        words += [" or " if place else "", Text(label, code=True)]
    return tuple(words)
