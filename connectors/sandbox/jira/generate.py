"""Fills the Jira site of the example company: equal seeds give equal sites."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from datetime import timedelta
from fractions import Fraction

from connectors.sandbox.company import NOW, Clock, rng, team_of
from connectors.sandbox.jira.components import assign_components
from connectors.sandbox.jira.details import add_comments, add_links, describe
from connectors.sandbox.jira.drafts import Draft, drafts_of
from connectors.sandbox.jira.lifecycles import Lifecycle, Origin, StatusesByCategory, generate_lifecycle
from connectors.sandbox.jira.plan import POINTS_FIELDS, TEAMS, empty_site
from connectors.sandbox.jira.state import (
    EPIC_LINK,
    KEY_RESULT,
    PRIORITIES,
    TYPES,
    Issue,
    JiraSite,
)
from connectors.sandbox.planted_answers import NO_ANSWER, Planted, PlantedAnswer, claiming, put_before

CLAIMS: tuple[tuple[str, str, PlantedAnswer], ...] = (
    ("OPS", "kr:GROWTH-KR1", claiming("GROWTH-KR1")),
    ("WEB", "kr:TRUST-KR2", claiming("TRUST-KR2")),
    ("WEB", "kr:SPEED-KR1", claiming("SPEED-KR1")),
    ("WEB", "kr:GROWTH-KR9", NO_ANSWER),  # names no key result: a dangling claim
)
CLAIMED_BY_FIELD = "SPEED-KR1"
HUMAN_LABELS = ("customer-request", "ux", "tech-debt", "quick-win", "backend", "frontend", "größe-xl", "c++")


def generate_jira(items: int, seed: int, clock: Clock) -> JiraSite:
    """A site of `items` issues, or of the few tens that the example company cannot do without."""
    return planted_jira(items, seed, clock)[0]


def planted_jira(items: int, seed: int, clock: Clock) -> tuple[JiraSite, Planted[str]]:
    """The site, and what was planted in it."""
    site = empty_site(clock)
    planted = write_drafts(site, drafts_of(items, seed), seed)
    issues = list(site.issues.values())
    _claim(issues, planted)
    assign_components(issues)
    add_links(site, rng(seed, "jira", "links"), issues)
    return site, planted


def write_drafts(site: JiraSite, drafts: Iterable[Draft], seed: int) -> Planted[str]:
    """Put issues on the site, each with a life of its own, and give what was planted. Parents come before their children."""
    writer = _Writer(site)
    for position, draft in enumerate(drafts):
        writer.write(rng(seed, "jira", "issue", position), draft)
    return writer.planted


class _Writer:
    """Makes issues of drafts, in order of creation, so that ids and keys rise with time."""

    def __init__(self, site: JiraSite) -> None:
        self.planted: Planted[str] = Planted()
        self._site = site
        self._made: dict[int, Issue] = {}
        self._statuses = {key: StatusesByCategory(project) for key, project in site.projects.items()}
        self._teams = {key: team_of(team) for key, team in TEAMS.items()}

    def write(self, source: random.Random, draft: Draft) -> None:
        """Put the issue on the site, with its past, its comments and its answer."""
        site = self._site
        parent = self._made[id(draft.parent)] if draft.parent is not None else None
        was = None
        if draft.moved_from is not None:
            was = site.new_key(site.projects[draft.moved_from])
        issue = self._issue(source, draft, parent)
        if was is not None:
            site.keys[was] = issue.id
        before = self._made.get(id(draft.came_from))
        statuses = self._statuses[draft.project]
        life = generate_lifecycle(source, issue, draft, statuses, Origin(was, before, parent))
        # The past's entries take the ids that follow.
        for _ in range(life.entries):
            site.next_id()
        add_comments(site, source, issue)
        self._note(issue, draft, life)
        if draft.type != "Sub-task":
            self._made[id(draft)] = issue

    def _note(self, issue: Issue, draft: Draft, life: Lifecycle) -> None:
        """Write down what was planted."""
        planted, name = self.planted, str(issue.id)
        if draft.answer.is_decided:
            planted.answers[name] = (draft.answer,)
        if life.finished is not None:
            planted.finished[name] = life.finished
        if life.begun is not None:
            planted.begun[name] = life.begun
        planted.points += Fraction(issue.custom.get(POINTS_FIELDS.get(issue.project.key, ""), 0))
        if draft.planned is not None and draft.planned.kind:
            planted.note(draft.planned.kind, name)

    def _issue(self, source: random.Random, draft: Draft, parent: Issue | None) -> Issue:
        site, team = self._site, self._teams[draft.project]
        project = site.projects[draft.project]
        labels = [*draft.labels]
        if source.random() < 0.22:
            labels.append(source.choice(HUMAN_LABELS))
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
            priority=draft.priority or source.choices(PRIORITIES[1:], cum_weights=(3, 11, 14, 15))[0],
            assignee=source.choice(team) if source.random() < 0.8 else None,
            labels=labels,
            description=describe(source, draft.theme) if source.random() < 0.5 else None,
            due=(NOW + timedelta(days=source.randrange(-10, 60))).date() if source.random() < 0.15 else None,
        )
        if draft.claim is not None:
            issue.custom[KEY_RESULT] = draft.claim
        if parent is not None and draft.by_epic_link:
            issue.custom[EPIC_LINK] = parent.key
        elif parent is not None:
            issue.parent = parent.id
        return site.add(issue)


def _claim(issues: Sequence[Issue], planted: Planted[str]) -> None:
    """Claims by people that are there in a world of any size: labels, and one in the Key result field."""
    purposes = {name for names in planted.on_purpose.values() for name in names}
    others = [issue for issue in issues if str(issue.id) not in purposes]
    for project, label, answer in CLAIMS:
        issue = _claimable(others, project)[0]
        issue.labels.append(label)
        if answer.is_decided:
            put_before(planted.answers, str(issue.id), answer)
    unclaimed = _claimable(others, "WEB")
    by_field = unclaimed[len(unclaimed) // 2]
    by_field.custom[KEY_RESULT] = CLAIMED_BY_FIELD
    put_before(planted.answers, str(by_field.id), claiming(CLAIMED_BY_FIELD))


def _claimable(issues: Sequence[Issue], project: str) -> list[Issue]:
    """Stories, tasks and bugs of the project that nobody claimed, those below an epic first."""
    base = [
        issue
        for issue in issues
        if issue.project.key == project
        and issue.type.level == 0
        and KEY_RESULT not in issue.custom
        and not any(label.casefold().startswith("kr:") for label in issue.labels)
    ]
    return sorted(base, key=lambda issue: issue.parent is None)
