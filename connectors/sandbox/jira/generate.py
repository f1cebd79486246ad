"""Fills the Jira site of the example company: equal seeds give equal sites."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from connectors.sandbox.company import (
    MESSY_TITLES,
    NOW,
    Clock,
    Person,
    rng,
    team_of,
    title,
    work_moment,
)
from connectors.sandbox.jira.details import add_comments, add_links, describe
from connectors.sandbox.jira.plan import EPICS, INITIATIVES, LOOSE, PlannedEpic, empty_site
from connectors.sandbox.jira.state import (
    EPIC_LINK,
    KEY_RESULT,
    PRIORITIES,
    RESOLUTIONS,
    STORY_POINT_ESTIMATE,
    STORY_POINTS,
    TYPES,
    History,
    HistoryItem,
    Issue,
    JiraSite,
    Named,
    Status,
)

T = TypeVar("T")

OPEN_HIGHEST_BUGS = 7
OLDEST = 150
"""Greatest age in days of work that the examples do not name; what they name is older."""
CLAIMS: tuple[tuple[str, str], ...] = (
    ("OPS", "kr:GROWTH-KR1"),
    ("WEB", "kr:TRUST-KR2"),
    ("WEB", "kr:SPEED-KR1"),
    ("WEB", "kr:GROWTH-KR9"),  # names no key result: a dangling claim
)
HUMAN_LABELS = ("customer-request", "ux", "tech-debt", "quick-win", "backend", "frontend", "größe-xl", "c++")
_TEAMS = {"WEB": "web", "OPS": "operations", "HR": "people", "STRAT": "engineering"}


@dataclass(slots=True)
class _Draft:
    """An issue before it has an id; ids and keys are given out in order of creation."""

    project: str
    type: str
    title: str
    theme: str
    created: datetime
    parent: _Draft | None = None
    labels: tuple[str, ...] = ()
    is_open: bool | None = None
    priority: Named | None = None
    by_epic_link: bool = False
    epic: PlannedEpic | None = None


def generate_jira(items: int, seed: int, clock: Clock) -> JiraSite:
    """A site of `items` issues, or of the few tens that the example company cannot do without."""
    site = empty_site(clock)
    drafts = _planned(seed)
    drafts += _further(seed, drafts, items - len(drafts))
    # Age decides about keys; the epics that the examples name are the oldest work of their projects.
    drafts.sort(key=lambda draft: draft.created)
    made: dict[int, Issue] = {}
    for position, draft in enumerate(drafts):
        source = rng(seed, "jira", "issue", position)
        parent = made.get(id(draft.parent)) if draft.parent is not None else None
        made[id(draft)] = _make(site, source, draft, parent)
    issues = list(site.issues.values())
    _claim(issues)
    add_links(site, rng(seed, "jira", "links"), issues)
    for issue in issues:
        add_comments(site, rng(seed, "jira", "comments", issue.id), issue)
    return site


def _day(source: random.Random, age: float) -> datetime:
    return work_moment(source, (NOW - timedelta(days=age)).date())


def _planned(seed: int) -> list[_Draft]:
    """Initiatives, epics, and the bugs that the example query counts."""
    source = rng(seed, "jira", "planned")
    above = [
        _Draft("STRAT", "Initiative", name, "other", _day(source, 200 - 7 * number), is_open=True)
        for number, name in enumerate(INITIATIVES)
    ]
    epics = [
        _Draft(
            epic.project,
            "Epic",
            epic.title,
            epic.theme,
            _day(source, epic.age),
            parent=above[epic.initiative] if epic.initiative is not None else None,
            labels=epic.labels,
            is_open=True,
            epic=epic,
        )
        for epic in EPICS
    ]
    bugs = [
        _Draft(
            "OPS",
            "Bug",
            title(source, "bug"),
            "bug",
            _day(source, source.uniform(1, 60)),
            is_open=True,
            priority=PRIORITIES[0],
        )
        for _ in range(OPEN_HIGHEST_BUGS)
    ]
    loose = [
        _Draft(project, "Task", title(source, theme), theme, _day(source, age), labels=labels, is_open=True)
        for project, theme, labels, age in LOOSE
    ]
    return [*above, *epics, *bugs, *loose]


def _further(seed: int, planned: Sequence[_Draft], count: int) -> list[_Draft]:
    """Stories, tasks, bugs and sub-tasks, most of them below an epic."""
    source = rng(seed, "jira", "further")
    epics = [draft for draft in planned if draft.epic is not None]
    weights = [draft.epic.weight for draft in epics if draft.epic is not None]
    made: list[_Draft] = []
    recent: list[_Draft] = []
    for number in range(count):
        chance = source.random()
        if chance < 0.14 and recent:
            made.append(_subtask(source, source.choice(recent)))
        elif chance < 0.32:
            made.append(_loose(source))
        else:
            epic = source.choices(epics, weights)[0]
            made.append(_child(source, epic, old_style=number % 9 == 4))
        if made[-1].type in ("Story", "Task"):
            recent = [*recent[-40:], made[-1]]
    for draft, text in zip([d for d in made if d.type in ("Story", "Task")][::3], MESSY_TITLES, strict=False):
        draft.title = text
    return made


def _child(source: random.Random, epic: _Draft, *, old_style: bool) -> _Draft:
    assert epic.epic is not None  # noqa: S101  only epics are asked
    age = source.uniform(0.5, max(1.0, min(OLDEST, epic.epic.age - 1)))
    created = max(_day(source, age), epic.created + timedelta(minutes=20))
    kind = source.choices(("Story", "Task", "Bug"), (6, 3, 1 if epic.project == "OPS" else 0))[0]
    return _Draft(
        epic.project,
        "Task" if epic.project == "HR" else kind,
        title(source, "bug" if kind == "Bug" else epic.theme),
        epic.theme,
        created,
        parent=epic,
        # Issues from before the switch to `parent` still hang on their epic by its key.
        by_epic_link=old_style and age > 60 and epic.project != "HR",
    )


def _loose(source: random.Random) -> _Draft:
    """Work below no epic: some linked by label, some exempt, some orphaned."""
    project = "OPS" if source.random() < 0.5 else "WEB"
    created = _day(source, source.choice((source.uniform(0.5, 6), source.uniform(8, OLDEST))))
    if project == "OPS" and source.random() < 0.55:
        kind, theme = "Bug", "bug"
        if source.random() < 0.15:
            kind, theme = "Vulnerability", "security"
        return _Draft(project, kind, title(source, theme), theme, created)
    theme, labels = source.choices(
        (
            ("onboarding", ("onboarding",)),
            ("onboarding", ("activation",)),
            ("failover", ("failover",)),
            ("deploy", ("deploy-pipeline",)),
            ("ktlo", ("ktlo",)),
            ("ktlo", ("on-call",)),
            ("security", ("security",)),
            ("other", ()),
        ),
        (3, 3, 2, 2, 2, 1, 1, 6),
    )[0]
    kind = source.choice(("Story", "Task"))
    return _Draft(project, kind, title(source, theme), theme, created, labels=labels)


def _subtask(source: random.Random, parent: _Draft) -> _Draft:
    created = max(_day(source, source.uniform(0.5, 120)), parent.created + timedelta(minutes=30))
    created = min(created, NOW - timedelta(minutes=5))
    created = max(created, parent.created + timedelta(seconds=30))
    name = source.choice(("Write the tests", "Ask design", "Update the docs", "Roll out", "Clean up after"))
    return _Draft(
        parent.project, "Sub-task", f"{name}: {parent.title[:80]}", parent.theme, created, parent=parent
    )


def _make(site: JiraSite, source: random.Random, draft: _Draft, parent: Issue | None) -> Issue:
    project = site.projects[draft.project]
    team = team_of(_TEAMS[draft.project])
    issue = Issue(
        id=site.next_id(),
        key=site.new_key(project),
        project=project,
        type=TYPES[draft.type],
        summary=draft.title,
        status=project.statuses[0],
        reporter=source.choice(team),
        created=draft.created,
        updated=draft.created,
        category_changed=draft.created,
        priority=draft.priority or source.choices(PRIORITIES[1:], (3, 8, 3, 1))[0],
        assignee=source.choice(team) if source.random() < 0.8 else None,
        labels=[*draft.labels, *(source.sample(HUMAN_LABELS, 1) if source.random() < 0.22 else ())],
        description=describe(source, draft.title) if source.random() < 0.5 else None,
        due=(NOW + timedelta(days=source.randrange(-10, 60))).date() if source.random() < 0.15 else None,
    )
    if parent is not None and draft.by_epic_link:
        issue.custom[EPIC_LINK] = parent.key
    elif parent is not None:
        issue.parent = parent.id
    site.add(issue)
    _estimate(source, issue)
    _live(site, source, issue, draft.is_open)
    return issue


def _estimate(source: random.Random, issue: Issue) -> None:
    """Points with gaps; sub-tasks and containers have none."""
    if issue.type.level != 0 or source.random() < 0.2:
        return
    for name in (STORY_POINTS, STORY_POINT_ESTIMATE):
        if name in issue.project.screen:
            issue.custom[name] = float(source.choice((0.5, 1, 2, 3, 3, 5, 5, 8, 13)))


def _live(site: JiraSite, source: random.Random, issue: Issue, is_open: bool | None) -> None:
    """The issue's way through its project's statuses, with history and times."""
    age = (NOW - issue.created) / timedelta(days=1)
    if is_open is None:
        is_open = source.random() > min(0.85, age / 130)
    by_category: dict[str, list[Status]] = {}
    for status in issue.project.statuses:
        by_category.setdefault(status.category, []).append(status)
    way: list[Status] = []
    if issue.type.level >= 1 or not is_open or (age > 2 and source.random() < 0.55):
        way.append(source.choice(by_category["indeterminate"]))
    elif source.random() < 0.4 and len(by_category["new"]) > 1:
        way.append(by_category["new"][1])
    if not is_open:
        way.append(by_category["done"][0])
    moments = sorted(
        _between(source, issue.created + timedelta(minutes=10), NOW - timedelta(minutes=1)) for _ in way
    )
    for status, moment in zip(way, moments, strict=True):
        _move_on(site, source, issue, status, moment)
    if not is_open:
        _resolve(source, issue, by_category["done"])


def _between(source: random.Random, first: datetime, last: datetime) -> datetime:
    if first >= last:
        return first
    moment = work_moment(source, (first + (last - first) * source.random()).date())
    return min(max(moment, first), last)


def _move_on(site: JiraSite, source: random.Random, issue: Issue, status: Status, moment: datetime) -> None:
    before = issue.status
    item = HistoryItem("status", "status", str(before.id), before.name, str(status.id), status.name)
    author: Person = issue.assignee or issue.reporter
    issue.history.append(History(site.next_id(), author, moment, (item,)))
    issue.status, issue.updated = status, moment
    if status.category != before.category:
        issue.category_changed = moment
    if source.random() < 0.1:
        issue.updated = _between(source, moment, NOW - timedelta(minutes=1))


def _resolve(source: random.Random, issue: Issue, done: Sequence[Status]) -> None:
    """Most done work says how it ended; some was dropped, some says nothing."""
    chance = source.random()
    if chance < 0.08:
        return
    if chance < 0.2:
        if len(done) > 1:
            issue.status = done[1]
            last = issue.history[-1]
            moved = last.items[0]
            item = HistoryItem(
                "status", "status", moved.before, moved.before_text, str(done[1].id), done[1].name
            )
            issue.history[-1] = History(last.id, last.author, last.created, (item,))
        issue.resolution = source.choice(RESOLUTIONS[1:])
    else:
        issue.resolution = RESOLUTIONS[0]
    issue.resolved = issue.category_changed


def _claim(issues: Sequence[Issue]) -> None:
    """Claims by people: a few labels, one of them dangling, and one in the Key result field."""
    for project, label in CLAIMS:
        issue = next(i for i in _claimable(issues, project) if not any("kr:" in name for name in i.labels))
        issue.labels.append(label)
    unclaimed = [i for i in _claimable(issues, "WEB") if not any("kr:" in name for name in i.labels)]
    by_field = unclaimed[len(unclaimed) // 2]
    by_field.custom[KEY_RESULT] = "SPEED-KR1"


def _claimable(issues: Sequence[Issue], project: str) -> list[Issue]:
    """Stories, tasks and bugs of the project, those below an epic first."""
    base = [issue for issue in issues if issue.project.key == project and issue.type.level == 0]
    return sorted(base, key=lambda issue: issue.parent is None)
