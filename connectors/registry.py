"""From a declared tracker to its connector: the only place that knows which kinds there are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from config.policy import NO_LABELS, LabelPolicy
from config.settings import Credentials
from config.text.issue_pages import IssuePages
from config.text.texts import ENGLISH_TEXTS, Texts
from config.trackers import JiraTracker, LinearTracker, Tracker, TrackerBase
from connectors.base import UNSAID, Connector, InitiativeUse
from connectors.hooks.verdict import Headers, Verdict
from connectors.http.throttle import Throttle
from connectors.lists import KnownWork, ListsItems

Verify = Callable[[bytes, Headers, str | None, datetime], Verdict]
"""Judges a delivery: its raw body, its headers, the secret of the hook if it has one, and the time."""


def connect(
    name: str,
    tracker: Tracker,
    credentials: Credentials,
    owner: str,
    fields: Sequence[str] = (),
    throttle: Throttle | None = None,
    labels: LabelPolicy = NO_LABELS,
    provided: Mapping[str, str] | None = None,
    initiatives: InitiativeUse = UNSAID,
    elsewhere: Sequence[IssuePages] = (),
    *,
    commitments: bool = False,
    texts: Texts = ENGLISH_TEXTS,
    history_weeks: int | None = None,
) -> Connector:
    """A connector for the tracker. No request is made before the first read.

    `owner` is the id of the workspace, which signs every mark; `fields` names the custom fields that
    rules match, which only Jira has; `throttle` lets the requests through, one for each site and credential; `labels` are those
    of the policy, which are ours by their names; `provided` is what setup made there, ids by `Action.what`; `initiatives`
    is what the configuration does with initiatives; `elsewhere` is where the other trackers have the pages of their issues;
    `commitments`: items tell whether they are in an active sprint or cycle; `texts`: those that are written there;
    `history_weeks`: histories of what was alive in so many weeks will be asked for, so that what comes with items anyway is kept.
    """
    # Loaded when they are needed: what asks no tracker should not wait for their clients.
    match tracker:
        case JiraTracker():
            from connectors.jira import JiraConnector

            return JiraConnector(
                name,
                tracker,
                credentials,
                owner,
                fields=fields,
                throttle=throttle,
                labels=labels.all,
                provided=provided,
                commitments=commitments,
                texts=texts,
                history_weeks=history_weeks,
            )
        case LinearTracker():
            from connectors.linear import LinearConnector

            return LinearConnector(
                name,
                tracker,
                credentials,
                owner,
                throttle=throttle,
                labels=labels,
                initiatives=initiatives,
                elsewhere=elsewhere,
                commitments=commitments,
                provided=provided,
                texts=texts,
            )


def lists_of(tracker: Tracker, known: KnownWork) -> ListsItems | None:
    """What knows pages of the tracker that list items; None where its kind has none."""
    made = _LISTS.get(type(tracker))
    return made(known) if made is not None else None


def _searches(known: KnownWork) -> ListsItems:
    from connectors.jira.marks.lists import SearchLists

    return SearchLists(known)


def _views(known: KnownWork) -> ListsItems:
    from connectors.linear.marks.lists import ViewLists

    return ViewLists(known)


_LISTS: Mapping[type[TrackerBase], Callable[[KnownWork], ListsItems]] = {
    JiraTracker: _searches,
    LinearTracker: _views,
}


def verifier_of(tracker: Tracker) -> Verify | None:
    """How deliveries of the tracker's webhooks are judged; None where its kind has none."""
    made = _HOOKS.get(type(tracker))
    return made() if made is not None else None


def _of_jira() -> Verify:
    from connectors.jira.hooks import verify

    return verify


def _of_linear() -> Verify:
    from connectors.linear.hooks import verify

    return verify


_HOOKS: Mapping[type[TrackerBase], Callable[[], Verify]] = {JiraTracker: _of_jira, LinearTracker: _of_linear}
