"""Views that name the projects they show, kept as fresh as the marks: each sync gives them those orphaned now."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from connectors.base import ShowsProjects
from connectors.errors import Refused, TrackerError
from sync.jobs.session import Session
from sync.plan.setup_basis import VIEW_OF_PROJECTS, ProjectView, projects_basis

log = structlog.get_logger(__name__)


def renew_views(session: Session, views: Sequence[ProjectView]) -> None:
    """Let the views that name their projects name those that are orphaned now; one that cannot be had is left to setup."""
    for view in views:
        connector = session.connectors[view.tracker]
        if session.halt.is_set() or not isinstance(connector, ShowsProjects):
            continue
        try:
            connector.show_projects(view.id, view.projects)
        except Refused as error:
            # Somebody deleted it: it is not tried again until setup has made it anew.
            log.warning("cannot update the view of projects", tracker=view.tracker, cause=error.what)
            session.store.save_provisions(view.tracker, {}, instead_of=VIEW_OF_PROJECTS)
        except TrackerError as error:
            log.warning("cannot update the view of projects", tracker=view.tracker, cause=error.what)
        else:
            session.store.save_provisions(view.tracker, projects_basis(view.projects))
