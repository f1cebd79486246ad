"""The comment on the topmost piece of work that serves no key result: since when, what is near, the ways out. Pure.

Change how it is put together, and raise `RENDERING` in sync/marks/messages.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from connectors.model import CLAIM_PREFIX
from connectors.text.document import Doc, Inline, Line, Panel, Text, line, para
from sync.marks.details import Claim, Offer, OrphanDetails
from sync.marks.messages import Messages
from sync.marks.texts.phrases import day, listed, one_stop, separated
from sync.marks.texts.signal_lines import signal_lines


def orphan_text(details: OrphanDetails, messages: Messages, signals: Sequence[str] = ()) -> Doc:
    """The text of such a comment, which names these `signals`. Raises ValueError where the details name no days."""
    rows = (
        _head(details, messages),
        _near(details, messages),
        _ways(details, messages),
        *signal_lines(signals, messages),
    )
    return Doc((Panel("warning", tuple(para(*row) for row in rows if row)),))


def _head(details: OrphanDetails, messages: Messages) -> Line:
    since = _since(details, messages)
    if not details.claims:
        return line(Text(messages.text("orphan.head"), strong=True), *([f" {since}"] if since else []))
    claims = [part for one in details.claims for part in _claim(one, details, messages)]
    until = messages.counted("orphan.until", len(details.claims))
    return line(*claims, until, *([f" {since}"] if since else []))


def _since(details: OrphanDetails, messages: Messages) -> str:
    """Since when, with how much work below it; nothing that an older record does not tell."""
    if not details.since or not details.day:
        return ""
    since = messages.text(f"orphan.since.{details.since}", day=day(details.day, messages, near=details.read))
    if not details.below:
        return one_stop(messages.text("orphan.alone", since=since))
    return messages.counted("orphan.with", details.below, since=since)


def _claim(one: Claim, details: OrphanDetails, messages: Messages) -> Iterator[Inline]:
    claim = Text(f"{CLAIM_PREFIX}{one.claim}" if one.label else one.claim, code=True)
    if one.over:
        over = day(one.over, messages, near=details.read)
        yield from _strong(messages.line("orphan.unmet.over", claim=claim, day=over))
    else:
        yield from _strong(messages.line("orphan.unmet", claim=claim))
        if one.nearest:
            yield Text(" ")
            yield from messages.line("orphan.unmet.near", nearest=Text(one.nearest, strong=True))
    yield Text(" ")


def _strong(words: Line) -> Line:
    """The words of ours in bold; code stays as it is."""
    return tuple(
        Text(one.text, strong=True) if isinstance(one, Text) and not one.code else one for one in words
    )


def _near(details: OrphanDetails, messages: Messages) -> Line:
    """The key results that it looks closest to, and why; else the first few, where any is on offer."""
    if details.closest:
        offers = [_closest(one, messages) for one in details.closest]
        return line(messages.text("orphan.near"), " ", *separated(offers, messages.text("orphan.next")), ".")
    if not details.declared or any(one.nearest for one in details.claims):
        return ()
    offers = [line(f"{one.id} · {one.title}") for one in details.declared]
    if details.more:
        offers.append(line(messages.counted("orphan.offered.more", details.more)))
    return line(messages.text("orphan.offered"), " ", *separated(offers, messages.text("orphan.next")), ".")


def _closest(one: Offer, messages: Messages) -> Line:
    reasons: list[Line] = []
    if one.words:
        words = tuple(
            part
            for place, word in enumerate(one.words)
            for part in ((Text(", "),) if place else ()) + (Text(word, em=True),)
        )
        reasons.append(messages.line(messages.plural_key("orphan.near.words", len(one.words)), words=words))
    if one.team:
        reasons.append(line(messages.counted("orphan.near.team", one.team)))
    name = Text(f"{one.id} · {one.title}", strong=True)
    return line(name, " (", *separated(reasons, messages.text("orphan.next")), ")") if reasons else line(name)


def _ways(details: OrphanDetails, messages: Messages) -> Line:
    names = [one.nearest for one in details.claims if one.nearest] or [one.id for one in details.closest]
    exempt = _exempt(details.exempt, details.owner, messages)
    if details.group:
        which: Inline = Text(names[0], code=True) if names else Text(messages.text("orphan.any"))
        ways = messages.line("orphan.how.group", key_result=which, group=details.group, exempt=exempt)
    else:
        label = Text(f"{CLAIM_PREFIX}{names[0] if names else 'ID'}", code=True)
        ways = messages.line("orphan.how", label=label, exempt=exempt)
    return line(*ways, " ", messages.text("orphan.gone"))


def _exempt(labels: Sequence[str], owner: str, messages: Messages) -> Line:
    if labels:
        return messages.line("orphan.exempt.by_label", labels=listed(labels, messages, code=True))
    if owner:
        return messages.line("orphan.exempt.by_owner", owner=owner)
    return messages.line("orphan.exempt.by_file")
