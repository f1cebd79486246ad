"""The commands that take things back: undo, rebuild."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from config.wording import counted
from sync.cli import one_line
from sync.cli.exit_codes import Cause, causes_of_writing, complain
from sync.cli.options import (
    Apply,
    AsOf,
    Config,
    FormatOption,
    OnlyItems,
    OnlyProjects,
    OnlyTrackers,
    given_moment,
    require_trackers,
    selection_of,
)
from sync.cli.output import Format, Output
from sync.cli.posted_briefs import say_posted
from sync.cli.reporter import OutputReporter
from sync.cli.session import command_session, configured
from sync.cli.verbosity import is_quiet
from sync.jobs.rebuild import Rebuilt, put_back, retire_store
from sync.jobs.rebuild import rebuild as rebuild_store
from sync.jobs.session import Session
from sync.jobs.setup import DoneAction
from sync.jobs.undo import UndoPlan, plan_undo
from sync.jobs.undo import undo as undo_planned
from sync.plan.undo import Selection
from sync.report import data
from sync.report.planned import section as plan_tables
from sync.report.setup import lines as setup_lines

_OF_OTHERS = "nothing was removed: these marks belong to another workspace than the YAML names; see above."


def undo(
    config: Config = None,
    style: FormatOption = Format.TEXT,
    item: OnlyItems = None,
    project: OnlyProjects = None,
    tracker: OnlyTrackers = None,
    everything: Annotated[bool, typer.Option("--all", help="Everything on every tracker.")] = False,
    apply: Apply = False,
) -> None:
    """Plan or apply the removal of Truenorth's marks. What people wrote stays."""
    selection = selection_of(item, project, tracker, whole=everything)
    with command_session(config, style) as (session, output):
        _require_known(selection, session)
        is_brief = apply and is_quiet()
        reporter = OutputReporter(output, brief=is_brief)
        planned = plan_undo(session, selection, reporter)
        _show(planned, selection, output, brief=is_brief and not planned.is_of_others)
        if selection.everything:
            say_posted(session, output)
        if apply and planned.is_of_others:
            output.causes.add(Cause.GUARD)
            output.data(applied=None)
            complain(_OF_OTHERS)
        elif apply:
            done = undo_planned(session, planned, reporter)
            output.causes |= causes_of_writing(done.applied)
            if is_brief:
                output.say(one_line.of_undo(planned.plan, done.applied))
            for name, label, gone in done.labels if not is_brief else ():
                output.say(f"{name}: label {label} {'removed.' if gone else 'kept: people use it.'}")
            gone_hooks = [(one.tracker, one.action, "") for one in done.hooks if isinstance(one, DoneAction)]
            for line in setup_lines.done_lines(gone_hooks) if not is_brief else ():
                output.say(line)
        elif not planned.empty:
            output.say("Nothing was removed. To apply the plan, add --apply.")


def _require_known(selection: Selection, session: Session) -> None:
    if not selection:
        raise typer.BadParameter("name what to undo: --item, --project, --tracker or --all")
    if selection.is_contradictory:
        raise typer.BadParameter(
            "--all means everything: leave out --item, --project and --tracker, or --all"
        )
    require_trackers(selection, session.connectors)


def _show(planned: UndoPlan, selection: Selection, output: Output, *, brief: bool) -> None:
    if output.wants_data:
        labels = {name: list(some) for name, some in planned.labels.items()}
        output.data(**data.of_plan(planned.plan), made=labels)
        if any(one.actions or one.problems for one in planned.hooks.values()):
            output.data(webhooks=setup_lines.plan_data(planned.hooks, {}))
    if brief:
        return
    output.show(*plan_tables.undoing(planned.plan, planned.labels, complete=planned.whole))
    for line in setup_lines.plan_lines(planned.hooks, {}):
        output.say(line)
    if selection.everything:
        output.say(
            "What setup created (fields, filters, dashboard, label groups, views) stays. "
            "To remove it: truenorth setup --remove"
        )
    for name in planned.unknown:
        output.say(f"No Truenorth marks found under {name}.")


def rebuild(config: Config = None, style: FormatOption = Format.TEXT, as_of: AsOf = None) -> None:
    """Replace the store with a new one read from the trackers. The old one is kept; its readings are carried over."""
    given = given_moment(as_of)
    settings = configured()
    old = retire_store(settings, config or settings.config, datetime.now(UTC))
    is_read = False
    try:
        with command_session(config, style) as (session, output):
            now = given.in_zone_of(session.workspace)
            rebuilt = rebuild_store(session, old, now, OutputReporter(output))
            is_read = True
            _say(rebuilt, output)
            output.data(adopted=rebuilt.adopted, aside=rebuilt.archived, days=rebuilt.days)
    finally:
        if not is_read and old.archived is not None:
            put_back(settings.store, old)
            complain("nothing was rebuilt; the store is as it was.")


def _say(rebuilt: Rebuilt, output: Output) -> None:
    if rebuilt.archived is not None:
        output.say(f"The old store is kept as {rebuilt.archived}.")
    output.say(f"Recovered {counted(rebuilt.adopted, 'item')} with Truenorth's stamp.")
    days = rebuilt.days
    carried = f"Carried over the readings of {counted(days, 'day')}."
    output.say(carried if days else "Found no readings to carry over. History starts again today.")
