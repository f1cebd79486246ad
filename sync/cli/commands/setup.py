"""The commands that make an installation ready: check, setup."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated

import typer

from config.wording import counted
from sync.cli.exit_codes import Cause
from sync.cli.options import Apply, Config, FormatOption
from sync.cli.output import Format, Output
from sync.cli.posted_briefs import say_posted
from sync.cli.reporter import OutputReporter
from sync.cli.session import command_session
from sync.jobs.next_fill import NextFill, next_fill
from sync.jobs.origins import origin_checks
from sync.jobs.preflight import check as run_checks
from sync.jobs.preflight import (
    check_installation,
    check_queries,
    check_rules,
    check_sources,
    check_store,
    has_faults,
    is_well,
    unread_in,
)
from sync.jobs.setup import SetupOutcome, plan_setup, run_setup
from sync.report import data
from sync.report import status as status_tables
from sync.report.findings import unmatched
from sync.report.setup import lines as setup_lines


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
        found["this machine"] = [*check_installation(), *check_store(session)]
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
        planned = plan_setup(session, OutputReporter(output), remove=remove)
        for line in setup_lines.plan_lines(planned.trackers, planned.addresses):
            output.say(line)
        output.data(setup=setup_lines.plan_data(planned.trackers, planned.addresses))
        if remove:
            say_posted(session, output)
        _announce({} if remove else next_fill(session, planned.trackers), output)
        there = {} if remove else setup_lines.in_place(planned.trackers)
        output.data(in_place=there)
        if planned.empty:
            for line in setup_lines.in_place_lines(there):
                output.say(line)
            output.say("Nothing to do." if not output.causes else "Nothing to do on what could be read.")
        elif not apply:
            output.say("Nothing was changed. To apply the plan, add --apply.")
        else:
            outcome = run_setup(session, planned, remove=remove)
            if not outcome.complete:
                output.causes.add(Cause.INCOMPLETE)
            _tell(outcome, output)


def _tell(outcome: SetupOutcome, output: Output) -> None:
    """What was done and where it is, and what was not."""
    for one in outcome.failed:
        output.say(f"{one.tracker}: failed: {one.action.verb} {one.action.shown}: {one.why}")
    done = [(one.tracker, one.action, one.address) for one in outcome.done]
    for line in setup_lines.done_lines(done):
        output.say(line)
    output.data(done=setup_lines.done_data(done))
    if outcome.moved is not None:
        for line in setup_lines.moved_lines(outcome.moved):
            output.say(line)
        output.data(addresses=data.of_applied(outcome.moved))


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
