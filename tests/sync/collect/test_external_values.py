"""Values from files and endpoints: what is read, and what a fault costs."""

from __future__ import annotations

import json
import threading
from datetime import date
from pathlib import Path
from typing import Any

import httpcore
import httpx
import pytest
import respx
from pydantic import SecretStr
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from config.origins import origin_of
from config.settings import NamedSecret
from config.workspace import Workspace
from connectors.http.exchange import Limits
from sync.collect import external_values as module
from sync.measure import Sample
from tests.support.builders import workspace

TODAY = date(2026, 11, 16)


class Sources:
    """The product's, with what could not be read in words."""

    def __init__(self, *given: Any, **named: Any) -> None:
        self._sources = module.Sources(*given, **named)

    def take(self, *given: Any) -> tuple[dict[str, Sample], tuple[str, ...]]:
        samples, unread = self._sources.take(*given)
        return samples, tuple(map(str, unread))


LAST = {"A": Sample(7.0, date(2026, 11, 9), "file old")}


def declared(**source: Any) -> Workspace:
    measure = {"kind": "metric", "start": 0, "target": 10, **source}
    return workspace({"id": "A", "title": "A", "measure": measure})


def from_file(
    tmp_path: Path, name: str, text: str, **where: str
) -> tuple[dict[str, Sample], tuple[str, ...]]:
    (tmp_path / name).write_text(text)
    return Sources(tmp_path).take(declared(file={"path": name, **where}), TODAY)


SERIES = (
    '[{"d": "2026-11-01", "v": 1}, {"d": "2026-11-10T08:00:00", "v": "2.5"}, {"d": "2026-12-01", "v": 9}]'
)
TABLE = "day,score\n2026-11-01,40\n2026-11-12,44.5\n2026-11-13,\n2026-11-30,99\n"


@pytest.mark.parametrize(
    ("name", "text", "where", "value", "on"),
    [
        ("x.json", "4.5", {}, 4.5, TODAY),
        ("x.json", '{"data": {"rows": [{"n": 3}, {"n": 8}]}}', {"at": "data.rows.1.n"}, 8, TODAY),
        ("x.json", '{"rows": [1, 2, 3]}', {"at": "rows.-1"}, 3, TODAY),
        ("x.json", '[{"n": 3}, {"n": 4}]', {"at": "0.n"}, 3, TODAY),
        ("x.json", '{"a.b": 6}', {"at": "a.b"}, 6, TODAY),
        ("x.json", '{"n": 3, "of": "2026-11-02"}', {"at": "n", "day": "of"}, 3, date(2026, 11, 2)),
        ("x.json", SERIES, {"at": "v", "day": "d"}, 2.5, date(2026, 11, 10)),
        ("x.csv", TABLE, {"at": "score", "day": "day"}, 44.5, date(2026, 11, 12)),
        ("x.csv", "score\n1\n2\n", {"at": "score"}, 2, TODAY),
    ],
)
def test_a_value_from_a_file(
    tmp_path: Path, name: str, text: str, where: dict[str, str], value: float, on: date
) -> None:
    samples, notes = from_file(tmp_path, name, text, **where)
    assert (samples["A"].value, samples["A"].on, notes) == (value, on, ())


@pytest.mark.parametrize(
    ("name", "text", "where", "said"),
    [
        (
            "x.csv",
            "day;score\n2026-11-01;44\n",
            {"at": "score"},
            "separated by semicolons, export it with commas",
        ),
        ("x.csv", 'score\n44\n"44,5"\n', {"at": "score"}, "decimal comma at score"),
        ("x.json", '{"n": "1,5"}', {"at": "n"}, "decimal comma at n"),
        ("x.json", "{", {}, "is not valid JSON"),
        ("x.json", "[" * 100_000, {}, "is not valid JSON"),
        ("x.json", '{"n": true}', {"at": "n"}, "has no number at n;"),
        ("x.json", '{"n": "many"}', {"at": "n"}, "has no number at n;"),
        ("x.json", '{"n": NaN}', {"at": "n"}, "has no number at n;"),
        ("x.json", '{"n": 1}', {"at": "m.n"}, "has no value at m.n"),
        ("x.json", '{"n": 1, "d": "2026-12-01"}', {"at": "n", "day": "d"}, "up to 2026-11-16"),
        ("x.json", '{"n": 1, "d": "soon"}', {"at": "n", "day": "d"}, "has no day at d;"),
        ("x.csv", "score\n", {"at": "score"}, "has no value at score"),
        ("x.json", '{"n": [1]}', {"at": "n.²"}, "has no value at n.²"),
        ("x.json", '{"n": [1]}', {"at": "n.--1"}, "has no value at n.--1"),
    ],
)
def test_what_a_file_cannot_tell(
    tmp_path: Path, name: str, text: str, where: dict[str, str], said: str
) -> None:
    samples, (note,) = from_file(tmp_path, name, text, **where)
    assert samples == {}
    assert note.startswith("A: ")
    assert said in note
    assert note.endswith("no value available")


