"""The queries of the shared filters, as JQL. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from config.text.texts import Texts
from connectors.jira.api.fields import ALIGNMENT_NAME, ALIGNMENT_OPTIONS, HEALTH_NAME, HEALTH_OPTIONS
from connectors.jira.marks.names import field_called, option_called, option_on
from connectors.made_names import called
from connectors.model import CLAIM_NAME
from connectors.setup import AT_RISK, BELOW, BY_KEY_RESULT, DANGLING, UNALIGNED, Need, SetupProblem

_CUSTOM = "customfield_"

FILTERS = (UNALIGNED, BELOW, BY_KEY_RESULT, AT_RISK, DANGLING)
"""Those that a site has, in the order in which people see them."""

LABELS = {UNALIGNED: "orphaned", BY_KEY_RESULT: "aligned", AT_RISK: "at_risk"}
"""The label of the policy by which each filter goes, rather than by a field, where it is set."""


def filters_wanted(
    need: Need, projects: Iterable[str], fields: Mapping[str, str], there: Collection[str] = ()
) -> dict[str, str | None]:
    """Name of each filter to its query; None where it needs a field or a label that is not there. Without a label for what
    hangs below other unaligned work, that stands with the rest.

    Labels before fields: they reach team-managed projects as well. Dangling claims have a label of ours, since
    JQL can neither ask for labels by their beginning nor tell one claim in a text from another. `fields`: how JQL
    names each field. `there`: texts of the options that the site has, where these are not as the language has them.
    """

    def option(text: str) -> str:
        return quoted(option_on(text, there, need.texts) or option_called(text, need.texts))

    within = f"project in ({', '.join(map(quoted, projects))}) AND statusCategory != Done"
    risky = ", ".join(option(HEALTH_OPTIONS[one]) for one in ("at_risk", "off_track"))
    by_field = {
        UNALIGNED: _compared(fields, ALIGNMENT_NAME, f"= {option(ALIGNMENT_OPTIONS['orphaned'])}"),
        BY_KEY_RESULT: _compared(fields, ALIGNMENT_NAME, f"= {option(ALIGNMENT_OPTIONS['aligned'])}"),
        AT_RISK: _compared(fields, HEALTH_NAME, f"in ({risky})"),
        DANGLING: None,
        BELOW: None,
    }
    labels = {name: getattr(need, one) for name, one in LABELS.items()}
    labels |= {DANGLING: need.dangling, BELOW: need.below}
    # What bears no label yet stands with what is warned about itself: nothing is hidden before a sync put it on.
    apart = f" AND (labels is EMPTY OR labels != {quoted(need.below)})" if need.below else ""
    order = f" ORDER BY {fields[CLAIM_NAME]}" if CLAIM_NAME in fields else ""
    after = {BY_KEY_RESULT: order, UNALIGNED: apart}
    wanted: dict[str, str | None] = {}
    for name in FILTERS:
        asked = f"labels = {quoted(labels[name])}" if labels[name] else by_field[name]
        wanted[name] = f"{within} AND {asked}{after.get(name, '')}" if asked else None
    if need.below is None:
        del wanted[BELOW]
    return wanted


def _compared(fields: Mapping[str, str], name: str, how: str) -> str | None:
    return f"{fields[name]} {how}" if name in fields else None


def clauses(ids: Mapping[str, str | None], renamed: Collection[str], texts: Texts) -> dict[str, str]:
    """How JQL names the fields: by their names in the language, or by their ids where they have others."""
    return {
        name: f"cf[{id_.removeprefix(_CUSTOM)}]"
        if id_ and name in renamed
        else quoted(field_called(name, texts))
        for name, id_ in ids.items()
    }


def out_of_reach(
    need: Need, queries: Mapping[str, str | None], away: Iterable[str]
) -> Iterator[SetupProblem]:
    """What the filters that go by a field do not show, of the projects that shared fields do not reach."""
    projects = " and ".join(sorted(away))
    for name, label in LABELS.items():
        if projects and queries.get(name) and getattr(need, label) is None:
            why = f"does not show {projects}: Jira's shared fields do not reach team-managed projects"
            remedy = f"Set policy.labels.{label}, then run setup again."
            yield SetupProblem(f"filter {called(name, need.texts)}", why, remedy)


def quoted(text: str) -> str:
    """A JQL string."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
