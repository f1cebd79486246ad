"""What a pasted address asks for: the ticket, the project or the key result whose page is there. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from config.errors import quoted
from config.text.issue_pages import IssuePages
from config.workspace import Workspace
from connectors.model import Ref, WorkItem
from sync.align.alignment import Alignment
from sync.explain.item import UnknownKeyError

_ADDRESS = re.compile(r"https?://", re.IGNORECASE)


def asked_for(asked: str, alignment: Alignment, workspace: Workspace) -> str | Ref:
    """What an address names: the key of a ticket with its tracker, the id of a key result, or the item itself.

    Anything that is no address is returned as it is. Only sites of declared trackers, and the declared site of the OKRs,
    mean anything. Raises UnknownKeyError for other addresses, and for pages that name no ticket.
    """
    address = asked.strip()
    if not _ADDRESS.match(address):
        return asked
    for _, key_result in workspace.key_results():
        if _is_same(workspace.url_of(key_result), address):
            return key_result.id
    sites = tuple(_sites(alignment, workspace))
    for name, pages in sites:
        if (key := pages.key_at(address)) is not None:
            return f"{name}:{key}"
    for name in workspace.active:
        own = (one for one in alignment.items.values() if one.ref.tracker == name)
        found = [one for one in own if one.level in ("project", "initiative") and _is_page_of(one, address)]
        if found:
            return min(found, key=lambda one: (not one.in_scope, one.ref)).ref
    raise UnknownKeyError(_unknown(address, sites))


def _sites(alignment: Alignment, workspace: Workspace) -> Iterator[tuple[str, IssuePages]]:
    """Where people see the issues of each tracker that is read, as far as anything tells."""
    for name, tracker in workspace.active.items():
        page = next((one.url for one in alignment.items.values() if one.ref.tracker == name and one.url), "")
        found = dict.fromkeys(pages for pages in (tracker.issue_pages, tracker.pages_by(page)) if pages)
        yield from ((name, pages) for pages in found)


def _is_same(page: str, address: str) -> bool:
    """Whether both are one page; what its own address does not ask for makes no difference."""
    asks = urlsplit(page).query
    return _place(page) == _place(address) and (not asks or asks == urlsplit(address).query)


def _is_page_of(item: WorkItem, address: str) -> bool:
    """Whether the address is that of a project or an initiative: the title in it may have been another."""
    host, steps = _place(item.url)
    there, given = _place(address)
    if there != host or len(given) < len(steps) or given[: len(steps) - 1] != steps[:-1]:
        return False
    return _short(given[len(steps) - 1]) == _short(steps[-1])


def _short(step: str) -> str:
    """The short id after a title in an address."""
    return step.rpartition("-")[2]


def _place(address: str) -> tuple[str, tuple[str, ...]]:
    """Host with its port, and the steps of the path, all in small letters."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return "", ()
    host = (parts.hostname or "") + (f":{port}" if port and port not in (80, 443) else "")
    return host, tuple(step.casefold() for step in parts.path.split("/") if step)


def _unknown(address: str, sites: Sequence[tuple[str, IssuePages]]) -> str:
    # What stands before the host or behind the path may be a secret.
    host, _ = _place(address)
    shown = quoted(f"{host}{urlsplit(address).path}") if host else "the address"
    here = [name for name, pages in sites if f"{_whole(address)}/".startswith(pages.place)]
    if here:
        return (
            f"{shown} is a page of {here[0]}, but of no ticket or project that was read. "
            "Paste the address of the ticket itself, or give its key."
        )
    known = ", ".join(f"{name} ({pages.place.rstrip('/')})" for name, pages in sites)
    read = f" Declared: {known}." if known else ""
    return f"{shown} is no page of a declared tracker.{read} Give the key of the ticket, or an id."


def _whole(address: str) -> str:
    host, _ = _place(address)
    return f"{host}{urlsplit(address).path}" if host else ""
