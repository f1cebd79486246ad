"""The figures of flow: of each value stream, and of each team in it. Pure.

All that is counted over time lies in whole weeks of the workspace's zone, the last of which has ended; what stands now is as
of the moment that is judged. docs/flow.md says every figure with its formula and convention.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from config.workspace import Workspace
from connectors.model import Ref, WorkItem
from sync.align.alignment import Alignment
from sync.flow.aging import Aging, Bands, age_at
from sync.flow.blocked import Blocked, blocked
from sync.flow.bottleneck import Bottleneck, Queue, bottleneck
from sync.flow.building import ValueStreams, flowing, journeys, place_name, value_streams
from sync.flow.finished import (
    Efficiency,
    Times,
    bands_of,
    days_per_item,
    efficiency,
    in_days,
    times,
)
from sync.flow.journeys import Journeys, Stage, ValueStream
from sync.flow.travels import NO_TIME, Travel, travels
from sync.flow.weeks import Marks, Weeks
from sync.observation import Observation

READ = 26
"""How many weeks back histories are taken to be read where nothing is declared."""


@dataclass(frozen=True, slots=True)
class StageFlow:
    """One stage: what went through it in the weeks, and what stands there.

    - `reached`: how many had come to it or beyond, at the beginning and at the end of each week: a line of the cumulative
      flow, which never falls. `queue`: how many stood in it, at the same times; `now`: how many do now.
    - `time`: all time in it within the weeks. `per_item`: days in it until they were finished, of what was finished in the
      weeks and was ever in it; None where nothing was. `aging`: how old work was when it left it; None where none did.
    """

    stage: Stage
    reached: tuple[int, ...]
    queue: tuple[int, ...]
    now: int
    time: timedelta
    per_item: Bands | None
    aging: Bands | None


@dataclass(frozen=True, slots=True)
class InProgress:
    """Work in progress: where it stands, since how many days, and how old it is; None where its start is not known."""

    ref: Ref
    stage: Stage
    days_in_stage: float
    age: float | None
    whole_days: int | None


@dataclass(frozen=True, slots=True)
class PlaceFlow:
    """The flow of a stream, or of one team in it.

    - `team`: as "tracker/TEAM"; "" for the whole stream. `knows_waiting`: whether a stage that its work walks through is
      declared as waiting; without one there is no flow efficiency.
    - `items`: those that were alive in the weeks or are, and whose history is known; `unread`: those whose is not.
    - `arrivals`, `departures`, `dropped`, `backwards`: by week: what was begun first, what was finished for good, what was
      begun and then dropped, and moves to an earlier stage. `behind`: how many stand before the furthest stage they reached.
    """

    stream: ValueStream
    team: str
    knows_waiting: bool
    items: int
    unread: int
    arrivals: tuple[int, ...]
    departures: tuple[int, ...]
    dropped: tuple[int, ...]
    backwards: tuple[int, ...]
    behind: int
    stages: tuple[StageFlow, ...]
    in_progress: tuple[InProgress, ...]
    efficiency: Efficiency
    cycle_time: Times | None
    lead_time: Times | None
    blocked: Blocked
    bottleneck: Bottleneck


@dataclass(frozen=True, slots=True)
class FlowFigures:
    """The figures of every stream, each whole and then, where it has several, by team; none where `flow` is not declared."""

    as_of: datetime
    weeks: Weeks
    declared: bool
    streams: ValueStreams
    journeys: Journeys
    places: tuple[PlaceFlow, ...]


def flow_figures(
    observation: Observation,
    alignment: Alignment,
    workspace: Workspace,
    now: datetime,
    weeks: int | None = None,
) -> FlowFigures:
    """The figures of what was read, over so many whole weeks; None: all that lie within the weeks whose histories are read.

    These end now, and so are one more than there are whole ones among them.
    """
    read = workspace.flow.window_weeks if workspace.flow is not None else READ
    span = Weeks.before(now, read - 1 if weeks is None else weeks, workspace.zone)
    if workspace.flow is None:
        return FlowFigures(now, span, False, ValueStreams({}, {}, {}), {}, ())
    items = [one for one in flowing(alignment) if one.created <= now]
    streams = value_streams(workspace, items, observation.histories)
    travelled = journeys(items, observation.histories, streams, span.begin)
    gone = travels(travelled, now)
    book = Book(alignment.items, observation, span, now, Aging(travelled))
    unread = [one for one in items if one.ref not in observation.histories and is_alive(one, span)]
    return FlowFigures(now, span, True, streams, travelled, tuple(_places(gone, unread, streams, book)))


@dataclass(frozen=True, slots=True)
class Book:
    """What the figures of every place are made with. `aging`: of all work, whatever the place."""

    items: Mapping[Ref, WorkItem]
    observation: Observation
    weeks: Weeks
    now: datetime
    aging: Aging


def is_alive(item: WorkItem, weeks: Weeks) -> bool:
    """Whether work was open in the weeks, as far as the item itself tells."""
    ended = item.completed or item.dropped or item.updated
    return item.is_open or ended >= weeks.begin


def _places(
    gone: Sequence[Travel], unread: Sequence[WorkItem], streams: ValueStreams, book: Book
) -> Iterable[PlaceFlow]:
    """Every stream by name, the whole of it and then each team by name, where there are several."""
    by_team: defaultdict[str, defaultdict[str, list[Travel]]] = defaultdict(lambda: defaultdict(list))
    missing: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for one in gone:
        by_team[one.journey.stream.name][place_name(one.journey.item)].append(one)
    for item in unread:
        missing[streams.of(item).name][place_name(item)] += 1
    for stream in streams.streams:
        teams, lost = by_team[stream.name], missing[stream.name]
        names = sorted({*teams, *lost})
        if not names:
            continue
        everything = [one for name in names for one in teams[name]]
        waits = {name for name in names if _waits(stream, teams[name], alone=len(names) == 1)}
        bands = book.aging.bands(stream.name, book.now)
        yield place_flow(stream, "", everything, waits, lost.total(), book, bands)
        for name in names if len(names) > 1 else ():
            yield place_flow(stream, name, teams[name], waits, lost[name], book, bands)


def _waits(stream: ValueStream, gone: Iterable[Travel], *, alone: bool) -> bool:
    """Whether one of the stages of a team is declared as waiting; of a stream of several teams, those its own work was in."""
    if alone or not stream.knows_waiting:
        return stream.knows_waiting
    return any(visit.stage and visit.stage.waiting for one in gone for visit in one.journey.visits)


def place_flow(
    stream: ValueStream,
    team: str,
    gone: Sequence[Travel],
    waits: Collection[str],
    unread: int,
    book: Book,
    aging: Mapping[str, Bands],
) -> PlaceFlow:
    """The flow of some work of a stream, told under the name of a team, or "" for all of it.

    - `waits`: the teams, by `place_name`, of which a stage is declared as waiting. `unread`: how many more have no known history.
    - `aging`: how old work was when it left each stage.
    """
    weeks, now = book.weeks, book.now
    finished = [one for one in gone if weeks.holds(one.finished)]
    stages = _stages(stream, gone, finished, book, aging)
    return PlaceFlow(
        stream,
        team,
        team in waits if team else bool(waits),
        len(gone),
        unread,
        weeks.counted(one.begun for one in gone),
        weeks.counted(one.finished for one in gone),
        weeks.counted(_dropped_at(one) for one in gone),
        weeks.counted(moment for one in gone for moment in one.backwards),
        sum(one.is_behind for one in gone),
        stages,
        tuple(_in_progress(gone, weeks, now)),
        efficiency(finished, waits),
        times(((one.started, one.finished) for one in finished), weeks),
        times(((one.journey.item.created, one.finished) for one in finished), weeks),
        blocked(gone, book.items, book.observation.flagged, weeks, now),
        bottleneck([Queue(one.stage, one.now, one.queue[1:]) for one in stages]),
    )


def _dropped_at(one: Travel) -> datetime | None:
    """When work that had begun was dropped."""
    if one.journey.item.category != "dropped" or one.begun is None or one.stage is not None:
        return None
    return one.journey.visits[-1].begin


def _stages(
    stream: ValueStream,
    gone: Sequence[Travel],
    finished: Sequence[Travel],
    book: Book,
    aging: Mapping[str, Bands],
) -> tuple[StageFlow, ...]:
    """Those in which work of the place ever stood, and those that are declared."""
    weeks = book.weeks
    count = len(stream.stages)
    reached = [Marks(weeks) for _ in range(count)]
    queues = [Marks(weeks) for _ in range(count)]
    time, here, met = [NO_TIME] * count, [0] * count, [False] * count
    for one in gone:
        for place, moment in one.reached.items():
            reached[place].add(moment)
        for visit in one.journey.visits:
            if visit.stage is not None:
                place, last = visit.stage.place, visit.end
                met[place] = True
                queues[place].add(visit.begin, last)
                first = max(visit.begin, weeks.begin)
                last = weeks.end if last is None else min(last, weeks.end)
                if first < last:
                    time[place] += last - first
        if one.stage is not None:
            here[one.stage.place] += 1
    per_item = days_per_item(finished, count)
    return tuple(
        StageFlow(
            stage,
            reached[stage.place].counts,
            queues[stage.place].counts,
            here[stage.place],
            time[stage.place],
            bands_of(per_item[stage.place]),
            aging.get(stage.name),
        )
        for stage in stream.stages
        if met[stage.place] or stage.waiting is not None
    )


def _in_progress(gone: Iterable[Travel], weeks: Weeks, now: datetime) -> Iterable[InProgress]:
    """The oldest first; those of which it is not known when they started come last."""
    found = []
    for one in gone:
        if (stage := one.stage) is None or stage.category != "doing":
            continue
        age = age_at(one.journey, now)
        whole = weeks.inclusive_days(one.started, now) if one.started is not None else None
        since = now - one.journey.visits[-1].begin
        found.append(InProgress(one.journey.item.ref, stage, in_days(since), age, whole))
    return sorted(found, key=lambda one: (one.age is None, -(one.age or 0), one.ref))
