"""What a first declaration is to say: by flags, by answers on a terminal, or as it is proposed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import TypeAdapter, ValidationError

from config.errors import did_you_mean, quoted
from config.fields import Identifier
from config.names import folded
from connectors.discovery import most_open_first
from sync.cli.asking import ask, ask_some, tell
from sync.cli.options import given_day
from sync.jobs.okr_files.errors import OkrFileError
from sync.jobs.okr_files.first_look import Look
from sync.starter import told
from sync.starter.proposal import (
    MOST_EXAMPLES,
    Example,
    Found,
    Proposal,
    proposed_examples,
    proposed_scope,
    proposed_workspace,
)

_MOST_LISTED = 20
_NAME: TypeAdapter[str] = TypeAdapter(Identifier)


def choose_scope(look: Look, given: Iterable[str], *, asking: bool) -> Sequence[str]:
    """Keys of the places to read: those given, or asked for, or those with the most open work."""
    by_key = {folded(place.key): place.key for place in look.site.places}
    if given := [by_key[folded(key)] for key in given]:
        return tuple(dict.fromkeys(given))
    proposed = proposed_scope(look.site)
    if not asking or not look.site.places:
        return proposed
    noun = look.tracker.scope_noun
    tell(f"{look.tracker.title}: the {noun}s that {look.site.account} sees")
    places = most_open_first(look.site.places)
    width = max(len(place.key) for place in places)
    for place in places[:_MOST_LISTED]:
        tell(f"  {place.key:<{width}}  {told.listed(place)}")
    if rest := places[_MOST_LISTED:]:
        tell(f"  and {len(rest)} more: {', '.join(place.key for place in rest)}")
    return ask_some(f"Keys of the {noun}s to read and to mark", proposed, list(by_key.values())) or proposed


def choose(
    found: tuple[Found, ...],
    links: Sequence[str],
    workspace: str | None,
    time_zone: str | None,
    as_of: str | None,
    *,
    asking: bool,
) -> Proposal:
    examples = _examples(proposed_examples(found), links, asking=asking)
    name = workspace or proposed_workspace(found)
    zone = time_zone or next((one.site.time_zone for one in found if _known(one.site.time_zone)), "UTC")
    if asking and workspace is None:
        name = ask("Name of this installation, which signs every mark", name)
    if asking and time_zone is None:
        zone = ask(
            "Time zone",
            zone,
            lambda answer: "" if _known(answer) else "Use an IANA name such as Europe/Paris.",
        )
    return Proposal(name, zone, given_day(as_of, _zone(zone)), found, examples)


def _examples(known: Sequence[Example], links: Sequence[str], *, asking: bool) -> tuple[Example, ...]:
    """Those that are named, or asked for, or the best of all."""
    by_name = {folded(name): one for name, one in told.names(known).items()}
    if links:
        for name in links:
            if folded(name) not in by_name:
                near = did_you_mean(name, [one.candidate.name for one in known])
                raise OkrFileError(
                    f'"{name}" is no open epic or project in scope; {near or "there is none"}.'
                )
        return tuple(by_name[folded(name)] for name in links)
    best = [one for one in known if one.candidate.open_items] or list(known)
    if not asking or not known:
        return tuple(best[:MOST_EXAMPLES])
    shown = known[:_MOST_LISTED]
    tell("Open epics and projects, for example key results")
    for number, one in enumerate(shown, 1):
        tell(f"  {number:>2}  {told.of_example(one)}")
    proposed = [str(shown.index(one) + 1) for one in best[:MOST_EXAMPLES] if one in shown]
    numbers = ask_some("Their numbers", proposed, [str(number) for number in range(1, len(shown) + 1)])
    return tuple(shown[int(number) - 1] for number in numbers)


def require_names(workspace: str | None, time_zone: str | None) -> None:
    """Raise OkrFileError, before anything is asked of a tracker, for names that no file can bear."""
    if workspace is not None and (fault := _fault_of_name(workspace)):
        raise OkrFileError(f"{quoted(workspace)} is no name for an installation. {fault}")
    if time_zone is not None and (fault := _fault_of_zone(time_zone)):
        raise OkrFileError(f"{quoted(time_zone)} is not a time zone. {fault}")


def _fault_of_name(name: str) -> str:
    try:
        _NAME.validate_python(name)
    except ValidationError:
        return "Use at most 64 letters, digits, dots, dashes and underscores, with a letter or digit first."
    return ""


def _fault_of_zone(zone: str) -> str:
    return "" if _known(zone) else "Use an IANA name such as Europe/Paris."


def _known(zone: str) -> bool:
    try:
        return bool(zone) and bool(_zone(zone))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False


def _zone(name: str) -> tzinfo:
    return ZoneInfo(name)
