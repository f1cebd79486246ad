"""A person's copy of an issue, as Linear's command "Make a copy…" leaves one.

The API has no mutation for it: the app opens the form for a new issue, filled with what stands on the old one, and
sends it as `issueCreate`. So a copy holds what `IssueCreateInput` takes of an issue, and has an identifier, a history
and a state of its own, and no comments. `IssueCreateInput` takes no attachments, so there are none. Linear
documents neither that nor the opposite, and a client that copies through the API can make them anew: so it is a choice.
"""

from __future__ import annotations

from connectors.sandbox import request_effects
from connectors.sandbox.linear.entities import Issue, User
from connectors.sandbox.linear.mutations import MUTATIONS
from connectors.sandbox.linear.quota import Quota
from connectors.sandbox.linear.request_context import RequestContext
from connectors.sandbox.linear.state import KEY_SCOPES, Credential, LinearSpace
from connectors.sandbox.linear.visibility import hidden_teams


def copy_issue(space: LinearSpace, user: User, issue: Issue, *, attachments: bool = False) -> Issue:
    """A new issue with what stands on `issue`, made by `user`; `attachments`: with its attachments, metadata included.

    Labels that are retired by now are left out, and so is an assignee who left. Webhooks hear of it with the next
    request to the API. Raises LinearError where the user may not see the team.
    """
    context = RequestContext(space, user, Credential(user, KEY_SCOPES), Quota(space.quota), space.now())
    with request_effects.during(request_effects.hidden, hidden_teams(context)):
        made: Issue = MUTATIONS["issueCreate"].run(context, {"input": _filled_in(issue)})["issue"]
        for one in issue.attachments if attachments else ():
            given = {
                "issueId": made.id,
                "title": one.title,
                "subtitle": one.subtitle,
                "url": one.url,
                "metadata": one.metadata,
                "iconUrl": one.icon_url,
                "groupBySource": one.group_by_source,
            }
            MUTATIONS["attachmentCreate"].run(context, {"input": given})
    return made


def _filled_in(issue: Issue) -> dict[str, object]:
    """The form for a new issue, with what stands on `issue`."""
    assignee = issue.assignee if issue.assignee is not None and issue.assignee.active else None
    return {
        "teamId": issue.team.id,
        "title": issue.title,
        "description": issue.description,
        "priority": issue.priority,
        "estimate": issue.estimate,
        "dueDate": issue.due_date.isoformat() if issue.due_date else None,
        "assigneeId": assignee.id if assignee else None,
        "delegateId": issue.delegate.id if issue.delegate else None,
        "projectId": issue.project.id if issue.project else None,
        "parentId": issue.parent.id if issue.parent else None,
        "labelIds": [label.id for label in issue.labels if label.retired_at is None],
    }
