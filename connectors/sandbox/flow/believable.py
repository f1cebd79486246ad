"""A believable past for a generated world: who had the work when, what was flagged, what people said of how it goes.

Equal seeds give equal pasts. Nothing of what a plan is made of changes, but for when things were last changed.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from itertools import pairwise

from connectors.sandbox.company import NOW, Person, at_work, from_unix, rng, team_of
from connectors.sandbox.flow import jira_deeds, linear_deeds
from connectors.sandbox.jira.generate_history import history_of
from connectors.sandbox.jira.plan import STATUSES, TEAMS
from connectors.sandbox.jira.state import BLOCKS, Issue, JiraSite
from connectors.sandbox.linear import entities
from connectors.sandbox.linear.history import spans_of
from connectors.sandbox.linear.state import LinearSpace
from connectors.sandbox.linear.updates import updates_of

HANDED_OVER, COVERED, WAS_FLAGGED, IS_FLAGGED, HAS_HEALTH = 0.3, 0.15, 0.12, 0.08, 0.7
"""Parts of the work in progress, or once in it: taken over from a colleague, held by one for a while, flagged for a while or still; and
the part of what holds work, of which people say how it goes."""
_LONGEST_FLAG = timedelta(days=9).total_seconds()
_HEALTHS = ("onTrack", "onTrack", "onTrack", "atRisk", "atRisk", "offTrack")
_WORDS = {
    "onTrack": "As planned. The next step is with two customers.",
    "atRisk": "Two weeks behind: the review took longer than thought.",
    "offTrack": "Stopped by the migration. A new date comes next week.",
}
_LAST = NOW.timestamp() - 3600


def fill_jira(site: JiraSite, seed: int) -> None:
    """Give the site the fields, and its issues their past."""
    jira_deeds.add_fields(site)
    people = {key: team_of(team) for key, team in TEAMS.items()}
    for issue in site.issues.values():
        if issue.project.simplified:
            continue  # fields of the site do not reach it
        source = rng(seed, "flow", "jira", issue.id)
        if issue.type.level <= 0:
            _live(site, source, issue, people[issue.project.key])
        elif issue.status.category != "done" and source.random() < HAS_HEALTH:
            _say_health(site, source, issue)
    _tell_blocks(site, seed)


def _live(site: JiraSite, source: random.Random, issue: Issue, team: tuple[Person, ...]) -> None:
    span = _in_progress(issue)
    if span is None:
        return
    begun, ended = span
    changes = [
        (entry.created.timestamp(), item)
        for entry in history_of(issue)
        for item in entry.items
        if item.field_id == "assignee"
    ]
    last = ended or _LAST
    had = [person for person in team if person is not issue.assignee]
    if issue.assignee is not None and had:
        created = issue.created.timestamp() + 60
        if not changes and source.random() < HANDED_OVER:
            at = at_work(source, created, max(created, begun))
            before = source.choice(had)
            jira_deeds.hand_over(site, issue, from_unix(at), before, issue.assignee, before)
            begun = max(begun, at + 1)
        begun = max([begun, *(at + 1 for at, _ in changes)])
        if last - begun > 4 * 86_400 and source.random() < COVERED:
            out, back = sorted(at_work(source, begun, last) for _ in range(2))
            other = source.choice(had)
            if back - out > 3600:
                jira_deeds.hand_over(site, issue, from_unix(out), issue.assignee, other, issue.assignee)
                jira_deeds.hand_over(site, issue, from_unix(back), other, issue.assignee, other)
    if last - begun < 2 * 86_400:
        return
    by, chance = issue.assignee or issue.reporter, source.random()
    if chance < WAS_FLAGGED:
        begin = at_work(source, begun, last - 86_400)
        end = at_work(source, begin + 3600, min(last, begin + _LONGEST_FLAG))
        jira_deeds.flag(site, issue, from_unix(begin), from_unix(max(end, begin + 600)), by)
    elif ended is None and issue.status.category == "indeterminate" and chance < WAS_FLAGGED + IS_FLAGGED:
        jira_deeds.flag(site, issue, from_unix(at_work(source, begun, last)), None, by)


def _in_progress(issue: Issue) -> tuple[float, float | None] | None:
    """Since when it was first in progress, and when it was last done; None for what never was."""
    moves = [
        (entry.created.timestamp(), STATUSES[int(item.after)].category)
        for entry in history_of(issue)
        for item in entry.items
        if item.field_id == "status" and item.after is not None
    ]
    begun = next((at for at, category in moves if category == "indeterminate"), None)
    if begun is None:
        return None
    return begun, moves[-1][0] if moves[-1][1] == "done" else None


def _say_health(site: JiraSite, source: random.Random, issue: Issue) -> None:
    first = max(issue.created.timestamp() + 86_400, _LAST - 80 * 86_400)
    if first >= _LAST:
        return
    moments = sorted(at_work(source, first, _LAST) for _ in range(source.choice((1, 2, 3))))
    said = ""
    for at in moments:
        value = source.choice(("Green", "Green", "Green", "Yellow", "Yellow", "Red"))
        if value != said:
            jira_deeds.give_health(site, issue, value, from_unix(at), issue.assignee or issue.reporter)
        said = value


def _tell_blocks(site: JiraSite, seed: int) -> None:
    links = {link.id: link for issue in site.issues.values() for link in issue.links if link.type is BLOCKS}
    for link in links.values():
        source = rng(seed, "flow", "jira-link", link.id)
        ends = (site.issues[link.source], site.issues[link.target])
        first = max(one.created.timestamp() for one in ends) + 60
        last = min(
            [_LAST, *(one.category_changed.timestamp() for one in ends if one.status.category == "done")]
        )
        at = at_work(source, first, last) if last > first else first
        jira_deeds.tell_block(site, link, from_unix(min(at, _LAST)), ends[1].reporter)


def fill_linear(space: LinearSpace, seed: int) -> None:
    """Give the issues of the workspace their past, and let leads say how their projects go."""
    for issue in space.issues.values():
        source = rng(seed, "flow", "linear", issue.id)
        spans = spans_of(space, issue)
        begun = next((one.started_at for one in spans if one.state.type == "started"), None)
        ended = spans[-1].started_at if spans[-1].state.type in entities.CLOSED else None
        had = [one for one in issue.team.members if one is not issue.assignee and not one.app]
        if begun is not None and issue.assignee is not None and had:
            _lived(space, source, issue, begun, ended or from_unix(_LAST), had)
    for project in space.projects.values():
        source = rng(seed, "flow", "linear-project", project.id)
        lead = project.lead or project.creator
        if lead is None or updates_of(project) or project.status.type != "started":
            continue
        if source.random() < HAS_HEALTH:
            at = from_unix(at_work(source, _LAST - 30 * 86_400, _LAST))
            health = source.choice(_HEALTHS)
            linear_deeds.give_health(space, project, health, at, lead, _WORDS[health])


def _lived(
    space: LinearSpace,
    source: random.Random,
    issue: entities.Issue,
    begun: datetime,
    ended: datetime,
    others: list[entities.User],
) -> None:
    first = issue.created_at.timestamp() + 300
    since = begun.timestamp()
    if source.random() < HANDED_OVER:
        at, before = at_work(source, first, max(first, since)), source.choice(others)
        linear_deeds.hand_over(space, issue, from_unix(at), before, issue.assignee, before)
        since = max(since, at + 1)
    if ended.timestamp() - since > 4 * 86_400 and source.random() < COVERED:
        moments = sorted(at_work(source, since, ended.timestamp()) for _ in range(2))
        other = source.choice(others)
        for out, back in pairwise(moments):
            if back - out > 3600:
                linear_deeds.hand_over(space, issue, from_unix(out), issue.assignee, other, issue.assignee)
                linear_deeds.hand_over(space, issue, from_unix(back), other, issue.assignee, other)
