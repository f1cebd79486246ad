"""What we ask Linear for of projects, initiatives and their status updates."""

from __future__ import annotations

from msgspec.json import Decoder

from connectors.linear.api import wire
from connectors.linear.api.operation import MORE, Operation, Sifted
from connectors.linear.api.queries import OUR_COMMENTS

_LINK = "id url label updatedAt"
_UPDATE = "id body health createdAt editedAt archivedAt"

PROJECT_NAMES = Operation(
    f"query ProjectNames($first: Int!, $after: String) {{"
    f" projects(first: $first, after: $after, includeArchived: true) {{ nodes {{ id name }} {MORE} }} }}",
    Decoder(wire.ProjectNames),
)

PROJECT_LABELS = Operation(
    f"query ProjectLabels($first: Int!, $after: String) {{"
    f" projectLabels(first: $first, after: $after, includeArchived: true) {{ nodes {{ id name parent {{ id name }} }} {MORE} }} }}",
    Decoder(wire.ProjectLabels),
)


def _project_fields(few: int, links: int, *, initiatives: bool = True) -> str:
    above = f"initiatives(first: {few}) {{ nodes {{ id }} {MORE} }}" if initiatives else ""
    return f"""
      id name url createdAt updatedAt startedAt completedAt canceledAt targetDate archivedAt trashed priorityLabel
      progress
      status {{ name type }}
      lead {{ name }}
      teams(first: {few}) {{ nodes {{ id key name }} {MORE} }}
      {above}
      labels(first: {few}) {{ nodes {{ id name parent {{ id name }} }} {MORE} }}
      externalLinks(first: {links}) {{ nodes {{ {_LINK} }} {MORE} }}
      projectUpdates(first: 5, includeArchived: true) {{ nodes {{ {_UPDATE} }} {MORE} }}"""


def projects(*, initiatives: bool) -> Operation[wire.Projects]:
    """The projects of some teams, with the ids of their initiatives or without."""
    return _PROJECTS if initiatives else _BARE_PROJECTS


def projects_with_ids(*, initiatives: bool) -> Operation[wire.Projects]:
    """Those of them that have given ids."""
    return _PROJECTS_WITH_IDS if initiatives else _BARE_PROJECTS_WITH_IDS


def project(*, initiatives: bool) -> Operation[wire.OneProject]:
    """One project with all of its lists, likewise."""
    return _PROJECT if initiatives else _BARE_PROJECT


_PROJECTS_REPLY = Sifted(Decoder(wire.Projects), Decoder(wire.ProjectNode), wire.Projects)
_PROJECT_REPLY = Decoder(wire.OneProject)


def _projects(*, initiatives: bool, with_ids: bool = False) -> Operation[wire.Projects]:
    ids, only = (", $ids: [ID!]!", "id: { in: $ids }, ") if with_ids else ("", "")
    return Operation(
        f"""
query Projects($first: Int!, $after: String, $teams: [ID!]!{ids}) {{
  projects(
    first: $first, after: $after, includeArchived: true,
    filter: {{ {only}accessibleTeams: {{ some: {{ id: {{ in: $teams }} }} }} }}
  ) {{
    nodes {{ {_project_fields(10, 20, initiatives=initiatives)}
    }}
    {MORE}
  }}
}}""",
        _PROJECTS_REPLY,
        page=50,
    )


def _project(*, initiatives: bool) -> Operation[wire.OneProject]:
    fields = _project_fields(250, 250, initiatives=initiatives)
    return Operation(f"query Project($id: String!) {{ project(id: $id) {{ {fields} }} }}", _PROJECT_REPLY)


_PROJECTS, _BARE_PROJECTS = _projects(initiatives=True), _projects(initiatives=False)
_PROJECTS_WITH_IDS = _projects(initiatives=True, with_ids=True)
_BARE_PROJECTS_WITH_IDS = _projects(initiatives=False, with_ids=True)
_PROJECT, _BARE_PROJECT = _project(initiatives=True), _project(initiatives=False)

INITIATIVES = Operation(
    f"""
query Initiatives($first: Int!, $after: String) {{
  initiatives(first: $first, after: $after, includeArchived: true) {{
    nodes {{
      id name url status createdAt updatedAt startedAt completedAt targetDate archivedAt trashed
      owner {{ name }}
      parentInitiative {{ id }}
      initiativeUpdates(first: 5, includeArchived: true) {{ nodes {{ {_UPDATE} }} {MORE} }}
    }}
    {MORE}
  }}
}}""",
    Sifted(Decoder(wire.Initiatives), Decoder(wire.InitiativeNode), wire.Initiatives),
)

PROJECT_UPDATES = Operation(
    f"query ProjectUpdates($first: Int!, $after: String, $filter: ProjectUpdateFilter!) {{"
    f" projectUpdates(first: $first, after: $after, filter: $filter, includeArchived: true) {{"
    f" nodes {{ {_UPDATE} project {{ id }} }} {MORE} }} }}",
    Decoder(wire.ProjectUpdates),
    page=100,
)

INITIATIVE_UPDATES = Operation(
    f"query InitiativeUpdates($first: Int!, $after: String, $filter: InitiativeUpdateFilter!) {{"
    f" initiativeUpdates(first: $first, after: $after, filter: $filter, includeArchived: true) {{"
    f" nodes {{ {_UPDATE} initiative {{ id }} }} {MORE} }} }}",
    Decoder(wire.InitiativeUpdates),
    page=100,
)

PROJECTS_NOW = Operation(
    f"""
query ProjectsNow($first: Int!, $ids: [ID!]!, $comments: [ID!]!) {{
  projects(first: $first, filter: {{ id: {{ in: $ids }} }}, includeArchived: true) {{
    nodes {{
      id archivedAt trashed
      externalLinks(first: 250) {{ nodes {{ {_LINK} }} {MORE} }}
    }}
    {MORE}
  }}
  {OUR_COMMENTS}
}}""",
    Decoder(wire.ProjectsNow),
    page=10,
)
