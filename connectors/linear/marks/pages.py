"""Where people open things of a workspace: its views. Pure.

The address of a workspace is the beginning of every issue's; that of a view ends in its slug, which stays when the view gets
another name (Linear's schema, `CustomView.slugId`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from connectors.linear.api.wire import ViewSlug
from connectors.model import Pages
from connectors.setup import BY_KEY_RESULT, PLACES, UNALIGNED

_SITE = "https://linear.app"

WORKSPACE = f"{PLACES}workspace"
"""How the store calls the part of a workspace's address that is its own, as in https://linear.app/acme."""

LINKED = (BY_KEY_RESULT, UNALIGNED)
"""The views of setup to which marks lead."""


def linked_views(provided: Mapping[str, str]) -> dict[str, str]:
    """Ids of these views by their names, as far as setup made them; `provided`: ids by `Action.what`."""
    return {name: id_ for name in LINKED if (id_ := provided.get(f"view {name}"))}


def pages_of(issue_urls: Iterable[str], views: Mapping[str, str], standing: Iterable[ViewSlug]) -> Pages:
    """The pages of those of the views that are `standing`, in the workspace of these issues."""
    slugs = {one.id: one.slug_id for one in standing}
    place = next(filter(None, map(workspace_page, issue_urls)), "")
    found = {name: view_page(place, slugs[id_]) for name, id_ in views.items() if place and id_ in slugs}
    return Pages(key_result=found.get(BY_KEY_RESULT, ""), unaligned=found.get(UNALIGNED, ""))


def workspace_page(issue_url: str) -> str:
    """The address of the workspace to which an issue's page belongs; "" where it is no such page."""
    start, found, _ = issue_url.partition("/issue/")
    return start if found else ""


def view_page(workspace: str, slug: str) -> str:
    """The address of a view."""
    return f"{workspace}/view/{slug}"


def place_of(what: str) -> str:
    """How the store calls what the address of one of our things needs beside its id."""
    return f"{PLACES}{what}"


def address_of(what: str, made: Mapping[str, str]) -> str:
    """See `Provisioner.address`. Labels are found in the workspace's settings, which list them all."""
    workspace, slug = made.get(WORKSPACE), made.get(place_of(what))
    if workspace is None or what not in made:
        return ""
    if what.startswith("label "):
        return f"{_SITE}/{workspace}/settings/issue-labels"
    return view_page(f"{_SITE}/{workspace}", slug) if slug else ""
