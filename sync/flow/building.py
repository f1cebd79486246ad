"""Value streams, declared or derived, and the journeys of work through them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from config.flow import Stage as DeclaredStage
from config.names import folded
from config.workspace import Workspace
from connectors.model import Ref, StatusSpan, WorkItem
from sync.align.alignment import Alignment
from sync.flow.journeys import Journey, Journeys, Stage, ValueStream, Visit
from sync.flow.staging import Walks, staged
from sync.observation import Histories

CONTAINERS = ("initiative", "project")
"""Levels that never flow: they hold work, and hold what hangs below it."""


def team_of(item: WorkItem) -> str:
    """The Linear team or Jira project that an item lies in, by its key; "" where it lies in none."""
    return item.team or item.project or ""


def flowing(alignment: Alignment) -> tuple[WorkItem, ...]:
    """The work whose flow counts, in order of ref: in scope, without live children, mirrored work once."""
    return tuple(
        item
        for ref, item in alignment.items.items()
        if item.in_scope and item.level not in CONTAINERS and alignment.is_leaf(ref)
    )


Place = tuple[str | None, str | None]
"""A tracker and a folded team of it; None: all of them."""


@dataclass(frozen=True, slots=True)
class ValueStreams:
    """The value stream of every item.

    - `stages`: of each stream, by its name, the stage of each status, by the folded name of that.
    - `unnamed`: statuses in which work stood, and that no stage of a declared stream names, by its name; sorted.
    """

    by_place: Mapping[Place, ValueStream]
    stages: Mapping[str, Mapping[str, Stage]]
    unnamed: Mapping[str, tuple[str, ...]]

    def of(self, item: WorkItem) -> ValueStream:
        """The stream of an item: the nearest that is declared, else the one that is derived for its tracker."""
        found = self.by_place.get(_nearest(item, self.by_place))
        return found or ValueStream(item.ref.tracker, (), declared=False)

    @property
    def streams(self) -> tuple[ValueStream, ...]:
        """All of them, by name."""
        return tuple(sorted(self.by_place.values(), key=lambda one: one.name))

    def stage_of(self, stream: ValueStream, span: StatusSpan) -> Stage | None:
        """The stage that a status belongs to; None where nobody can tell, or where work in it was dropped."""
        known = self.stages.get(stream.name, {})
        for name in (span.status, *span.also):
            stage = known.get(folded(name))
            if stage is not None:
                return stage
        return None


def value_streams(workspace: Workspace, items: Iterable[WorkItem], histories: Histories) -> ValueStreams:
    """The value streams of what the workspace declares and of how its work walked; the order of `items` never matters.

    Declared stages stand in their order. A status that they do not name is a stage of its own: of work that is not begun
    before them, of work in progress where it walks among them; whatever is done is in the last. Where nothing is declared
    for a tracker, all its stages are derived so.
    """
    items, named = tuple(items), _declared(workspace)
    walks: dict[Place, Walks] = {place: Walks() for place in named}
    for item in items:
        place = _nearest(item, named)
        if place not in walks:
            walks[place] = Walks()
        walks[place].add(_lived(item, histories.get(item.ref, ())), item)
    dropped = _dropped(items)
    by_place: dict[Place, ValueStream] = {}
    stages: dict[str, Mapping[str, Stage]] = {}
    unnamed: dict[str, tuple[str, ...]] = {}
    for place, some in walks.items():
        some.settle({status for tracker, status in dropped if place[0] in (None, tracker)})
        name, declared = named.get(place, (place[0] or "", ()))
        ordered, stages[name], others = staged(declared, some)
        by_place[place] = ValueStream(name, ordered, place in named)
        if place in named:
            unnamed[name] = others
    return ValueStreams(by_place, stages, unnamed)


def journeys(
    items: Iterable[WorkItem],
    histories: Histories,
    streams: ValueStreams,
    since: datetime | None = None,
) -> Journeys:
    """The journeys of what was alive at `since` or later, in order of ref; without `since`, of all."""
    found: dict[Ref, Journey] = {}
    for item in sorted(items, key=lambda one: (one.ref.tracker, one.ref.id)):
        spans = histories.get(item.ref)
        if not spans:
            continue
        journey = Journey(item, stream := streams.of(item), _visits(item, spans, stream, streams))
        if since is None or item.is_open or journey.visits[-1].begin >= since:
            found[item.ref] = journey
    return found


def _visits(
    item: WorkItem, spans: Sequence[StatusSpan], stream: ValueStream, streams: ValueStreams
) -> tuple[Visit, ...]:
    ended = _ended(item, spans)
    found: list[tuple[Stage | None, str, datetime]] = []
    before = min(item.created, spans[0].begin)
    for place, span in enumerate(spans):
        stage = None if place >= ended else streams.stage_of(stream, span)
        # Clocks of a tracker's machines differ: nothing begins before what it follows.
        begin = before if place == 0 else max(before, span.begin)
        if found and found[-1][0] is stage and (stage is not None or found[-1][1] == span.status):
            found[-1] = (stage, span.status, found[-1][2])
        else:
            found.append((stage, span.status, begin))
        before = begin
    ends = [begin for *_, begin in found[1:]]
    return tuple(
        Visit(stage, status, begin, end)
        for (stage, status, begin), end in zip(found, [*ends, None], strict=True)
    )


def _declared(workspace: Workspace) -> dict[Place, tuple[str, tuple[DeclaredStage, ...]]]:
    """The names and stages of the streams that are declared, by their place."""
    flow = workspace.flow
    if flow is None:
        return {}
    found: dict[Place, tuple[str, tuple[DeclaredStage, ...]]] = {}
    for one in flow.streams:
        if one.team is None:
            found[one.tracker, None] = one.tracker, one.stages
        else:
            found[one.tracker, folded(one.team)] = f"{one.tracker}/{one.team}", one.stages
    if flow.stages:
        found[None, None] = "", flow.stages
    return found


def _nearest(item: WorkItem, known: Mapping[Place, object]) -> Place:
    """The nearest place that is known: the team, the tracker, all; the tracker where none of them is."""
    tracker = item.ref.tracker
    if (team := (tracker, folded(team_of(item)))) in known:
        return team
    return (None, None) if (None, None) in known and (tracker, None) not in known else (tracker, None)


def _ended(item: WorkItem, spans: Sequence[StatusSpan]) -> int:
    """From which of its spans on the item is dropped; their number where it is not."""
    place = len(spans)
    if item.category == "dropped":
        while place and spans[place - 1].category == "done":
            place -= 1
    return place


def _lived(item: WorkItem, spans: Sequence[StatusSpan]) -> Sequence[StatusSpan]:
    """The spans before the item was dropped."""
    return spans if item.category != "dropped" else spans[: _ended(item, spans)]


def _dropped(items: Iterable[WorkItem]) -> set[tuple[str, str]]:
    """By tracker, statuses that only dropped work ends in, such as Canceled: what was opened again was not done in them."""
    ended: dict[str, set[tuple[str, str]]] = {"dropped": set(), "done": set()}
    for tracker, category, name in {(one.ref.tracker, one.category, one.status) for one in items}:
        if category in ended:
            ended[category].add((tracker, folded(name)))
    return ended["dropped"] - ended["done"]
