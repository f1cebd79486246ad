"""A first look at the trackers whose credentials are at hand, before anything is declared."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from pydantic import TypeAdapter, ValidationError

from config import trackers
from config.checks.urls import unsafe_address
from config.settings import Credentials, Settings, credentials, secret, variables
from config.trackers import Tracker, TrackerBase, declared_kind, is_gateway
from connectors.base import Discovers
from connectors.discovery import Site, Survey
from connectors.errors import Misdeclared, TrackerError
from connectors.http.retry import RetryPolicy
from connectors.http.throttle import Throttle
from connectors.registry import connect
from sync.jobs.okr_files.errors import OkrFileError
from sync.jobs.origins import OriginRefused, destination
from sync.starter.proposal import Found

KINDS: Mapping[str, type[TrackerBase]] = {declared_kind(kind): kind for kind in trackers.KINDS}
"""What is looked for; a tracker is declared under the name of its kind."""

PATIENCE = RetryPolicy(attempts=3, budget=60)
"""Somebody waits for the answer, and can ask again."""

_UNKNOWN = "UNKNOWN"
"""Stands in a scope that is not known yet; a first look asks for none."""

_TRACKER: TypeAdapter[Tracker] = TypeAdapter(Tracker)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is known of the trackers before they are asked.

    - `trackers`: those to look at, by name; none for all whose credentials are at hand.
    - `site_url`: where the site is of a kind whose customers have one each, if not in the environment.
    - `deployment`: how it is run, None to find out.
    - `places`: by what they are, as "project", the keys of those that the scope is to have; none to propose them.
    """

    trackers: Collection[str] = ()
    site_url: str | None = None
    deployment: str | None = None
    places: Mapping[str, Collection[str]] | None = None

    def places_of(self, kind: type[TrackerBase]) -> Collection[str]:
        """The keys that are wanted of a tracker of this kind."""
        return (self.places or {}).get(kind.scope_noun, ())


@dataclass(frozen=True, slots=True)
class Look:
    """A tracker that was looked at, still open: it can be asked further."""

    name: str
    tracker: Tracker
    site: Site
    url: str
    variables: tuple[str, ...]
    _connector: Discovers

    def found(self, scope: Collection[str]) -> Found:
        """What its open work in the scope looks like. Raises OkrFileError."""
        with told():
            survey = self._connector.survey(scope) if scope else Survey()
        return Found(
            name=self.name,
            title=self.tracker.title,
            noun=self.tracker.scope_noun,
            site=self.site,
            survey=survey,
            scope=tuple(scope),
            deployment=_declared_deployment(self.tracker),
            url=self.url,
            variables=self.variables,
            languages=self.tracker.languages,
        )

    @property
    def requests(self) -> int:
        """How many requests it was sent so far."""
        return self._connector.requests


def at_hand(settings: Settings) -> tuple[str, ...]:
    """Trackers of which some credential is there. Raises SettingsError for one that cannot be read."""
    return tuple(
        name for name in KINDS if any(secret(variable, settings) for variable in variables(name)[:2])
    )


def require_some(settings: Settings, wanted: Wanted) -> tuple[str, ...]:
    """The trackers to look at. Raises OkrFileError where there is no credential at all, or for a name that is none."""
    names = tuple(dict.fromkeys(wanted.trackers)) or at_hand(settings)
    if unknown := [name for name in names if name not in KINDS]:
        raise OkrFileError(f'"{unknown[0]}" is no tracker to begin with; use {" or ".join(KINDS)}.')
    if names:
        return names
    ways = "; ".join(f"for {title} set {_listed(needed)}" for kind in KINDS for title, needed in _ways(kind))
    folder = settings.secrets_dir or "the folder set in TRUENORTH_SECRETS_DIR"
    raise OkrFileError(f"no credentials found: {ways}; or add files of those names to {folder}.")


def _ways(kind: str) -> Iterator[tuple[str, list[str]]]:
    """What to set for each way in which a kind is run: its name for people, and the variables."""
    token, email, url, _ = variables(kind)
    for deployment in KINDS[kind].deployments or ("",):
        tracker = _declared(kind, "https://site.example", deployment)
        needed = [] if tracker.api_origin else [url]
        needed += [email] if "email" in tracker.credential else []
        yield f"{tracker.title} {deployment.replace('_', ' ')}".strip(), [*needed, token]


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def address_of(name: str, settings: Settings, wanted: Wanted) -> str | None:
    """Where a tracker is: by its variable, by what is wanted, or else by the only origin that its credential may go to.

    None where its kind knows, or where nobody says. Raises OkrFileError where two of them disagree.
    """
    _, _, url_name, origin_name = variables(name)
    url = secret(url_name, settings)
    if KINDS[name].api_origin:
        return url
    if url and is_gateway(url):
        # What is wanted is where people see the site, which is elsewhere.
        return url
    if url and wanted.site_url and url.rstrip("/") != wanted.site_url.rstrip("/"):
        raise OkrFileError(f"--{name}-url is not the address in {url_name}. Correct one, or leave one out.")
    # Several origins are a fault, which is told where the credential is read.
    return url or wanted.site_url or secret(origin_name, settings)


