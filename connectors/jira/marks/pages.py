"""Where people open things of a site: its search, saved filters, dashboards and fields. Pure.

Each address is the site's own, on Cloud and on Data Center, and below the path that the site has. Sources: the examples of
`viewUrl` and `view` in the vendor's OpenAPI document, and the addresses that Data Center's own pages link to.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from config.trackers import is_gateway
from connectors.model import CLAIM_PREFIX, KEY_RESULT_HERE, Pages
from connectors.setup import DASHBOARD

_CUSTOM = "customfield_"


def pages_of(site: str, key_result_field: str | None) -> Pages:
    """The searches for what serves a key result, on the site that people see at `site`. `key_result_field`: the id of the field
    in which that stands, None where the site has none.

    The field is asked for a phrase: it names a title too, and other key results. Atlassian's gateway serves no pages.
    """
    if is_gateway(site):
        return Pages()
    here = KEY_RESULT_HERE
    labelled = search_page(site, f'labels = "{CLAIM_PREFIX}{here}"')
    if key_result_field is None:
        return Pages(labelled=labelled)
    field = f"cf[{key_result_field.removeprefix(_CUSTOM)}]"
    return Pages(search_page(site, f'{field} ~ "\\"{here}\\""'), labelled)


def search_page(site: str, jql: str) -> str:
    """The page that lists what a query finds. `KEY_RESULT_HERE` in the query stays as it is."""
    parts = (quote(part, safe="") for part in jql.split(KEY_RESULT_HERE))
    return f"{site}/issues/?jql={KEY_RESULT_HERE.join(parts)}"


def address_of(site: str, what: str, made: Mapping[str, str]) -> str:
    """See `Provisioner.address`: options are found with their field, gadgets on the dashboard."""
    kind, _, name = what.partition(" ")
    if kind == "gadget":
        kind, what = "dashboard", f"dashboard {DASHBOARD}"
    elif kind == "option":
        kind, what = "field", f"field {name.partition(': ')[0]}"
    id_ = made.get(what)
    if id_ is None or is_gateway(site):
        return ""
    match kind:
        case "filter":
            return f"{site}/issues/?filter={id_}"
        case "dashboard":
            return f"{site}/secure/Dashboard.jspa?selectPageId={id_}"
        case "field":
            number = id_.removeprefix(_CUSTOM)
            return f"{site}/secure/admin/ConfigureCustomField!default.jspa?customFieldId={number}"
        case _:
            return ""
