"""The tools: what each takes, and what it answers with, which is what its command prints with `--format json`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from config.errors import did_you_mean
from config.messages import SHIPPED
from config.text.texts import Texts
from config.workspace import Workspace
from sync.brief.channels import to_text
from sync.brief.contents import brief_of
from sync.brief.rows import rows_of
from sync.brief.week import last_monday
from sync.explain.item import Explanation, UnknownKeyError
from sync.jobs.looking import explained
from sync.jobs.looking.standing import standing_of
from sync.mcp.errors import NoAnswer
from sync.mcp.knowledge import Known
from sync.mcp.unrestricted import cut
from sync.plan.undo import SelectionError
from sync.report.documents import orphans, signals, status
from sync.report.schemas.names import Document, schema_name
from sync.report.signals.selection import SignalFilter
from sync.report.unaligned.narrowing import WorkFilter
from sync.report.unread import data_of
from sync.report.weekly.data import brief_data
from sync.store.distributed.opening import run_under_way

Arguments = Mapping[str, Any]
Data = dict[str, Any]

MOST = 50
_ROWS: Data = {
    "type": "integer",
    "minimum": 1,
    "maximum": 1000,
    "default": MOST,
    "description": "Entries of each list, at most; a fifth of that in lists within an entry. `cut` in the answer says which were longer.",
}
_TEAM: Data = {"type": "string", "description": "Only this Linear team or Jira project, by its key."}
_LANGUAGE: Data = {"type": "string", "description": "Language of the sentences, such as en or fr."}


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool by its name; `takes`: JSON Schemas of its arguments, of which those `required` must be given."""

    name: str
    title: str
    description: str
    takes: Mapping[str, Data]
    required: tuple[str, ...]
    answer: Callable[[Known, Arguments], Data]

    @property
    def input_schema(self) -> Data:
        """JSON Schema of the arguments."""
        closed = {"type": "object", "properties": dict(self.takes), "additionalProperties": False}
        return closed | ({"required": list(self.required)} if self.required else {})


def answer(tool: Tool, known: Known, arguments: Arguments) -> Data:
    """What the tool answers, without what may not leave. Raises NoAnswer."""
    try:
        found = tool.answer(known, arguments)
    except SelectionError as error:
        raise NoAnswer(str(error)) from None
    return cut(known.restricted.without(found), arguments.get("rows", MOST))


def _whole(known: Known, document: Document | None, found: Data) -> Data:
    """With what stands before each document, and of when it is."""
    run = known.run
    name = {} if document is None else {"schema": schema_name(document), "rewound": False}
    told = {"unread": data_of(run.observation.unread), "as_of": run.scorecard.as_of.isoformat()}
    return {**name, **told, **found}


def _status(known: Known, _arguments: Arguments) -> Data:
    session, run = known.session, known.run
    return _whole(
        known, "status", status.document(run, standing_of(session, run, run_under_way(session.store)))
    )


def _orphans(known: Known, arguments: Arguments) -> Data:
    team, days = arguments.get("team"), arguments.get("older_than_days")
    asked = WorkFilter(frozenset([team] if team else ()), frozenset(), days)
    run = known.run
    found = orphans.document(asked.part_of(run), len(run.signals.orphans), asked.words)
    return _whole(known, "orphans", found)


def _signals(known: Known, arguments: Arguments) -> Data:
    workspace, run = known.session.workspace, known.run
    asked = SignalFilter(*(tuple(filter(None, [arguments.get(name)])) for name in ("team", "objective")))
    told = signals.warnings(run, workspace, asked)
    found = signals.document(told, run, _texts(arguments, workspace), asked.words)
    return _whole(known, "signals", found)


def _explain(known: Known, arguments: Arguments) -> Data:
    key, run = str(arguments["key"]), known.run
    # One answer for what is not there and what may not be seen: neither is told from the other.
    hidden = NoAnswer(f"Nothing that was read is called {key}, or not everybody may see it.")
    try:
        found = explained.explained(known.session, run, key)
    except UnknownKeyError:
        raise hidden from None
    if isinstance(found, Explanation) and found.item.private:
        raise hidden
    return _whole(known, "explain", explained.document(found, run))


def _brief(known: Known, arguments: Arguments) -> Data:
    workspace, run = known.session.workspace, known.run
    texts = _texts(arguments, workspace)
    found = brief_of(run, run.signal_context, workspace, last_monday(run.scorecard.as_of, workspace.zone))
    titles = {name: reading.title for name, reading in run.scorecard.readings.items()}
    rows = rows_of(found, run.alignment.items, titles)
    told = brief_data(found, run.alignment.items, texts, to_text(rows, texts))
    return _whole(known, None, told)


def _texts(arguments: Arguments, workspace: Workspace) -> Texts:
    wanted = arguments.get("language") or workspace.policy.language
    known = sorted({*SHIPPED, *workspace.words})
    if wanted not in known:
        raise NoAnswer(f"There is no language {wanted!r}; {did_you_mean(wanted, known)}.")
    return Texts(wanted, workspace.words.get(wanted, {}))


TOOLS = (
    Tool(
        "status",
        "Progress of objectives and key results",
        "Progress, health and forecast of every objective and key result, what moved since last week, which item raises "
        "a chance most, and where the running work goes. Begin here.",
        {"rows": _ROWS},
        (),
        _status,
    ),
    Tool(
        "explain",
        "Explain a ticket, key result or objective",
        "Which key results a ticket serves, by which rule, or why none and what to do; or where the number of a key "
        "result or objective comes from, item by item.",
        {
            "key": {
                "type": "string",
                "minLength": 1,
                "maxLength": 500,
                "description": "A ticket's key or URL, a Linear project, or the id of a key result or objective.",
            },
            "rows": _ROWS,
        },
        ("key",),
        _explain,
    ),
    Tool(
        "orphans",
        "Work that serves no key result",
        "Started work that serves no key result and is warned about, the most effort at stake first, with why; and "
        "findings, such as labels that name no key result, with remedies.",
        {
            "team": _TEAM,
            "older_than_days": {
                "type": "integer",
                "minimum": 1,
                "maximum": 36500,
                "description": "Only work created more than so many days ago.",
            },
            "rows": _ROWS,
        },
        (),
        _orphans,
    ),
    Tool(
        "signals",
        "Warning signals",
        "What to look at before it is too late, the most severe first: each with threshold, evidence, remedy, and in how "
        "many of the weeks behind it would have fired. Without team and objective also flow and indicators.",
        {
            "team": _TEAM,
            "objective": {"type": "string", "description": "Only this objective, by its id."},
            "language": _LANGUAGE,
            "rows": _ROWS,
        },
        (),
        _signals,
    ),
    Tool(
        "brief",
        "What to look at first this week",
        "The Monday brief: what fell and why, who waits for whom, what is new, old and disputed. `lines` is the text.",
        {"language": _LANGUAGE, "rows": _ROWS},
        (),
        _brief,
    ),
)
"""All of them. None asks a tracker, and none writes."""
