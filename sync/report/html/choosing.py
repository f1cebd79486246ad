"""The choices of a page's filter, and how rows and charts say which of them show them. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from markupsafe import Markup

from sync.report.html.page import Chart, Choice, Section, Table

Kind = Literal["team", "objective"]


class Choosing:
    """The choices that the rows and charts of sections have, each with a short token that the script goes by.

    `objectives`: titles by id, in the order in which they are offered.
    """

    def __init__(self, sections: Iterable[Section], objectives: Mapping[str, str]) -> None:
        found = {choice for section in sections for choice in _choices(section)}
        self._labels = _labels(found, objectives)
        order = list(objectives)
        teams = sorted(
            (one for one in found if one.kind == "team"),
            key=lambda one: (self._labels[one].casefold(), one.name),
        )
        goals = sorted(
            (one for one in found if one.kind == "objective"),
            key=lambda one: (order.index(one.name) if one.name in objectives else len(order), one.name),
        )
        self._tokens = {
            choice: f"{choice.kind[0]}{n}" for some in (teams, goals) for n, choice in enumerate(some, 1)
        }

    @property
    def any(self) -> bool:
        """Whether there is anything to choose."""
        return bool(self._tokens)

    def options(self, kind: Kind) -> Sequence[tuple[str, str]]:
        """Token and label of each choice of a kind."""
        return [(token, self._labels[one]) for one, token in self._tokens.items() if one.kind == kind]

    def rows(self, choices: frozenset[Choice]) -> Markup:
        """The attribute of a row that these choices show."""
        tokens = " ".join(sorted(self._tokens[one] for one in choices))
        return Markup(' data-for="{}"').format(tokens) if tokens else Markup("")

    def drawing(self, choice: Choice | None) -> Markup:
        """The attribute of a chart that is drawn for a choice."""
        return Markup("") if choice is None else Markup(' data-for="{}"').format(self._tokens[choice])

    def label(self, choice: Choice) -> str:
        """The choice as people read it."""
        return self._labels[choice]


def _choices(section: Section) -> Iterable[Choice]:
    for block in section.blocks:
        tables: list[Table] = []
        if isinstance(block, Table):
            tables = [block]
        elif isinstance(block, Chart):
            tables = [one.table for one in block.drawings]
            yield from (one.choice for one in block.drawings if one.choice is not None)
        for table in tables:
            for row in table.rows:
                yield from row.choices


def _labels(found: Iterable[Choice], objectives: Mapping[str, str]) -> dict[Choice, str]:
    """A team by its short name, with its tracker where two have one of that name; an objective with its title."""
    teams = Counter(_short(one) for one in found if one.kind == "team")
    return {
        one: (_short(one) if teams[_short(one)] == 1 else one.name.replace("/", ": ", 1))
        if one.kind == "team"
        else f"{one.name}: {objectives[one.name]}"
        if one.name in objectives
        else one.name
        for one in found
    }


def _short(team: Choice) -> str:
    return team.name.partition("/")[2] or team.name
