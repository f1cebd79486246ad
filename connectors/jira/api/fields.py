"""A site's custom fields: which ids ours have, what their values mean, and what we write into them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import msgspec

from config.text.texts import ENGLISH_TEXTS, Texts
from connectors.jira.api.rich_text import is_rich_text, lines_of
from connectors.jira.api.wire import STANDARD_FIELDS, BulkPage, Fields, Issue
from connectors.model import CLAIM_NAME, AlignmentState, Health

PROGRESS_NAME = "KR progress"
HEALTH_NAME = "KR health"
ALIGNMENT_NAME = "Alignment"
OBJECTIVE_NAME = "Objective"
OUR_NAMES = (CLAIM_NAME, PROGRESS_NAME, HEALTH_NAME, ALIGNMENT_NAME, OBJECTIVE_NAME)
"""What the fields that we write are called in English; see connectors/jira/marks/names.py."""
HEALTH_OPTIONS: Mapping[Health, str] = {
    "on_track": "On track",
    "at_risk": "At risk",
    "off_track": "Off track",
    "done": "Done",
    "no_data": "No data",
}
ALIGNMENT_OPTIONS: Mapping[AlignmentState, str] = {
    "aligned": "Aligned",
    "orphaned": "Orphaned",
    "exempt": "Exempt",
}

MAX_TEXT = 255
"""Characters that a Jira text field holds."""


@dataclass(frozen=True, slots=True)
class SiteFields:
    """Ids of the custom fields that matter on this site; None where the site has none.

    - `claim` may be read only, when it is not a text field; `key_result` is set only when we may write.
    - `other_claims`: further fields of its name, as team-managed projects have them; these are only read.
    - `sprint` is only asked for where `commitments` are: whether issues are in an active sprint.
    - `paragraphs`: those of our texts that are rich text.
    - `points`: those of company-managed projects first; `team_points` are the ones of team-managed projects.
    - `parent_link`: what stands above epics, on Data Center alone: the Cloud tells it as `parent`.
    - `custom`: the fields that rules match, by the name that the rules use; one name can be that of several fields.
    - `called`: names of the fields of points, by their ids.
    - `flagged`: where people flag issues as blocked; it is not read, only its changes are.
    - `given_health`: where people say how it is going with an issue, as the tracker's `health_field` names it.
    - `others`: names of all custom fields, by their ids.
    - `renamed`: of these, what stamps say we filled, and nothing else tells to be ours: they are only emptied.
    - `settable`: fields that could not be set before and now can, by ids of project, type and field.
    - `options_by_hand`: whether an administrator alone can add options to a select, as on Data Center.
    - `labels`: those of the policy, casefolded: they are ours by name, whoever put them on.
    - `texts`: those that are written here.
    """

    claim: str | None = None
    key_result: str | None = None
    progress: str | None = None
    points: tuple[str, ...] = ()
    epic_link: str | None = None
    epic_name: str | None = None
    parent_link: str | None = None
    sprint: str | None = None
    commitments: bool = False
    health: str | None = None
    alignment: str | None = None
    objective: str | None = None
    flagged: str | None = None
    given_health: str | None = None
    other_claims: tuple[str, ...] = ()
    paragraphs: frozenset[str] = frozenset()
    team_points: frozenset[str] = frozenset()
    custom: tuple[tuple[str, str], ...] = ()
    called: Mapping[str, str] = field(default_factory=dict)
    settable: frozenset[tuple[str, str, str]] = frozenset()
    labels: frozenset[str] = frozenset()
    others: Mapping[str, str] = field(default_factory=dict)
    renamed: tuple[str, ...] = ()
    options_by_hand: bool = False
    notes: tuple[str, ...] = ()
    texts: Texts = ENGLISH_TEXTS

    def is_ours(self, label: str) -> bool:
        """Whether the label is one of the policy, in whatever case."""
        return label.casefold() in self.labels

    @property
    def names(self) -> dict[str, str]:
        """What the fields that we write are called, by their ids."""
        ids = (self.key_result, self.progress, self.health, self.alignment, self.objective)
        return {id_: name for id_, name in zip(ids, OUR_NAMES, strict=True) if id_}

    @property
    def wanted(self) -> list[str]:
        """Every field to ask for."""
        shown = [self.claim, self.progress, self.health, self.alignment, self.objective]
        custom = [
            *shown,
            *self.other_claims,
            *self.points,
            self.epic_link,
            self.epic_name,
            self.parent_link,
            self.sprint if self.commitments else None,
            self.given_health,
            *(id_ for _, id_ in self.custom),
            *self.renamed,
        ]
        return [*STANDARD_FIELDS, *dict.fromkeys(id_ for id_ in custom if id_)]

    def issue_type(self) -> type[Issue]:
        """The type of an issue on this site, with the custom fields under their ids here."""
        rename = self._ours()
        rename |= {self.attribute(n, id_): id_ for n, (_, id_) in enumerate(self.custom)}
        fields = msgspec.defstruct(
            "FieldsHere",
            [(name, Any, msgspec.UNSET) for name in rename],
            bases=(Fields,),
            rename=rename,
            kw_only=True,
        )
        issue = msgspec.defstruct("IssueHere", [("fields", fields)], bases=(Issue,), kw_only=True)
        return cast("type[Issue]", issue)

    def _ours(self) -> dict[str, str]:
        """Ids of the fields that have a meaning to us, by the names of their attributes."""
        named = {
            "key_result": self.claim,
            "kr_progress": self.progress,
            "kr_health": self.health,
            "kr_alignment": self.alignment,
            "kr_objective": self.objective,
            "epic_link": self.epic_link,
            "epic_name": self.epic_name,
            "parent_link": self.parent_link,
            "sprint": self.sprint if self.commitments else None,
            "given_health": self.given_health,
        }
        found = {name: id_ for name, id_ in named.items() if id_}
        found |= {f"claim_{n}": id_ for n, id_ in enumerate(self.other_claims)}
        found |= {f"points_{n}": id_ for n, id_ in enumerate(self.points)}
        return found | {
            f"renamed_{n}": id_ for n, id_ in enumerate(self.renamed) if id_ not in found.values()
        }

    def attribute(self, n: int, id_: str) -> str:
        """Under which name `Fields` holds the field number `n` of `custom`."""
        ours = {own: name for name, own in self._ours().items()}
        # Rules may name one field in two ways.
        first = next((at for at, (_, other) in enumerate(self.custom) if other == id_), n)
        return ours.get(id_, f"custom_{first}")

    def page_type(self) -> type[BulkPage]:
        """The type of a reply with many issues on this site."""
        issues = list[self.issue_type()]  # type: ignore[misc, valid-type]
        page = msgspec.defstruct("PageHere", [("issues", issues)], bases=(BulkPage,), kw_only=True)
        return cast("type[BulkPage]", page)

    def points_in(self, fields: Fields, id_: str) -> float | None:
        """The number in one of the points fields."""
        value = getattr(fields, f"points_{self.points.index(id_)}", None)
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None

    def renamed_in(self, fields: Fields) -> dict[str, Any]:
        """The values of the renamed fields by their ids; UNSET for one that the issue does not have."""
        named = {id_: name for name, id_ in self._ours().items()}
        return {id_: getattr(fields, named[id_], msgspec.UNSET) for id_ in self.renamed}

    def claims_in(self, fields: Fields) -> list[Any]:
        """The values of the further claim fields."""
        return [getattr(fields, f"claim_{n}", None) for n in range(len(self.other_claims))]


def field_text(value: object) -> str:
    """What the Key result field says, whichever kind of field it is: text, rich text, select, several of them."""
    if value is None or value is msgspec.UNSET:
        return ""
    match value:
        case str():
            return value.strip()
        case dict() if is_rich_text(value):
            return "\n".join(lines_of(value))
        case {"value": str(text)}:
            return text.strip()
        case [*parts]:
            return ", ".join(text for part in parts if (text := field_text(part)))
        case _:
            return ""


def percent_of(value: object) -> int | None:
    """The KR progress field's value as a percent; None when it is empty or no percent at all."""
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 100:
        return int(value)
    return None
