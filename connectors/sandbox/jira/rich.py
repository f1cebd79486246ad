"""Rich text in requests: ADF with version 3 of the API, wiki markup with version 2; kept as ADF."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from connectors.sandbox.jira.http import JiraError, version_of
from connectors.sandbox.jira.state import JiraSite
from connectors.sandbox.jira.wiki import from_wiki

_ALWAYS_RICH = frozenset({"description", "environment"})


def stored_text(request: web.Request, value: Any) -> Any:
    """The text as it is kept; what the version does not take comes out as something that is no ADF."""
    if version_of(request) == "3":
        return value
    if isinstance(value, str):
        return from_wiki(value)
    return None if value is None else ()


def stored_fields(request: web.Request, site: JiraSite, body: dict[str, Any]) -> dict[str, Any]:
    """The body of an edit with its rich texts as they are kept. Raises JiraError 400."""
    if version_of(request) == "3":
        return body
    made = dict(body)
    for place in ("fields", "update"):
        values = body.get(place)
        if isinstance(values, dict):
            made[place] = {name: _value(request, site, name, value) for name, value in values.items()}
    return made


def _value(request: web.Request, site: JiraSite, name: str, value: Any) -> Any:
    field = site.fields.get(name)
    if name not in _ALWAYS_RICH and (field is None or field.type != "adf"):
        return value
    if isinstance(value, list):
        # The operations of an update.
        return [
            {verb: _value(request, site, name, given) for verb, given in entry.items()}
            if isinstance(entry, dict)
            else entry
            for entry in value
        ]
    if value is not None and not isinstance(value, str):
        raise JiraError(400, errors={name: "Operation value must be a string"})
    return stored_text(request, value)
