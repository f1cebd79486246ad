"""Setup of Linear's label groups: one whose children are the key results, and one of the alignments.

Wire facts: contracts/linear.md, section 10.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from config.text.texts import Texts
from connectors.linear.api.client import LinearClient
from connectors.linear.api.wire import LabelNode
from connectors.linear.marks.label_groups import ALIGNMENT_GROUP, STATES, TITLE_MARK, find_groups, is_for
from connectors.linear.marks.labels import is_in_use
from connectors.linear.setup.views import identify
from connectors.made_names import called, described, is_ours, names_of, state_called, state_meant
from connectors.model import CLAIM_NAME
from connectors.setup import Action, Need, SetupProblem, find_made

_GROUPS = (CLAIM_NAME, ALIGNMENT_GROUP)
LONGEST_NAME = 80
"""Characters of a label; ours, short enough for a chip. Linear's limit is not published."""


def child_name(key_result: str, title: str) -> str:
    """The label of a key result: its id and its title, cut."""
    name = f"{key_result}{TITLE_MARK}{title}"
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1].rstrip() + "…"


class GroupSetup:
    """The label groups of one workspace. `names`: by their English names, what those of the last plan are called now, and
    what they are to be called."""

    def __init__(self, client: LinearClient) -> None:
        self._client = client
        self.names: dict[str, tuple[str, str]] = {}

    def plan(
        self,
        labels: list[LabelNode],
        need: Need,
        made: Mapping[str, str],
        problems: list[SetupProblem],
        there: dict[str, str],
    ) -> Iterator[Action]:
        """What the groups lack; `there` gets what is ours. Raises TrackerError."""
        self.names = {}
        children = {name: child_name(name, title) for name, title in need.key_results.items()}
        yield from self._group(CLAIM_NAME, children, labels, need, made, problems, there)
        states: dict[str, str] = {name: state_called(name, need.texts) for name in STATES}
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
            lambda given: any(_same(given, one) for one in names_of(name, need.texts)),
        ) or _filled(groups, labels, name, need)
        title = called(name, need.texts)
        if group is None and any(_same(one.name, title) for one in alive):
            why = "a label with this name exists and is not a workspace label group"
            problems.append(SetupProblem(f"label group {title}", why, "Rename the label."))
            return
        description = described(name, need.owner, need.texts)
        self.names[name] = (group.name if group else title, title)
        if group is None:
            body = {"name": title, "isGroup": True, "description": description}
            yield Action("label", name, "create", "does not exist", None, body, title)
        elif is_ours(group.description, need.owner):
            there[f"label {name}"] = group.id
            if not _same(group.name, title):
                reason = f"currently named {group.name}"
                body = {"name": title, "description": description}
                yield Action("label", name, "change", reason, group.id, body, title)
        else:
            self.names[name] = (group.name, group.name)
        inside = [one for one in alive if group and one.parent and one.parent.id == group.id]
        known: set[str] = set()
        for short, wanted in children.items():
            what = f"{name}: {short}"
            others = [f"{name}: {one}" for one in children]
            fits = partial(_stands_for, short=short, texts=need.texts)
            found = find_made(inside, identify, made.get(f"label {what}"), what, need, others, fits)
            shown = f"{title}: {state_called(short, need.texts) if name == ALIGNMENT_GROUP else short}"
            self.names[what] = (found.name if found else wanted, wanted)
            description = described(what, need.owner, need.texts)
            if found is None:
                body = {"name": wanted, "description": description}
                body |= {"parentId": group.id} if group else {"group": name}
                yield Action("label", what, "create", "does not exist", None, body, shown)
                continue
            known.add(found.id)
            if not is_ours(found.description, need.owner):
                self.names[what] = (found.name, found.name)
                continue
            there[f"label {what}"] = found.id
            if found.retired_at is not None:
                body = {"name": wanted, "retiredAt": None}
                yield Action("label", what, "change", "needed again", found.id, body, shown)
            elif found.name != wanted:
                reason = f"currently named {found.name}"
                body = {"name": wanted, "description": description}
                yield Action("label", what, "change", reason, found.id, body, shown)
        left = [
            one for one in inside if not any(_stands_for(one.name, short, need.texts) for short in children)
        ]
        yield from self._leave(name, [one for one in left if one.id not in known], need)

    def _leave(self, group: str, labels: list[LabelNode], need: Need) -> Iterator[Action]:
        """Our labels of what is not declared any more: those on issues are retired, which keeps them there."""
        for one in labels:
            if not is_ours(one.description, need.owner):
                continue
            what = f"{group}: {one.name.split(TITLE_MARK)[0]}"
            shown = f"{called(group, need.texts)}: {one.name.split(TITLE_MARK)[0]}"
            if not self.is_in_use(one.id):
                yield Action("label", what, "remove", "no longer declared", one.id, called=shown)
            elif one.retired_at is None:
                reason = "no longer declared; retire it and keep it on its issues"
                body = {"retire": True}
                yield Action("label", what, "change", reason, one.id, body, shown)


def _stands_for(name: str, short: str, texts: Texts) -> bool:
    return is_for(name, short) or state_meant(name, texts) == short


def _same(given: str, name: str) -> bool:
    return given.casefold() == name.casefold()


def _filled(groups: list[LabelNode], labels: list[LabelNode], name: str, need: Need) -> LabelNode | None:
    """A group that people made and renamed, known by our children in it."""
    found = find_groups({one.id: one for one in labels}, need.owner, texts=need.texts)
    first = (found.claims if name == CLAIM_NAME else found.alignment)[:1]
    return next((one for one in groups if one.id in first), None)
