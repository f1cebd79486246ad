"""A small company over two quarters, replayed week by week into a store, and counted again by plain arithmetic."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from config.load import load
from config.workspace import Workspace
from connectors.model import Ref, StatusSpan, WorkItem
from sync.collect.rewind import rewound
from sync.decide import Decision, look
from sync.jobs.session import Session
from sync.observation import Observation
from sync.remember import remember
from sync.store.store import Store
from tests.support.builders import item, observed

NOW = datetime(2027, 1, 1, 9, tzinfo=UTC)
"""The morning of the first day after the second quarter."""
FIRST = date(2026, 6, 15)

OKRS = """\
workspace: acme
site: https://okrs.example
trackers:
  jira: {kind: jira, url: "https://acme.example", scope: {projects: [WEB, OPS]}}
cycles:
  2026-Q3: {start: 2026-07-01, end: 2026-09-30}
  2026-Q4: {start: 2026-10-01, end: 2026-12-31}
calendar: {weekend: [sat, sun]}
flow: {}
exempt: [{name: upkeep, labels: [ktlo]}]
objectives:
  - id: FAST
    title: Ship in days
    cycle: 2026-Q3
    key_results:
      - {id: FAST-KR1, title: The queue is empty, measure: {kind: work}, links: [{label: a}]}
  - id: LOVED
    title: Teams come back
    cycle: 2026-Q4
    weight: 2
    key_results:
      - {id: LOVED-KR1, title: The onboarding is live, weight: 2, measure: {kind: work, weigh: points}, links: [{label: a}]}
      - id: LOVED-KR2
        title: Activation from 20 to 40
        measure: {kind: metric, start: 20, target: 40, checkins: [{on: 2026-10-20, value: 21}, {on: 2026-12-20, value: 22}]}
        links: [{label: c}]
  - id: SAFE
    title: Nobody wakes up at night
    cycle: 2026-Q4
    weight: 1
    grading: aspirational
    key_results:
      - {id: SAFE-KR1, title: Every service fails over, measure: {kind: work, baseline: 2026-10-15}, links: [{label: b}]}
      - {id: SAFE-KR2, title: Pages a week from 9 to 3, measure: {kind: metric, start: 9, target: 3, checkins: [{on: 2026-12-01, value: 4}]}}
"""


@dataclass(frozen=True)
class Work:
    """A piece of work as it is planted: by days after `FIRST`; None for what never happens."""

    number: int
    label: str
    created: int
    started: int | None
    ended: int | None
    is_dropped: bool = False
    points: float = 1.0
    is_private: bool = False

    @property
    def key(self) -> str:
        return f"{'WEB' if self.label in 'ac' else 'OPS'}-{self.number}"

    def day(self, which: str) -> date | None:
        at = getattr(self, which)
        return None if at is None else FIRST + timedelta(days=at)


def planted() -> list[Work]:
    """Work of every fate, in both quarters: for each key result, for upkeep, and for nothing."""
    found = []
    for number in range(1, 49):
        created = 4 * number
        ended = None if number % 7 == 6 else created + 16 + number % 3
        found.append(
            Work(
                number,
                "abcx-"[number % 5],
                created,
                created + 5 if number % 11 else None,
                ended if number % 11 else None,
                is_dropped=number in (5, 18, 25),
                points=1.0 + number % 3,
                is_private=number == 30,
            )
        )
    return found


def _moment(day: date | None) -> datetime | None:
    return None if day is None else datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def _item(one: Work) -> WorkItem:
    started, ended = _moment(one.day("started")), _moment(one.day("ended"))
    over = ended if ended is not None and ended < NOW else None
    begun = started if started is not None and started < NOW else None
    category = "todo" if begun is None else "doing"
    if over is not None:
        category = "dropped" if one.is_dropped else "done"
    labels = {"-": (), "x": ("ktlo",)}.get(one.label, (one.label,))
    created = _moment(one.day("created"))
    return item(
        one.key,
        labels=labels,
        category=category,
        created=created,
        started=begun,
        completed=None if one.is_dropped else over,
        dropped=over if one.is_dropped else None,
        updated=over or begun or created,
        estimate=one.points,
        assignee=f"P{one.number % 4}",
        private=one.is_private,
    )


def _spans(one: WorkItem) -> tuple[StatusSpan, ...]:
    ended = one.completed or one.dropped
    spans = [StatusSpan("todo", "To Do", one.created, one.started)]
    if one.started is not None:
        spans.append(StatusSpan("doing", "In Progress", one.started, ended))
    if ended is not None:
        spans.append(StatusSpan("done", "Done", ended, None))
    return tuple(spans)


def world() -> Observation:
    """Everything as it is at `NOW`, read just then."""
    items = [_item(one) for one in planted() if FIRST + timedelta(days=one.created) < NOW.date()]
    histories: dict[Ref, tuple[StatusSpan, ...]] = {one.ref: _spans(one) for one in items}
    return observed(*items, at=NOW, histories=histories)


def weeks() -> Iterator[datetime]:
    """Wednesday evenings of both quarters: the first days of weeks, the last one of the first quarter among them."""
    day = datetime(2026, 7, 1, 18, tzinfo=UTC)
    while day < NOW:
        yield day
        day += timedelta(weeks=1)


def replayed(
    folder: Path, decided: Callable[[Decision], None] = lambda _run: None
) -> tuple[Session, Decision]:
    """The store after a run each week, and the run of now, which is remembered as well."""
    declared = folder / "okrs"
    declared.mkdir()
    (declared / "truenorth.yaml").write_text(OKRS, encoding="utf-8")
    workspace = load(declared)
    store, whole = Store(f"sqlite:///{folder}/store.db"), world()
    run = None
    for at in (*weeks(), NOW):
        # What was read each week is a read of its own: nothing of it is looked back at.
        seen = whole if at == NOW else replace(rewound(whole, at), at=at, rewound=False, later=())
        run = look(seen, store.memory(workspace, at), workspace, at)
        decided(run)
        remember(run, workspace, store)
    assert run is not None
    return Session(workspace, {}, store), run


def with_next(yaml: str, folder: Path) -> Workspace:
    """The declaration with the proposed OKRs beside it; raises ConfigError where they are not valid."""
    (folder / "okrs" / "next.yaml").write_text(yaml, encoding="utf-8")
    return load(folder / "okrs")
