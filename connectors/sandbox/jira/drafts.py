"""What shall be written on the generated Jira site, before it has ids and keys: drafts in order of creation."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate

from connectors.sandbox.company import MESSY_TITLES, NOW, rng, title, work_moment
from connectors.sandbox.jira.planted import (
    BUG_MESS,
    EPICS,
    INITIATIVES,
    LOOSE,
    LOOSE_KINDS,
    MESS,
    OPS_BUG,
    PlannedEpic,
    PlannedInitiative,
    WorkKind,
)
from connectors.sandbox.jira.planted_lives import BORN, STORIES, PlannedStory
from connectors.sandbox.jira.state import PRIORITIES, NamedValue
from connectors.sandbox.planted_answers import NO_ANSWER, SECURITY, PlantedAnswer

ROOMY = 90
"""Issues from which a site has room for all planned work, not only for what the examples name."""
SPACIOUS = 150
"""Issues from which it has room for stories with planned lives and points, too."""
OPEN_HIGHEST_BUGS = 7
OLDEST = 720
"""Greatest age in days of work that the plan does not name."""
MESSY = 0.04
"""Part of stories, tasks and bugs that bear an odd label or claim."""


@dataclass(slots=True, eq=False)
class Draft:
    """An issue before it has an id. `is_open` None leaves it to chance; `ended` is how a closed one must end.

    `by_epic_link`: hangs on its epic by the epic's key, as issues did of old. `moved_from`: the project whose
    key it had first. `came_from`: the epic below which it was first. `planned`: what its life and its points are.
    """

    project: str
    type: str
    title: str
    theme: str
    created: datetime
    parent: Draft | None = None
    labels: tuple[str, ...] = ()
    answer: PlantedAnswer = NO_ANSWER
    claim: str | None = None
    is_open: bool | None = None
    ended: str | None = None
    priority: NamedValue | None = None
    by_epic_link: bool = False
    epic: PlannedEpic | None = None
    moved_from: str | None = None
    came_from: Draft | None = None
    planned: PlannedStory | None = None


def drafts_of(items: int, seed: int) -> list[Draft]:
    """Drafts of `items` issues, or of the few tens that the example company cannot do without.

    In order of creation: age decides about keys, and what stands above is older than what is below.
    """
    drafts = _planned(seed, roomy=items >= ROOMY)
    if items >= SPACIOUS:
        drafts += _planned_stories(seed, drafts)
    drafts += _RandomDrafts(seed, drafts).make(items - len(drafts))
    drafts.sort(key=lambda draft: draft.created)
    return drafts


def _day(source: random.Random, age: float) -> datetime:
    return work_moment(source, (NOW - timedelta(days=age)).date())


def _planned(seed: int, *, roomy: bool) -> list[Draft]:
    """Initiatives, epics, the bugs that the example query counts, and one of each kind of loose work."""
    source = rng(seed, "jira", "planned")
    above = {number: _initiative(source, one) for number, one in enumerate(INITIATIVES) if one.early or roomy}
    epics = [_epic(source, one, above) for one in EPICS if one.early or roomy]
    bugs = [
        Draft(
            "OPS",
            "Bug",
            title(source, "bug"),
            "bug",
            _day(source, source.uniform(1, 60)),
            answer=OPS_BUG,
            is_open=True,
            priority=PRIORITIES[0],
        )
        for _ in range(OPEN_HIGHEST_BUGS)
    ]
    loose = [
        Draft(
            kind.project or "WEB",
            "Task",
            title(source, kind.theme),
            kind.theme,
            _day(source, kind.age),
            labels=kind.labels,
            answer=kind.answer,
            is_open=True,
        )
        for kind in LOOSE
    ]
    return [*above.values(), *epics, *bugs, *loose]


def _initiative(source: random.Random, planned: PlannedInitiative) -> Draft:
    return Draft(
        "STRAT",
        "Initiative",
        planned.title,
        "other",
        _day(source, planned.age),
        labels=planned.labels,
        answer=planned.answer,
        is_open=True,
    )


def _epic(source: random.Random, planned: PlannedEpic, above: dict[int, Draft]) -> Draft:
    return Draft(
        planned.project,
        "Epic",
        planned.title,
        planned.theme,
        _day(source, planned.age),
        parent=above[planned.initiative] if planned.initiative is not None else None,
        labels=planned.labels,
        answer=planned.answer,
        is_open=planned.ended is None,
        ended=planned.ended,
        epic=planned,
    )


def _planned_stories(seed: int, planned: Sequence[Draft]) -> Iterator[Draft]:
    source = rng(seed, "jira", "stories")
    epics = {draft.title: draft for draft in planned if draft.epic is not None}
    for number, one in enumerate(STORIES):
        epic = epics[one.epic]
        story = Draft(
            epic.project,
            "Story",
            title(source, epic.theme),
            epic.theme,
            max(BORN, epic.created) + timedelta(minutes=20 + 7 * number),
            parent=epic,
            planned=one,
        )
        yield story
        for place, below in enumerate(one.below, start=1):
            yield _subtask_of(source, story, story.created + timedelta(days=2, minutes=place), below)


def _subtask_of(
    source: random.Random, parent: Draft, created: datetime, planned: PlannedStory | None = None
) -> Draft:
    name = source.choice(("Write the tests", "Ask design", "Update the docs", "Roll out", "Clean up after"))
    return Draft(
        parent.project,
        "Sub-task",
        f"{name}: {parent.title[:80]}",
        parent.theme,
        created,
        parent=parent,
        is_open=False if parent.is_open is False else None,
        planned=planned,
    )


class _RandomDrafts:
    """Stories, tasks, bugs and sub-tasks, most of them below an epic."""

    def __init__(self, seed: int, planned: Sequence[Draft]) -> None:
        self._source = rng(seed, "jira", "further")
        self._epics = [draft for draft in planned if draft.epic is not None]
        self._weights = list(accumulate(draft.epic.weight for draft in self._epics if draft.epic is not None))
        self._kinds = {
            project: [kind for kind in LOOSE_KINDS if kind.project in (None, project)]
            for project in ("WEB", "OPS")
        }
        self._mess = {
            project: self._dealt([kind for kind in MESS if kind.project in (None, project)])
            for project in ("WEB", "OPS")
        }
        self._bug_mess = self._dealt(BUG_MESS)

    def _dealt(self, kinds: Sequence[WorkKind]) -> Iterator[WorkKind]:
        """Kinds without end by their weights, after each of them once: a small world has all that fit."""
        yield from self._source.sample(kinds, len(kinds))
        weights = list(accumulate(kind.weight for kind in kinds))
        while True:
            yield self._source.choices(kinds, cum_weights=weights)[0]

    def make(self, count: int) -> list[Draft]:
        source = self._source
        made: list[Draft] = []
        recent: list[Draft] = []
        for number in range(count):
            chance = source.random()
            if chance < 0.14 and recent:
                made.append(self._subtask(source.choice(recent)))
            elif chance < 0.32:
                made.append(self._loose())
            else:
                epic = source.choices(self._epics, cum_weights=self._weights)[0]
                made.append(self._child(epic, old_style=number % 9 == 4))
            draft = made[-1]
            if draft.type in ("Story", "Task"):
                recent.append(draft)
                if len(recent) > 80:
                    del recent[:40]
            if draft.project != "HR" and draft.type != "Sub-task" and source.random() < MESSY:
                self._mess_up(draft)
        worded = (draft for draft in made if draft.type in ("Story", "Task"))
        for draft, text in zip(list(worded)[: 3 * len(MESSY_TITLES) : 3], MESSY_TITLES, strict=False):
            draft.title = text
        return made

    def _child(self, epic: Draft, *, old_style: bool) -> Draft:
        source, planned = self._source, epic.epic
        assert planned is not None  # noqa: S101  only epics are asked
        first = min(planned.busy, planned.age - 1)
        last = planned.age * 0.5 if planned.ended else 0.5
        age = source.uniform(last, max(last + 0.5, first))
        created = max(_day(source, age), epic.created + timedelta(minutes=20))
        kind = "Task"
        if planned.project != "HR":
            kind = source.choices(("Story", "Task", "Bug"), cum_weights=(6, 9, 10))[0]
        draft = Draft(
            planned.project,
            kind,
            title(source, "bug" if kind == "Bug" else epic.theme),
            epic.theme,
            created,
            parent=epic,
            answer=OPS_BUG if kind == "Bug" and planned.project == "OPS" else NO_ANSWER,
            # Issues from before the switch to `parent` still hang on their epic by its key.
            by_epic_link=old_style and age > 60 and planned.project != "HR",
            is_open=None if planned.ended is None else False,
            ended="Won't Do" if planned.ended == "Won't Do" and source.random() < 0.7 else None,
        )
        chance = source.random()
        if planned.project == "HR":
            # Some of what people operations wants is done by operations: its parent is out of their scope.
            draft.project = "OPS" if chance < 0.15 else "HR"
        elif kind == "Task" and chance < 0.02:
            # Work for another team's epic, done at home: `parent` crosses projects, Epic Link does too.
            draft.project = "OPS" if planned.project == "WEB" else "WEB"
        elif kind != "Bug" and chance < 0.05:
            others = [one for one in self._epics if one.project == epic.project and one.created < created]
            draft.came_from = source.choice(others) if others else None
            draft.came_from = None if draft.came_from is epic else draft.came_from
        return draft

    def _loose(self) -> Draft:
        """Work below no epic: some linked by label, some exempt, some orphaned."""
        source = self._source
        project = "OPS" if source.random() < 0.5 else "WEB"
        age = source.uniform(0.5, 6) if source.random() < 0.2 else 8 + (OLDEST - 8) * source.random() ** 1.7
        created = _day(source, age)
        if project == "OPS" and source.random() < 0.55:
            if source.random() < 0.15:
                return Draft(
                    project, "Vulnerability", title(source, "security"), "security", created, answer=SECURITY
                )
            return Draft(project, "Bug", title(source, "bug"), "bug", created, answer=OPS_BUG)
        kinds = self._kinds[project]
        kind = source.choices(kinds, [one.weight for one in kinds])[0]
        draft = Draft(
            project,
            source.choice(("Story", "Task")),
            title(source, kind.theme),
            kind.theme,
            created,
            labels=kind.labels,
            answer=kind.answer,
        )
        if age > 20 and source.random() < 0.03:
            draft.moved_from = "WEB" if project == "OPS" else "OPS"
        return draft

    def _subtask(self, parent: Draft) -> Draft:
        source = self._source
        created = max(_day(source, source.uniform(0.5, 120)), parent.created + timedelta(minutes=30))
        created = min(created, NOW - timedelta(minutes=5))
        created = max(created, parent.created + timedelta(seconds=30))
        return _subtask_of(source, parent, created)

    def _mess_up(self, draft: Draft) -> None:
        """Odd labels or claims in place of the plain ones; the draft then serves what the table says."""
        if draft.type in ("Story", "Task"):
            kind = next(self._mess[draft.project])
        elif draft.type == "Bug" and draft.project == "OPS":
            kind = next(self._bug_mess)
        else:
            return
        draft.labels, draft.answer, draft.claim = kind.labels, kind.answer, kind.claim
