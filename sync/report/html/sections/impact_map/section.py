"""The section as a whole: the map, drawn for all, for the largest teams and for each objective, with its values. Pure."""

from __future__ import annotations

from config.text.texts import Texts
from sync.impact_map.build import impact_map
from sync.impact_map.fold import fold
from sync.impact_map.narrowing import whole_work
from sync.impact_map.values import ImpactMap, Node
from sync.impact_map.work import Work, shown_cycles
from sync.report.html.cells import page_of
from sync.report.html.links import Links
from sync.report.html.page import Chart, Choice, Drawing, Paragraph, Section, Text
from sync.report.html.sections.impact_map.picture import picture
from sync.report.html.sections.impact_map.table import table
from sync.report.html.source import ReportSource
from sync.report.html.teams import ten_largest
from sync.report.impact_map.words import effort_words

_OF_A_CHOICE = 10
"""Epics and projects in the drawing of one team or objective."""

_KEY_RESULTS = 6
"""Key results in it, and goals."""


def section(source: ReportSource, links: Links) -> Section:
    """From goals, by whose behaviour they are to change, to the epics and projects that serve them."""
    texts, run = source.texts, source.run
    work = whole_work(run, source.workspace, shown_cycles(source.workspace, source.now))
    drawn = _Drawn(source, links, work)
    whole = drawn.of(None)
    chart = Chart(
        "map",
        texts.text("report_map.chart"),
        texts.text("report_map.read"),
        tuple(drawn.drawing(choice) for choice in (None, *drawn.choices())),
    )
    effort = effort_words(whole.effort, whole.unit, texts)
    lead: Paragraph = (texts.text("report_map.lead", effort=effort),)
    return Section("map", texts.text("report_map.title"), lead, (chart, Text(tuple(_notes(whole, texts)))))


def _notes(whole: ImpactMap, texts: Texts) -> list[Paragraph]:
    notes = [texts.text(f"report_map.how.{whole.unit}")]
    if any(one.branch for one in whole.nodes):
        notes.append(texts.text("report_map.beside"))
    if not {"actor", "impact"} & {one.layer for one in whole.nodes}:
        notes.append(texts.text("report_map.undeclared"))
    return [(one,) for one in notes]


class _Drawn:
    """The map for each choice of the filter."""

    def __init__(self, source: ReportSource, links: Links, work: Work) -> None:
        self._source = source
        self._links = links
        self._work = work

    def choices(self) -> tuple[Choice, ...]:
        """The largest teams with work on the map, then each objective on it; none where it is the only one."""
        teams = {strand.team for strand in self._work.strands}
        found = [one for one in ten_largest(self._source) if one.name in teams]
        goals = [one for one in self._source.workspace.objectives if one.cycle in self._work.cycles]
        return (*found, *(Choice("objective", one.id) for one in goals))

    def of(self, choice: Choice | None) -> ImpactMap:
        """The whole map of a choice."""
        source = self._source
        return impact_map(
            self._work,
            source.run.scorecard,
            source.workspace,
            source.run.alignment.items,
            objective=choice.name if choice is not None and choice.kind == "objective" else "",
            teams=[choice.name] if choice is not None and choice.kind == "team" else (),
        )

    def drawing(self, choice: Choice | None) -> Drawing:
        """The drawing of a choice, folded, and its values."""
        texts, whole = self._source.texts, self.of(choice)
        folded = (
            fold(whole)
            if choice is None
            else fold(whole, _OF_A_CHOICE, key_results=_KEY_RESULTS, goals=_KEY_RESULTS)
        )
        effort = effort_words(whole.effort, whole.unit, texts)
        what = ", ".join(self._work.cycles) if choice is None else choice.name
        title = texts.text("report_map.label", what=what, effort=effort)
        values = table(whole, self._work, self._source, self._links, choice)
        return Drawing(choice, picture(folded, texts, self._address, title), values)

    def _address(self, node: Node) -> str:
        """Tickets lead to themselves, key results to their pages. Lists of other work are in the table: their addresses are long."""
        if node.ref is not None:
            return self._links.ticket(node.ref)
        match node.kind:
            case "key_result":
                return page_of(node.name)
            case "branch" if node.name == "unaligned":
                return "#unaligned"
            case _:
                return ""
