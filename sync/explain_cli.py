"""The command `truenorth explain`."""

from __future__ import annotations

from typing import Annotated

import typer

from config.settings import Settings
from sync import logs
from sync.cli.exit_codes import stop_on_signals
from sync.cli.options import AsOf, Config, Fresh, Style
from sync.cli.output import Format, Output
from sync.explain.item import explain as explain_item
from sync.explain.key_result import derive
from sync.explain.objective import derive_objective
from sync.jobs.last_read import forecasts, latest_run, progress_history
from sync.jobs.session import open_session
from sync.report import movement, status
from sync.report.explanation import derivation, derivation_data, objective_data, objective_derivation


def explain(
    key: Annotated[
        str,
        typer.Argument(
            help="A ticket such as WEB-12, the name of a Linear project, or the id of a key result or objective."
        ),
    ],
    config: Config = None,
    style: Style = Format.TEXT,
    fresh: Fresh = False,
    as_of: AsOf = None,
) -> None:
    """Why a ticket serves the key results it does, or none; or where the number of a key result or objective comes from."""
    output = Output(style)
    settings = Settings()
    logs.configure(settings.log_level, settings.log_format)
    with open_session(settings, config) as session, stop_on_signals(session):
        result = latest_run(session, output, fresh, as_of)
        derived = derive(key, result, session.workspace)
        if derived is not None:
            foretold = forecasts(session, result).get(derived.reading.key_result)
            history = progress_history(session, result)[derived.reading.key_result]
            output.show(derivation(derived, foretold))
            if (by_week := movement.weeks(history)) is not None:
                output.show(by_week)
            output.data(
                as_of=result.scorecard.as_of.isoformat(),
                **derivation_data(derived, foretold),
                history=movement.history_data(history),
            )
        elif (whole := derive_objective(key, result, session.workspace)) is not None:
            output.show(objective_derivation(whole))
            output.data(as_of=result.scorecard.as_of.isoformat(), **objective_data(whole))
        else:
            told = explain_item(key, result, session.workspace)
            output.show(status.explanation(told))
            output.data(**status.explanation_data(told, result))
    output.finish()
