"""What `--help` says below the options: commands to paste, and the exit codes that the command can end with.

`tests/sync/cli/test_help.py` parses every example, and holds the codes against the table of exit codes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CommandHelp:
    """Examples: what is typed, and what that does. Codes: the exit code, or several, and when it ends so."""

    examples: Mapping[str, str]
    codes: Mapping[str, str]


_USAGE = {"2": "wrong usage or configuration"}
_ENDED = {"130, 143": "ended by Ctrl-C or SIGTERM"}
_READS = {
    "0": "done",
    "1": "failed, or not all was read, until somebody acts: credential, permission, store",
    **_USAGE,
    "3": "not all could be read this time; a later run may do better",
    "4": "a credential would go to an origin that is not declared",
    **_ENDED,
}
_WRITES = {
    "0": "done; everything is written",
    "1": "failed, and will again until somebody acts: credential, permission, store",
    **_USAGE,
    "3": "done in part, or not at all for a cause that passes; the next run finishes",
    "4": "stopped by a guard, or an origin that is not declared; nothing is written",
    **_ENDED,
}
_LOCAL = {"0": "done", **_USAGE}

OVERVIEW = CommandHelp(
    {
        "truenorth demo": "see a sync of an example company, on this machine alone",
        "truenorth plan --config okrs/": "show what a sync of your own trackers would write",
        "truenorth help sync": "show the options, examples and exit codes of a command",
    },
    {
        "0": "done",
        "1": "failed, and will fail again until somebody acts",
        "2": "wrong usage or configuration",
        "3": "done in part; the next run finishes",
        "4": "stopped by a guard before the first write",
        "10": "the plan has changes (plan --exit-code)",
        **_ENDED,
    },
)

HELP: Mapping[str, CommandHelp] = {
    "plan": CommandHelp(
        {
            "truenorth plan": "show what the next sync would write, and which guard would stop it",
            "truenorth plan --project WEB --only orphans": "look at a part of it",
            "truenorth plan --out first.plan": "save it for `truenorth apply first.plan`",
            "truenorth plan --exit-code --quiet > /dev/null": "in a script: end with 10 if there are changes",
        },
        {**_READS, "0": "done, also where a guard would stop a sync", "10": "changes, with --exit-code"},
    ),
    "sync": CommandHelp(
        {
            "truenorth sync --first-run": "the very first run, once its plan was read",
            "truenorth sync --quiet": "from cron: one line on a good run, and what is wrong on any other",
            "truenorth sync --accept-plan 0123456789ab": "let the plan with this hash pass a guard",
            "truenorth sync --quiet --report site": "the same, then refresh the report in that folder",
            "truenorth sync --metrics truenorth.prom": "also leave Prometheus metrics in that file",
            "truenorth sync --distributed": "let workers on other machines read and write, and wait for them",
        },
        {**_WRITES, "0": "done; or another run is at work and does the same"},
    ),
    "apply": CommandHelp(
        {
            "truenorth apply first.plan": "write what `truenorth plan --out first.plan` showed",
            "truenorth apply first.plan --first-run": "the same, where nothing was ever written",
        },
        _WRITES,
    ),
    "serve": CommandHelp(
        {
            "truenorth serve --every 10m": "sync every 10 minutes; pages at http://127.0.0.1:8480",
            "truenorth serve --every 1h --listen 0.0.0.0:8480": "the same, reachable from other machines",
            "truenorth serve --every 10m --report site": "keep the report in a folder of one's own",
        },
        {
            "1": "the address cannot be listened on, or the store cannot be used",
            "2": "wrong usage or configuration, or what it needs is not installed",
            **_ENDED,
        },
    ),
    "worker": CommandHelp(
        {
            "truenorth worker": "take part in every distributed sync, until SIGTERM",
            "truenorth worker --concurrency 8": "eight projects or teams at once",
            "truenorth worker --one-shot": "do what is left to do, then end",
        },
        {
            "0": "no job is left, with --one-shot",
            "1": "the store cannot be used",
            "2": "the store is a file, what workers need is missing, or wrong usage or configuration",
            "4": "a credential would go to an origin that is not declared",
            **_ENDED,
        },
    ),
    "status": CommandHelp(
        {
            "truenorth status": "progress by the last read; asks no tracker",
            "truenorth status --fresh": "read the trackers first",
            "truenorth status --format markdown": "a report to paste into a page",
        },
        _READS,
    ),
    "orphans": CommandHelp(
        {
            "truenorth orphans": "started work that serves no key result",
            "truenorth orphans --team ENG --older-than 30d": "those of one team that are older than 30 days",
            "truenorth orphans --all": "also work that is not started, or in grace; each finding by itself",
        },
        _READS,
    ),
    "brief": CommandHelp(
        {
            "truenorth brief": "what fell, who waits, what is new, old and disputed since last Monday",
            "truenorth brief --format markdown --language fr": "the same in French, to paste into a page",
            "truenorth brief --to team --preview": "look at what would be posted",
            "truenorth brief --to team": "post it, once a week, to the webhook in TRUENORTH_BRIEF_TEAM_URL",
        },
        {
            **_READS,
            "1": "failed, or refused by the webhook, until somebody acts",
            "3": "not all could be read, or it may not be posted; a later run may do better",
        },
    ),
    "signals": CommandHelp(
        {
            "truenorth signals": "what to look at before it is too late, the most severe first",
            "truenorth signals --team ENG --language fr": "that of one team, in French",
            "truenorth signals --format markdown": "a report to paste into a page",
        },
        _READS,
    ),
    "report": CommandHelp(
        {
            "truenorth report --out site": "write the pages; open site/index.html, or let any host serve the folder",
            "truenorth report --out site --fresh --language fr": "read the trackers first, in French",
            "truenorth report --out site --as-of 2026-11-16": "the report of that day",
        },
        {
            **_READS,
            "1": "failed, or the folder cannot be written to, until somebody acts",
            "2": "the folder holds other files, or wrong usage or configuration; nothing is written",
        },
    ),
    "map": CommandHelp(
        {
            "truenorth map": "goals, key results and the epics and projects that serve them, with their effort",
            "truenorth map --format mermaid > map.mmd": "a picture that GitHub and GitLab draw",
            "truenorth map --team ENG --format markdown": "the work of one team, to paste into a page",
        },
        _READS,
    ),
    "suggest": CommandHelp(
        {
            "truenorth suggest": "key results that orphaned work may serve, and why",
            "truenorth suggest --as-yaml": "the same as link rules, to review and copy",
        },
        _READS,
    ),
    "explain": CommandHelp(
        {
            "truenorth explain WEB-12": "why this ticket bears the marks that it bears",
            "truenorth explain GROWTH-KR2": "where the number of a key result comes from",
            'truenorth explain "Onboarding v2" --fresh': "a Linear project, read just now",
        },
        {**_READS, "2": "nothing has this key, or wrong usage or configuration"},
    ),
    "log": CommandHelp(
        {
            "truenorth log --item WEB-12": "every write to a ticket, with before and after",
            "truenorth log --run 7 --format json": "all that a run wrote, for a program",
        },
        {"0": "done", "1": "the store cannot be used", **_USAGE},
    ),
    "review": CommandHelp(
        {
            "truenorth review 2026-Q4 --format markdown": "what the quarter came to, to paste into a page",
            "truenorth review 2026-Q4 --next 2027-Q1 --language fr": "in French, with the OKRs proposed for 2027-Q1",
        },
        _READS,
    ),
    "digest": CommandHelp(
        {
            "truenorth digest": "progress, chances, scope, effort and what was finished since last Monday",
            "truenorth digest --format markdown --language fr": "the same in French, to paste into a page",
        },
        _READS,
    ),
    "roll-over": CommandHelp(
        {"truenorth roll-over 2026-Q4 2027-Q1 > 2027-Q1.yaml": "the next quarter's OKRs, to review and edit"},
        _READS,
    ),
    "mcp": CommandHelp(
        {
            "truenorth mcp": "start it from an assistant's configuration, with TRUENORTH_CONFIG and TRUENORTH_STORE",
        },
        {
            "0": "stdin ended",
            "2": "the mcp library is missing, or wrong usage or configuration",
            "130": "ended by Ctrl-C",
        },
    ),
    "init": CommandHelp(
        {
            "truenorth init": "ask on a terminal what to take of what the trackers have, and write truenorth.yaml",
            "truenorth init --project WEB --project OPS --team ENG --yes": "ask nothing",
            "truenorth init --print > truenorth.yaml": "print the file, with what was found on stderr",
        },
        {
            "0": "the file is written, or printed",
            "2": "no credentials, or none that work, no answer, a file that is there, or wrong usage; nothing is written",
            **_ENDED,
        },
    ),
    "check-in": CommandHelp(
        {
            "truenorth check-in GROWTH-KR1 24.5": "print the line of YAML for today's value",
            "truenorth check-in GROWTH-KR1 24.5 --on 2026-11-30 --write": "add it to the file, comments kept",
        },
        {
            "0": "done",
            "2": "no such key result or value, or wrong usage or configuration; nothing is written",
        },
    ),
    "validate": CommandHelp(
        {
            "truenorth validate": "check truenorth.yaml, or what TRUENORTH_CONFIG names",
            "truenorth validate --config okrs/ --format json": "check a folder, for a program",
        },
        {"0": "valid", "2": "not valid; each problem is listed with file, line and column"},
    ),
    "check": CommandHelp(
        {"truenorth check": "prove before the first sync that it can succeed"},
        {**_READS, "0": "a sync can go", "1": "something to fix, which is named with its remedy"},
    ),
    "setup": CommandHelp(
        {
            "truenorth setup": "show which fields, filters, labels and views are missing",
            "truenorth setup --apply": "create them",
            "truenorth setup --remove --apply": "remove what setup created",
        },
        _WRITES,
    ),
    "schema": CommandHelp(
        {
            "truenorth schema > truenorth.schema.json": "for an editor that completes and checks the OKR files",
            "truenorth schema --of status": "for a program that reads `truenorth status --format json`",
        },
        _LOCAL,
    ),
    "undo": CommandHelp(
        {
            "truenorth undo --all": "show what would be removed",
            "truenorth undo --item WEB-12 --apply": "remove the marks of one ticket",
            "truenorth undo --project WEB --project OPS --apply": "remove those of two projects",
        },
        {
            **_WRITES,
            "4": "all marks are another workspace's, or an origin is not declared; nothing is removed",
        },
    ),
    "rebuild": CommandHelp(
        {"truenorth rebuild": "a new store in place of a lost or broken one; the old one is kept"},
        {**_READS, "3": "a tracker could not be read, or another run is at work; the store is as it was"},
    ),
    "demo": CommandHelp(
        {
            "truenorth demo": "a whole sync, on a made-up company",
            "truenorth demo --keep": "then look at its tickets in a browser, until Ctrl-C",
        },
        {"0": "done", "2": "the sandbox is not installed, or wrong usage", "3": "not all was written"},
    ),
    "sandbox": CommandHelp(
        {"truenorth sandbox --items 2000 --port 8765": "a larger company; prints the variables to use it"},
        {"0": "ended by Ctrl-C or SIGTERM", "1": "the port is taken", "2": "not installed, or wrong usage"},
    ),
    "help": CommandHelp({"truenorth help plan": "the same as truenorth plan --help"}, _LOCAL),
}
