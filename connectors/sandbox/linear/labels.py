"""Labels and their rules: groups are exclusive, teams keep their own, names are unique.

Wire facts: contracts/linear.md, section 10. Labels of issues and labels of projects are two kinds with two
tables and the same rules; only issues' labels can belong to a team.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from connectors.sandbox.linear import dates
from connectors.sandbox.linear.entities import Issue, Label, Project, Team
from connectors.sandbox.linear.errors import Forbidden, InvalidInput, NotFound
from connectors.sandbox.linear.request_context import RequestContext
from connectors.sandbox.linear.rows import Input, check_name, fresh_id, known, required, touch

# --- Labels on a row -----------------------------------------------------------------------------


def labels_after(context: RequestContext, issue: Issue, team: Team, given: Input) -> list[Label]:
    """The labels that the issue will have. Raises InvalidInput where the rules of labels forbid it."""
    if given.get("labelIds") is not None:
        after = list(_found_labels(context, given["labelIds"]))
    else:
        removed = set(_found_labels(context, given.get("removedLabelIds") or ()))
        after = [label for label in issue.labels if label not in removed]
        after += [
            label for label in _found_labels(context, given.get("addedLabelIds") or ()) if label not in after
        ]
    if team is not issue.team:
        after = [label for label in after if label.team in (None, team)]
    _check_team(team, after)
    check_labels("An issue", issue.labels, after)
    return after


def _found_labels(context: RequestContext, ids: Iterable[str]) -> Iterable[Label]:
    for given in dict.fromkeys(ids):
        yield required(context.space.labels, given, "IssueLabel")


def _check_team(team: Team, after: Iterable[Label]) -> None:
    for label in after:
        if label.team is not None and label.team is not team:
            raise InvalidInput(
                "label not associated with team",
                f"The label {label.name} belongs to another team than {team.key}.",
            )


def check_labels(what: str, before: Sequence[Label], after: Iterable[Label]) -> None:
    """Raises InvalidInput for groups, newly given retired labels, and two labels of one group."""
    groups: dict[str, Label] = {}
    for label in after:
        if label.is_group:
            raise InvalidInput("label is a group", f"{label.name} is a label group and cannot be applied.")
        if label.retired_at is not None and label not in before:
            raise InvalidInput("label is retired", f"The label {label.name} is retired.")
        if label.parent is None:
            continue
        other = groups.setdefault(label.parent.id, label)
        if other is not label:
            raise InvalidInput(
                "labelIds not exclusive child labels",
                f"{other.name} and {label.name} are both in the group {label.parent.name}. "
                f"{what} can have only one label of a group.",
            )


# --- Labels themselves ---------------------------------------------------------------------------


def _table(context: RequestContext, *, for_projects: bool) -> dict[str, Label]:
    return context.space.project_labels if for_projects else context.space.labels


def _kind(*, for_projects: bool) -> str:
    return "ProjectLabel" if for_projects else "IssueLabel"


def _may_manage(context: RequestContext) -> None:
    if context.space.labels_by_admins and not context.viewer.admin:
        raise Forbidden("Forbidden", "Only admins may manage labels in this workspace.")


def create_label(
    context: RequestContext, given: Input, replace_team_labels: bool = False, *, for_projects: bool = False
) -> Label:
    """`issueLabelCreate`, `projectLabelCreate`. A team's names may not be the workspace's either."""
    _may_manage(context)
    table, kind = _table(context, for_projects=for_projects), _kind(for_projects=for_projects)
    new_id = fresh_id(context, given.get("id"), kind, table)
    team: Team | None = known(context.space.teams, given.get("teamId"), "Team")
    parent: Label | None = known(table, given.get("parentId"), kind)
    name = check_name(given["name"])
    _check_parent(parent, bool(given.get("isGroup")))
    if parent is not None:
        # A team's group has labels of that team.
        team = team or parent.team
    folded = _folded(table, None, name, team, replace_team_labels)
    label = Label(
        id=new_id,
        created_at=context.now,
        updated_at=context.now,
        name=name,
        color=given.get("color") or "#95a2b3",
        description=given.get("description"),
        is_group=bool(given.get("isGroup")),
        for_projects=for_projects,
        parent=parent,
        team=team,
        creator=context.viewer,
        retired_at=dates.parse(given["retiredAt"], context.now) if given.get("retiredAt") else None,
    )
    table[label.id] = label
    for rows in (parent.children if parent else None, team.labels if team else None):
        if rows is not None:
            rows.append(label)
    for old in folded:
        _drop_label(context, old, label)
    return label


def _check_parent(parent: Label | None, is_group: bool) -> None:
    if parent is not None and not parent.is_group:
        raise InvalidInput("parent label is not a group", f"{parent.name} is not a label group.")
    if parent is not None and is_group:
        raise InvalidInput(
            "label group cannot have a parent", "A label group cannot be inside another group."
        )


def _folded(
    table: dict[str, Label], label: Label | None, name: str, team: Team | None, replace: bool
) -> list[Label]:
    """Team labels that the workspace's label of this name takes over. Raises InvalidInput for a twin."""
    twins = [one for one in table.values() if one is not label and _clashes(one, name, team)]
    folded = [one for one in twins if replace and team is None and one.team is not None]
    if len(folded) < len(twins):
        raise InvalidInput("duplicate label name", f"A label named {name} exists already.")
    return folded


