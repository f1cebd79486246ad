"""The options of selects on a Data Center: what is there, what is lacking, and what an administrator has to do, since its API
neither adds nor renames them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from config.text.texts import Texts
from connectors.jira.marks.names import field_called, option_called, option_on
from connectors.jira.remedies import adding, allowed
from connectors.jira.setup.cloud_fields import FIELDS
from connectors.jira.setup.server_fields import Meta
from connectors.setup import SetupProblem


def options_there(fields: Mapping[str, str | None], metas: Mapping[str, Meta | None]) -> set[str]:
    """The options of all selects of ours, where they can be seen."""
    return {text for name in fields for seen in _seen(name, fields, metas) for text in seen}


def without_options(
    fields: Mapping[str, str | None], metas: Mapping[str, Meta | None], texts: Texts
) -> dict[str, list[str]]:
    """By field, the options that it lacks in every language where it can be seen; all of them where it cannot."""
    lacking: dict[str, list[str]] = {}
    for name in fields:
        seen = _seen(name, fields, metas)
        options = [
            one
            for one in FIELDS[name][2]
            if not seen or any(option_on(one, values, texts) is None for values in seen)
        ]
        if options:
            lacking[name] = options
    return lacking


def options_by_hand(name: str, options: Sequence[str], texts: Texts) -> SetupProblem:
    """What an administrator has to add to a field."""
    called = field_called(name, texts)
    why = "the Data Center API cannot add options to a field"
    remedy = f"{adding(called, [option_called(one, texts) for one in options])} Until then, labels carry the same information."
    return SetupProblem(f"options of {called}", why, remedy, fills=True)


def options_to_rename(
    fields: Mapping[str, str | None], there: Collection[str], texts: Texts
) -> Iterator[SetupProblem]:
    """What an administrator may rename, where options are in another language; they are used as they are."""
    for name in fields:
        found = {one: option_on(one, there, texts) for one in FIELDS[name][2]}
        others = {
            text: wanted
            for one, text in found.items()
            if text is not None and text != (wanted := option_called(one, texts))
        }
        if others:
            called = field_called(name, texts)
            why = f"{', '.join(others)} are used as they are: the Data Center API cannot rename options"
            pairs = ", ".join(f"{text} to {wanted}" for text, wanted in others.items())
            remedy = (
                f"Ask a Jira administrator to rename {pairs} (Administration, Issues, Custom fields, {called}, Configure, "
                "Edit options)."
            )
            yield SetupProblem(f"options of {called}", why, remedy)


def _seen(name: str, fields: Mapping[str, str | None], metas: Mapping[str, Meta | None]) -> list[set[str]]:
    """What can be chosen in a field, by project; nothing of what is no select."""
    id_ = fields[name]
    if not FIELDS[name][2]:
        return []
    return [allowed(meta[id_]) for meta in metas.values() if meta and id_ is not None and id_ in meta]