def lacks_address(name: str, settings: Settings, wanted: Wanted) -> bool:
    """Whether somebody has to say where it is."""
    return not KINDS[name].api_origin and address_of(name, settings, wanted) is None


@contextmanager
def looking(name: str, settings: Settings, wanted: Wanted) -> Iterator[Look]:
    """The tracker, looked at, and open until the end.

    Raises OkrFileError for whatever keeps it from being read, and MissingCredential.
    """
    choices = _provisional(name, settings, wanted)
    key, connector = _connect(name, tracker := choices[0], settings)
    try:
        with told():
            try:
                site = connector.places(wanted.places_of(KINDS[name]))
            except Misdeclared:
                if len(choices) == 1:
                    raise
                connector.close()
                key, connector = _connect(name, tracker := choices[1], settings)
                site = connector.places(wanted.places_of(KINDS[name]))
        yield Look(
            name,
            tracker,
            site,
            _declared_url(tracker, site, wanted),
            _variables(name, tracker, key),
            connector,
        )
    finally:
        connector.close()


@contextmanager
def told() -> Iterator[None]:
    """What goes wrong with a tracker as an OkrFileError: here it is never a matter of another run."""
    try:
        yield
    except TrackerError as error:
        raise OkrFileError(f"{error} Nothing was written.") from None
    except OriginRefused as error:
        raise OkrFileError(f"{error} Nothing was written.") from None


def _provisional(name: str, settings: Settings, wanted: Wanted) -> list[Tracker]:
    """The tracker as far as it is known; where nobody says how it is run, first the way that fits the credential."""
    url = address_of(name, settings, wanted)
    if lacks_address(name, settings, wanted):
        raise OkrFileError(
            f"the address of {KINDS[name].title} is not known. Set {variables(name)[2]}, or add --{name}-url with the address of your site."
        )
    if url and (fault := unsafe_address(url)):
        raise OkrFileError(f"the address of {KINDS[name].title} cannot be used: {'; '.join(fault)}.")
    ways = KINDS[name].deployments
    chosen = (wanted.deployment,) if wanted.deployment in ways else ways
    found = [_declared(name, url, one) for one in chosen or ("",)]
    with_email = secret(variables(name)[1], settings) is not None
    return sorted(found, key=lambda one: one.needs_email(url or "") != with_email)


def _declared(name: str, url: str | None, deployment: str | None) -> Tracker:
    values: dict[str, object] = {"kind": name, "scope": {f"{KINDS[name].scope_noun}s": [_UNKNOWN]}}
    values |= {"url": url} if url else {}
    values |= {"deployment": deployment} if deployment else {}
    try:
        return _TRACKER.validate_python(values)
    except ValidationError:
        what = f"the address of {KINDS[name].title} is not a URL; write it as https://host/path."
        raise OkrFileError(what) from None


def _connect(name: str, tracker: Tracker, settings: Settings) -> tuple[Credentials, Discovers]:
    """A connector to it, with its credential on its way where it may go and nowhere else."""
    with told():
        key = credentials(name, tracker, settings)
        bound_for = destination(name, tracker, key, None)
    key = replace(key, private_allowed=bound_for.private_allowed)
    connector = connect(name, tracker, key, "truenorth", throttle=Throttle(PATIENCE))
    if not isinstance(connector, Discovers):
        raise OkrFileError(f"{tracker.title} cannot be looked at before it is declared.")
    return key, connector


def _declared_url(tracker: Tracker, site: Site, wanted: Wanted) -> str:
    """The address to declare: that of the pages, also where the API is behind a gateway; "" where the kind knows it."""
    if is_gateway(tracker.url) and wanted.site_url:
        return wanted.site_url
    default = type(tracker).model_fields["url"].default
    return site.url or ("" if tracker.url == default else tracker.url)


def _declared_deployment(tracker: Tracker) -> str:
    """How it is run, where that is not what is taken for granted."""
    field = type(tracker).model_fields.get("deployment")
    found: str = getattr(tracker, "deployment", "")
    return "" if field is None or found == field.default else found


def _variables(name: str, tracker: Tracker, key: Credentials) -> tuple[str, ...]:
    token, email, *_ = variables(name)
    return (token, email) if key.email is not None and "email" in tracker.credential else (token,)
