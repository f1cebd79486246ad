"""Setup of a Linear workspace: two label groups with their children, and shared views.

Wire facts: contracts/linear.md, sections 10 and 16.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec.json import Decoder

from connectors.errors import Refused
from connectors.linear.api import queries
from connectors.linear.api.client import LinearClient
from connectors.linear.api.queries import Operation
from connectors.linear.api.wire import IssueIds, LabelNode, Wire
from connectors.linear.marks.label_groups import ALIGNMENT_GROUP, TITLE_MARK, is_for
from connectors.linear.setup.views import VIEWS, parts_of, views_wanted
from connectors.model import CLAIM_NAME
from connectors.setup import Action, Need, Provisioning, SetupProblem, is_ours, signature

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
        labels = list(self._client.walk(queries.LABELS, lambda reply: reply.issue_labels))
        children = {name: child_name(name, title) for name, title in need.key_results.items()}
        actions = [
            *self._group(CLAIM_NAME, children, labels, need, made, problems),
            *self._group(ALIGNMENT_GROUP, {name: name for name in STATES}, labels, need, made, problems),
        ]
        if actions and (refusal := self._may_not_label()):
            problems.append(refusal)
            actions = []
        actions += self._views(need, made, problems)
        return Provisioning(tuple(actions), tuple(problems))

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
    ) -> Iterator[Action]:
        there = [one for one in labels if one.name.casefold() == name.casefold() and one.archived_at is None]
        group = next((one for one in there if one.is_group and one.team is None), None)
        if there and group is None:
            why = "a label with this name exists and is not a workspace label group"
            problems.append(SetupProblem(f"label group {name}", why, "Rename the label."))
            return
        signed = {"description": signature(need.owner)}
        if group is None:
            body = {"name": name, "isGroup": True, **signed}
            yield Action("label", name, "create", "does not exist", None, body)
        inside = [
            one
            for one in labels
            if group and one.parent and one.parent.id == group.id and one.archived_at is None
        ]
        for short, wanted in children.items():
            found = next((one for one in inside if one.id == made.get(f"label {name}: {short}")), None)
            found = found or next((one for one in inside if is_for(one.name, short)), None)
            if found is None:
                body = {"name": wanted, **signed}
                body |= {"parentId": group.id} if group else {"group": name}
                yield Action("label", f"{name}: {short}", "create", "does not exist", None, body)
            elif not is_ours(found.description, need.owner):
                continue
            elif found.retired_at is not None:
                body = {"name": wanted, "retiredAt": None}
                yield Action("label", f"{name}: {short}", "change", "needed again", found.id, body)
            elif found.name != wanted:
                reason = f"currently named {found.name}"
                yield Action("label", f"{name}: {short}", "change", reason, found.id, {"name": wanted})
        known = {made.get(f"label {name}: {short}") for short in children}
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

    def _views(self, need: Need, made: Mapping[str, str], problems: list[SetupProblem]) -> Iterator[Action]:
        rows = list(self._client.walk(VIEWS, lambda reply: reply.custom_views))
        for name, wanted in views_wanted(need, self._teams).items():
            if wanted is None:
                why = "its filter needs a label that is off in policy.labels"
                problems.append(SetupProblem(f"view {name}", why, "Set that label in policy.labels."))
                continue
            found = next((one for one in rows if one.id == made.get(f"view {name}")), None)
            found = found or next((one for one in rows if one.name == name), None)
            body = {
                "name": name, "description": signature(need.owner), "shared": True, "filterData": wanted
            }  # fmt: skip
            if found is None:
                yield Action("view", name, "create", "does not exist", None, body)
            elif not is_ours(found.description, need.owner):
                why = "a view with this name exists, and setup did not create it"
                problems.append(SetupProblem(f"view {name}", why, "Rename the view."))
            elif found.name != name or not found.shared or parts_of(found.filter_data) != parts_of(wanted):
                yield Action("view", name, "change", "its filter, name or sharing differs", found.id, body)
