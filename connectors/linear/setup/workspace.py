"""Setup of a Linear workspace: two label groups with their children, shared views, and webhooks.

Wire facts: contracts/linear.md, sections 10 and 16.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec.json import Decoder

from connectors.errors import Refused
from connectors.linear.api import queries
from connectors.linear.api.client import LinearClient
from connectors.linear.api.errors import NotFound
from connectors.linear.api.operation import Operation
from connectors.linear.api.wire import Connection, LabelNode, Wire
from connectors.linear.marks.label_groups import ALIGNMENT_GROUP
from connectors.linear.marks.pages import WORKSPACE, address_of, place_of
from connectors.linear.setup.groups import GroupSetup
from connectors.linear.setup.hooks import HookSetup
from connectors.linear.setup.views import VIEWS, ViewNode, Views, holds, identify, naming, views_wanted
from connectors.made_names import called, described, is_ours
from connectors.model import CLAIM_NAME
from connectors.setup import (
    PROJECTS,
    Action,
    Need,
    Provisioning,
    SetupProblem,
    copied,
    copies,
    empty_views,
    find_made,
)
from connectors.setup import VIEWS as NAMES


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


class MadeView(Made):
    slug_id: str


class SetupReply(Wire):
    success: bool
    issue_label: Made | None = None
    custom_view: MadeView | None = None


class Answer(Wire):
    done: SetupReply


RIGHTS = Operation(
    "query Rights { viewer { name admin owner } organization { securitySettings } }", Decoder(Rights)
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
        "MakeView",
        "$input: CustomViewCreateInput!",
        "customViewCreate(input: $input)",
        "customView { id slugId }",
    ),
    ("view", "change"): _write(
        "SetView",
        _ON + "CustomViewUpdateInput!",
        "customViewUpdate(id: $id, input: $input)",
        "customView { id slugId }",
    ),
    ("label", "remove"): _write("DropLabel", "$id: String!", "issueLabelDelete(id: $id)", ""),
    ("view", "remove"): _write("DropView", "$id: String!", "customViewDelete(id: $id)", ""),
}


class LinearProvisioner:
    """Setup of one workspace, for the teams with the keys in `teams`; `dropped` as in `views_wanted`."""

    def __init__(self, client: LinearClient, teams: tuple[str, ...], dropped: tuple[str, ...] = ()) -> None:
        self._client = client
        self._teams = teams
        self._dropped = dropped
        self._groups = GroupSetup(client)
        self._hooks = HookSetup(client, teams)
        self._places: dict[str, str] = {}

    def plan(self, need: Need, made: Mapping[str, str]) -> Provisioning:
        """See `Provisioner.plan`."""
        problems: list[SetupProblem] = []
        there: dict[str, str] = {}
        labels = list(self._client.walk(queries.LABELS, lambda reply: reply.issue_labels))
        actions = list(self._groups.plan(labels, need, made, problems, there))
        refusal = self._may_not_label(need) if actions else None
        if refusal is not None:
            problems.append(refusal)
            actions = []
        names = {what: now if refusal else then for what, (now, then) in self._groups.names.items()}
        actions += self._views(as_called(need, labels), names, made, problems, there)
        actions += self._hooks.plan(need, made, problems, there)
        return Provisioning(tuple(actions), tuple(problems), there)

    def hooks(self, need: Need, made: Mapping[str, str]) -> Provisioning:
        """See `Provisioner.hooks`."""
        problems: list[SetupProblem] = []
        return Provisioning(tuple(self._hooks.removal(need, made, problems)), tuple(problems))

    def _may_not_label(self, need: Need) -> SetupProblem | None:
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
        groups = " and ".join(called(name, need.texts) for name in (CLAIM_NAME, ALIGNMENT_GROUP))
        return SetupProblem(f"label groups {groups}", why, remedy)

    def removal(self, need: Need, made: Mapping[str, str]) -> Provisioning:
        """See `Provisioner.removal`; a group that still holds a person's label stays."""
        labels = list(self._client.walk(queries.LABELS, lambda reply: reply.issue_labels))
        ours = {one.id for one in labels if is_ours(one.description, need.owner)}
        in_use = {
            one.id for one in labels if one.id in ours and not one.is_group and self._groups.is_in_use(one.id)
        }
        stay = "issues still have it; undo removes it where Truenorth set it, and keeps it where people did"
        problems = [
            SetupProblem(f"label {one.name}", stay, "Run undo first.") for one in labels if one.id in in_use
        ]
        ours -= in_use
        kept = {one.parent.id for one in labels if one.parent and one.id not in ours}
        views = self._read_views()
        theirs = {one.id: one.name for one in copies(views, identify, "view", made, need)}
        problems += [copied("view", name) for name in theirs.values()]
        actions = list(self._hooks.removal(need, made, problems))
        actions += [
            Action("view", one.name, "remove", "created by setup", one.id)
            for one in views
            if is_ours(one.description, need.owner) and one.id not in theirs
        ]
        # Children first: a group with labels in it is in use.
        gone = [
            Action("label", one.name, "remove", "created by setup", one.id)
            for one in sorted(labels, key=lambda one: one.is_group)
            if one.id in ours and one.id not in kept
        ]
        if gone and (refusal := self._may_not_label(need)):
            problems.append(refusal)
            gone = []
        actions += gone
        return Provisioning(tuple(actions), tuple(problems))

    def show_projects(self, view: str, projects: Sequence[str]) -> bool:
        """Let a view that names its projects name these; False when it is gone. Raises TrackerError."""
        try:
            done = self._client.execute(WRITES["view", "change"], id=view, input=naming(projects)).done
        except NotFound:
            return False
        if not done.success:
            raise Refused(self._client.tracker, "Linear did not confirm the change of a view.")
        return True

    def carry(self, action: Action, made: Mapping[str, str]) -> str | None:
        """See `Provisioner.carry`."""
        if action.kind == "webhook":
            return self._hooks.carry(action)
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
        if done.custom_view is not None:
            self._places[place_of(action.what)] = done.custom_view.slug_id
        there = done.issue_label or done.custom_view
        return there.id if there else None

    def places(self) -> Mapping[str, str]:
        """See `Provisioner.places`: the workspace, the slugs of views, and by which secret a webhook was made."""
        return {**self._places, **self._hooks.places}

    def address(self, what: str, made: Mapping[str, str]) -> str:
        """See `Provisioner.address`: labels are found in the workspace's settings."""
        return address_of(what, made)

    def _read_views(self) -> list[ViewNode]:
        def listed(reply: Views) -> Connection[ViewNode]:
            self._places[WORKSPACE] = reply.organization.url_key
            return reply.custom_views

        return list(self._client.walk(VIEWS, listed))

    def _views(
        self,
        need: Need,
        names: Mapping[str, str],
        made: Mapping[str, str],
        problems: list[SetupProblem],
        there: dict[str, str],
    ) -> Iterator[Action]:
        rows = self._read_views()
        problems += empty_views("view", need)
        problems += _no_projects(need)
        for name, wanted in views_wanted(need, self._teams, self._dropped, names).items():
            title = called(name, need.texts)
            if wanted is None:
                why = "its filter needs a label that is off in policy.labels"
                problems.append(SetupProblem(f"view {title}", why, "Set that label in policy.labels."))
                continue
            found = find_made(rows, identify, made.get(f"view {name}"), name, need, NAMES)
            description = described(name, need.owner, need.texts)
            body = {"name": title, "description": description, "shared": True, **wanted}
            if found is None:
                yield Action("view", name, "create", "does not exist", None, body, title)
                continue
            if not is_ours(found.description, need.owner):
                why = "a view with this name exists, and setup did not create it"
                problems.append(SetupProblem(f"view {title}", why, "Rename the view."))
                continue
            there[f"view {name}"] = found.id
            self._places[place_of(f"view {name}")] = found.slug_id
            if name == PROJECTS and need.orphaned_projects is None:
                # It shows what it was last given.
                wanted, body = {}, {key: value for key, value in body.items() if key not in wanted}
            if reason := _difference(found, title, wanted):
                yield Action("view", name, "change", reason, found.id, body, title)


