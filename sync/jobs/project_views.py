"""Views that name the projects they show, kept as fresh as the marks: a plan that says so gives them others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import structlog

from connectors.base import STOPPED, ShowsProjects
from connectors.errors import TrackerError
from sync.jobs.session import Session
from sync.plan.outcome import Applied, RenewedView
from sync.plan.plan import Plan
from sync.plan.project_views import MISSING, ProjectView
from sync.plan.setup_basis import VIEW_OF_PROJECTS, projects_basis

log = structlog.get_logger(__name__)


def renew_views(session: Session, plan: Plan, applied: Applied, is_ending: Callable[[], bool]) -> Applied:
    """Let the views of the plan name the projects that it says: what was applied, with what became of them.

    Nothing is tried on a tracker that stopped, nor once the run is ending. The store learns what a view shows where setup
    was run with it, and that one is missing.
    """
    renewed = []
    for view in plan.views:
        if is_ending():
            renewed.append(RenewedView(view, "skipped", STOPPED))
        elif view.tracker in applied.stopped:
            renewed.append(RenewedView(view, "skipped", applied.stopped[view.tracker]))
        else:
            renewed.append(_renew(session, view))
    return replace(applied, views=tuple(renewed))


def _renew(session: Session, view: ProjectView) -> RenewedView:
    connector = session.connectors.get(view.tracker)
    if connector is None or not isinstance(connector, ShowsProjects):
        return RenewedView(view, "failed", "the tracker has no views of projects")
    try:
        is_there = connector.show_projects(view.id, view.projects)
    except TrackerError as error:
        log.warning("cannot update the view of projects", tracker=view.tracker, cause=error.what)
        return RenewedView(view, "failed", f"{error.what} {error.remedy}".rstrip())
    if not is_there:
        _learn(session, view, {VIEW_OF_PROJECTS: MISSING})
        return RenewedView(view, "failed", "it is missing; run `truenorth setup --apply`")
    _learn(session, view, projects_basis(view.projects))
    return RenewedView(view, "written")


def _learn(session: Session, view: ProjectView, shown: Mapping[str, str]) -> None:
    # The store of the run that made a saved plan may be another one: what setup made is not known here then.
    if VIEW_OF_PROJECTS in session.store.provisions(view.tracker):
        session.store.save_provisions(view.tracker, shown)