def _clashes(label: Label, name: str, team: Team | None) -> bool:
    return label.name.casefold() == name.casefold() and (team is None or label.team in (None, team))


def update_label(
    context: RequestContext,
    given_id: str,
    given: Input,
    replace_team_labels: bool = False,
    *,
    for_projects: bool = False,
) -> Label:
    """`issueLabelUpdate`, `projectLabelUpdate`: name, looks, group, retirement."""
    _may_manage(context)
    table, kind = _table(context, for_projects=for_projects), _kind(for_projects=for_projects)
    label: Label = required(table, given_id, kind)
    name = check_name(given["name"]) if given.get("name") is not None else label.name
    is_group = given["isGroup"] if given.get("isGroup") is not None else label.is_group
    parent: Label | None = known(table, given["parentId"], kind) if "parentId" in given else label.parent
    _check_parent(parent, is_group)
    if label.children and not is_group:
        raise InvalidInput("label group is not empty", f"{label.name} has labels in it.")
    if is_group and not label.is_group and _rows_with(context, label):
        raise InvalidInput("label is in use", f"{label.name} stands on issues and cannot become a group.")
    folded = _folded(table, label, name, label.team, replace_team_labels)
    if parent is not label.parent:
        if label.parent is not None:
            label.parent.children.remove(label)
        if parent is not None:
            parent.children.append(label)
    label.name, label.is_group, label.parent = name, is_group, parent
    label.color = given.get("color") or label.color
    if "description" in given:
        label.description = given["description"]
    if "retiredAt" in given:
        _retire(context, label, given["retiredAt"])
    label.updated_at = context.now
    for old in folded:
        _drop_label(context, old, label)
    return label


def _retire(context: RequestContext, label: Label, at: str | None) -> None:
    label.retired_at = dates.parse(at, context.now) if at else None
    label.retired_by = context.viewer if at else None


def retire_label(context: RequestContext, given_id: str, *, for_projects: bool = False) -> Label:
    """`issueLabelRetire`, `projectLabelRetire`: stays where it is, and cannot be given any more."""
    change = {"retiredAt": dates.format_iso(context.now)}
    return update_label(context, given_id, change, for_projects=for_projects)


def restore_label(context: RequestContext, given_id: str, *, for_projects: bool = False) -> Label:
    """`issueLabelRestore`, `projectLabelRestore`."""
    return update_label(context, given_id, {"retiredAt": None}, for_projects=for_projects)


def delete_label(context: RequestContext, given_id: str, *, for_projects: bool = False) -> str:
    """`issueLabelDelete`, `projectLabelDelete`: off every row too, and a group's children with it."""
    _may_manage(context)
    table = _table(context, for_projects=for_projects)
    label: Label | None = table.get(given_id)
    if label is None:
        raise NotFound(_kind(for_projects=for_projects))
    for child in list(label.children):
        _drop_label(context, child, None)
    _drop_label(context, label, None)
    return label.id


def _rows_with(context: RequestContext, label: Label) -> list[Issue | Project]:
    rows: Iterable[Any] = (context.space.projects if label.for_projects else context.space.issues).values()
    return [row for row in rows if label in row.labels]


def _drop_label(context: RequestContext, label: Label, replacement: Label | None) -> None:
    for row in _rows_with(context, label):
        row.labels = [one for one in row.labels if one is not label] + ([replacement] if replacement else [])
        if isinstance(row, Issue):
            touch(context, row, "labelIds")
    for rows in (label.parent.children if label.parent else None, label.team.labels if label.team else None):
        if rows is not None:
            rows.remove(label)
    context.space.deleted_ids.add(label.id)
    del _table(context, for_projects=label.for_projects)[label.id]
