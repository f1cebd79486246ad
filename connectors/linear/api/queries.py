"""What we ask Linear for of its issues and of what stands on them: labels, attachments, comments, histories."""

from __future__ import annotations

from msgspec.json import Decoder

from connectors.linear.api import wire
from connectors.linear.api.operation import MORE, Operation, Sifted

_LABEL = "id name description isGroup parent { id } team { id } archivedAt retiredAt"
_RELATIONS = "nodes { id type createdAt issue { id } } pageInfo { hasNextPage endCursor }"
_ATTACHMENT = "id url metadata createdAt updatedAt"
_SYNCED = "id service metadata { ... on ExternalEntityInfoJiraMetadata { issueKey } }"
_COMMENT = "id body issue { id } project { id }"

VIEWER = Operation("query Viewer { viewer { id name app } }", Decoder(wire.Viewer))

VIEWER_AND_VIEWS = Operation(
    "query ViewerAndViews($views: [ID!]!, $first: Int!, $after: String) { viewer { id name app }"
    " customViews(first: $first, after: $after, filter: { id: { in: $views } })"
    f" {{ nodes {{ id slugId }} {MORE} }} }}",
    Decoder(wire.ViewerAndViews),
    page=50,
)
"""Likewise, with which of these views stand: what is asked for anyway costs no request of its own."""

TEAMS = Operation(
    f"query Teams($first: Int!, $after: String) {{"
    f" teams(first: $first, after: $after) {{ nodes {{ id key name visibility }} {MORE} }} }}",
    Decoder(wire.Teams),
)

LABELS = Operation(
    # Archived and retired labels still stand on old issues.
    f"query Labels($first: Int!, $after: String) {{"
    f" issueLabels(first: $first, after: $after, includeArchived: true) {{"
    f" nodes {{ {_LABEL} }} {MORE} }} }}",
    Decoder(wire.LabelsReply),
)

_ISSUES = f"""
query Issues($first: Int!, $after: String, $filter: IssueFilter!) {{
  issues(first: $first, after: $after, filter: $filter, includeArchived: true) {{
    nodes {{
      id identifier title url priorityLabel labelIds createdAt updatedAt
      estimate startedAt completedAt canceledAt dueDate archivedAt trashed
      state {{ id name type }}
      team {{ id key name }}
      previousIdentifiers
      parent {{ id identifier }}
      project {{ id name }}
      assignee {{ id name }}
      syncedWith {{ {_SYNCED} }}
      inverseRelations(first: 5) {{ {_RELATIONS} }}
    }}
    {MORE}
  }}
}}"""
_ISSUES_REPLY = Sifted(Decoder(wire.IssuesReply), Decoder(wire.IssueNode), wire.IssuesReply)

ISSUES = Operation(_ISSUES, _ISSUES_REPLY)

ISSUES_WITH_CYCLES = Operation(
    _ISSUES.replace("assignee { id name }", "assignee { id name }\n      cycle { isActive }"), _ISSUES_REPLY
)
"""Likewise, where the policy warns about what is committed."""

STATES = Operation(
    f"query States($first: Int!, $after: String, $filter: IssueFilter!) {{"
    f" issues(first: $first, after: $after, filter: $filter, includeArchived: true) {{"
    f" nodes {{ id trashed state {{ name type }} }} {MORE} }} }}",
    Decoder(wire.StatesReply),
)

SAMPLE = Operation(
    # When every so-many-th issue was made, and what is attached to it: how both are spread over time.
    f"query Sample($first: Int!, $after: String, $filter: IssueFilter!, $attached: AttachmentFilter!) {{"
    f" issues(first: $first, after: $after, filter: $filter, includeArchived: true) {{ nodes {{ id createdAt"
    f" attachments(first: 2, filter: $attached) {{ nodes {{ createdAt }} {MORE} }} }} {MORE} }} }}",
    Decoder(wire.Sampled),
)

ISSUE_BY_KEY = Operation(
    # No filter knows previous identifiers. Only this root field finds an issue by one.
    "query IssueByKey($key: String!) { issue(id: $key) { id identifier } }",
    Decoder(wire.IssueByKey),
)

ISSUE_IDS = Operation(
    # Archived issues keep their labels, and lose them with the label.
    f"query IssueIds($first: Int!, $after: String, $filter: IssueFilter!) {{"
    f" issues(first: $first, after: $after, filter: $filter, includeArchived: true) {{ nodes {{ id }} {MORE} }} }}",
    Decoder(wire.IssueIds),
)

FOUND = Operation(
    # Linear archives closed work by itself, and what was done still serves.
    f"query Found($first: Int!, $after: String, $filter: IssueFilter!) {{"
    f" issues(first: $first, after: $after, filter: $filter, includeArchived: true) {{"
    f" nodes {{ id trashed }} {MORE} }} }}",
    Decoder(wire.FoundIssues),
)

VIEW = Operation(
    f"query View($first: Int!, $after: String, $id: String!) {{ customView(id: $id) {{ modelName"
    f" issues(first: $first, after: $after, includeArchived: true) {{ nodes {{ id trashed }} {MORE} }} }} }}",
    Decoder(wire.ViewIssues),
)

