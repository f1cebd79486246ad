"""Labels and their rules: groups are exclusive, teams keep their own, names are unique.

Wire facts: contracts/linear.md, section 10.
"""

from __future__ import annotations

from collections.abc import Iterable

from connectors.sandbox.linear import moments
from connectors.sandbox.linear.asker import Asker
from connectors.sandbox.linear.entities import Issue, Label, Team
from connectors.sandbox.linear.errors import BadArgument, InvalidInput, NotFound
from connectors.sandbox.linear.rows import Input, fresh_id, known, touch


def labels_after(asker: Asker, issue: Issue, team: Team, given: Input) -> list[Label]:
    """The labels that the issue will have. Raises InvalidInput where the rules of labels forbid it."""
    if given.get("labelIds") is not None:
        after = list(_found_labels(asker, given["labelIds"]))
    else:
        removed = set(_found_labels(asker, given.get("removedLabelIds") or ()))
        after = [label for label in issue.labels if label not in removed]
        after += [
            label for label in _found_labels(asker, given.get("addedLabelIds") or ()) if label not in after
        ]
    if team is not issue.team:
        after = [label for label in after if label.team in (None, team)]
    _check_labels(issue, team, after)
    return after


def _found_labels(asker: Asker, ids: Iterable[str]) -> Iterable[Label]:
    for given in dict.fromkeys(ids):
        label = asker.space.labels.get(given)
        if label is None:
            raise NotFound("IssueLabel")
        yield label


def _check_labels(issue: Issue, team: Team, after: list[Label]) -> None:
    groups: dict[str, Label] = {}
    for label in after:
        if label.is_group:
            raise InvalidInput("label is a group", f"{label.name} is a label group and cannot be applied.")
        if label.team is not None and label.team is not team:
            raise InvalidInput(
                "label not associated with team",
                f"The label {label.name} belongs to another team than {team.key}.",
            )
        if label.retired_at is not None and label not in issue.labels:
            raise InvalidInput("label is retired", f"The label {label.name} is retired.")
        if label.parent is None:
            continue
        other = groups.setdefault(label.parent.id, label)
        if other is not label:
            raise InvalidInput(
                "labelIds not exclusive child labels",
                f"{other.name} and {label.name} are both in the group {label.parent.name}. "
                "An issue can have only one label of a group.",
            )


def create_label(asker: Asker, given: Input, replace_team_labels: bool = False) -> Label:
    """`issueLabelCreate`. Names are compared without case, a team's against the workspace's too."""
    space = asker.space
    new_id = fresh_id(asker, given.get("id"), "IssueLabel", space.labels)
    team = known(space.teams, given.get("teamId"), "Team")
    parent = known(space.labels, given.get("parentId"), "IssueLabel")
    name = given["name"].strip()
    if not name:
        raise BadArgument("name", {"isNotEmpty": "name should not be empty"})
    if parent is not None and not parent.is_group:
        raise InvalidInput("parent label is not a group", f"{parent.name} is not a label group.")
    if parent is not None and given.get("isGroup"):
        raise InvalidInput(
            "label group cannot have a parent", "A label group cannot be inside another group."
        )
    twins = [label for label in space.labels.values() if _clashes(label, name, team)]
    folded = [label for label in twins if replace_team_labels and team is None and label.team is not None]
    if len(folded) < len(twins):
        raise InvalidInput("duplicate label name", f"A label named {name} exists already.")
    label = Label(
        id=new_id,
        created_at=asker.now,
        updated_at=asker.now,
        name=name,
        color=given.get("color") or "#95a2b3",
        description=given.get("description"),
        is_group=bool(given.get("isGroup")),
        parent=parent,
        team=team,
        creator=asker.viewer,
        retired_at=moments.parse(given["retiredAt"], asker.now) if given.get("retiredAt") else None,
    )
    space.labels[label.id] = label
    for rows in (parent.children if parent else None, team.labels if team else None):
        if rows is not None:
            rows.append(label)
    for old in folded:
        _drop_label(asker, old, label)
    return label


def _clashes(label: Label, name: str, team: Team | None) -> bool:
    return label.name.casefold() == name.casefold() and (team is None or label.team in (None, team))


def delete_label(asker: Asker, given_id: str) -> str:
    """`issueLabelDelete`: off every issue too, and a group's children with it."""
    label = asker.space.labels.get(given_id)
    if label is None:
        raise NotFound("IssueLabel")
    for child in list(label.children):
        _drop_label(asker, child, None)
    _drop_label(asker, label, None)
    return label.id


def _drop_label(asker: Asker, label: Label, heir: Label | None) -> None:
    for issue in asker.space.issues.values():
        if label in issue.labels:
            issue.labels = [one for one in issue.labels if one is not label] + ([heir] if heir else [])
            touch(asker, issue, "labelIds")
    for rows in (label.parent.children if label.parent else None, label.team.labels if label.team else None):
        if rows is not None:
            rows.remove(label)
    asker.space.deleted_ids.add(label.id)
    del asker.space.labels[label.id]
