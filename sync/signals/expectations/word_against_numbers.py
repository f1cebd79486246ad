"""word_against_numbers: the health that a person gave work says something else than the numbers of what it serves. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from config.text.phrases import Phrase, phrase
from connectors.model import GivenHealth, Health, UpdateHealth, WorkItem
from sync.measure import Reading
from sync.signals.mechanism import SignalContext, SignalRule
from sync.signals.signal import Severity, Signal

ID = "word_against_numbers"
_ORDER: tuple[UpdateHealth, ...] = ("on_track", "at_risk", "off_track")
_AS_WORD: dict[Health, UpdateHealth] = {
    "done": "on_track",
    "on_track": "on_track",
    "at_risk": "at_risk",
    "off_track": "off_track",
}


def fire(context: SignalContext) -> Iterator[Signal]:
    """A signal for each key result and each open piece of work that serves it and was given another health within its cycle.

    A word of before the cycle began is about something else; one without a day is taken as of now.
    """
    readings = context.scorecard.readings
    for ref, item in sorted(context.alignment.items.items()):
        given = item.given_health
        if given is None or not item.is_open or not item.in_scope:
            continue
        links = context.alignment.placements[ref].links
        for name in sorted({link.key_result for link in links}):
            reading = readings[name]
            if reading.phase == "running" and reading.closed is None and _is_of(given, name, context):
                yield from _compared(item, given, reading, context)


def _is_of(given: GivenHealth, key_result: str, context: SignalContext) -> bool:
    if given.on is None:
        return True
    start = context.workspace.cycles[context.alignment.terms[key_result].cycle].start
    return given.on.astimezone(context.workspace.zone).date() >= start


def _compared(
    item: WorkItem, given: GivenHealth, reading: Reading, context: SignalContext
) -> Iterator[Signal]:
    computed = _AS_WORD.get(reading.health)
    if computed is None or computed == given.health:
        return
    on = None if given.on is None else given.on.astimezone(context.workspace.zone).date()
    yield Signal(
        ID,
        _severity(given.health, computed),
        "key_result",
        reading.key_result,
        (item.ref,),
        phrase(
            "signals.word_against_numbers.message" + ("" if on else ".undated"),
            item=item.name,
            key_result=reading.key_result,
            title=reading.title,
            given=_word(given.health),
            computed=_word(reading.health),
            day=on or "",
        ),
        phrase("signals.word_against_numbers.formula"),
        "",
        phrase("signals.word_against_numbers.remedy"),
        None if on is None else (context.today - on).days,
    )


def _word(health: Health) -> Phrase:
    return phrase(f"signals.health.{health}")


def _severity(given: UpdateHealth, computed: UpdateHealth) -> Severity:
    """Two steps apart, and a word better than the numbers, weigh most."""
    steps = _ORDER.index(computed) - _ORDER.index(given)
    return "high" if steps > 1 else "medium" if steps == 1 or steps < -1 else "low"


WORD_AGAINST_NUMBERS = SignalRule(ID, fire)
