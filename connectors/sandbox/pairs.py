"""Plants the pairs of `planted_pairs.py` in both trackers of a generated world.

They come on top of the world's items, from generators of their own, so that all else stays as it is. Their keys are
the youngest of their projects, as when work is imported: Linear's sync has made one side of the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from random import Random
from typing import Any

from connectors.sandbox.company import NOW, rng, team_of, title, uuid4_from, work_moment
from connectors.sandbox.jira.generate_history import NOTHING, ChangeKind, HistoryBuilder
from connectors.sandbox.jira.plan import POINTS_FIELDS, TEAMS
from connectors.sandbox.jira.state import RESOLUTIONS, TYPES, JiraSite, RemoteLink
from connectors.sandbox.jira.state import Issue as JiraIssue
from connectors.sandbox.linear.entities import Attachment, Issue, SyncedWith
from connectors.sandbox.linear.state import LinearSpace
from connectors.sandbox.planted_answers import ItemKey, Planted, PlantedAnswer
from connectors.sandbox.planted_pairs import FORMER_SITE, PAIRS, JiraSide, LinearSide, PlannedPair, Side

_STARTED, _DONE = timedelta(days=4), timedelta(days=9)
"""After how long planted work was taken up, and done."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A planted pair as it came to stand in the world: both sides by tracker and id, and by key."""

    plan: PlannedPair
    linear: ItemKey
    jira: ItemKey
    keys: tuple[str, str]

    @property
    def counted(self) -> ItemKey | None:
        """The side of a mirrored pair that counts; None for a linked pair, where both do."""
        return self._side(self.plan.counts)

    @property
    def uncounted(self) -> ItemKey | None:
        """The side of a mirrored pair that counts nowhere; None for a linked pair."""
        if self.plan.counts is None:
            return None
        return self.jira if self.plan.counts == "linear" else self.linear

    @property
    def heir(self) -> ItemKey | None:
        """The side that serves only because of the other."""
        return self._side(self.plan.inherits)

    def _side(self, side: Side | None) -> ItemKey | None:
        return None if side is None else self.linear if side == "linear" else self.jira


def plant_pairs(
    jira: JiraSite, linear: LinearSpace, seed: int, planted: Planted[ItemKey]
) -> tuple[Pair, ...]:
    """Put all pairs into both trackers, and write down in `planted` what they are."""
    before = {*jira.issues, *linear.issues}
    pairs = tuple(_plant(jira, linear, plan, rng(seed, "pair", plan.name)) for plan in PAIRS)
    for pair in pairs:
        for key, answer in _answers(pair):
            if answer.is_decided:
                planted.answers[key] = (answer,)
    for theirs in (one for number, one in jira.issues.items() if number not in before):
        key = ("jira", str(theirs.id))
        planted.points += Fraction(theirs.custom.get(POINTS_FIELDS.get(theirs.project.key, ""), 0))
        lives = planted.finished if theirs.status.category == "done" else planted.begun
        lives[key] = theirs.category_changed
    for ours in (one for name, one in linear.issues.items() if name not in before):
        planted.points += ours.estimate or 0
        if ours.completed_at is not None:
            planted.finished["linear", ours.id] = ours.completed_at
        elif ours.started_at is not None:
            planted.begun["linear", ours.id] = ours.started_at
    return pairs


def _answers(pair: Pair) -> Iterator[tuple[ItemKey, PlantedAnswer]]:
    yield pair.linear, pair.plan.linear.serves
    if isinstance(pair.plan.jira, JiraSide):
        yield pair.jira, pair.plan.jira.serves


def _plant(jira: JiraSite, linear: LinearSpace, plan: PlannedPair, source: Random) -> Pair:
    made = _moment(source, NOW - timedelta(days=plan.age))
    if isinstance(plan.jira, str):
        theirs = jira.issues[jira.keys[plan.jira]]
    else:
        theirs = _jira_issue(jira, plan.jira, source, made)
    ours = _linear_issue(linear, plan.linear, source, made)
    _attach(linear, ours, plan.address.format(key=theirs.key), theirs.summary, source)
    if plan.kind == "linked" and not isinstance(plan.jira, str):
        # Linear's integration links back; Jira tells that only issue by issue.
        page = {"url": ours.url, "title": f"{ours.identifier} {ours.title}"}
        value: dict[str, Any] = {
            "application": {},
            "relationship": None,
            "object": {"summary": None, "icon": {}, "status": {"icon": {}}} | page,
        }
        theirs.remote_links.append(RemoteLink(jira.next_id(), None, value))
    if plan.kind == "mirrored":
        # From the time before the move to the cloud.
        _attach(linear, ours, f"{FORMER_SITE}/browse/{theirs.key}", theirs.summary, source)
        ours.synced_with = [
            SyncedWith("jira", str(theirs.id), theirs.key, str(theirs.type.id), str(theirs.project.id))
        ]
    return Pair(plan, ("linear", ours.id), ("jira", str(theirs.id)), (ours.identifier, theirs.key))


