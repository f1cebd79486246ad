"""Setup of a Linear workspace: two label groups with their children, and shared views.

Wire facts: contracts/linear.md, sections 10 and 16.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

import msgspec
from msgspec.json import Decoder

from connectors.errors import Refused
from connectors.linear.api import queries
from connectors.linear.api.client import LinearClient
from connectors.linear.api.queries import Operation
from connectors.linear.api.wire import IssueIds, LabelNode, Wire
from connectors.linear.marks.label_groups import ALIGNMENT_GROUP, TITLE_MARK, is_for
from connectors.linear.setup.views import VIEWS, ViewNode, holds, naming, views_wanted
from connectors.model import CLAIM_NAME
from connectors.setup import (
    PROJECTS,
    Action,
    Identified,
    Need,
    Provisioning,
    SetupProblem,
    described,
    empty_views,
    find_made,
    is_ours,
)
from connectors.setup import VIEWS as NAMES

_GROUPS = (CLAIM_NAME, ALIGNMENT_GROUP)
STATES = ("aligned", "orphaned", "exempt")
LONGEST_NAME = 80
"""Characters of a label; ours, short enough for a chip. Linear's limit is not published."""


class Made(Wire):
    id: str


class Account(Wire):
    name: str
    admin: bool = False
    owner: bool = False


class Organization(Wire):
    security_settings: dict[str, Any] = msgspec.field(default_factory=dict)


class Rights(Wire):
    viewer: Account
    organization: Organization


class SetupReply(Wire):
    success: bool
    issue_label: Made | None = None
    custom_view: Made | None = None


class Answer(Wire):
    done: SetupReply


RIGHTS = Operation(
    "query Rights { viewer { name admin owner } organization { securitySettings } }", Decoder(Rights)
)
ISSUES_WITH_LABEL = Operation(
    # Archived issues keep their labels, and lose them with the label.
    "query Wearers($first: Int!, $after: String, $filter: IssueFilter!) {"
    " issues(first: $first, after: $after, filter: $filter, includeArchived: true)"
    " { nodes { id } pageInfo { hasNextPage endCursor } } }",
    Decoder(IssueIds),
)

_ANSWER = Decoder(Answer)


def _write(name: str, type_: str, call: str, gives: str) -> Operation[Answer]:
    return Operation(f"mutation {name}({type_}) {{ done: {call} {{ success {gives} }} }}", _ANSWER)


_ON = "$id: String!, $input: "
WRITES = {
    ("label", "create"): _write(
        "MakeLabel", "$input: IssueLabelCreateInput!", "issueLabelCreate(input: $input)", "issueLabel { id }"
    ),
    ("label", "change"): _write(
        "SetLabel",
        _ON + "IssueLabelUpdateInput!",
        "issueLabelUpdate(id: $id, input: $input)",
        "issueLabel { id }",
    ),
    ("view", "create"): _write(
        "MakeView", "$input: CustomViewCreateInput!", "customViewCreate(input: $input)", "customView { id }"
    ),
    ("view", "change"): _write(
        "SetView",
        _ON + "CustomViewUpdateInput!",
        "customViewUpdate(id: $id, input: $input)",
        "customView { id }",
    ),
    ("label", "remove"): _write("DropLabel", "$id: String!", "issueLabelDelete(id: $id)", ""),
    ("view", "remove"): _write("DropView", "$id: String!", "customViewDelete(id: $id)", ""),
}


def child_name(key_result: str, title: str) -> str:
    """The label of a key result: its id and its title, cut."""
    name = f"{key_result}{TITLE_MARK}{title}"
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1].rstrip() + "…"


