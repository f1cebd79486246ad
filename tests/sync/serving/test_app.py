"""What the service answers: probes, metrics, the report and nothing else, asked without a socket."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from sync.jobs.report.folder import write_folder
from sync.serving.app import make_app
from sync.serving.hosts import hosts_of
from sync.serving.served import Condition, Ran, Served

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
RAN = Ran("start", NOON, NOON + timedelta(seconds=5), 0, None, 7)
FILES = {
    "index.html": b"<p>overview",
    "kr/GROWTH-KR2/index.html": b"<p>growth",
    "report.json": b"{}",
    "items.csv": b"key\n",
}


@dataclass
class Service:
    folder: Path
    served: Served

    def write(self) -> None:
        write_folder(self.served.report, FILES)

    def ask(self, path: str, method: str = "GET", **headers: str) -> httpx.Response:
        async def run() -> httpx.Response:
            hooks = [Route("/hooks/jira", heard, methods=["POST"])]
            transport = httpx.ASGITransport(app=make_app(self.served, hooks))
            async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8480") as client:
                return await client.request(method, path, headers=headers)

        return asyncio.run(run())


async def heard(_request: Request) -> PlainTextResponse:
    return PlainTextResponse("heard")


@pytest.fixture
def service(tmp_path: Path) -> Service:
    condition = Condition(NOON, timedelta(minutes=10), alive=True)
    hosts = hosts_of("https://okrs.acme.example/base")
    return Service(tmp_path, Served(tmp_path / "report", tmp_path / "metrics.prom", hosts, condition))


def test_the_overview_is_at_the_root_and_key_results_where_tickets_link(service: Service) -> None:
    service.write()
    assert service.ask("/").content == FILES["index.html"]
    leads = service.ask("/kr/GROWTH-KR2")
    assert (leads.status_code, leads.headers["location"]) == (308, "/kr/GROWTH-KR2/")
    assert service.ask("/kr/GROWTH-KR2/").content == FILES["kr/GROWTH-KR2/index.html"]
    kinds = {name: service.ask(f"/{name}").headers["content-type"] for name in FILES}
    assert kinds == {
        "index.html": "text/html; charset=utf-8",
        "kr/GROWTH-KR2/index.html": "text/html; charset=utf-8",
        "report.json": "application/json; charset=utf-8",
        "items.csv": "text/csv; charset=utf-8",
    }


def test_a_browser_is_told_that_a_page_is_the_same_until_it_is_not(service: Service) -> None:
    service.write()
    first = service.ask("/")
    assert first.headers["cache-control"] == "no-cache"
    again = service.ask("/", **{"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    write_folder(service.served.report, FILES | {"index.html": b"<p>other"})
    changed = service.ask("/", **{"If-None-Match": first.headers["etag"]})
    assert (changed.status_code, changed.content) == (200, b"<p>other")


@pytest.mark.parametrize(
    "path",
    [
        *("/kr/GROWTH-KR9", "/kr/GROWTH-KR9/", "/kr/", "/kr", "/secret.txt", "/.truenorth-report.json"),
        *("/%2e%2e/secret.txt", "/..%2fsecret.txt", "/kr/..%2f..%2fsecret.txt/", "/%00"),
    ],
)
def test_nothing_but_the_report_is_served(service: Service, path: str) -> None:
    service.write()
    (service.folder / "secret.txt").write_text("secret")
    (service.served.report / "secret.txt").write_text("secret")
    found = service.ask(path)
    assert (found.status_code, found.text) == (
        404,
        "There is no such page in the report. The overview is at /.\n",
    )


@pytest.mark.parametrize("path", ["/", "/kr/GROWTH-KR2", "/kr/GROWTH-KR2/", "/nothing"])
def test_before_the_first_report_everybody_is_told_to_come_back(service: Service, path: str) -> None:
    found = service.ask(path)
    assert (found.status_code, found.headers["retry-after"]) == (503, "60")
    assert found.text.startswith("There is no report yet")


@pytest.mark.parametrize("path", ["/", "/kr/GROWTH-KR2", "/metrics", "/healthz", "/readyz"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_what_is_served_cannot_be_written(service: Service, path: str, method: str) -> None:
    service.write()
    assert service.ask(path, method).status_code == 405


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("127.0.0.1:8480", 200),
        ("[::1]:8480", 200),
        ("okrs.acme.example", 200),
        ("OKRS.acme.example:443", 200),
        ("evil.example", 421),
        ("localhost.evil.example:8480", 421),
        ("", 421),
    ],
)
def test_on_loopback_pages_are_answered_by_known_names_alone(
    service: Service, host: str, status: int
) -> None:
    service.write()
    for path in ("/", "/metrics", "/report.json"):
        assert service.ask(path, Host=host).status_code == status
    # The platform asks by the address, and trackers by that of a proxy.
    assert service.ask("/healthz", Host=host).status_code == 200
    assert service.ask("/hooks/jira", "POST", Host=host).text == "heard"


def test_elsewhere_pages_are_answered_by_any_name(service: Service) -> None:
    service.served.hosts = None
    service.write()
    assert service.ask("/", Host="okrs.example").status_code == 200


def test_metrics_are_those_of_the_last_run(service: Service) -> None:
    assert (service.ask("/metrics").status_code, service.ask("/metrics").content) == (200, b"")
    service.served.metrics.write_bytes(b"truenorth_items 7\n")
    found = service.ask("/metrics")
    assert found.content == b"truenorth_items 7\n"
    assert found.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"


@pytest.mark.parametrize(
    ("change", "healthy"),
    [({}, 200), ({"alive": False}, 503), ({"alive": False, "stopping": True}, 200)],
)
def test_health_is_that_of_the_timetable(service: Service, change: dict[str, bool], healthy: int) -> None:
    service.served.change(**change)
    assert service.ask("/healthz").status_code == healthy


def test_it_is_ready_once_there_is_a_report_whatever_became_of_later_runs(service: Service) -> None:
    before = service.ask("/readyz")
    assert (before.status_code, before.json()["status"]) == (503, "not ready")
    service.write()
    failed = replace(RAN, code=1, begun=NOON + timedelta(minutes=10), written=None)
    service.served.change(last=failed, last_good=RAN, next_tick=NOON + timedelta(minutes=20))
    found = service.ask("/readyz")
    assert found.status_code == 200
    told = found.json()
    assert told.pop("seconds_since_last_good_run") > 0
    ended = "2026-11-30T12:00:05+00:00"
    assert told == {
        "status": "ready",
        "reason": None,
        "running_since": None,
        "next_run": "2026-11-30T12:20:00+00:00",
        "last_run": {"why": "start", "begun": "2026-11-30T12:10:00+00:00", "ended": ended, "exit_code": 1, "written": None, "not_run": None},
        "last_good_run": {"why": "start", "begun": "2026-11-30T12:00:00+00:00", "ended": ended, "exit_code": 0, "written": 7, "not_run": None},
    }  # fmt: skip
    service.served.change(stopping=True)
    assert service.ask("/readyz").json()["reason"] == "The service is stopping."