RELATIONS = Operation(
    f"query Relations($first: Int!, $after: String, $id: String!) {{"
    f" issue(id: $id) {{ inverseRelations(first: $first, after: $after) {{ {_RELATIONS} }} }} }}",
    Decoder(wire.Relations),
)

_SPANS = "nodes { id startedAt endedAt state { name type } } pageInfo { hasNextPage endCursor }"

DESCRIBED_ISSUES = Operation(
    f"query DescribedIssues($first: Int!, $after: String, $ids: [ID!]!) {{"
    f" issues(first: $first, after: $after, filter: {{ id: {{ in: $ids }} }}, includeArchived: true) {{"
    f" nodes {{ id description }} {MORE} }} }}",
    Decoder(wire.DescribedIssues),
    page=100,
)

DESCRIBED_PROJECTS = Operation(
    f"query DescribedProjects($first: Int!, $after: String, $ids: [ID!]!) {{"
    f" projects(first: $first, after: $after, filter: {{ id: {{ in: $ids }} }}, includeArchived: true) {{"
    f" nodes {{ id description content }} {MORE} }} }}",
    Decoder(wire.DescribedProjects),
    page=100,
)

HISTORIES = Operation(
    f"""
query Histories($first: Int!, $after: String, $ids: [ID!]!) {{
  issues(first: $first, after: $after, filter: {{ id: {{ in: $ids }} }}, includeArchived: true) {{
    nodes {{ id stateHistory(first: 50) {{ {_SPANS} }} }}
    {MORE}
  }}
}}""",
    Decoder(wire.HistoriesReply),
    page=50,
)

PASTS = Operation(
    # Of what happened to an issue the latest entries alone, since any change is one: more would not fit into one request for fifty
    # issues. Those whose states are cut are asked for alone.
    f"""
query Pasts($first: Int!, $after: String, $ids: [ID!]!) {{
  issues(first: $first, after: $after, filter: {{ id: {{ in: $ids }} }}, includeArchived: true) {{
    nodes {{
      id
      stateHistory(first: 24) {{ {_SPANS} }}
      history(first: 34) {{ nodes {{ createdAt fromAssigneeId toAssigneeId }} pageInfo {{ hasNextPage }} }}
    }}
    {MORE}
  }}
}}""",
    Decoder(wire.PastsReply),
    page=50,
)

HISTORY = Operation(
    f"query History($first: Int!, $after: String, $id: String!) {{"
    f" issue(id: $id) {{ id stateHistory(first: $first, after: $after) {{ {_SPANS} }} }} }}",
    Decoder(wire.OneHistory),
)

ATTACHMENTS = Operation(
    # Of the whole workspace: ours, and addresses of other trackers' issues. On each issue they would cost 2.4 points for
    # each one that it may have, which takes pages of half the size.
    f"query Attachments($first: Int!, $after: String, $filter: AttachmentFilter!) {{"
    f" attachments(first: $first, after: $after, filter: $filter) {{"
    f" nodes {{ {_ATTACHMENT} issue {{ id }} }} {MORE} }} }}",
    Decoder(wire.Attachments),
)


COMMENTS = Operation(
    f"query Comments($first: Int!, $after: String, $ids: [ID!]!) {{"
    f" comments(first: $first, after: $after, filter: {{ id: {{ in: $ids }} }}) {{"
    f" nodes {{ {_COMMENT} }} {MORE} }} }}",
    Decoder(wire.CommentsReply),
)

COMMENTS_ON = Operation(
    f"query CommentsOn($first: Int!, $after: String, $filter: CommentFilter!) {{"
    f" comments(first: $first, after: $after, filter: $filter) {{ nodes {{ {_COMMENT} }} {MORE} }} }}",
    Decoder(wire.CommentsReply),
)

# --- Items as they are right now, by their ids ---------------------------------------------------

OUR_COMMENTS = (
    f"comments(first: $first, filter: {{ id: {{ in: $comments }} }}) {{ nodes {{ {_COMMENT} }} {MORE} }}"
)

ISSUES_NOW = Operation(
    # Those that are absent are not returned, where `issue(id:)` would void the whole reply.
    f"""
query IssuesNow($first: Int!, $cards: Int!, $ids: [ID!]!, $contains: String!, $comments: [ID!]!) {{
  issues(first: $first, filter: {{ id: {{ in: $ids }} }}, includeArchived: true) {{
    nodes {{
      id archivedAt trashed labelIds
      team {{ id }}
      attachments(first: $cards, filter: {{ url: {{ contains: $contains }} }}) {{ nodes {{ {_ATTACHMENT} }} {MORE} }}
    }}
    {MORE}
  }}
  {OUR_COMMENTS}
}}""",
    Decoder(wire.IssuesNow),
    page=50,
)

# --- Labels of the workspace; marks are written by connectors.linear.api.mutations ---------------

LABEL_DELETE = Operation(
    "mutation LabelDelete($id: String!) { done: issueLabelDelete(id: $id) { success } }",
    Decoder(wire.MutationReply),
)
LABEL_CREATE = Operation(
    f"mutation LabelCreate($input: IssueLabelCreateInput!) {{"
    f" done: issueLabelCreate(input: $input) {{ success issueLabel {{ {_LABEL} }} }} }}",
    Decoder(wire.LabelDone),
)
