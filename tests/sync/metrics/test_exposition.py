"""What metrics say, by both ways out: the text file of a one-shot run, and `/metrics`."""

from __future__ import annotations

import math
import os
import shutil
import stat
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client.openmetrics.exposition import generate_latest as openmetrics
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics

from sync.metrics.errors import MetricsNotWritten, MetricsRefused
from sync.metrics.exposition import (
    check_textfile,
    exposition,
    registry_of,
    write_textfile,
)
from sync.metrics.families import METRICS, families
from sync.metrics.figures import (
    Figures,
    GoalFigures,
    KeyResultFigures,
    Quota,
    TrackerFigures,
    usual_interval,
)
from tests.support.metrics import samples

BEGAN = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
FULL = Figures(
    "1.2.3",
    "partial",
    BEGAN,
    BEGAN - timedelta(hours=1),
    600.0,
    {"read": 2.5, "decide": 0.5},
    (
        TrackerFigures(
            "jira",
            120,
            True,
            {"read": 7, "write": 3},
            1,
            {"pace": 0.25, "retry": 2.0},
            (Quota("requests", 350, 280),),
            {"written": 3, "failed": 1},
            2,
            1,
        ),
        TrackerFigures("linear", None, False),
    ),
    {"labels": 4},
    ("first-run",),
    (("tracker", "linear"),),
    GoalFigures(
        (
            KeyResultFigures("GROW-1", "GROW", "2026-Q4", 0.42, 0.66, 0.31, "at_risk"),
            KeyResultFigures("GROW-2", "GROW", "2026-Q4", None, 0.66, None, "no_data"),
        ),
        5,
        2,
        3,
        {"stale_metric": 1},
    ),
)


def test_every_metric_has_one_name_in_the_text_file_and_when_it_is_scraped(tmp_path: Path) -> None:
    """The library adds `_total` and `_created` to some kinds of metric, in one format or the other; none of ours is such a one."""
    file = tmp_path / "truenorth.prom"
    write_textfile(file, FULL)
    in_file = samples(file.read_text(encoding="utf-8"))
    scraped = {
        one.name
        for family in parse_openmetrics(openmetrics(registry_of(FULL)).decode())  # type: ignore[no-untyped-call]
        for one in family.samples
    }
    assert set(in_file) == scraped == {metric.name for metric in METRICS}
    assert samples(exposition(FULL)) == in_file


def test_the_values_are_those_of_the_figures() -> None:
    found = samples(exposition(FULL))
    assert found["truenorth_run_timestamp_seconds"] == {(): BEGAN.timestamp()}
    assert found["truenorth_run_success_timestamp_seconds"] == {(): BEGAN.timestamp() - 3600}
    assert found["truenorth_run_outcome"] == {
        ("done",): 0,
        ("partial",): 1,
        ("stopped",): 0,
        ("failed",): 0,
    }
    assert found["truenorth_run_duration_seconds"] == {("read",): 2.5, ("decide",): 0.5}
    assert found["truenorth_run_requests"] == {("read", "jira"): 7, ("write", "jira"): 3}
    assert found["truenorth_run_wait_seconds"] == {("pace", "jira"): 0.25, ("retry", "jira"): 2}
    assert found["truenorth_quota_remaining"] == {("requests", "jira"): 280}
    assert found["truenorth_tracker_up"] == {("jira",): 1, ("linear",): 0}
    assert found["truenorth_items"] == {("jira",): 120}
    assert found["truenorth_key_result_chance_ratio"] == {("2026-Q4", "GROW-1", "GROW"): 0.31}
    assert found["truenorth_key_result_health"] == {
        ("2026-Q4", "at_risk", "GROW-1", "GROW"): 1,
        ("2026-Q4", "no_data", "GROW-2", "GROW"): 1,
    }


def test_what_is_not_known_is_left_out_and_never_nought() -> None:
    found = samples(exposition(Figures("1.2.3")))
    assert found == {"truenorth_build_info": {("1.2.3",): 1}}
    assert not [one for one in families(FULL) for _, value in one.samples if math.isnan(value)]


def test_labels_are_escaped() -> None:
    odd = 'a"b\\c\nd'
    found = samples(exposition(Figures("1", unread=(("source", odd),))))
    assert found["truenorth_run_unread"] == {("source", odd): 1}


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed (Debian: prometheus)")
def test_promtool_finds_nothing_to_complain_about() -> None:
    checked = subprocess.run(
        ["promtool", "check", "metrics"],  # noqa: S607  wherever it is installed
        input=exposition(FULL),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")


def test_the_text_file_is_replaced_whole_and_others_may_read_it(tmp_path: Path) -> None:
    file = tmp_path / "truenorth.prom"
    file.write_text("old", encoding="utf-8")
    mask = os.umask(0o022)
    try:
        write_textfile(file, FULL)
    finally:
        os.umask(mask)
    assert file.read_text(encoding="utf-8") == exposition(FULL)
    assert stat.S_IMODE(file.stat().st_mode) == 0o644
    assert [one.name for one in tmp_path.iterdir()] == ["truenorth.prom"]


def test_a_text_file_that_cannot_be_written_is_refused_before_the_run(tmp_path: Path) -> None:
    with pytest.raises(MetricsRefused, match="is a folder; name a file in it"):
        check_textfile(tmp_path)
    with pytest.raises(MetricsRefused, match="does not exist; make it"):
        check_textfile(tmp_path / "none" / "a.prom")
    with pytest.raises(MetricsNotWritten, match="cannot write the metrics to"):
        write_textfile(tmp_path / "none" / "a.prom", FULL)
    check_textfile(tmp_path / "a.prom")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [((), None), ((0,), None), ((0, 10), None), ((0, 10, 20), 600.0), ((0, 10, 130, 140), 600.0), ((140, 0, 10, 130), 600.0)],
)  # fmt: skip
def test_the_usual_interval_is_the_median_of_the_gaps(
    minutes: tuple[int, ...], expected: float | None
) -> None:
    assert usual_interval([BEGAN + timedelta(minutes=one) for one in minutes]) == expected
