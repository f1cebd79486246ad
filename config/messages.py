"""The texts that people read on tickets: templates by language, and how a workspace overrides them.

A template is literal text with names in braces; what a name stands for is put in as it is, never read as
markup. The English ones say which names each template knows. Each file in config/languages is one language.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from string import Formatter

DEFAULT = "en"


def _languages() -> dict[str, dict[str, dict[str, str]]]:
    folder = files("config").joinpath("languages")
    return {
        one.name.removesuffix(".toml"): tomllib.loads(one.read_text(encoding="utf-8"))
        for one in sorted(folder.iterdir(), key=lambda one: one.name)
        if one.name.endswith(".toml")
    }


_LANGUAGES = _languages()

FORMATS: Mapping[str, Mapping[str, str]] = {code: dict(one.pop("format")) for code, one in _LANGUAGES.items()}
"""How each language writes numbers and days: what `Figures` in config/text/figures.py takes."""

SHIPPED: Mapping[str, Mapping[str, str]] = {
    code: {f"{part}.{name}": text for part, texts in one.items() for name, text in texts.items()}
    for code, one in _LANGUAGES.items()
}
"""The templates of each language, by name, such as "progress.blocked"."""

ENGLISH = SHIPPED[DEFAULT]

FIXED = frozenset(("setup.signature", "setup.label", "link.also", "link.also.more", "link.also.only"))
"""Texts by which things of ours are known on trackers: a workspace cannot replace them, each language has its own."""

RETIRED = frozenset(
    f"{part}.{name}"
    for part, names in {
        "progress": "data data.checkin data.read foot goal goal.above goal.amount goal.below goal.between goal.binary "
        "goal.composite goal.milestones goal.project goal.value goal.work header.now header.what left "
        "left.nothing left.points left.text linked measure measure.binary measure.composite measure.flow "
        "measure.keep measure.metric measure.milestones measure.project measure.query measure.work owner "
        "value value.down value.text since.done since.reopened since.added since.dropped since.gone since.estimated ",
        "update": "risk.behind",
        "orphan": "age.days age.months age.weeks claim.and claim.near claim.over claim.unknown close close.how closest "
        "closest.because declared declared.more exempt exempt.ask exempt.label exempt.or foot link link.how "
        "ways why.above why.alone why.below why.claimed.above why.claimed.alone ",
    }.items()
    for name in names.split()
)
"""Texts that earlier versions had. A workspace may still have its own: nothing says them any more."""

RENAMED: Mapping[str, str] = {
    "progress.pace.forecast": "progress.forecast.text",
    "update.risk.behind": "update.risk.behind.other",
    **{
        f"progress.since.{what}": f"progress.since.{what}.other"
        for what in ("done", "reopened", "added", "dropped", "gone", "estimated")
    },
}
"""Texts that are called otherwise now, by their names in earlier versions."""

REMOVED: Mapping[str, str] = {
    "decimal": "numbers are written as the language does",
    **dict.fromkeys(sorted(RETIRED - RENAMED.keys()), "nothing says it any more"),
}
"""Texts that are gone for good, and why."""


@lru_cache(maxsize=4096)
def pieces(template: str) -> tuple[tuple[str, str | None], ...]:
    """The template as pairs of literal text and the name that follows it, None at the end.

    Raises ValueError, in words, where braces do not pair or hold more than a name.
    """
    found = []
    try:
        for literal, name, form, conversion in Formatter().parse(template):
            if name is not None and (form or conversion or not name.isidentifier()):
                raise ValueError(f"{{{name}}} is not a plain placeholder")
            found.append((literal, name))
    except ValueError as error:
        raise ValueError(f"{error}; write {{{{ and }}}} for literal braces") from None
    return tuple(found)


def names_in(template: str) -> frozenset[str]:
    """The names that a template puts in."""
    return frozenset(name for _, name in pieces(template) if name is not None)


def any_plural(key: str) -> str:
    """The name of the text in the plural that every language has, for a text in one that some have, such as "few"."""
    text, _, plural = key.rpartition(".")
    return f"{text}.other" if plural in ("zero", "one", "two", "few", "many") else ""
