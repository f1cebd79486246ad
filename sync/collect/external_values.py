"""Values of key results from files and HTTP endpoints: the edge where they are read.

A source that fails is no zero: its last value stands, with its day, until the measure's own limit of age.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from datetime import time as clock
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from config.measures import FileSource, HttpSource, KeepMeasure, MetricMeasure
from config.workspace import Workspace
from connectors.http.user_agent import user_agent
from sync.measure import Sample
from sync.observation import Unread

MOST_BYTES = 5_000_000
"""A greater file or reply is no value, and is not read to its end."""
SECONDS = 15.0
MOST_SECONDS = 60.0
"""What one read may take, and all of them together: a reply that drips must not hold up a run."""
_INDEX = re.compile(r"-?[0-9]{1,9}")
_DECIMAL_COMMA = re.compile(r"[-+]?[0-9]+,[0-9]+")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class SourceError(Exception):
    """A source gives no value; the text says why, without what stood there. `permanent`: see `Unread`."""

    def __init__(self, what: str, *, permanent: bool = True) -> None:
        super().__init__(what)
        self.permanent = permanent


@dataclass(frozen=True, slots=True)
class Sources:
    """Where relative paths begin, and how the value of a secret's variable is found."""

    folder: Path = Path()
    secret: Callable[[str], str | None] = lambda _: None

    def take(
        self, workspace: Workspace, today: date, last: Mapping[str, Sample] | None = None
    ) -> tuple[dict[str, Sample], tuple[Unread, ...]]:
        """Today's values by key result id, and the sources that gave none."""
        samples: dict[str, Sample] = {}
        unread: list[Unread] = []
        for _, key_result in workspace.key_results():
            how = key_result.measure
            if not isinstance(how, MetricMeasure | KeepMeasure) or (how.file is None and how.http is None):
                continue
            try:
                if how.file is not None:
                    samples[key_result.id] = self._from_file(how.file, today)
                elif how.http is not None:
                    samples[key_result.id] = self._from_http(how.http, today)
            except SourceError as error:
                kept = (last or {}).get(key_result.id)
                if kept is not None:
                    samples[key_result.id] = kept
                unread.append(_unread(key_result.id, error, kept))
        return samples, tuple(unread)

    def _from_file(self, source: FileSource, today: date) -> Sample:
        path = self.folder / source.path
        try:
            with path.open("rb") as stream:
                raw = stream.read(MOST_BYTES + 1)
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or "invalid path"
            raise SourceError(f"cannot read the file {path} ({why})") from None
        if len(raw) > MOST_BYTES:
            raise SourceError(f"the file {path} is larger than {MOST_BYTES // 1_000_000} MB")
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise SourceError(f"the file {path} is not UTF-8 text") from None
        is_table = path.suffix.casefold() == ".csv"
        rows = _csv_rows(text) if is_table else _json_rows(text, f"the file {path}", source.at)
        return _newest(rows, source.at, source.day, today, f"file {path.name}")

    def _from_http(self, source: HttpSource, today: date) -> Sample:
        host = urlsplit(source.url).hostname or ""
        headers = {"user-agent": user_agent(), "accept": "application/json"}
        if source.token is not None:
            token = self.secret(source.token)
            if not token:
                raise SourceError(f"the environment variable {source.token} is not set")
            if not (token.isascii() and token.isprintable()):
                raise SourceError(f"the environment variable {source.token} contains invalid characters")
            headers["authorization"] = f"Bearer {token}"
        raw = _fetched(source.url, headers, host)
        rows = _json_rows(raw.decode("utf-8", "replace"), f"the reply from {host}", source.at)
        return _newest(rows, source.at, "", today, f"measured by {host}")


def _unread(key_result: str, error: SourceError, kept: Sample | None) -> Unread:
    instead = f"using the value of {kept.on}" if kept else "no value available"
    as_of = datetime.combine(kept.on, clock.min, UTC) if kept else None
    what = f"{error}; {instead}"
    return Unread("source", key_result, "source", what, permanent=error.permanent, as_of=as_of)


def _fetched(url: str, headers: Mapping[str, str], host: str) -> bytes:
    # A proxy from the environment is for the world outside, never for this very machine.
    local = host in _LOOPBACK
    try:
        with (
            httpx.Client(timeout=SECONDS, follow_redirects=False, trust_env=not local) as client,
            client.stream("GET", url, headers=dict(headers)) as reply,
        ):
            if reply.status_code != 200:
                passing = reply.status_code in (408, 425, 429) or reply.status_code >= 500
                raise SourceError(f"{host} returned HTTP {reply.status_code}", permanent=not passing)
            content = bytearray()
            end = time.monotonic() + MOST_SECONDS
            for chunk in reply.iter_bytes():
                content += chunk
                if time.monotonic() > end:
                    raise SourceError(
                        f"the reply from {host} took longer than {MOST_SECONDS:g} seconds", permanent=False
                    )
                if len(content) > MOST_BYTES:
                    raise SourceError(f"the reply from {host} is larger than {MOST_BYTES // 1_000_000} MB")
            return bytes(content)
    except httpx.HTTPError as error:
        raise SourceError(f"cannot reach {host} ({type(error).__name__})", permanent=False) from None


def _csv_rows(text: str) -> list[Any]:
    try:
        return list(csv.DictReader(io.StringIO(text)))
    except csv.Error as error:
        raise SourceError(f"not valid CSV: {error}") from None


def _json_rows(text: str, what: str, at: str) -> list[Any]:
    """The rows of a list, each a place to look; a path that begins with a number means the list itself."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise SourceError(f"{what} is not valid JSON") from None
    return value if isinstance(value, list) and not _INDEX.fullmatch(at.partition(".")[0]) else [value]


def _newest(rows: list[Any], at: str, day: str, today: date, source: str) -> Sample:
    """The value of the latest day that is not in the future; without days, that of the last row."""
    found = list(_dated(rows, at, day, today))
    where = f" at {at}" if at else ""
    if any(_has_comma(_follow(row, at)) for row in rows):
        # The rows of whole numbers alone would pass for the latest value.
        raise SourceError(f"{source} has a decimal comma{where}; export numbers with a decimal point")
    if not found:
        if rows and isinstance(rows[0], dict) and any(";" in str(name) for name in rows[0]):
            where += "; it is separated by semicolons, export it with commas"
            raise SourceError(f"{source} has no value{where}")
        raise SourceError(f"{source} has no value{where} up to {today}")
    on, _, value = max(found)
    return Sample(value, on, source)


def _dated(rows: list[Any], at: str, day: str, today: date) -> Iterator[tuple[date, int, float]]:
    for nr, row in enumerate(rows):
        value = _number(_follow(row, at))
        if value is None:
            continue
        on = _date(_follow(row, day)) if day else today
        if on is not None and on <= today:
            yield on, nr, value


def _follow(value: Any, path: str) -> Any:
    """What stands at a dotted path; None when there is nothing."""
    if isinstance(value, dict) and path in value:
        return value[path]
    for step in path.split(".") if path else ():
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and _INDEX.fullmatch(step) and -len(value) <= int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value


def _number(value: Any) -> float | None:
    """Numbers, and texts that hold one as Prometheus and CSV give them."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _has_comma(value: Any) -> bool:
    return isinstance(value, str) and _DECIMAL_COMMA.fullmatch(value.strip()) is not None


def _date(value: Any) -> date | None:
    try:
        return datetime.fromisoformat(str(value)).date()
    except ValueError:
        return None
