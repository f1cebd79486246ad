"""Setup of Linear's label groups: one whose children are the key results, and one of the alignments.

Wire facts: contracts/linear.md, section 10.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from connectors.linear.api.client import LinearClient
from connectors.linear.api.wire import LabelNode
from connectors.linear.marks.label_groups import ALIGNMENT_GROUP, STATES, TITLE_MARK, find_groups, is_for
from connectors.linear.marks.labels import is_in_use
from connectors.linear.setup.views import identify
from connectors.model import CLAIM_NAME
from connectors.setup import Action, Need, SetupProblem, described, find_made, is_ours

_GROUPS = (CLAIM_NAME, ALIGNMENT_GROUP)
LONGEST_NAME = 80
"""Characters of a label; ours, short enough for a chip. Linear's limit is not published."""


def child_name(key_result: str, title: str) -> str:
    """The label of a key result: its id and its title, cut."""
    name = f"{key_result}{TITLE_MARK}{title}"
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1].rstrip() + "…"


class GroupSetup:
    """The label groups of one workspace."""

    def __init__(self, client: LinearClient) -> None:
        self._client = client

    def plan(
        self,
        labels: list[LabelNode],
        need: Need,
        made: Mapping[str, str],
        problems: list[SetupProblem],
        there: dict[str, str],
    ) -> Iterator[Action]:
        """What the groups lack; `there` gets what is ours. Raises TrackerError."""
        children = {name: child_name(name, title) for name, title in need.key_results.items()}
        yield from self._group(CLAIM_NAME, children, labels, need, made, problems, there)
        states: dict[str, str] = {name: name for name in STATES}
        yield from self._group(ALIGNMENT_GROUP, states, labels, need, made, problems, there)

    def is_in_use(self, label: str) -> bool:
        """See `labels.is_in_use`."""
        return is_in_use(self._client, label)

    def _group(
        self,
        name: str,
        children: Mapping[str, str],
        labels: list[LabelNode],
        need: Need,
        made: Mapping[str, str],
        problems: list[SetupProblem],
        there: dict[str, str],
    ) -> Iterator[Action]:
        alive = [one for one in labels if one.archived_at is None]
        groups = [one for one in alive if one.is_group and one.team is None]
        group = find_made(
            groups,
            identify,
            made.get(f"label {name}"),
            name,
            need,
            _GROUPS,
            lambda given: _same(given, name),
        ) or _filled(groups, labels, name, need.owner)
        if group is None and any(_same(one.name, name) for one in alive):
            why = "a label with this name exists and is not a workspace label group"
            problems.append(SetupProblem(f"label group {name}", why, "Rename the label."))
            return
        if group is None:
            body = {"name": name, "isGroup": True, "description": described(name, need.owner)}
            yield Action("label", name, "create", "does not exist", None, body)
        elif is_ours(group.description, need.owner):
            there[f"label {name}"] = group.id
            if not _same(group.name, name):
                reason = f"currently named {group.name}"
                yield Action("label", name, "change", reason, group.id, {"name": name})
        inside = [one for one in alive if group and one.parent and one.parent.id == group.id]
        known: set[str] = set()
        for short, wanted in children.items():
            what = f"{name}: {short}"
            others = [f"{name}: {one}" for one in children]
            found = find_made(
                inside, identify, made.get(f"label {what}"), what, need, others, partial(is_for, short=short)
            )
            if found is None:
                body = {"name": wanted, "description": described(what, need.owner)}
                body |= {"parentId": group.id} if group else {"group": name}
                yield Action("label", what, "create", "does not exist", None, body)
                continue
            known.add(found.id)
            if not is_ours(found.description, need.owner):
                continue
            there[f"label {what}"] = found.id
            if found.retired_at is not None:
                body = {"name": wanted, "retiredAt": None}
                yield Action("label", what, "change", "needed again", found.id, body)
            elif found.name != wanted:
                reason = f"currently named {found.name}"
                yield Action("label", what, "change", reason, found.id, {"name": wanted})
        left = [one for one in inside if not any(is_for(one.name, short) for short in children)]
        yield from self._leave(name, [one for one in left if one.id not in known], need)

    def _leave(self, group: str, labels: list[LabelNode], need: Need) -> Iterator[Action]:
        """Our labels of what is not declared any more: those on issues are retired, which keeps them there."""
        for one in labels:
            if not is_ours(one.description, need.owner):
                continue
            what = f"{group}: {one.name.split(TITLE_MARK)[0]}"
            if not self.is_in_use(one.id):
                yield Action("label", what, "remove", "no longer declared", one.id)
            elif one.retired_at is None:
                reason = "no longer declared; retire it and keep it on its issues"
                body = {"retire": True}
                yield Action("label", what, "change", reason, one.id, body)


def _same(given: str, name: str) -> bool:
    return given.casefold() == name.casefold()


def _filled(groups: list[LabelNode], labels: list[LabelNode], name: str, owner: str) -> LabelNode | None:
    """A group that people made and renamed, known by our children in it."""
    found = find_groups({one.id: one for one in labels}, owner)
    first = (found.claims if name == CLAIM_NAME else found.alignment)[:1]
    return next((one for one in groups if one.id in first), None)
