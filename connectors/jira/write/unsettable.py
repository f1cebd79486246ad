"""What a run says of fields that Jira did not let it set: which, where, and the remedy that `truenorth check` gives."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import structlog

from connectors.jira.api.fields import SiteFields
from connectors.jira.api.issues import IssueApi
from connectors.jira.api.wire import Issue
from connectors.jira.marks.names import OPTIONS, option_called, option_on
from connectors.jira.remedies import allowed, off_screen, perhaps_without_options, why_not

log = structlog.get_logger(__name__)


def learn_unsettable(api: IssueApi, issue: Issue, ids: Collection[str], site: SiteFields) -> None:
    """Remember which fields cannot be set on issues of this project and type, and log it, each remedy once.

    A refused select may be off the screen, without our options or have them in another language, which Jira says in
    translated words alone: the issue is asked, once for each project and type. Where it does not answer, both remedies are
    given. A select whose options are called otherwise is set by what they are called.
    """
    meta = api.edit_meta(issue) if {site.health, site.alignment} & set(ids) else {}
    ids = [id_ for id_ in sorted(ids) if not _learn_options(api, id_, meta, site)]
    if not ids:
        return
    api.learn_off_screen(issue, ids)
    project, names = issue.fields.project.key, {id_: site.names.get(id_, id_) for id_ in ids}
    selects = [id_ for id_ in names if id_ in (site.health, site.alignment)]
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


def _learn_options(api: IssueApi, id_: str, meta: Mapping[str, Any], site: SiteFields) -> bool:
    """Take note of what the options of a select are called on the site; whether that is news, so that it may be set now."""
    there = allowed(meta.get(id_))
    found = {
        (id_, option): text
        for option in OPTIONS.get(site.names.get(id_, ""), ())
        if (text := option_on(option, there, site.texts)) not in (None, option_called(option, site.texts))
    }
    is_news = any(api.options.get(key) != text for key, text in found.items())
    api.options.update({key: text for key, text in found.items() if text is not None})
    return is_news
