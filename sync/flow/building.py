"""Value streams, declared or derived, and the journeys of work through them. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from config.analysis.flow import Stage as DeclaredStage
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
    """The Linear team or Jira project that an item lies in, by its key; "" where it lies in none, as a project of several teams."""
    return item.team or (item.project if item.project != item.name else None) or ""


def place_name(item: WorkItem) -> str:
    """Where an item lies, as "tracker/TEAM", or only the tracker."""
    team = team_of(item)
    return f"{item.ref.tracker}/{team}" if team else item.ref.tracker


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
        """The stream of an item: the nearest that is declared, else the one that is derived for its team."""
        found = self.by_place.get(_nearest(item, self.by_place))
        return found or ValueStream(place_name(item), (), declared=False)

    @property
    def streams(self) -> tuple[ValueStream, ...]:
        """All of them, by name."""
        return tuple(sorted(self.by_place.values(), key=lambda one: one.name))


def value_streams(workspace: Workspace, items: Iterable[WorkItem], histories: Histories) -> ValueStreams:
    """The value streams of what the workspace declares and of how its work walked; the order of `items` never matters.

    Declared stages stand in their order. A status in progress that they do not name is a stage of its own where it walks
    among them; what else is not begun is one stage before them, what else is done is in the last. Where nothing is declared
    for a team, its stages are derived: one for each status, and one for all that is done.
    """
    items, named = tuple(items), _declared(workspace)
    walks: dict[Place, Walks] = {place: Walks() for place in named}
    called: dict[Place, str] = {}
    for item in items:
        place = _nearest(item, named)
        if place not in named:
            # Written in several ways, always the same one.
            called[place] = min(called.get(place, place_name(item)), place_name(item))
        if place not in walks:
            walks[place] = Walks()
        walks[place].add(_lived(item, histories.get(item.ref, ())), item)
    dropped = _dropped(items)
    by_place: dict[Place, ValueStream] = {}
    stages: dict[str, Mapping[str, Stage]] = {}
    unnamed: dict[str, tuple[str, ...]] = {}
    for place, some in walks.items():
        some.settle({status for tracker, status in dropped if place[0] in (None, tracker)})
        name, declared = named.get(place, (called.get(place, ""), ()))
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
    known: defaultdict[str, _Stages] = defaultdict(lambda: _Stages({}))
    known.update({name: _Stages(by_status) for name, by_status in streams.stages.items()})
    for item in sorted(items, key=lambda one: (one.ref.tracker, one.ref.id)):
        spans = histories.get(item.ref)
        if not spans or (since is not None and not item.is_open and spans[-1].begin < since):
            continue
        stream = streams.of(item)
        journey = Journey(item, stream, _visits(item, spans, known[stream.name]))
        if since is None or item.is_open or journey.visits[-1].begin >= since:
            found[item.ref] = journey
    return found


class _Stages(dict[tuple[str, tuple[str, ...]], Stage | None]):
    """The stages of one stream by the names of a status, each looked up once: few statuses, many spans."""

    def __init__(self, by_status: Mapping[str, Stage]) -> None:
        super().__init__()
        self._by_status = by_status

    def __missing__(self, names: tuple[str, tuple[str, ...]]) -> Stage | None:
        found = (self._by_status.get(folded(name)) for name in (names[0], *names[1]))
        self[names] = stage = next((one for one in found if one is not None), None)
        return stage


def _visits(item: WorkItem, spans: Sequence[StatusSpan], stages: _Stages) -> tuple[Visit, ...]:
    ended = _ended(item, spans)
    found: list[tuple[Stage | None, str, datetime]] = []
    before = min(item.created, spans[0].begin)
    for place, span in enumerate(spans):
        # In no stage where nobody can tell which, or where work in it was dropped.
        stage = None if place >= ended else stages[span.status, span.also]
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
    """The nearest place that is known: the team, the tracker, all; the team where none of them is."""
    tracker = item.ref.tracker
    team = (tracker, folded(team_of(item)))
    wider: tuple[Place, ...] = ((tracker, None), (None, None))
    return next((one for one in (team, *wider) if one in known), team)


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
