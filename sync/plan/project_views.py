"""Views that name the projects they show: what they should show, which have to name others by now, which is missing. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from config.wording import counted
from config.workspace import Workspace
from connectors.model import Ref, WorkItem
from connectors.setup import PROJECTS
from sync.align.alignment import Alignment
from sync.marks.policy import is_written, marks_of
from sync.memory import Memory
from sync.plan.setup_basis import APPLY, VIEW_OF_PROJECTS, projects_basis

MISSING = "missing"
"""What the store keeps of a view that setup made and a sync did not find, in place of what it shows."""
_MADE = f"view {PROJECTS}"


@dataclass(frozen=True, slots=True)
class ProjectView:
    """A view of ours that has to name other projects by now: the ids of these.

    `before`: what the store kept of those that it named, by which a saved plan is found to be out of date.
    """

    tracker: str
    id: str
    projects: tuple[str, ...]
    before: str

    @property
    def name(self) -> str:
        """As people read it, beside the names of items."""
        return f'view "{PROJECTS}"'


def lists_projects(workspace: Workspace, tracker: str) -> bool:
    """Whether the policy has the alignment of projects written there, so that a view may show it."""
    policy = workspace.policy_of(tracker)
    return "labels" in marks_of(policy) and "project" in policy.levels


def orphaned_projects(
    orphans: Iterable[Ref], alignment: Alignment, workspace: Workspace, tracker: str
) -> tuple[str, ...]:
    """Ids of the orphaned projects of a tracker, as far as the policy lets them be told of; never those that bear marks
    of another workspace.
    """
    if not lists_projects(workspace, tracker):
        return ()
    items = (alignment.items[ref] for ref in orphans if ref.tracker == tracker)
    return tuple(
        sorted(
            item.ref.id
            for item in items
            if item.level == "project" and not _is_foreign(item, workspace.workspace)
        )
    )


def _is_foreign(item: WorkItem, owner: str) -> bool:
    stamp = item.shown.stamp
    return stamp is not None and stamp.owner != owner


def project_views(
    workspace: Workspace,
    memory: Memory,
    orphans: Collection[Ref],
    alignment: Alignment,
    stale: Collection[str],
    now: datetime,
) -> tuple[ProjectView, ...]:
    """The views whose projects are others by now, of the trackers that are written to: not in quiet hours, and not
    while a tracker cannot be read. One that is missing is left to setup.
    """
    found = []
    for tracker in workspace.active:
        made = memory.provisions.get(tracker, {})
        view, before = made.get(_MADE), made.get(VIEW_OF_PROJECTS)
        if view is None or before in (None, MISSING) or tracker in stale:
            continue
        projects = orphaned_projects(orphans, alignment, workspace, tracker)
        is_new = projects_basis(projects) != {VIEW_OF_PROJECTS: before}
        if is_new and before is not None and _may_write(workspace, tracker, now):
            found.append(ProjectView(tracker, view, projects, before))
    return tuple(found)


def _may_write(workspace: Workspace, tracker: str, now: datetime) -> bool:
    policy = workspace.policy_of(tracker)
    quiet = policy.quiet_hours
    is_quiet = quiet is not None and quiet.holds(now.astimezone(workspace.zone).time())
    return is_written(policy) and not is_quiet


def still_due(
    views: Iterable[ProjectView], made: Mapping[str, Mapping[str, str]], unread: Collection[str]
) -> tuple[tuple[ProjectView, ...], tuple[tuple[ProjectView, str], ...]]:
    """Of the views in a saved plan those that are as they were when it was made, as far as the store knows, and those that
    are not, with what changed. `made`: what the store keeps of setup by now, by tracker.
    """
    kept, changed = [], []
    for view in views:
        now = made.get(view.tracker, {})
        if view.tracker in unread:
            changed.append((view, f"{view.tracker} could not be read"))
        elif now.get(_MADE, view.id) != view.id:
            changed.append((view, "it was created again"))
        elif now.get(VIEW_OF_PROJECTS, view.before) != view.before:
            changed.append((view, "it was updated or found missing"))
        else:
            kept.append(view)
    return tuple(kept), tuple(changed)


def view_note(view: ProjectView) -> str:
    """The sentence that says what becomes of a view of projects."""
    return f"{view.tracker}: the {view.name} will list {listed(view)}."


def listed(view: ProjectView) -> str:
    """As in "2 orphaned projects"."""
    return counted(len(view.projects), "orphaned project") if view.projects else "no project"


def missing_notes(workspace: Workspace, memory: Memory) -> tuple[str, ...]:
    """A sentence for each view that setup made and that is there no more."""
    return tuple(
        f'{tracker}: the view "{PROJECTS}" is missing; run {APPLY}.'
        for tracker in workspace.active
        if memory.provisions.get(tracker, {}).get(VIEW_OF_PROJECTS) == MISSING
    )