class LinearProvisioner:
    """Setup of one workspace, for the teams with the keys in `teams`."""

    def __init__(self, client: LinearClient, teams: tuple[str, ...]) -> None:
        self._client = client
        self._teams = teams

    def plan(self, need: Need, made: Mapping[str, str]) -> Provisioning:
        """See `Provisioner.plan`."""
        problems: list[SetupProblem] = []
        there: dict[str, str] = {}
        labels = list(self._client.walk(queries.LABELS, lambda reply: reply.issue_labels))
        children = {name: child_name(name, title) for name, title in need.key_results.items()}
        states = {name: name for name in STATES}
        actions = [
            *self._group(CLAIM_NAME, children, labels, need, made, problems, there),
            *self._group(ALIGNMENT_GROUP, states, labels, need, made, problems, there),
        ]
        if actions and (refusal := self._may_not_label()):
            problems.append(refusal)
            actions = []
        actions += self._views(need, made, problems, there)
        return Provisioning(tuple(actions), tuple(problems), there)

    def _may_not_label(self) -> SetupProblem | None:
        """Why the account cannot make labels of the workspace, as far as Linear tells beforehand."""
        try:
            rights = self._client.execute(RIGHTS)
        except Refused:
            return None
        role = rights.organization.security_settings.get("labelManagementRole")
        if role not in ("admin", "owner") or rights.viewer.owner or (rights.viewer.admin and role == "admin"):
            return None
        why = f"only the role {role} can manage labels in this workspace, and {rights.viewer.name} does not have it"
        remedy = (
            "Ask a workspace admin to let members manage labels (Settings, Security), to make the account an admin, or to"
            " run setup. Views and attachments work without the groups."
        )
        return SetupProblem(f"label groups {CLAIM_NAME} and {ALIGNMENT_GROUP}", why, remedy)

    def removal(self, need: Need, made: Mapping[str, str]) -> Provisioning:  # noqa: ARG002  the protocol's
        """See `Provisioner.removal`; a group that still holds a person's label stays."""
        labels = list(self._client.walk(queries.LABELS, lambda reply: reply.issue_labels))
        ours = {one.id for one in labels if is_ours(one.description, need.owner)}
        in_use = {one.id for one in labels if one.id in ours and not one.is_group and self._is_in_use(one.id)}
        stay = "issues still have it; undo removes it where Truenorth set it, and keeps it where people did"
        problems = [
            SetupProblem(f"label {one.name}", stay, "Run undo first.") for one in labels if one.id in in_use
        ]
        ours -= in_use
        kept = {one.parent.id for one in labels if one.parent and one.id not in ours}
        actions = [
            Action("view", one.name, "remove", "created by setup", one.id)
            for one in self._client.walk(VIEWS, lambda reply: reply.custom_views)
            if is_ours(one.description, need.owner)
        ]
        # Children first: a group with labels in it is in use.
        gone = [
            Action("label", one.name, "remove", "created by setup", one.id)
            for one in sorted(labels, key=lambda one: one.is_group)
            if one.id in ours and one.id not in kept
        ]
        if gone and (refusal := self._may_not_label()):
            problems.append(refusal)
            gone = []
        actions += gone
        return Provisioning(tuple(actions), tuple(problems))

    def _is_in_use(self, label: str) -> bool:
        only = {"labels": {"some": {"id": {"eq": label}}}}
        in_use = self._client.walk(ISSUES_WITH_LABEL, lambda reply: reply.issues, filter=only)
        return next(iter(in_use), None) is not None

    def show_projects(self, view: str, projects: Sequence[str]) -> None:
        """Let a view that names its projects name these. Raises TrackerError."""
        done = self._client.execute(WRITES["view", "change"], id=view, input=naming(projects)).done
        if not done.success:
            raise Refused(self._client.tracker, "Linear did not confirm the change of a view.")

    def carry(self, action: Action, made: Mapping[str, str]) -> str | None:
        """See `Provisioner.carry`."""
        operation = WRITES[action.kind, action.verb]
        given: dict[str, Any] = dict(action.body)
        if group := given.pop("group", None):
            given["parentId"] = made[f"label {group}"]
        if given.pop("retire", False):
            given["retiredAt"] = datetime.now(UTC).isoformat()
        variables = {} if action.verb == "remove" else {"input": given}
        done = self._client.execute(operation, **variables, **({"id": action.id} if action.id else {})).done
        if not done.success:
            raise Refused(self._client.tracker, f"Linear did not confirm the change of {action.what}.")
        there = done.issue_label or done.custom_view
        return there.id if there else None

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
            _identify,
            made.get(f"label {name}"),
            name,
            need,
            _GROUPS,
            lambda given: _same(given, name),
        )
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
                inside, _identify, made.get(f"label {what}"), what, need, others, partial(is_for, short=short)
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
            if not self._is_in_use(one.id):
                yield Action("label", what, "remove", "no longer declared", one.id)
            elif one.retired_at is None:
                reason = "no longer declared; retire it and keep it on its issues"
                body = {"retire": True}
                yield Action("label", what, "change", reason, one.id, body)

    def _views(
        self, need: Need, made: Mapping[str, str], problems: list[SetupProblem], there: dict[str, str]
    ) -> Iterator[Action]:
        rows = list(self._client.walk(VIEWS, lambda reply: reply.custom_views))
        problems += empty_views("view", need)
        for name, wanted in views_wanted(need, self._teams).items():
            if wanted is None:
                why = "its filter needs a label that is off in policy.labels"
                problems.append(SetupProblem(f"view {name}", why, "Set that label in policy.labels."))
                continue
            found = find_made(rows, _identify, made.get(f"view {name}"), name, need, NAMES)
            body = {"name": name, "description": described(name, need.owner), "shared": True, **wanted}
            if found is None:
                yield Action("view", name, "create", "does not exist", None, body)
                continue
            if not is_ours(found.description, need.owner):
                why = "a view with this name exists, and setup did not create it"
                problems.append(SetupProblem(f"view {name}", why, "Rename the view."))
                continue
            there[f"view {name}"] = found.id
            if name == PROJECTS and need.orphaned_projects is None:
                # It shows what it was last given.
                wanted, body = {}, {key: value for key, value in body.items() if key not in wanted}
            if reason := _difference(found, name, wanted):
                yield Action("view", name, "change", reason, found.id, body)


def _difference(found: ViewNode, name: str, wanted: Mapping[str, Any]) -> str | None:
    """Why a view of ours must be written again."""
    if found.name != name:
        return f"currently named {found.name}"
    if not found.shared:
        return "not shared with anyone"
    return None if holds(found, wanted) else "different filter"


def _identify(row: LabelNode | ViewNode) -> Identified:
    return Identified(row.id, row.name, row.description)


def _same(given: str, name: str) -> bool:
    return given.casefold() == name.casefold()
