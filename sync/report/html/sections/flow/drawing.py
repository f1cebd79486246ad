"""What every chart of flow needs: its words, its limits, and pictures by stream below each other. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from markupsafe import Markup

from config.text.redaction import shown
from config.text.texts import Texts
from connectors.model import Ref, WorkItem
from sync.flow.figures import FlowFigures, PlaceFlow
from sync.report.flow.words import stream_name
from sync.report.html import svg
from sync.report.html.charts import ChartWords, words_of
from sync.report.html.links import Links
from sync.report.html.page import Cell, Chart, Drawing, Table
from sync.report.html.sections.flow.views import View, Views

PICTURES = 3
"""Of so many value streams, those with the most work, a chart of all work has a picture each; of a team or an objective
there is one picture. The table beside a chart has the values of what is drawn; the table of places has all."""

QUARTER = 13
"""Weeks that are drawn of a team or an objective; of all work all are."""

LONGEST = 1000
"""Characters of an address in a cell: searches that name many tickets would be most of the page."""


@dataclass(frozen=True)
class Studio:
    """What the charts are drawn with."""

    views: Views
    links: Links
    texts: Texts

    @property
    def figures(self) -> FlowFigures:
        return self.views.figures

    @cached_property
    def words(self) -> ChartWords:
        return words_of(self.texts.figures)

    def weeks(self, view: View) -> int:
        """How many of the last weeks are drawn for a view."""
        count = self.figures.weeks.count
        return count if view.choice is None else min(count, QUARTER)

    def item(self, ref: Ref) -> WorkItem:
        """An item whose flow is told."""
        return self.figures.journeys[ref].item

    def name(self, ref: Ref) -> str:
        """How people call it."""
        return shown(self.item(ref).name)

    def say(self, key: str, /, **values: object) -> str:
        """A text of this section."""
        return self.texts.text(f"report_flow.{key}", **values)

    def who(self, view: View) -> str:
        """Whose flow it is: all work's, a team's, an objective's."""
        if view.choice is None:
            return self.texts.text("flow.everything")
        if view.choice.kind == "team":
            return view.choice.name.partition("/")[2] or view.choice.name
        return view.choice.name

    def caption(self, view: View, place: PlaceFlow) -> str:
        """Whose flow a picture shows, and in which value stream."""
        stream = stream_name(place.stream, self.texts)
        if view.choice is None:
            return stream
        who = self.who(view)
        return (
            self.say("caption", who=who, stream=stream)
            if place.stream.name and place.stream.name != view.choice.name
            else who
        )

    def chart(
        self, name: str, draw: Callable[[View], tuple[Markup, Table] | None], *, is_apart: bool = True
    ) -> Iterable[Chart]:
        """A chart drawn for each view that has anything to show in it, or only for all work; none where no view has."""
        views = self.views if is_apart else (self.views.everything,)
        made = [(view, draw(view)) for view in views]
        drawings = tuple(Drawing(view.choice, *one) for view, one in made if one is not None)
        if drawings:
            yield Chart(name, self.say(f"{name}.title"), self.say(f"{name}.lead"), drawings)

    def drawn(self, view: View, some: Iterable[PlaceFlow]) -> Sequence[PlaceFlow]:
        """Of the flow in several streams, what is drawn: where there is the most work."""
        return list(some)[: PICTURES if view.choice is None else 1]

    def by_stream(
        self, view: View, places: Sequence[PlaceFlow], draw: Callable[[PlaceFlow, str], Markup]
    ) -> Markup:
        """A picture of each stream below the other; told apart by its name where there are others."""
        pictures = []
        for place in places:
            caption = self.caption(view, place)
            if len(view.places) > 1:
                pictures.append(svg.element("p", caption, class_="caption"))
            pictures.append(draw(place, caption))
        return svg.joined(pictures)

    def undrawn(self, view: View, places: Sequence[PlaceFlow]) -> str:
        """That some streams are not drawn; "" where all are."""
        if len(view.places) <= len(places):
            return ""
        count = self.texts.figures.count
        return self.texts.counted("report_flow.undrawn", len(places), all=count(len(view.places)))

    def page_of(self, refs: Iterable[Ref]) -> str:
        """The page that lists exactly these items, where one does whose address is not longer than a row should be."""
        page = self.links.page_of(refs)
        return page if len(page) <= LONGEST else ""

    def stream(self, place: PlaceFlow) -> Cell:
        return Cell(stream_name(place.stream, self.texts), place.stream.name)
