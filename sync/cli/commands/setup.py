"""The commands that make an installation ready: validate, check, setup, schema."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any

import typer

from config.load import advice, fingerprint, load
from config.loading.json_schema import schema as json_schema
from config.wording import counted
from connectors.setup import Provisioning
from sync.cli.exit_codes import Cause
from sync.cli.options import Apply, Config, FormatOption
from sync.cli.output import Format, Output
from sync.cli.reporter import OutputReporter
from sync.cli.session import command_session, configured
from sync.jobs.next_fill import NextFill, next_fill
from sync.jobs.origins import origin_checks
from sync.jobs.preflight import check as run_checks
from sync.jobs.preflight import (
    check_queries,
    check_rules,
    check_sources,
    check_store,
    has_faults,
    is_well,
    unread_in,
)
from sync.jobs.setup import plan_setup, run_setup
from sync.report import status as status_tables
from sync.report.findings import unmatched


def validate(config: Config = None, style: FormatOption = Format.TEXT) -> None:
    """Check the OKR files without contacting a tracker. Lists every problem with file, line and column."""
    output = Output(style)
    settings = configured()
    workspace = load(config or settings.config)
    key_results = sum(1 for _ in workspace.key_results())
    hints = advice(workspace)
    output.data(
        valid=True,
        workspace=workspace.workspace,
        fingerprint=fingerprint(workspace),
        objectives=len(workspace.objectives),
        key_results=key_results,
        advice=list(hints),
    )
    output.say(
        f"Valid: {counted(len(workspace.objectives), 'objective')}, {counted(key_results, 'key result')}, "
        f"{counted(len(workspace.trackers), 'tracker')}."
    )
    for hint in hints:
        output.say(f"Advice: {hint}")
    output.finish()


def check(config: Config = None, style: FormatOption = Format.TEXT) -> None:
    """Check credentials, permissions, fields and labels, before the first sync. Writes nothing."""
    with command_session(config, style) as (session, output):
        found = run_checks(session.connectors, session.workspace)
        session.keep_origins([name for name, some in found.items() if is_well({name: some})])
        now = session.store.clock()
        rules, unlisted = check_rules(session, found, now)
        for name, faults in check_queries(session, found).items():
            found[name] += faults
        unlisted += unread_in(found)
        sources, silent = check_sources(session, now)
        for name, some in origin_checks(session.workspace, session.destinations, session.sources).items():
            found[name] = [*some, *found.get(name, ())]
        found |= {"sources": sources} if sources else {}
        found["this machine"] = check_store(session)
        output.unread([*dict.fromkeys(unlisted), *silent])
        if has_faults(found):
            output.causes.add(Cause.NOT_READY)
        output.show(status_tables.checks(found))
        if rules:
            output.show(unmatched(rules))
        output.data(
            well=is_well(found),
            findings=[asdict(one) for one in rules],
            checks={name: [asdict(one) for one in some] for name, some in found.items()},
        )


def setup(
    config: Config = None,
    style: FormatOption = Format.TEXT,
    remove: Annotated[bool, typer.Option("--remove", help="Plan the removal of what setup created.")] = False,
    apply: Apply = False,
) -> None:
    """Plan or create the fields, filters, labels and views that marks need."""
    with command_session(config, style) as (session, output):
        plans = plan_setup(session, OutputReporter(output), remove=remove)
        _show(plans, output)
        _announce({} if remove else next_fill(session, plans), output)
        if not any(plan.actions for plan in plans.values()):
            output.say("Nothing to do." if not output.causes else "Nothing to do on what could be read.")
        elif not apply:
            output.say("Nothing was changed. To apply the plan, add --apply.")
        else:
            outcome = run_setup(session, plans, remove=remove)
            if not outcome.complete:
                output.causes.add(Cause.INCOMPLETE)
            for one in outcome.failed:
                output.say(f"{one.tracker}: failed: {one.action.verb} {one.action.what}: {one.why}")


def _show(plans: Mapping[str, Provisioning], output: Output) -> None:
    for name, plan in plans.items():
        for action in plan.actions:
            output.say(f"{name}: {action.verb} {action.what} ({action.reason})")
        for problem in plan.problems:
            output.say(f"{name}: cannot: {problem.what}: {problem.why}. {problem.remedy}")
    output.data(setup={name: _data(plan) for name, plan in plans.items()})


def _announce(fills: Mapping[str, NextFill], output: Output) -> None:
    for name, fill in fills.items():
        stop = (
            "more than the guard on mass changes lets pass"
            if fill.stops
            else "within the guard on mass changes"
        )
        how = (
            ": review the plan, then run `truenorth sync --accept-plan HASH` with the hash that it names"
            if fill.stops
            else ""
        )
        output.say(f"{name}: the next sync fills these fields on {counted(fill.items, 'item')}, {stop}{how}.")
    output.data(next_sync={name: asdict(fill) for name, fill in fills.items()})


def _data(plan: Provisioning) -> dict[str, list[dict[str, Any]]]:
    return {
        "actions": [
            {"verb": one.verb, "kind": one.kind, "name": one.name, "reason": one.reason}
            for one in plan.actions
        ],
        "problems": [{"what": one.what, "why": one.why, "remedy": one.remedy} for one in plan.problems],
    }


def schema() -> None:
    """Print the JSON Schema of the OKR files, for editors to complete and check."""
    sys.stdout.write(json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n")
