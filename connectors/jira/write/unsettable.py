"""What a run says of fields that Jira did not let it set: which, where, and the remedy that `truenorth check` gives."""

from __future__ import annotations

from collections.abc import Collection

import structlog

from connectors.jira.api.fields import SiteFields
from connectors.jira.api.issues import IssueApi
from connectors.jira.api.wire import Issue
from connectors.jira.remedies import off_screen, perhaps_without_options, why_not

log = structlog.get_logger(__name__)


def learn_unsettable(api: IssueApi, issue: Issue, ids: Collection[str], site: SiteFields) -> None:
    """Remember which fields cannot be set on issues of this project and type, and log it, each remedy once.

    A refused select may be off the screen or without our options, which Jira says in translated words alone: the issue is
    asked, once for each project and type. Where it does not answer, both remedies are given.
    """
    api.learn_off_screen(issue, ids)
    project, names = issue.fields.project.key, {id_: site.names.get(id_, id_) for id_ in sorted(ids)}
    selects = [id_ for id_ in names if id_ in (site.health, site.alignment)]
    meta = api.edit_meta(issue) if selects else {}
    known = [id_ for id_ in selects if id_ in meta and why_not(id_, meta, site, project)[1]]
    others = [name for id_, name in names.items() if id_ not in known]
    remedies = [why_not(id_, meta, site, project)[1] for id_ in known]
    remedies += [off_screen(others, project)] if others else []
    if selects and not meta:
        remedies.append(perhaps_without_options([names[id_] for id_ in selects]))
    log.warning(
        "cannot set fields",
        tracker=api.tracker,
        project=project,
        type=issue.fields.issuetype.name,
        fields=list(names.values()),
        remedy=" ".join(one for one in remedies if api.is_new_remedy(one)) or "as above",
    )
