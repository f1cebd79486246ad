"""A workspace as one part of a run reads and writes it. Pure."""

from __future__ import annotations

from config.workspace import Workspace


def narrowed(workspace: Workspace, tracker: str, place: str) -> Workspace:
    """The workspace, with one entry of the scope of one tracker; whole without a place."""
    if not place:
        return workspace
    trackers = {**workspace.trackers, tracker: workspace.trackers[tracker].narrowed(place)}
    return workspace.model_copy(update={"trackers": trackers})
