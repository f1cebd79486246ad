"""A first look at a Linear workspace: who signs in, its teams, how open work is estimated, its open projects. Reads only.

Requests: one that signs in, a page of teams, one for each of twenty teams, and for a survey one of projects and a few of labels.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from itertools import islice

from config.names import folded
from config.text.redaction import shown
from connectors.discovery import (
    MOST_CANDIDATES,
    MOST_COUNTED,
    Candidate,
    Estimates,
    Place,
    Site,
    Survey,
    best_first,
)
from connectors.errors import ScopeError
from connectors.linear.api import first_look, queries
from connectors.linear.api.client import LinearClient
from connectors.model import CLAIM_NAME

_OPEN_STATES = {"type": {"nin": ["completed", "canceled", "duplicate"]}}
_OPEN_STATUSES = {"type": {"in": ["started", "planned"]}}
_MOST_TEAMS = 500
_MOST_LABELS = 1000
_NOT_USED = "notUsed"


class Explorer:
    """Looks at one workspace with one credential; see `connectors.base.Discovers`."""

    def __init__(self, client: LinearClient) -> None:
        self._client = client
        self._teams: dict[str, first_look.SeenTeam] = {}
        self._open: dict[str, first_look.OpenIssues] = {}

    def places(self, wanted: Collection[str] = ()) -> Site:
        """See `Discovers.places`. The largest teams are counted, each by one page of its open issues."""
        me = self._client.execute(first_look.WHO_AM_I)
        seen = self._client.walk(first_look.SEEN_TEAMS, lambda reply: reply.teams)
        teams = list(islice(seen, _MOST_TEAMS))
        unlisted = next(seen, None) is not None
        self._teams = {team.key: team for team in teams}
        asked = {folded(key) for key in wanted}
        if absent := sorted(asked - {folded(key) for key in self._teams}):
            raise ScopeError(
                self._client.tracker,
                f"team {absent[0].upper()} does not exist, or the credential cannot see it.",
                f"Visible teams: {', '.join(sorted(self._teams)) or 'none'}.",
            )
        teams.sort(key=lambda team: (folded(team.key) not in asked, -team.issue_count, team.key))
        counted = teams[: max(MOST_COUNTED, len(asked))]
        return Site(
            account=shown(me.viewer.name),
            company=shown(me.organization.url_key),
            time_zone=me.viewer.timezone or "",
            places=(*map(self._counted, counted), *map(_listed, teams[len(counted) :])),
            unlisted=unlisted,
        )

    def _counted(self, team: first_look.SeenTeam) -> Place:
        page = self._page(team)
        return Place(
            team.key,
            shown(team.name),
            len(page.issues.nodes),
            page.issues.page_info.has_next_page,
            _scale(team),
        )

    def _page(self, team: first_look.SeenTeam) -> first_look.OpenIssues:
        if team.key not in self._open:
            filter_ = {"team": {"id": {"eq": team.id}}, "state": _OPEN_STATES}
            self._open[team.key] = self._client.execute(
                first_look.OPEN_ISSUES, first=first_look.OPEN_ISSUES.page, filter=filter_
            )
        return self._open[team.key]

    def survey(self, keys: Collection[str]) -> Survey:
        """See `Discovers.survey`; of teams that `places` has listed."""
        teams = [self._teams[key] for key in keys]
        issues = [node for team in teams for node in self._page(team).issues.nodes]
        labels = {
            one.id: one
            for one in islice(
                self._client.walk(queries.LABELS, lambda reply: reply.issue_labels), _MOST_LABELS
            )
        }
        worn = Counter(id_ for issue in issues for id_ in issue.label_ids)
        points = tuple(issue.estimate for issue in issues if issue.estimate is not None)
        return Survey(
            estimates=Estimates(len(issues), points),
            own_fields=tuple(
                {CLAIM_NAME for one in labels.values() if one.is_group and one.name == CLAIM_NAME}
            ),
            candidates=self._candidates(teams, issues),
            candidate_noun="project",
            claim_noun="label group",
            labels=Counter({shown(labels[id_].name): count for id_, count in worn.items() if id_ in labels}),
        )

    def _candidates(
        self, teams: Collection[first_look.SeenTeam], issues: Collection[first_look.OpenIssue]
    ) -> tuple[Candidate, ...]:
        """Open projects of the teams, those under way before those planned."""
        if not teams:
            return ()
        ids = [team.id for team in teams]
        filter_ = {"accessibleTeams": {"some": {"id": {"in": ids}}}, "status": _OPEN_STATUSES}
        found = self._client.execute(first_look.OPEN_PROJECTS, first=MOST_CANDIDATES, filter=filter_)
        below = Counter(issue.project.id for issue in issues if issue.project is not None)
        nodes = sorted(found.projects.nodes, key=lambda one: one.status.type != "started")
        keys = {team.key for team in teams}
        return best_first(
            [
                Candidate(
                    "project",
                    shown(one.name),
                    shown(one.name),
                    next((team.key for team in one.teams.nodes if team.key in keys), ""),
                    below[one.id],
                )
                for one in nodes
            ]
        )


def _listed(team: first_look.SeenTeam) -> Place:
    return Place(team.key, shown(team.name), scale=_scale(team))


def _scale(team: first_look.SeenTeam) -> str:
    return "" if team.issue_estimation_type == _NOT_USED else team.issue_estimation_type
