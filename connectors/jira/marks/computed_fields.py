"""The fields of ours that hold nothing but what is computed: what stands in each, and what marks say in it. Pure.

Nobody's word can stand in them, so on an issue with marks of ours they always say what the marks say: ADR 36. `Key
result`, in which people claim, is not one of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from msgspec import UNSET

from config.text.redaction import shorten
from connectors.jira.api.fields import (
    ALIGNMENT_NAME,
    ALIGNMENT_OPTIONS,
    HEALTH_NAME,
    HEALTH_OPTIONS,
    MAX_TEXT,
    OBJECTIVE_NAME,
    PROGRESS_NAME,
    SiteFields,
    field_text,
)
from connectors.jira.api.wire import Fields
from connectors.jira.marks.names import option_meant
from connectors.model import AlignmentState, KeyResultMark, Stamp

Recorded = Mapping[str, Sequence[str]]
"""What a stamp says was written into each field, by its id."""


@dataclass(frozen=True, slots=True)
class ComputedField:
    """One of these fields on one issue.

    - `there`: the text of its value, "" for none; an option of ours in English, whatever language the site has it in. `is_lost`: the issue does not have the field at all.
    - `value`: what the marks say in it, None for nothing.
    - `is_unused`: the policy wants no key results shown, so what people keep in it is theirs.
    """

    id: str
    name: str
    there: str
    value: str | int | None
    is_lost: bool = False
    is_unused: bool = False

    @property
    def says(self) -> str:
        """The text of what the marks say in it."""
        return "" if self.value is None else str(self.value)

    def is_written(self, recorded: Recorded) -> bool:
        """Whether the stamp says that something was written into it."""
        return any(recorded.get(self.id, ()))

    def is_wrong(self, recorded: Recorded) -> bool:
        """Whether it shows neither what the marks say nor what was written last.

        The value that was written last is not wrong: a newer one could not be written, or is about to be.
        """
        if self.is_lost or self.there == self.says or (self.is_unused and not self.is_written(recorded)):
            return False
        return not self.there or self.there not in recorded.get(self.id, ())


def computed_fields(
    fields: Fields,
    site: SiteFields,
    key_results: Sequence[KeyResultMark],
    alignment: AlignmentState | None,
) -> Iterator[ComputedField]:
    """Those that the site has, with what they say of these marks: of several key results, of the first."""
    first = key_results[0] if key_results else None
    is_unused = first is None and alignment == "aligned"
    rows: tuple[tuple[str | None, str, Any, str | int | None], ...] = (
        (site.progress, PROGRESS_NAME, fields.kr_progress, first.percent if first else None),
        (site.health, HEALTH_NAME, fields.kr_health, HEALTH_OPTIONS[first.health] if first else None),
        (site.objective, OBJECTIVE_NAME, fields.kr_objective, objective_text(first) if first else None),
    )
    for id_, name, there, value in rows:
        if id_:
            text = value_text(there)
            text = option_meant(text, site.texts) if name == HEALTH_NAME else text
            yield ComputedField(id_, name, text, value, there is UNSET, is_unused)
    if site.alignment:
        there, says = fields.kr_alignment, ALIGNMENT_OPTIONS[alignment] if alignment else None
        text = option_meant(value_text(there), site.texts)
        yield ComputedField(site.alignment, ALIGNMENT_NAME, text, says, there is UNSET)


def recorded_texts(stamp: Stamp | None) -> dict[str, tuple[str, ...]]:
    """What a stamp says was written into each field: two texts while one replaces the other."""
    texts: dict[str, tuple[str, ...]] = {}
    for name, text in stamp.fields if stamp else ():
        texts[name] = (*texts.get(name, ()), text.strip())
    return texts


def objective_text(mark: KeyResultMark) -> str | None:
    """What the Objective field says of a key result; None where its objective is not known."""
    return shorten(mark.objective.strip(), MAX_TEXT) or None


def value_text(value: object) -> str:
    """The text of a value of a field, a number or anything of which `field_text` knows the text."""
    # Numbers come as floats.
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value:.15g}"
    return field_text(value)
