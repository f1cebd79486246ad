"""Where credentials go: to the origin that the environment declares, or else to the one of the first run that could read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from config.checks.urls import is_loopback
from config.measures import KeepMeasure, MetricMeasure
from config.origins import Origin, origin_of, origin_variable
from config.settings import Credentials, variable_stem, variables
from config.trackers import Tracker
from config.workspace import Workspace
from connectors.preflight import Check
from sync.collect.external_values import Sources
from sync.collect.series import SourceError
from sync.store.store import Store


class OriginRefused(Exception):
    """A credential would have gone to an origin that nobody declared; no request was made. The text says what to do."""


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a tracker's credential goes, and who said so.

    - `undeclared`: nobody but the configuration, now or earlier.
    - `private_allowed`: it may be this machine, or one in a private network.
    """

    origin: Origin
    said_by: str
    undeclared: bool = False
    private_allowed: bool = False


def destinations(
    workspace: Workspace, keys: Mapping[str, Credentials], remembered: Mapping[str, str]
) -> dict[str, Destination]:
    """Where the credential of each tracker that is read goes, by its name.

    `remembered`: origins of earlier runs, by the stem of the variables that hold the credential.
    Raises OriginRefused for the first that may not go where the tracker's address leads.
    """
    return {
        name: destination(name, tracker, keys[name], remembered.get(variable_stem(name)))
        for name, tracker in workspace.active.items()
    }


def destination(name: str, tracker: Tracker, key: Credentials, remembered: str | None) -> Destination:
    """Where a credential goes. What the environment declares comes before what is remembered, and that before a default.

    Raises OriginRefused.
    """
    url_name, origin_name = variables(name)[2:]
    origin = origin_of(key.url or tracker.url)
    moved = f"If the tracker has moved, set {origin_name} to its origin."
    correct = f"Correct {url_name}." if key.url else f"Correct trackers.{name}.url."

    def refused(why: str, remedy: str) -> OriginRefused:
        return OriginRefused(f'the credential of tracker "{name}" would go to {origin}, but {why}. {remedy}')

    if key.declared is not None:
        said_by = origin_name if key.origin is not None else url_name
        if origin != key.declared:
            raise refused(
                f"{said_by} declares {key.declared}; no request was made",
                f"{correct} If the tracker has moved, correct {said_by}.",
            )
        return Destination(origin, f"declared by {said_by}", private_allowed=True)
    if remembered is not None and remembered != str(origin):
        raise refused(
            f"earlier runs sent it to {remembered}, and {origin_name} is not set; no request was made",
            f"{correct} {moved}",
        )
    if tracker.api_origin == str(origin):
        return Destination(origin, f"{tracker.title}'s own API")
    here = is_loopback(origin.host)
    if tracker.api_origin and not here:
        raise refused(
            f"{tracker.title}'s API is at {tracker.api_origin}, and {origin_name} is not set; no request was made",
            f"{correct} If the other address is meant, set {origin_name} to its origin.",
        )
    if origin.is_private and not here:
        raise refused(
            f"that is on a private network, and {origin_name} is not set; no request was made",
            f"{correct} If it is meant, set {origin_name} to it.",
        )
    said_by = (
        "as in earlier runs" if remembered is not None else "undeclared; the first run that can read keeps it"
    )
    # What stands literally as this very machine is trusted on first use like a public address: whoever runs a server there
    # has more to ask for than a token.
    return Destination(origin, said_by, undeclared=True, private_allowed=here)


def keep_origins(store: Store, went: Mapping[str, Destination]) -> None:
    """Remember where the credentials of these trackers went."""
    origins = {variable_stem(name): str(one.origin) for name, one in went.items()}
    kept = store.origins()
    if new := {stem: origin for stem, origin in origins.items() if kept.get(stem) != origin}:
        store.save_origins(new)


def origin_checks(
    workspace: Workspace, destinations: Mapping[str, Destination], sources: Sources
) -> dict[str, list[Check]]:
    """Where each credential goes and who declared it: by tracker, and for the secrets of sources under a name of their own."""
    found = {name: [_check(name, one)] for name, one in destinations.items()}
    secrets: dict[str, Check] = {}
    for _, key_result in workspace.key_results():
        how = key_result.measure
        if not isinstance(how, MetricMeasure | KeepMeasure) or how.http is None or how.http.token is None:
            continue
        token = how.http.token
        try:
            sources.access(how.http)
            said = f"goes to {origin_of(how.http.url)}, declared by {origin_variable(token)}"
            secrets.setdefault(token, Check(token, "ok", said))
        except SourceError as error:
            secrets[token] = Check(token, "warning", f"{key_result.id}: {error}")
    return found | ({SOURCES: [secrets[name] for name in sorted(secrets)]} if secrets else {})


SOURCES = "http sources"
"""Where `check` lists their secrets; no tracker can be called so."""


def _check(name: str, one: Destination) -> Check:
    found = f"the credential goes to {one.origin} ({one.said_by})"
    if one.undeclared:
        remedy = f"Set {variables(name)[3]}={one.origin}, so that no change in YAML can send it elsewhere."
        return Check("origin", "warning", found, remedy)
    return Check("origin", "ok", found)
