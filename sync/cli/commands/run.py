"""The commands that read the trackers, decide, and write: plan, sync, apply."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from sync.cli import one_line
from sync.cli.exit_codes import Cause, causes_of_writing, complain
from sync.cli.options import (
    AcceptPlan,
    AcceptShrink,
    AsOf,
    Config,
    EachChange,
    FirstRun,
    FormatOption,
    Full,
    MetricsFile,
    MetricsInterval,
    OnlyItems,
    OnlyProjects,
    OnlyTrackers,
    given_moment,
    given_seconds,
    overrides_of,
    require_trackers,
    selection_of,
)
from sync.cli.output import Format, Output
from sync.cli.reporter import OutputReporter
from sync.cli.session import command_session
from sync.cli.verbosity import is_quiet
from sync.decide import Decision
from sync.jobs.apply_plan import apply_plan
from sync.jobs.last_read import latest_run
from sync.jobs.observing.ended import Ended
from sync.jobs.observing.events import told_in_log
from sync.jobs.plan import plan as make_plan
from sync.jobs.plan import plan_if_changed, save_plan
from sync.jobs.report.folder import check_folder
from sync.jobs.reporter import Reporter
from sync.jobs.session import Session
from sync.jobs.sync import Synced, synchronise, synchronise_if_changed
from sync.plan.outcome import Applied
from sync.plan.overrides import Overrides
from sync.report import data
from sync.report.planned import texts
from sync.report.planned.view import Only, PlanView
from sync.store import plan_file
from sync.unchanged import Unchanged

_BLOCKED = "stopped by a guard; nothing was written. To override it, see the flags above."


def plan(
    config: Config = None,
    style: FormatOption = Format.TEXT,
    as_of: AsOf = None,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit with code 10 if there are changes.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Save the plan, for `truenorth apply FILE`.", metavar="FILE"),
    ] = None,
    show_text: Annotated[
        bool, typer.Option("--show-text", help="Show the text of each comment and status update.")
    ] = False,
    item: OnlyItems = None,
    project: OnlyProjects = None,
    tracker: OnlyTrackers = None,
    only: Annotated[Only | None, typer.Option(help="Only changes to warnings of unaligned work.")] = None,
    everything: EachChange = False,
    full: Full = False,
) -> None:
    """Show what a sync would write, and write nothing."""
    given = given_moment(as_of)
    view = PlanView(selection_of(item, project, tracker), only, everything)
    if out is not None and view.narrows:
        raise typer.BadParameter(f"--out saves the whole plan, and {view.words} shows a part: leave one out")
    with command_session(config, style, tells_okrs=True) as (session, output):
        require_trackers(view.selection, session.connectors)
        now = given.in_zone_of(session.workspace)
        reporter = OutputReporter(output, view)
        run: Decision | Unchanged
        if given.text is not None or out is not None:
            run = make_plan(session, now, reporter, full=full)
        else:
            run = plan_if_changed(session, now, reporter, full=full)
        if isinstance(run, Unchanged):
            if show_text:
                output.data(texts=[])
            return
        if show_text:
            part = view.part_of(run.plan, run.alignment.items)
            output.show(*texts.sections(part))
            if output.wants_data:
                output.data(texts=texts.of_texts(part))
        if out is not None:
            content = save_plan(session, run, out)
            output.say(f"Saved to {out}, with hash {content}. To write it: truenorth apply {out}")
        if exit_code and not run.plan.empty:
            output.causes.add(Cause.CHANGES)


def sync(
    config: Config = None,
    style: FormatOption = Format.TEXT,
    as_of: AsOf = None,
    first_run: FirstRun = False,
    accept_plan: AcceptPlan = None,
    accept_shrink: AcceptShrink = None,
    everything: EachChange = False,
    full: Full = False,
    distributed: Annotated[
        bool, typer.Option("--distributed", help="Let workers read and write (truenorth worker).")
    ] = False,
    report: Annotated[
        Path | None,
        typer.Option("--report", help="Then refresh the report in this folder.", metavar="DIR"),
    ] = None,
    metrics: MetricsFile = None,
    metrics_interval: MetricsInterval = None,
) -> None:
    """Read the trackers, show the plan, check the guards, and write."""
    given, overrides = given_moment(as_of), overrides_of(first_run, accept_plan, accept_shrink)
    interval = given_seconds(metrics_interval, "--metrics-interval")
    if report is not None:
        check_folder(report)
    with command_session(config, style, tells_okrs=True) as (session, output):
        now = given.in_zone_of(session.workspace)
        reporter = OutputReporter(output, PlanView(everything=everything), brief=is_quiet())
        done: Synced | Unchanged | None
        with _observed(session, metrics, interval) as ended:
            if distributed:
                done = _distributed(session, now, reporter, overrides)
            elif given.text is not None:
                done = synchronise(session, now, reporter, overrides, full=full)
            else:
                done = synchronise_if_changed(session, now, reporter, overrides, full=full)
            ended.done = done
        _tell(done, output)
        if report is not None and not session.halt.is_set():
            if done is None or (isinstance(done, Synced) and done.blocked):
                output.say(f"The report in {report} is as it was.")
            else:
                _refresh_report(session, output, report)


def _tell(done: Synced | Unchanged | None, output: Output) -> None:
    if isinstance(done, Unchanged):
        output.data(applied=data.of_applied(Applied((), {})))
    if done is None or isinstance(done, Unchanged):
        return
    if done.blocked:
        output.data(applied=None)
    _end(done.applied, output)
    if done.applied is not None and is_quiet():
        run = done.run
        output.say(one_line.of_sync(len(run.observation.items), run.plan, done.applied))


@contextmanager
def _observed(session: Session, metrics: Path | None, interval: float | None) -> Iterator[Ended]:
    """Log the sync in the block, and write its metrics where they are asked for."""
    ended = Ended()
    with ExitStack() as stack:
        if metrics is not None:
            # Who asks for no metrics does not load what writes them.
            from sync.jobs.observing.metrics import told_in_metrics

            stack.enter_context(told_in_metrics(session, metrics, ended, interval))
        stack.enter_context(told_in_log(ended))
        yield ended


def _refresh_report(session: Session, output: Output, folder: Path) -> None:
    """As `truenorth report` would after this sync. Who asks for none does not load what makes it."""
    from sync.cli.commands.report import refresh
    from sync.cli.commands.signals import texts_in

    # What could not be read is said by the sync already.
    run, texts = latest_run(session, Reporter()), texts_in(None, session.workspace)
    refresh(session, output, run, texts, folder, brief=is_quiet())


def _distributed(
    session: Session, now: datetime, reporter: OutputReporter, overrides: Overrides
) -> Synced | None:
    """The sync by workers; None where a signal ended it before it came to anything."""
    # Who syncs alone does not load what workers need.
    from sync.jobs.distributed.errors import RunCancelled
    from sync.jobs.distributed.sync import synchronise_distributed

    try:
        with session.stages.during("workers"):
            return synchronise_distributed(session, now, reporter, overrides)
    except RunCancelled as error:
        complain(str(error))
        return None


def apply(
    file: Annotated[Path, typer.Argument(help="A plan that `truenorth plan --out` saved.")],
    config: Config = None,
    style: FormatOption = Format.TEXT,
    as_of: AsOf = None,
    first_run: FirstRun = False,
    accept_plan: AcceptPlan = None,
    everything: EachChange = False,
) -> None:
    """Write a saved plan exactly as it was shown. Items that changed since are skipped and listed."""
    given, overrides = given_moment(as_of), overrides_of(first_run, accept_plan)
    with command_session(config, style) as (session, output):
        now = given.in_zone_of(session.workspace)
        saved = plan_file.load(file, session.workspace, session.store.clock())
        reporter = OutputReporter(output, PlanView(everything=everything), brief=is_quiet())
        done = apply_plan(session, saved, now, reporter, overrides)
        _end(done.applied, output)
        if done.applied is not None and is_quiet():
            output.say(one_line.of_saved(saved.plan, done.applied, done.moved))
        if done.moved:
            output.causes.add(Cause.INCOMPLETE)


def _end(applied: Applied | None, output: Output) -> None:
    """Why the command does not end with 0, as far as that is for what was written; None: a guard stopped it."""
    if applied is None:
        output.causes.add(Cause.GUARD)
        complain(_BLOCKED)
    else:
        output.causes |= causes_of_writing(applied)
