"""The commands that write OKR files: init, check-in."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from config.settings import Settings
from sync.cli.asking import agreed, ask, can_ask, leaving_nothing, tell
from sync.cli.choosing import choose, choose_scope, require_names
from sync.cli.options import AsOf, Config, FormatOption
from sync.cli.output import Format, Output
from sync.cli.session import configured
from sync.jobs.okr_files.check_in import CheckedIn, Given
from sync.jobs.okr_files.check_in import check_in as make_check_in
from sync.jobs.okr_files.draft import NAME, Draft, draft, place_of, write
from sync.jobs.okr_files.errors import OkrFileError
from sync.jobs.okr_files.first_look import KINDS, Wanted, lacks_address, looking, require_some
from sync.starter import told
from sync.starter.proposal import (
    Found,
    Proposal,
    lacking,
)


class Deployment(StrEnum):
    CLOUD = "cloud"
    DATA_CENTER = "data_center"


def init(
    file: Annotated[
        Path | None,
        typer.Argument(
            help="File to write, or - for stdout. Default: TRUENORTH_CONFIG, then truenorth.yaml.",
            show_default=False,
        ),
    ] = None,
    config: Config = None,
    tracker: Annotated[
        list[str] | None,
        typer.Option(help="jira or linear. Default: all with credentials at hand.", metavar="NAME"),
    ] = None,
    jira_url: Annotated[
        str | None, typer.Option(help="URL of the Jira site. Default: TRUENORTH_JIRA_URL.", metavar="URL")
    ] = None,
    deployment: Annotated[
        Deployment | None, typer.Option(help="Kind of the Jira site. Default: found out.")
    ] = None,
    project: Annotated[
        list[str] | None, typer.Option(help="Key of a Jira project to read. Repeatable.", metavar="KEY")
    ] = None,
    team: Annotated[
        list[str] | None, typer.Option(help="Key of a Linear team to read. Repeatable.", metavar="KEY")
    ] = None,
    link: Annotated[
        list[str] | None,
        typer.Option(help="Key of an epic or name of a project for an example key result.", metavar="NAME"),
    ] = None,
    workspace: Annotated[
        str | None, typer.Option(help="Name that signs every mark. Default: the company's.", metavar="NAME")
    ] = None,
    time_zone: Annotated[
        str | None, typer.Option(help="IANA time zone. Default: the account's.", metavar="ZONE")
    ] = None,
    to_stdout: Annotated[bool, typer.Option("--print", help="Print the file; write none.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing; take what is proposed.")] = False,
    style: FormatOption = Format.TEXT,
    as_of: AsOf = None,
) -> None:
    """Propose an OKR file from what the trackers have, with comments.

    Reads the trackers whose credentials are in the environment (TRUENORTH_JIRA_URL, _EMAIL and _TOKEN, TRUENORTH_LINEAR_TOKEN)
    or in the secrets folder, in some thirty requests, and writes nothing to them. Asks on a terminal; elsewhere it takes flags, and
    what it would have proposed. The file is valid: `truenorth check` and `truenorth plan` follow without an edit.
    """
    output, settings = Output(style), configured()
    if file is not None and config is not None:
        raise typer.BadParameter("name the file once: as FILE or with --config")
    path = file or config or settings.config
    to_stdout = to_stdout or str(path) == "-"
    target = Path(NAME) if to_stdout else place_of(path, force=force)
    require_names(workspace, time_zone)
    asking = can_ask() and not yes
    wanted = Wanted(
        trackers=tracker or (),
        site_url=jira_url,
        deployment=deployment,
        places={"project": _split(project), "team": _split(team)},
    )
    with leaving_nothing():
        found, requests = _look(settings, wanted, asking=asking)
        proposal = choose(found, _split_names(link), workspace, time_zone, as_of, asking=asking)
        made = draft(proposal, target)
        if asking and not to_stdout and not agreed(f"Write {target}?"):
            raise KeyboardInterrupt
    if not to_stdout:
        write(made, force=force)
    _show(
        output,
        made,
        proposal,
        requests,
        to_stdout=to_stdout,
        default=target in (settings.config, settings.config / NAME),
    )
    output.finish()


def _look(settings: Settings, wanted: Wanted, *, asking: bool) -> tuple[tuple[Found, ...], dict[str, int]]:
    """Every tracker with the scope that was chosen, and how many requests each was sent."""
    names = require_some(settings, wanted)
    for name, kind in KINDS.items():
        if wanted.places_of(kind) and name not in names:
            raise OkrFileError(f"--{kind.scope_noun} needs the credentials of {name}, which are not there.")
    for name in names:
        if asking and lacks_address(name, settings, wanted):
            wanted = replace(wanted, site_url=ask(f"URL of the {KINDS[name].title} site", ""))
    found: list[Found] = []
    requests: dict[str, int] = {}
    with ExitStack() as stack:
        looks = []
        for name in names:
            tell(f"Looking at {name} …")
            looks.append(stack.enter_context(looking(name, settings, wanted)))
        for look in looks:
            scope = choose_scope(look, wanted.places_of(KINDS[look.name]), asking=asking)
            found.append(look.found(scope))
            requests[look.name] = look.requests
    return tuple(found), requests


def _show(
    output: Output,
    made: Draft,
    proposal: Proposal,
    requests: dict[str, int],
    *,
    to_stdout: bool,
    default: bool,
) -> None:
    """What was found and what comes next; with the file on stdout all of that goes to stderr."""
    missing = lacking(proposal.found, proposal.examples)
    say = tell if to_stdout else output.say
    flag = "" if default else f" --config {shlex.quote(str(made.path))}"
    again = "" if default else f" {shlex.quote(str(made.path))}"
    seen = any(one.scope for one in proposal.found)
    following = (
        [f"truenorth check{flag}", f"truenorth plan{flag}"] if seen else [f"truenorth init{again} --force"]
    )
    output.data(
        file=None if to_stdout else str(made.path),
        written=not to_stdout,
        valid=True,
        **told.data(proposal, requests),
        **({"text": made.text} if to_stdout else {}),
        next=following,
    )
    if to_stdout and output.style is not Format.JSON:
        sys.stdout.write(f"```yaml\n{made.text}```\n" if output.style is Format.MARKDOWN else made.text)
    if output.style is Format.JSON:
        return
    for one in proposal.found:
        say(told.sentence(one, requests[one.name]))
    for line in missing:
        say(f"Missing: {line}")
    if not to_stdout:
        then = (
            "It is valid as it stands; its comments say what to change. Next, both write nothing:"
            if seen
            else "It is valid, but nothing can be read yet. Once the account sees something, make it again:"
        )
        say(f"Wrote {made.path}. {then}")
        for command in following:
            output.say(f"  {command}", verbatim=True)


def _split(keys: Iterable[str] | None) -> tuple[str, ...]:
    """Keys, which may be given together with commas."""
    return tuple(key.strip() for one in keys or () for key in one.split(",") if key.strip())


def _split_names(names: Iterable[str] | None) -> tuple[str, ...]:
    """Names, which may hold commas, so that each has a flag of its own."""
    return tuple(name.strip() for name in names or () if name.strip())


def check_in(
    key_result: Annotated[str, typer.Argument(metavar="KR", help="Id of a key result.")],
    value: Annotated[str, typer.Argument(help="Its value, such as 24.5; for one that is done or not: done.")],
    on: Annotated[
        str | None, typer.Option(help="Day of the value, such as 2026-11-30. Default: today.", metavar="DAY")
    ] = None,
    note: Annotated[str | None, typer.Option(help="A few words about the value.", metavar="TEXT")] = None,
    write_it: Annotated[
        bool, typer.Option("--write", help="Add it to the OKR file, which keeps all else.")
    ] = False,
    replace_it: Annotated[bool, typer.Option("--replace", help="Replace another value of that day.")] = False,
    config: Config = None,
    style: FormatOption = Format.TEXT,
) -> None:
    """Print or add the value of a key result, as a line of YAML in the OKR file.

    For key results that are measured by hand (`metric`, `keep`, `binary`). With --write the line goes where it belongs, in order of
    the days and in the style of its neighbours; comments and every other byte stay, and the files are checked first.
    """
    output, settings = Output(style), configured()
    given = Given(key_result, value, _day(on), note)
    made = make_check_in(
        config or settings.config, given, datetime.now(UTC), replace_value=replace_it, write=write_it
    )
    output.data(**{**asdict(made), "on": made.on.isoformat(), "place": str(made.place)})
    _tell(output, made)
    output.finish()


def _tell(output: Output, made: CheckedIn) -> None:
    if made.state == "same":
        output.say(f"{made.key_result} has that check-in already, at {made.place}: nothing to add.")
    elif made.written:
        done = "Replaced in" if made.state == "replaces" else "Added to"
        output.say(f"{done} {made.under} of {made.key_result}, at {made.place}:")
        output.say(f"  {made.line}", verbatim=True)
    else:
        output.say(f"# under {made.under} of {made.key_result}, at {made.place}; to put it there: --write")
        output.say(made.line, verbatim=True)
    for line in made.notes:
        output.say(f"# {line}" if not made.written and made.state != "same" else line)


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a day such as 2026-11-30", param_hint="--on") from None


check_in.ignore_unknown_options = True  # type: ignore[attr-defined]  # a value may be below zero: -5 is no option
