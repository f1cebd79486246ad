"""Jira's own action "Clone" on an issue.

It has no call in either REST API (JRASERVER-25812), so the sandbox offers it as a control and on the issue's page.

Atlassian's page "Cloning an issue" says what comes along: the fields of the issue and the contents of its custom
fields, the summary with the prefix of the setting `jira.clone.prefix` ("CLONE - "); and what does not: comments,
history, time spent, links to pages. "Configuring issue cloning" names the type of the link, "Cloners"; it goes from the
clone to the original. The reporter is the cloner, as for all who lack the permission Modify Reporter (JRASERVER-23538).

Cloud and Data Center differ in the dialog: each offers attachments, links and child issues to be taken along, which
is left out here. Whether entity properties come along neither documents, and apps that clone take them: so it is a
choice.
"""

from __future__ import annotations

from copy import deepcopy

from connectors.sandbox.company import Person
from connectors.sandbox.jira.http import JiraError
from connectors.sandbox.jira.index import before_write
from connectors.sandbox.jira.links import add_link
from connectors.sandbox.jira.state import CLONERS, Issue, JiraSite
from connectors.sandbox.jira.values import LONGEST_LINE

PREFIX = "CLONE - "
"""As the setting `jira.clone.prefix` is delivered."""


def clone_issue(site: JiraSite, person: Person, issue: Issue, *, properties: bool = False) -> Issue:
    """A new issue with the fields of `issue`, made by `person`; `properties`: its entity properties too.

    Its status starts anew, and so do its history, comments and remote links. Raises JiraError 403 where the
    person may not create issues in the project.
    """
    if not site.holds(person, "CREATE_ISSUES", issue.project):
        raise JiraError(403, "You do not have permission to create issues in this project.")
    now = site.clock.now()
    clone = Issue(
        id=site.next_id(),
        key=site.new_key(issue.project),
        project=issue.project,
        type=issue.type,
        # The dialog asks for a shorter summary where it is too long; a person would cut its end.
        summary=f"{PREFIX}{issue.summary}"[:LONGEST_LINE],
        status=issue.project.statuses[0],
        reporter=person,
        created=now,
        updated=now,
        category_changed=now,
        priority=issue.priority,
        assignee=issue.assignee,
        labels=list(issue.labels),
        components=issue.components,
        fix_versions=issue.fix_versions,
        parent=issue.parent,
        due=issue.due,
        original_estimate=issue.original_estimate,
        security=issue.security,
        description=deepcopy(issue.description),
        custom={name: deepcopy(value) for name, value in issue.custom.items() if value is not None},
        properties=deepcopy(issue.properties) if properties else {},
    )
    before_write(site, clone)
    site.add(clone)
    if issue.id in site.restricted:
        site.restricted[clone.id] = site.restricted[issue.id]
    if site.holds(person, "LINK_ISSUES", issue.project):
        add_link(site, person, CLONERS, clone, issue)
    return clone
