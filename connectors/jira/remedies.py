"""What to do about fields of ours that cannot be set: one place for the words that `check`, `setup` and a run's log say. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from config.text.texts import Texts
from config.wording import agree
from connectors.jira.api.fields import SiteFields
from connectors.jira.marks.names import OPTIONS, field_called, option_called, option_on

MISSING_FIELD = "Ask a Jira administrator to add it. Labels and comments carry the same information."

FILLED = (
    "The sync after that fills the field on every ticket with marks, which the guard on mass changes may stop: review the "
    "plan, then pass the flag that it names."
)
"""What follows from a remedy, said before it happens."""


def off_screen(names: Sequence[str], project: str) -> str:
    """What to do about fields that are not on the edit screens of a project, by its key."""
    named = " and ".join(f'"{name}"' for name in names)
    return f"Ask a Jira administrator to add {named} to the edit screens of {project}."


def lacking_options(name: str, field: Any, texts: Texts) -> list[str]:
    """The options of ours that the select of this name lacks in every language, as this one calls them, by what editmeta says of
    it; none for what is no select."""
    there = allowed(field)
    options = (one for one in OPTIONS.get(name, ()) if option_on(one, there, texts) is None)
    return [option_called(one, texts) for one in options]


def allowed(field: Any) -> set[str]:
    """The options that editmeta gives of a field."""
    rows = field.get("allowedValues") or () if isinstance(field, dict) else ()
    return {str(row.get("value")) for row in rows if isinstance(row, dict)}


def adding(name: str, options: Sequence[str]) -> str:
    """Which options a field lacks, and where an administrator of a Data Center adds them: its API cannot."""
    return (
        f"Ask a Jira administrator to add {agree(len(options), 'this option', 'these options')} to {name} "
        f"(Administration, Issues, Custom fields, {name}, Configure, Edit options): {', '.join(options)}."
    )


def without_options(name: str, options: Sequence[str], *, by_hand: bool) -> str:
    """What to do about a select that lacks options. `by_hand`: setup cannot add them."""
    how = adding(name, options) if by_hand else "Run setup, or ask a Jira administrator to add them."
    return f"{how} Until then, labels carry the same information. {FILLED}"


def perhaps_without_options(names: Sequence[str]) -> str:
    """What to do about selects that may be on the screens already, where Jira does not say what is wrong with them."""
    named = " and ".join(names)
    return (
        f"Where {named} {agree(len(names), 'is', 'are')} on the screen already, options are missing: "
        "run truenorth check, which lists them."
    )


def why_not(id_: str, meta: Mapping[str, Any], site: SiteFields, project: str) -> tuple[str, str]:
    """Why a field of ours cannot be set on an issue with this editmeta, and what to do; "" twice where it can."""
    name = site.names.get(id_, id_)
    if id_ not in meta:
        return "it is not on the edit screen", off_screen([field_called(name, site.texts)], project)
    if missing := lacking_options(name, meta[id_], site.texts):
        remedy = without_options(field_called(name, site.texts), missing, by_hand=site.options_by_hand)
        return f"it has no option {', '.join(missing)}", remedy
    return "", ""