def test_a_file_that_is_missing_large_or_no_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = declared(file={"path": "x.json"})
    assert "(No such file" in Sources(tmp_path).take(one, TODAY)[1][0]
    (tmp_path / "x.json").write_bytes(b"\xff\xfe")
    assert "not UTF-8 text" in Sources(tmp_path).take(one, TODAY)[1][0]
    monkeypatch.setattr(module, "MOST_BYTES", 10)
    (tmp_path / "x.json").write_bytes(b" " * 11)
    assert "larger than" in Sources(tmp_path).take(one, TODAY)[1][0]


def test_what_was_told_last_stands(tmp_path: Path) -> None:
    samples, notes = Sources(tmp_path).take(declared(file={"path": "x.json"}), TODAY, LAST)
    assert samples == LAST
    assert notes[0].endswith("using the value of 2026-11-09")


URL = "https://metrics.example/api?q=up"
TOKEN = "TRUENORTH_SOURCE_METRICS"
ONE = {"url": URL, "at": "data.result.0.value.1", "token": TOKEN}


def granted(
    value: str = "planted-secret", to: str | None = "https://metrics.example", **more: Any
) -> Sources:
    """What is read with one secret, and the origin that is declared for it."""
    secret = NamedSecret(TOKEN, SecretStr(value), None if to is None else origin_of(to))
    return Sources(secrets={TOKEN: secret}, **more)


PROMETHEUS = {"data": {"result": [{"value": [1763280000.0, "5.25"]}]}}


@respx.mock
def test_a_value_from_an_endpoint() -> None:
    route = respx.get(URL).respond(json=PROMETHEUS)
    samples, notes = granted().take(declared(http=ONE), TODAY)
    assert (samples["A"].value, samples["A"].source, notes) == (5.25, "measured by metrics.example", ())
    assert route.calls[0].request.headers["authorization"] == "Bearer planted-secret"


@respx.mock
@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (httpx.Response(302, headers={"location": "https://elsewhere.example"}), "HTTP 302"),
        (httpx.Response(500, text="planted-secret"), "HTTP 500"),
        (httpx.Response(200, text="<html>"), "is not valid JSON"),
        (httpx.Response(200, json={}), "has no value"),
        (httpcore.ConnectTimeout("planted-secret"), "did not answer in time (ConnectTimeout)"),
    ],
)
def test_what_an_endpoint_cannot_tell(reply: httpx.Response | Exception, said: str) -> None:
    route = respx.get(URL)
    if isinstance(reply, Exception):
        route.mock(side_effect=reply)
    else:
        route.mock(return_value=reply)
    elsewhere = respx.get("https://elsewhere.example").respond(json=PROMETHEUS)
    samples, (note,) = granted().take(declared(http=ONE), TODAY, LAST)
    assert samples == LAST
    assert said in note
    assert "planted-secret" not in note
    assert not elsewhere.called


def test_a_path_or_a_token_of_odd_characters() -> None:
    assert "invalid path" in Sources().take(declared(file={"path": "a\0b.json"}), TODAY)[1][0]
    (note,) = granted("tök").take(declared(http=ONE), TODAY)[1]
    assert f"{TOKEN} contains invalid characters" in note
    assert "tök" not in note


@respx.mock
@pytest.mark.parametrize("over", ["all of them", "the run"])
def test_when_the_time_is_over_nothing_is_asked(monkeypatch: pytest.MonkeyPatch, over: str) -> None:
    sources = granted()
    if over == "the run":
        sources = granted(time_left=lambda: -1.0)
    else:
        monkeypatch.setattr(module, "MOST_SECONDS", -1.0)
    route = respx.get(URL).respond(json=PROMETHEUS)
    assert "no time left" in sources.take(declared(http=ONE), TODAY)[1][0]
    assert not route.called


@pytest.mark.needs_server
def test_sources_are_read_side_by_side_and_told_in_order() -> None:
    gate = threading.Barrier(3)

    def together(request: Request) -> Response:
        gate.wait(10)
        return Response(json.dumps(len(request.path)))

    ids = ("A", "BB", "CCC")
    with HTTPServer(threaded=True) as server:
        for id_ in ids:
            server.expect_request(f"/{id_}").respond_with_handler(together)
        measures = [
            {"kind": "metric", "start": 0, "target": 10, "http": {"url": server.url_for(f"/{id_}")}}
            for id_ in ids
        ]
        one = workspace(
            *({"id": id_, "title": id_, "measure": how} for id_, how in zip(ids, measures, strict=True))
        )
        samples, notes = Sources(origins=frozenset((origin_of(server.url_for("/")),))).take(one, TODAY)
    assert [(id_, sample.value) for id_, sample in samples.items()] == [("A", 2), ("BB", 3), ("CCC", 4)]
    assert notes == ()


def test_without_its_secret_nothing_is_asked() -> None:
    assert f"{TOKEN} is not set" in Sources().take(declared(http=ONE), TODAY)[1][0]


@respx.mock
def test_a_reply_without_end_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LIMITS", Limits(body=1000))
    respx.get(URL).respond(content=b" " * 2000)
    (note,) = granted().take(declared(http=ONE), TODAY)[1]
    assert "larger than" in note
