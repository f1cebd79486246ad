"""JQL: dates in every form and zone, and the fields for components, versions and changes of category."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from connectors.sandbox.jira.jql import Function, Value
from connectors.sandbox.jira.jql_dates import moment_of
from connectors.sandbox.jira.jql_tokens import JqlError
from tests.support.sandbox_jira_client import ANN, Jira, running

NOON = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)


def meant(operand: Value | Function, zone: str = "Europe/Paris") -> str:
    return moment_of(operand, "updated", NOON, ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("name", "arguments", "moment"),
    [
        ("now", (), "2026-11-18 12:00"),
        ("startOfDay", (), "2026-11-17 23:00"),
        ("startOfDay", ("-1",), "2026-11-16 23:00"),
        ("startOfDay", ("-1d",), "2026-11-16 23:00"),
        ("startOfDay", ("+2h",), "2026-11-18 01:00"),
        ("endOfDay", (), "2026-11-18 22:59"),
        ("startOfWeek", (), "2026-11-14 23:00"),
        ("endOfWeek", ("1",), "2026-11-28 22:59"),
        ("startOfMonth", ("-1",), "2026-09-30 22:00"),
        ("endOfMonth", (), "2026-11-30 22:59"),
        ("startOfYear", ("-1y",), "2024-12-31 23:00"),
        ("endOfYear", (), "2026-12-31 22:59"),
    ],
)
def test_functions_mean_moments_of_the_calendar(name: str, arguments: tuple[str, ...], moment: str) -> None:
    assert meant(Function(name, arguments)) == moment


@pytest.mark.parametrize(
    ("text", "quoted", "moment"),
    [
        ("2026-11-18", True, "2026-11-17 23:00"),
        ("2026/11/18 10:15", True, "2026-11-18 09:15"),
        ("-15m", False, "2026-11-18 11:45"),
        ("-1w 2d", True, "2026-11-09 12:00"),
        ("1794999600000", False, "2026-11-18 11:00"),
    ],
)
def test_texts_mean_minutes_in_the_zone_and_numbers_milliseconds(
    text: str, quoted: bool, moment: str
) -> None:
    assert meant(Value(text, quoted)) == moment


@pytest.mark.parametrize(
    "operand",
    [
        Value("2026-11-18 10:15:30", True),
        Value("1794999600000", True),
        Value("2026-11-18T10:15", True),
        Value("yesterday", True),
        Value("9" * 30, False),
        Value("-999999y", False),
        Function("startOfDay", ("soon",)),
        Function("startOfDay", ("1", "2")),
        Function("startOfYear", ("999999",)),
        Function("startOfQuarter", ()),
        Function("now", ("1",)),
    ],
    ids=str,
)
def test_what_is_no_date_is_refused(operand: Value | Function) -> None:
    with pytest.raises(JqlError):
        meant(operand)


@pytest.fixture(scope="module")
def jira() -> Iterator[Jira]:
    with running(200) as client:
        yield client


def test_a_date_text_is_read_in_the_zone_of_who_asks(jira: Jira) -> None:
    stamp = datetime(2026, 11, 10, 15, 30, tzinfo=UTC)
    jira.sandbox.call(lambda: setattr(jira.site.issues[jira.site.keys["WEB-1"]], "updated", stamp))
    jira.sandbox.call(lambda: jira.site.zones.update({ANN[0]: "America/New_York"}))
    at, after = '"2026-11-10 {}"', 'key = WEB-1 and updated >= "2026-11-10 {}"'
    with jira.acting_as(ANN) as ann:
        for who, clock, minute_later, offset in (
            (jira, "16:30", "16:31", "+0100"),
            (ann, "10:30", "10:31", "-0500"),
        ):
            assert who.keys(after.format(clock)) == ["WEB-1"]
            assert who.keys(after.format(minute_later)) == []
            assert who.issue("WEB-1")["fields"]["updated"].endswith(f"{clock}:00.000{offset}")
            assert who.keys(f"key = WEB-1 and updated = {at.format(clock)}") == ["WEB-1"]
            millis = int(stamp.timestamp() * 1000)
            assert who.keys(f"key = WEB-1 and updated >= {millis}") == ["WEB-1"]
            assert who.keys(f"key = WEB-1 and updated > {millis}") == []
        assert ann.get("myself").json()["timeZone"] == "America/New_York"


def test_components_and_versions_are_found_shown_and_set(jira: Jira) -> None:
    keys = jira.keys('component = "Front end"')
    assert keys
    shown = jira.issue(keys[0])["fields"]
    assert [entry["name"] for entry in shown["components"]] == ["Front end"]
    assert set(jira.keys("component in (Accounts, 10202)")) > set(keys)
    assert jira.search(jql="component = Nowhere").status_code == 400
    assert jira.put(f"issue/{keys[0]}", json={"fields": {"components": []}}).status_code == 204
    assert keys[0] in jira.keys("project = WEB and component is empty")
    put = {"fields": {"fixVersions": [{"name": "2026.4"}]}}
    assert jira.put(f"issue/{keys[0]}", json=put).status_code == 204
    assert keys[0] in jira.keys("fixVersion = 2026.4")
    refused = jira.put(f"issue/{keys[0]}", json={"fields": {"components": [{"name": "Gateway"}]}})
    assert (refused.status_code, set(refused.json()["errors"])) == (400, {"components"})


def test_other_dates_can_be_asked_for(jira: Jira) -> None:
    for field in ("statusCategoryChangedDate", "createdDate", "updatedDate", '"Start date"'):
        assert jira.search(jql=f"project = WEB and {field} >= -1000d").status_code == 200
    jira.put("issue/WEB-1", json={"fields": {"customfield_10015": "2026-11-01"}})
    assert jira.keys('"Start date" <= 2026-11-01') == ["WEB-1"]
    assert jira.keys('cf[10015] < "2026-11-01"') == []
