"""The command line: what can be typed, and how every foreseeable fault ends."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import traceback
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from config.load import ConfigError, advice, fingerprint, load
from config.loading.json_schema import schema as json_schema
from config.settings import MissingCredential, Settings
from connectors.errors import TrackerError
from sync import logs
from sync.cli.commands.maintain import apply, log, rebuild
from sync.cli.commands.sandbox import demo, sandbox
from sync.cli.exit_codes import Exit, stop_on_signals
from sync.cli.options import (
    AcceptPlan,
    AcceptShrink,
    AsOf,
    Config,
    FirstRun,
    Fresh,
    Style,
    accepted_flags,
    moment_of,
)
from sync.cli.output import Format, Output
from sync.explain.item import UnknownKeyError
from sync.explain_cli import explain
from sync.jobs.last_read import forecasts, latest_run, progress_history, remember_if_sane
from sync.jobs.preflight import check as examine
from sync.jobs.preflight import is_well
from sync.jobs.sandbox import SandboxError
from sync.jobs.session import Session, open_session, show_run
from sync.jobs.sync import read, synchronise
from sync.jobs.undo import undo as take_away
from sync.plan.undo import Selection
from sync.report import budgets, data, movement, run
from sync.report import status as views
from sync.setup_cli import setup
from sync.store import plan_file
from sync.store.lease import LeaseHeld, LeaseLost
from sync.store.plan_file import PlanError
from sync.store.store import StoreError
from sync.suggest_cli import suggest

app = typer.Typer(
    name="truenorth",
    help="Keeps Jira and Linear honest about goals: links work to key results, measures, and writes it back.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.command()(demo)
app.command()(sandbox)


@app.command()
def validate(config: Config = None, style: Style = Format.TEXT) -> None:
    """Check the OKR files; every problem with file:line:column. Asks no tracker and needs no secret."""
    settings = Settings()
    workspace = load(config or settings.config)
    output = Output(style)
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
        f"Valid: {len(workspace.objectives)} objectives, {key_results} key results, "
        f"{len(workspace.trackers)} trackers."
    )
    for hint in hints:
        output.say(f"Advice: {hint}")
    output.finish()


@app.command()
def check(config: Config = None, style: Style = Format.TEXT) -> None:
    """Prove before the first write that it can succeed: credentials, permissions, fields, labels. Reads only."""
    output = Output(style)
    with _session(config) as session:
        found = examine(session.connectors, session.workspace)
    output.show(views.checks(found))
    output.data(
        well=is_well(found), checks={name: [asdict(one) for one in some] for name, some in found.items()}
    )
    output.finish()
    raise typer.Exit(Exit.DONE if is_well(found) else Exit.FAILED)


@app.command()
def plan(
    config: Config = None,
    style: Style = Format.TEXT,
    as_of: AsOf = None,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit with 10 when there are changes.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Save the plan for `truenorth apply FILE`.", metavar="FILE"),
    ] = None,
) -> None:
    """Read both trackers and show what a sync would write. Writes nothing."""
    output = Output(style)
    now = moment_of(as_of)
    with _session(config) as session:
        record = session.store.open_run("plan", now, fingerprint(session.workspace))
        result = read(session, now, output)
        show_run(output, result)
        if result.stops:
            output.show(run.stops(result.stops))
        remember_if_sane(session, result)
        session.store.close_run(record, "planned", {"items": len(result.plan.edits)})
        if out is not None:
            plan_file.save(out, result.plan, result.stops, session.workspace, now)
            output.say(f"Saved as {out}; to write it: truenorth apply {out}")
    output.finish()
    raise typer.Exit(Exit.CHANGES if exit_code and not result.plan.empty else Exit.DONE)


@app.command()
def sync(
    config: Config = None,
    style: Style = Format.TEXT,
    as_of: AsOf = None,
    first_run: FirstRun = False,
    accept_plan: AcceptPlan = None,
    accept_shrink: AcceptShrink = None,
) -> None:
    """Read both trackers, show the plan, check the guards, and write it."""
    output = Output(style)
    accepted = accepted_flags(first_run, accept_plan, accept_shrink)
    with _session(config) as session:
        done = synchronise(session, moment_of(as_of), output, accepted)
        signalled = session.halt.by
    output.finish()
    if done.blocked:
        _complain("stopped by a guard; nothing was written. See the flags above.")
        raise typer.Exit(Exit.STOPPED)
    if signalled is not None:
        raise typer.Exit(128 + signalled)
    complete = done.applied is not None and done.applied.complete and not done.run.observed.stale
    raise typer.Exit(Exit.DONE if complete else Exit.PARTIAL)


@app.command()
def status(
    config: Config = None, style: Style = Format.TEXT, fresh: Fresh = False, as_of: AsOf = None
) -> None:
    """The scorecard as last read, how the last run went, and what is stuck."""
    output = Output(style)
    with _session(config) as session:
        result = latest_run(session, output, fresh, as_of)
        last = session.store.last_run("sync")
        troubled = session.store.journal.troubled(last.id) if last else []
        stuck = session.store.stuck()
        histories = progress_history(session, result)
        foretold = forecasts(session, result)
        output.show(run.scorecard(result.scorecard), movement.movement(histories))
        if foretold:
            output.show(views.outlooks(foretold, result.scorecard))
        output.show(budgets.section(result, session.workspace))
        output.show(views.last_run(last, troubled, result))
        if stuck:
            output.show(views.stuck(stuck))
        output.data(
            as_of=result.scorecard.as_of.isoformat(),
            scorecard=data.of_scorecard(result.scorecard),
            movement=movement.movement_data(histories),
            outlook=views.outlooks_data(foretold),
            work=budgets.data(result, session.workspace),
            last_run=views.last_run_data(last, troubled),
            stuck=[asdict(one) for one in stuck],
            orphans=len(result.signals.orphans),
            unwritten=len(result.plan.edits),
        )
    output.finish()


@app.command()
def orphans(
    config: Config = None, style: Style = Format.TEXT, fresh: Fresh = False, as_of: AsOf = None
) -> None:
    """Open work that serves no key result, and other findings."""
    output = Output(style)
    with _session(config) as session:
        result = latest_run(session, output, fresh, as_of)
        output.show(run.orphans(result.alignment.items, result.signals), run.findings(result.signals))
        output.data(
            as_of=result.scorecard.as_of.isoformat(),
            orphans=data.of_orphans(result),
            findings=data.of_findings(result, result.signals),
        )
    output.finish()


@app.command()
def undo(
    config: Config = None,
    style: Style = Format.TEXT,
    item: Annotated[
        list[str] | None, typer.Option(help="This ticket, or this Linear project by name.", metavar="KEY")
    ] = None,
    project: Annotated[
        list[str] | None, typer.Option(help="This Jira project, Linear team or Linear project.")
    ] = None,
    tracker: Annotated[list[str] | None, typer.Option(help="Everything on this tracker.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Everything, everywhere.")] = False,
    really: Annotated[bool, typer.Option("--apply", help="Remove what the plan shows.")] = False,
) -> None:
    """Plan to remove our marks, and with --apply remove them. What people wrote stays as it is."""
    output = Output(style)
    chosen = Selection(everything, *(frozenset(names or ()) for names in (item, project, tracker)))
    with _session(config) as session:
        unknown = sorted(chosen.trackers - set(session.connectors))
        if unknown or not chosen:
            known = ", ".join(session.connectors)
            message = f"there is no tracker {unknown[0]!r}; declared are {known}" if unknown else ""
            raise typer.BadParameter(message or "say what to undo: --item, --project, --tracker or --all")
        applied = take_away(session, chosen, moment_of(None), output, really=really)
        signalled = session.halt.by
    output.finish()
    if signalled is not None:
        raise typer.Exit(128 + signalled)
    raise typer.Exit(Exit.DONE if applied is None or applied.complete else Exit.PARTIAL)


for command in (explain, setup, suggest, apply, log, rebuild):
    app.command()(command)


@app.command()
def schema() -> None:
    """Print the JSON Schema of the OKR files, for editors to complete and check."""
    sys.stdout.write(json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n")


# --- Shared ------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _session(config: Path | None) -> Iterator[Session]:
    settings = Settings()
    logs.configure(settings.log_level, settings.log_format)
    with open_session(settings, config) as session, stop_on_signals(session):
        yield session


def _complain(message: str) -> None:
    sys.stderr.write(f"truenorth: {logs.redactor.text(message)}\n")


def main() -> None:
    """Entry point: foreseeable faults become one clear line and an exit code, never a traceback."""
    # Until a command has read the settings: warnings only, and never on stdout.
    logs.configure("warning", "auto")
    try:
        app()
    except ConfigError as error:
        for problem in error.problems:
            sys.stderr.write(f"{problem}\n")
        count = len(error.problems)
        _complain(f"{count} problem{'s' if count > 1 else ''} in the configuration")
        sys.exit(Exit.USAGE)
    except LeaseHeld as held:
        _complain(str(held))
        sys.exit(Exit.DONE)
    except LeaseLost as lost:
        _complain(str(lost))
        sys.exit(Exit.PARTIAL)
    except (MissingCredential, PlanError, UnknownKeyError) as error:
        _complain(str(error))
        sys.exit(Exit.USAGE)
    except (TrackerError, StoreError, SandboxError) as error:
        _complain(str(error))
        sys.exit(Exit.FAILED)
    except KeyboardInterrupt:
        _complain("interrupted")
        sys.exit(Exit.INTERRUPTED)
    except BrokenPipeError:
        # The reader of our output went away, as `head` does: nothing to complain about.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(Exit.DONE)
    except Exception:  # noqa: BLE001  whatever it is, its text may quote a secret
        sys.stderr.write(logs.redactor.text(traceback.format_exc()))
        _complain("this is a fault of Truenorth itself; please report it with the lines above")
        sys.exit(Exit.FAILED)


if __name__ == "__main__":
    main()
