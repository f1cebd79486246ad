"""Values of key results from files and HTTP endpoints: the edge where they are read.

A source that fails is no zero: its last value stands, with its day, until the measure's own limit of age.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from datetime import time as clock
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from config.loading.regular_files import NotReadable, inside, read_regular
from config.measures import FileSource, HttpSource, KeepMeasure, MetricMeasure
from config.origins import Origin, origin_of, origin_variable
from config.settings import SOURCE_ORIGINS, NamedSecret
from config.workspace import Workspace
from connectors.errors import TrackerError
from connectors.http.bodies import Buffer
from connectors.http.exchange import Exchange, Limits
from sync.collect.series import SourceError, json_rows, latest, table_rows
from sync.measure import Sample
from sync.observation import Unread

MOST_BYTES = 5_000_000
"""A greater file or reply is no value, and is not read to its end."""
LIMITS = Limits(body=MOST_BYTES, whole=60.0, connect=10.0, silence=15.0)
"""What one endpoint may take: a reply that drips must not hold up a run."""
MOST_SECONDS = 120.0
"""What all endpoints together may take, however many there are."""
AT_ONCE = 8
"""Sources that are read side by side."""
_PARSING = threading.Lock()
"""Held while a value is looked for: megabytes of JSON become a hundred, and no two threads parse at one time anyway."""


@dataclass(frozen=True, slots=True)
class Access:
    """With what an endpoint may be asked: the bearer token, and whether the environment declares its origin.

    Only then it may stand on a private network.
    """

    token: str | None = field(repr=False)
    declared: bool


@dataclass(frozen=True, slots=True)
class Sources:
    """What the environment grants them: the folder of files, secrets by their variables, origins of those without one.

    `time_left`: seconds until the run's deadline.
    """

    folder: Path = Path()
    secrets: Mapping[str, NamedSecret] = field(default_factory=dict)
    origins: frozenset[Origin] = frozenset()
    time_left: Callable[[], float] = lambda: math.inf

    def take(
        self, workspace: Workspace, today: date, last: Mapping[str, Sample] | None = None
    ) -> tuple[dict[str, Sample], tuple[Unread, ...]]:
        """Today's values by key result id, and the sources that gave none.

        Sources are read side by side, each within its own limit, all within one.
        """
        wanted = [
            (key_result.id, key_result.measure)
            for _, key_result in workspace.key_results()
            if isinstance(key_result.measure, MetricMeasure | KeepMeasure)
            and (key_result.measure.file is not None or key_result.measure.http is not None)
        ]
        if not wanted:
            return {}, ()
        ends = time.monotonic() + MOST_SECONDS

        def read(how: MetricMeasure | KeepMeasure) -> Sample | SourceError:
            try:
                return self._read(how, today, lambda: min(ends - time.monotonic(), self.time_left()))
            except SourceError as error:
                return error

        with ThreadPoolExecutor(min(AT_ONCE, len(wanted)), thread_name_prefix="source") as pool:
            found = list(pool.map(read, [how for _, how in wanted]))
        samples: dict[str, Sample] = {}
        unread: list[Unread] = []
        for (id_, _), sample in zip(wanted, found, strict=True):
            if isinstance(sample, Sample):
                samples[id_] = sample
                continue
            kept = (last or {}).get(id_)
            if kept is not None:
                samples[id_] = kept
            unread.append(_unread(id_, sample, kept))
        return samples, tuple(unread)

    def _read(self, how: MetricMeasure | KeepMeasure, today: date, time_left: Callable[[], float]) -> Sample:
        if how.file is not None:
            return self._from_file(how.file, today)
        assert how.http is not None  # noqa: S101  one of both is declared
        return self._from_http(how.http, today, time_left)

    def _from_file(self, source: FileSource, today: date) -> Sample:
        path = self.folder / source.path
        try:
            raw = read_regular(inside(self.folder, source.path), MOST_BYTES + 1)
        except NotReadable as error:
            raise SourceError(f"cannot read the file {path} ({error})") from None
        if len(raw) > MOST_BYTES:
            raise SourceError(f"the file {path} is larger than {MOST_BYTES // 1_000_000} MB")
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise SourceError(f"the file {path} is not UTF-8 text") from None
        name = f"file {path.name}"
        if path.suffix.casefold() == ".csv":
            rows = table_rows(text, source.at, source.day, name)
        else:
            rows = json_rows(text, f"the file {path}", source.at, source.day)
        return latest(rows, source.at, source.day, today, name)

    def _from_http(self, source: HttpSource, today: date, time_left: Callable[[], float]) -> Sample:
        host = urlsplit(source.url).hostname or ""
        headers = {"accept": "application/json"}
        access = self.access(source)
        if access.token is not None:
            headers["authorization"] = f"Bearer {access.token}"
        raw = _fetched(source.url, headers, host, access.declared, time_left)
        with _PARSING:
            rows = json_rows(raw.decode("utf-8", "replace"), f"the reply from {host}", source.at, "")
            return latest(rows, source.at, "", today, f"measured by {host}")

    def access(self, source: HttpSource) -> Access:
        """With what an endpoint may be asked. Raises SourceError where the environment does not let the secret go there."""
        origin = origin_of(source.url)
        if source.token is None:
            declared = origin in self.origins
            if origin.is_private and not declared:
                raise SourceError(
                    f"{origin} is on a private network; to allow it, add it to {SOURCE_ORIGINS}"
                )
            return Access(None, declared)
        named = self.secrets.get(source.token, NamedSecret(source.token))
        if named.value is None:
            raise SourceError(f"the environment variable {source.token} is not set")
        variable = origin_variable(source.token)
        if named.origin is None:
            raise SourceError(
                f"{source.token} is not sent, because {variable} does not declare where it may go"
            )
        if named.origin != origin:
            raise SourceError(
                f"{source.token} is not sent to {origin}, because {variable} declares {named.origin}"
            )
        token = named.value.get_secret_value()
        if not (token.isascii() and token.isprintable()):
            raise SourceError(f"the environment variable {source.token} contains invalid characters")
        return Access(token, True)


def _unread(key_result: str, error: SourceError, kept: Sample | None) -> Unread:
    instead = f"using the value of {kept.on}" if kept else "no value available"
    as_of = datetime.combine(kept.on, clock.min, UTC) if kept else None
    what = f"{error}; {instead}"
    return Unread("source", key_result, "source", what, permanent=error.permanent, as_of=as_of)


def _fetched(
    url: str, headers: Mapping[str, str], host: str, private_allowed: bool, time_left: Callable[[], float]
) -> Buffer:
    if time_left() <= 0:
        raise SourceError(f"there was no time left to ask {host}", permanent=False)
    try:
        exchange = Exchange(host, url, private_allowed=private_allowed, limits=LIMITS, time_left=time_left)
        try:
            reply = exchange.send("GET", url, headers)
        finally:
            exchange.close()
    except TrackerError as error:
        raise SourceError(error.what.rstrip("."), permanent=error.permanent) from None
    except httpx.InvalidURL:
        raise SourceError("the URL is not valid") from None
    if reply.status != 200:
        passing = reply.status in (408, 425, 429) or reply.status >= 500
        raise SourceError(f"{host} returned HTTP {reply.status}", permanent=not passing)
    return reply.content
