"""Setup in lines for people, and for programs: what it would do, what it did, and where that is. Pure.

Lines and no table: an address that a terminal breaks in two cannot be opened.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from config.wording import counted
from connectors.setup import Action, Provisioning
from sync.plan.outcome import Applied
from sync.plan.setup.addresses import AddressChange

Done = tuple[str, Action, str]
"""Something that setup did: the tracker, what, and where people find it, "" where that is nowhere."""

_PARTS = {"gadget": "gadget", "option": "option", "label": "label"}
_DID = {"create": "created", "change": "changed", "remove": "removed"}


def plan_lines(plans: Mapping[str, Provisioning], addresses: Mapping[str, AddressChange]) -> Iterator[str]:
    """What setup would do, and what it cannot."""
    for name, plan in plans.items():
        for action in plan.actions:
            yield f"{name}: {action.verb} {action.shown} ({action.reason})"
        if name in addresses:
            yield f"{name}: {_address_words(addresses[name])}"
        for problem in plan.problems:
            yield f"{name}: cannot: {problem.what}: {problem.why}. {problem.remedy}"


def _address_words(change: AddressChange) -> str:
    """As in "change the addresses of 12 attachments and 2 project links on 13 items; they would lead to …"."""
    counts = (
        (change.attachments, "attachment"),
        (change.project_links, "project link"),
        (change.web_links, "web link"),
    )
    what = " and ".join(counted(count, noun) for count, noun in counts if count)
    is_one = sum(count for count, _ in counts) == 1
    where = f"{'it' if is_one else 'they'} would lead to {' or '.join(change.to)}"
    several = "address" if is_one else "addresses"
    return f"change the {several} of {what} on {counted(len(change.edits), 'item')}; {where}"


def in_place(plans: Mapping[str, Provisioning]) -> dict[str, dict[str, int]]:
    """How many of each kind setup made before that are there, by tracker."""
    return {
        name: dict(Counter(what.partition(" ")[0] for what in plan.found))
        for name, plan in plans.items()
        if plan.found
    }


def in_place_lines(there: Mapping[str, Mapping[str, int]]) -> Iterator[str]:
    """As in "jira: 3 fields, 5 filters and 1 dashboard are in place"."""
    for name, kinds in there.items():
        *most, last = (counted(count, kind) for kind, count in kinds.items())
        names = f"{', '.join(most)} and {last}" if most else last
        yield f"{name}: {names} {'is' if sum(kinds.values()) == 1 else 'are'} in place"


def plan_data(
    plans: Mapping[str, Provisioning], addresses: Mapping[str, AddressChange]
) -> dict[str, dict[str, Any]]:
    """The same for programs."""
    return {
        name: {
            "actions": [
                {"verb": one.verb, "kind": one.kind, "name": one.title, "reason": one.reason}
                for one in plan.actions
            ],
            "problems": [{"what": one.what, "why": one.why, "remedy": one.remedy} for one in plan.problems],
            "addresses": _address_data(addresses.get(name)),
        }
        for name, plan in plans.items()
    }


def _address_data(change: AddressChange | None) -> dict[str, Any] | None:
    if change is None:
        return None
    return {
        "attachments": change.attachments,
        "project_links": change.project_links,
        "web_links": change.web_links,
        "items": len(change.edits),
        "to": list(change.to),
    }


def done_lines(done: Iterable[Done]) -> Iterator[str]:
    """What setup did, each with its address; the parts of one thing with it, as in "dashboard X (5 gadgets): …"."""
    groups: dict[tuple[str, str, str], list[Action]] = {}
    for tracker, action, address in done:
        verb = _DID[action.verb]
        # What has no page of its own stands by itself.
        key = (tracker, verb, address or action.what)
        groups.setdefault(key, []).append(action)
    for (tracker, verb, address), actions in groups.items():
        where = f": {address}" if address != actions[0].what else ""
        yield f"{tracker}: {verb} {_names(actions)}{where}"


def _names(actions: list[Action]) -> str:
    wholes = [one for one in actions if is_whole(one.what)]
    parts = [one for one in actions if not is_whole(one.what)]
    if not wholes:
        return ", ".join(one.shown for one in parts)
    kinds = Counter(_PARTS.get(one.kind, one.kind) for one in parts)
    beside = f" ({', '.join(counted(count, kind) for kind, count in kinds.items())})" if kinds else ""
    return ", ".join(one.shown for one in wholes) + beside


def is_whole(what: str) -> bool:
    """Whether something is no part of another thing, by its name: a dashboard, a filter, a view, a field, a label group."""
    kind, _, name = what.partition(" ")
    return kind in ("dashboard", "filter", "view", "field") or (kind == "label" and ": " not in name)


def done_data(done: Iterable[Done]) -> list[dict[str, Any]]:
    """The same for programs."""
    return [
        {
            "tracker": tracker,
            "verb": one.verb,
            "kind": one.kind,
            "name": one.title,
            "address": address or None,
        }
        for tracker, one, address in done
    ]


def moved_lines(moved: Applied) -> Iterator[str]:
    """What became of addresses that were to change."""
    yield f"Addresses changed on {counted(moved.count('written'), 'item')}."
    yield from (
        f"{one.key}: {one.outcome}: {one.error}" for one in moved.receipts if one.outcome != "written"
    )
    for tracker, why in moved.stopped.items():
        yield f"{tracker}: stopped: {why}"
    if not moved.complete:
        yield "Run setup again to change the others."


def things_lines(things: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    """Where everything is that setup made, the things on one page in one line. `things`: addresses by name, by tracker."""
    for tracker, addresses in things.items():
        groups: dict[str, list[str]] = {}
        for what, address in addresses.items():
            groups.setdefault(address, []).append(what)
        yield from (f"{tracker}: {', '.join(whats)}: {address}" for address, whats in groups.items())


def things_data(things: Mapping[str, Mapping[str, str]]) -> dict[str, list[dict[str, str]]]:
    """The same for programs."""
    return {
        tracker: [
            {"kind": what.partition(" ")[0], "name": what.partition(" ")[2], "address": address}
            for what, address in addresses.items()
        ]
        for tracker, addresses in things.items()
    }
