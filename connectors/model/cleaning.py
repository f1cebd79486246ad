"""What enters from outside is made fit to be shown, or kept to the last character but those of secrets. Pure."""

from __future__ import annotations

from typing import Any

from config.text.redaction import redactor, shown


def show(value: object, *names: str) -> None:
    """Let these texts of a new value be what may be shown."""
    for name in names:
        text = getattr(value, name)
        if text and (fit := shown(text)) != text:
            object.__setattr__(value, name, fit)


def redact(value: object, *names: str) -> None:
    """Take secrets out of names that are otherwise kept as they are, to the last invisible character."""
    for name in names:
        given = getattr(value, name)
        if given and (fit := _without_secrets(given)) != given:
            object.__setattr__(value, name, fit)


def _without_secrets(given: Any) -> Any:
    return redactor.text(given) if isinstance(given, str) else tuple(map(_without_secrets, given))
