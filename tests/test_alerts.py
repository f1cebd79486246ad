"""Alert rules and the dashboard of metrics: they name only metrics that there are, and the rules fire as their unit tests say."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from typing import Any

import pytest
from ruamel.yaml import YAML

from sync.metrics.families import METRICS
from tests.support.product import ROOT

RULES = ROOT / "deploy" / "prometheus"
DASHBOARD = ROOT / "deploy" / "grafana" / "metrics.json"
DOCS = (ROOT / "docs" / "observability.md").read_text(encoding="utf-8")
KNOWN = {metric.name: set(metric.labels) for metric in METRICS}


def alerts() -> list[dict[str, Any]]:
    found = YAML(typ="safe").load((RULES / "alerts.yaml").read_text(encoding="utf-8"))
    return [rule for group in found["groups"] for rule in group["rules"]]


def unknown(expression: str) -> set[str]:
    """Metrics of an expression that nobody writes, and labels that its metric has not."""
    selectors = re.findall(r"(truenorth_[a-z0-9_]+)(?:\{([^}]*)\})?", expression)
    names = {name for name, _ in selectors} - set(KNOWN)
    labels = {
        f"{name}.{label}"
        for name, inside in selectors
        for label in re.findall(r"([a-z_]+)\s*[=!]", inside)
        if label not in KNOWN.get(name, set())
    }
    return names | labels


def test_alerts_ask_for_metrics_that_there_are() -> None:
    assert unknown('truenorth_none + truenorth_items{team="x"}') == {"truenorth_none", "truenorth_items.team"}
    assert [(one["alert"], bad) for one in alerts() if (bad := unknown(one["expr"]))] == []


def test_every_alert_is_documented_and_tested() -> None:
    tested = "".join(file.read_text(encoding="utf-8") for file in RULES.glob("*_test.yaml"))
    names = [one["alert"] for one in alerts()]
    assert [name for name in names if f"| `{name}` |" not in DOCS] == []
    assert [name for name in names if f"alertname: {name}\n        exp_alerts:" not in tested] == []
    assert {one["labels"]["severity"] for one in alerts()} <= {"info", "warning", "critical"}


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed (Debian: prometheus)")
def test_the_rules_fire_when_they_should() -> None:
    for arguments in (
        ("check", "rules", "alerts.yaml"),
        ("test", "rules", "alerts_test.yaml", "alerts_days_test.yaml"),
    ):
        told = subprocess.run(  # noqa: S603
            ["promtool", *arguments],  # noqa: S607  wherever it is installed
            cwd=RULES,
            capture_output=True,
            text=True,
            check=False,
        )
        assert told.returncode == 0, told.stdout + told.stderr


def test_the_docs_list_every_metric() -> None:
    rows = {
        f"| `{one.name}` | {', '.join(f'`{label}`' for label in one.labels)} | {one.help} |"
        for one in METRICS
    }
    assert {row for row in rows if row not in DOCS} == set()


def test_the_dashboard_shows_metrics_that_there_are_and_nearly_all_of_them() -> None:
    board = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    asked = [target["expr"] for panel in board["panels"] for target in panel.get("targets", ())]
    assert [bad for one in asked if (bad := unknown(one))] == []
    shown = set(re.findall(r"truenorth_[a-z0-9_]+", " ".join(asked)))
    assert set(KNOWN) - shown == {"truenorth_run_timestamp_seconds"}
    sources = {
        target["datasource"]["uid"] for panel in board["panels"] for target in panel.get("targets", ())
    }
    assert sources == {"${datasource}"}, "it is chosen, and none is named"
    assert [
        panel["title"] for panel in board["panels"] if not panel.get("description", "row.").endswith(".")
    ] == []
    ids = [panel["id"] for panel in board["panels"]]
    assert len(set(ids)) == len(ids)