def _moment(source: Random, day: datetime) -> datetime:
    return work_moment(source, day.date())


# --- Linear --------------------------------------------------------------------------------------


def _linear_issue(space: LinearSpace, side: LinearSide, source: Random, made: datetime) -> Issue:
    team = space.team(side.team)
    team.last_number += 1
    labels = {label.name: label for label in space.labels.values() if label.team is None}
    started = _moment(source, made + _STARTED)
    done = _moment(source, made + _DONE) if side.state == "done" else None
    people = source.sample(team.members, 2)
    issue = Issue(
        id=uuid4_from(source),
        created_at=made,
        updated_at=done or started,
        number=team.last_number,
        title=title(source, side.theme),
        team=team,
        state=team.state("completed" if done else "started"),
        sort_order=-float(team.last_number),
        creator=people[0],
        assignee=people[1],
        priority=3,
        estimate=side.estimate,
        started_at=started,
        completed_at=done,
        labels=[labels[name] for name in side.labels],
        subscribers=[people[0]],
    )
    if side.project is not None:
        issue.project = next(one for one in space.projects.values() if one.name == side.project)
        issue.added_to_project_at = made
        issue.project.issues.append(issue)
    team.issues.append(issue)
    space.issues[issue.id] = issue
    space.identifiers[issue.identifier] = issue
    return issue


def _attach(space: LinearSpace, issue: Issue, address: str, text: str, source: Random) -> None:
    attachment = Attachment(
        id=uuid4_from(source),
        created_at=issue.created_at,
        updated_at=issue.created_at,
        issue=issue,
        title=text,
        url=address,
        source_type="jira",
        creator=issue.creator,
    )
    issue.attachments.append(attachment)
    space.attachments[attachment.id] = attachment


# --- Jira ----------------------------------------------------------------------------------------


def _jira_issue(site: JiraSite, side: JiraSide, source: Random, made: datetime) -> JiraIssue:
    parent = None
    if side.below:
        above = JiraSide(side.project, "Story", side.theme, side.serves)
        parent = _issue(site, above, source, _moment(source, made - timedelta(days=3)), None)
    return _issue(site, side, source, made, parent)


def _issue(
    site: JiraSite, side: JiraSide, source: Random, made: datetime, parent: JiraIssue | None
) -> JiraIssue:
    project, people = site.projects[side.project], team_of(TEAMS[side.project])
    issue = JiraIssue(
        id=site.next_id(),
        key=site.new_key(project),
        project=project,
        type=TYPES[side.type],
        summary=title(source, side.theme),
        status=project.statuses[0],
        reporter=source.choice(people),
        created=made,
        updated=made,
        category_changed=made,
        assignee=source.choice(people),
        labels=[*side.labels],
        parent=parent.id if parent is not None else None,
    )
    if side.points is not None:
        issue.custom[POINTS_FIELDS[side.project]] = side.points
    _let_live(site, issue, source, is_done=side.state == "done")
    return site.add(issue)


def _let_live(site: JiraSite, issue: JiraIssue, source: Random, *, is_done: bool) -> None:
    """Into work, and out of it where it is done; the past's entries take the ids that follow on the issue's."""
    history, who = HistoryBuilder(), issue.assignee or issue.reporter
    for category, after in (("indeterminate", _STARTED), ("done", _DONE))[: 2 if is_done else 1]:
        status = next(one for one in issue.project.statuses if one.category == category)
        moment = _moment(source, issue.created + after).replace(microsecond=0)
        history.add(moment.timestamp(), who, ChangeKind.STATUS, issue.status.id, status.id)
        issue.status, issue.category_changed, issue.updated = status, moment, moment
        if category == "done":
            issue.resolution, issue.resolved = RESOLUTIONS[0], moment
            history.add(moment.timestamp(), who, ChangeKind.RESOLUTION, NOTHING, RESOLUTIONS[0].id)
    issue.past, entries = history.packed()
    for _ in range(entries):
        site.next_id()
