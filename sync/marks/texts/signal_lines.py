"""The lines by which a text names signals: a line each. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from connectors.text.document import Line, Text, line
from sync.marks.messages import Messages


def signal_lines(names: Sequence[str], messages: Messages) -> tuple[Line, ...]:
    """A line for each, by its id and the key result that it is about, if any. Raises ValueError for a signal that there is not."""
    return tuple(_line(*name.partition(" ")[::2], messages) for name in names)


def _line(id_: str, key_result: str, messages: Messages) -> Line:
    if f"signals.{id_}.name" not in messages:
        raise ValueError(f"no signal {id_}")
    name = messages.text(f"signals.{id_}.name")
    key = "signals.mark.subject" if key_result else "signals.mark.line"
    return line(
        Text(messages.text("signals.mark"), strong=True), messages.text(key, name=name, subject=key_result)
    )
