"""A first look at a Jira site: who signs in, its projects, how open work is estimated, its open epics. Reads only.

Requests, beside the two that sign in: a page of projects for every fifty (of four hundred at most), a count for each of twenty
projects, and four for a survey. Wire facts: contracts/jira.md, sections 1 and 2.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import quote

import msgspec

from config.names import folded
from config.text.redaction import shown
from config.trackers import is_gateway
from connectors.converter import Converter
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
from connectors.jira.api import replies
from connectors.jira.api.bulk_read import jql_text
from connectors.jira.api.client import JiraClient
from connectors.jira.api.deployment import SiteApi
from connectors.jira.api.errors import Forbidden, Rejected
from connectors.jira.api.fields import OUR_NAMES, SiteFields
from connectors.jira.api.wire import FieldInfo, IssueType, Project, SampledFields, SampledIssue
from connectors.jira.read.find_fields import find_fields
from connectors.jira.read.reader import Reader
from connectors.model import CLAIM_NAME

SAMPLE = 100
"""Issues of a sample: the most that one page gives with fields."""

_PROJECT_PAGES = 8
_OPEN = "statusCategory != Done"
_MAY_BE_POINTS = re.compile(r"point|estimat|effort|size|complexit", re.IGNORECASE)
_SECONDS_AN_HOUR = 3600
_FIELDS = Converter(SampledFields)


class Explorer:
    """Looks at one site with one credential; see `connectors.base.Discovers`."""

    def __init__(self, client: JiraClient, site_api: SiteApi, reader: Reader, pages: str) -> None:
        self._client = client
        self._site_api = site_api
        self._reader = reader
        self._pages = pages
        self._server = client.version == "2"

    def places(self, wanted: Collection[str] = ()) -> Site:
        """See `Discovers.places`."""
        me = self._reader.signed_in()
        url = self._pages
        if is_gateway(self._client.api):
            info = self._client.site_info()
            url = (info and info.base_url) or url
        projects, unlisted = self._projects()
        known = {one.key.casefold(): one for one in projects}
        asked = {folded(key): known.get(key.casefold()) or self._project(key) for key in wanted}
        chosen = [*asked.values(), *self._liveliest([one for one in projects if one not in asked.values()])]
        counted = {one.key: self._count(one.key) for one in chosen[: max(MOST_COUNTED, len(asked))]}
        places = (Place(one.key, shown(one.name), counted.get(one.key)) for one in chosen)
        return Site(
            account=shown(me.display_name or me.account or ""),
            url=url.rstrip("/"),
            time_zone=me.time_zone or "",
            places=tuple(places),
            unlisted=unlisted,
            counts_are_about=not self._server,
        )

    def _projects(self) -> tuple[list[Project], bool]:
        """Projects that the account sees, and whether there are more. A Data Center gives all at once."""
        if self._server:
            return self._site_api.projects(), False
        found: list[Project] = []
        for _ in range(_PROJECT_PAGES):
            params = {"maxResults": "50", "startAt": str(len(found))}
            page = self._client.call("GET", "project/search", replies.PROJECT_PAGE, params=params)
            found += page.values
            if page.is_last or not page.values:
                return found, False
        return found, True

    def _project(self, key: str) -> Project:
        try:
            return self._client.call("GET", f"project/{quote(key, safe='')}", replies.PROJECT)
        except (Rejected, Forbidden) as error:
            if error.status not in (403, 404):
                raise
            what = f"project {key} does not exist, or the credential cannot see it."
            raise ScopeError(
                self._client.name, what, "Correct the key, or give the account access."
            ) from None

    def _liveliest(self, projects: Sequence[Project]) -> list[Project]:
        """The projects, those first in which open work changed lately where there are too many to count in all."""
        if len(projects) <= MOST_COUNTED:
            return list(projects)
        newest = self._sample(f"{_OPEN} ORDER BY updated DESC", ["project"])
        lively = Counter(fields.project.key for _, fields in newest if fields.project is not None)
        return sorted(projects, key=lambda one: -lively[one.key])

    def _count(self, key: str) -> int | None:
        """Its open issues: about that many on the Cloud, where no exact count is to be had. None where they cannot be searched."""
        jql = f"project = {jql_text(key)} AND {_OPEN}"
        try:
            if self._server:
                body = {"jql": jql, "startAt": 0, "maxResults": 1, "fields": ["id"]}
                return self._client.call("POST", "search", replies.OFFSET_PAGE, body=body).total
            return self._client.call(
                "POST", "search/approximate-count", replies.COUNT, body={"jql": jql}
            ).count
        except Rejected:
            return None

    # --- What open work looks like ---------------------------------------------------------------

    def survey(self, keys: Collection[str]) -> Survey:
        """See `Discovers.survey`."""
        known = self._client.call("GET", "field", replies.FIELDS)
        site = find_fields(self._client.name, known, None)
        types = self._client.call("GET", "issuetype", replies.ISSUE_TYPES)
        here = f"project in ({', '.join(map(jql_text, sorted(keys)))}) AND {_OPEN}"
        asked = [*_ASKED, *site.points, *([site.epic_link] if site.epic_link else [])]
        sample = self._sample(f"{here} ORDER BY updated DESC", asked)
        epics = self._epics(here, [one.id for one in types if _is_epic(one)], sample, site)
        below = Counter(parent for issue, fields in sample for parent in _parents(issue, fields, site))
        candidates = (
            Candidate(
                "epic",
                issue.key,
                shown(fields.summary),
                fields.project.key if fields.project else "",
                max(below[issue.id], below[issue.key]),
            )
            for issue, fields in epics
        )
        return Survey(
            estimates=_estimates(sample, site, {issue.id for issue, _ in epics}),
            estimate_fields=tuple(shown(site.called.get(id_, id_)) for id_ in site.points),
            number_fields=_may_be_points(known, site),
            own_fields=_own(site),
            candidates=best_first(tuple(candidates)),
            types=Counter(shown(one.issuetype.name) for _, one in sample if one.issuetype is not None),
            labels=Counter(shown(label) for _, one in sample for label in one.labels),
        )

    def _epics(
        self, here: str, types: Sequence[str], sample: Sequence[_Sampled], site: SiteFields
    ) -> list[_Sampled]:
        """Open epics, the last changed first. Where a Data Center calls them by a name of its own: those that the sample names."""
        if types:
            where = f"issuetype in ({', '.join(sorted(types))})"
        else:
            named = {key for issue, fields in sample for key in _parents(issue, fields, site) if "-" in key}
            where = f"key in ({', '.join(map(jql_text, sorted(named)))})"
            if not named:
                return []
        return self._sample(f"{here} AND {where} ORDER BY updated DESC", _ASKED, MOST_CANDIDATES)

    def _sample(self, jql: str, fields: Sequence[str], most: int = SAMPLE) -> list[_Sampled]:
        """The first issues that the query finds; one that does not decode is left out, as it decides nothing."""
        body = {"jql": jql, "maxResults": most, "fields": list(fields)}
        path = "search" if self._server else "search/jql"
        found = self._client.call("POST", path, replies.SAMPLE_PAGE, body=body).issues
        return list(_decoded(found))


_Sampled = tuple[SampledIssue, SampledFields]
_ASKED = ("summary", "issuetype", "project", "labels", "parent", "timeoriginalestimate")


def _decoded(found: Iterable[SampledIssue]) -> Iterator[_Sampled]:
    for issue in found:
        try:
            yield issue, _FIELDS.convert(issue.fields)
        except msgspec.ValidationError:
            continue


def _is_epic(kind: IssueType) -> bool:
    """A Data Center tells no levels, so there the name has to."""
    if kind.hierarchy_level is None:
        return not kind.subtask and any(folded(name) == "epic" for name in kind.names)
    return kind.hierarchy_level == 1


def _parents(issue: SampledIssue, fields: SampledFields, site: SiteFields) -> Iterator[str]:
    """What stands above: an id, or on a Data Center the key of the epic."""
    link = issue.fields.get(site.epic_link) if site.epic_link else None
    if isinstance(link, str):
        yield link
    elif fields.parent is not None:
        yield fields.parent.id


def _estimates(sample: Iterable[_Sampled], site: SiteFields, epics: Collection[str]) -> Estimates:
    """Of what can be estimated by itself: no sub-tasks and no epics."""
    points: list[float] = []
    hours: list[float] = []
    sampled = 0
    for issue, fields in sample:
        kind = fields.issuetype
        if issue.id in epics or kind is None or kind.subtask or (kind.hierarchy_level or 0) != 0:
            continue
        sampled += 1
        points += [value for id_ in site.points if (value := _number(issue.fields.get(id_))) is not None][:1]
        seconds = _number(issue.fields.get("timeoriginalestimate"))
        hours += [seconds / _SECONDS_AN_HOUR] if seconds else []
    return Estimates(sampled, tuple(points), tuple(hours))


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _may_be_points(known: Iterable[FieldInfo], site: SiteFields) -> tuple[str, ...]:
    ours = {folded(name) for name in OUR_NAMES}
    return tuple(
        shown(info.name)
        for info in known
        if info.schema.custom
        and info.schema.type == "number"
        and info.id not in site.points
        and folded(info.name) not in ours
        and _MAY_BE_POINTS.search(info.name)
    )


def _own(site: SiteFields) -> tuple[str, ...]:
    """Ours, by name; the field for claims also where it can only be read."""
    names = dict.fromkeys(site.names.values())
    return tuple(dict.fromkeys([*([CLAIM_NAME] if site.claim else []), *names]))