def _no_projects(need: Need) -> Iterator[SetupProblem]:
    if not need.lists_projects:
        why = "shows nothing: the policy writes no alignment of projects here"
        remedy = "Nothing to do if that is meant; else see policy.mode, policy.marks and policy.levels."
        yield SetupProblem(f"view {called(PROJECTS, need.texts)}", why, remedy)


def as_called(need: Need, labels: Iterable[LabelNode]) -> Need:
    """The need, with the labels of the policy under the names that people gave them since."""
    by_id = {one.id: one.name for one in labels if one.archived_at is None}
    there = {name.casefold() for name in by_id.values()}

    def called(label: str | None) -> str | None:
        renamed = label is not None and label.casefold() not in there
        return by_id.get(need.label_ids.get(label, ""), label) if label and renamed else label

    return replace(
        need,
        orphaned=called(need.orphaned),
        aligned=called(need.aligned),
        dangling=called(need.dangling),
        at_risk=called(need.at_risk),
        below=called(need.below),
    )


def _difference(found: ViewNode, name: str, wanted: Mapping[str, Any]) -> str | None:
    """Why a view of ours must be written again."""
    if found.name != name:
        return f"currently named {found.name}"
    if not found.shared:
        return "not shared with anyone"
    return None if holds(found, wanted) else "different filter"
