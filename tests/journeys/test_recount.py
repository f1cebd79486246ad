"""The recount of `benchmarks/recount.py`: by plain HTTP, by an own reading of the rules, with nothing of the product in it."""

from __future__ import annotations

import ast
import math
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import recount
from benchmarks.recount_rules import Goals
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import generate
from sync.jobs.sandbox import examples

ROOT = Path(__file__).parents[2]
PARTS = sorted((ROOT / "benchmarks").glob("recount*.py"))
PRODUCT = {"sync", "connectors", "config", "tests"}


def imported(file: Path) -> set[str]:
    """The modules that a file imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return found


def test_it_imports_nothing_of_the_product() -> None:
    assert len(PARTS) > 3
    for file in PARTS:
        names = imported(file)
        assert {one.partition(".")[0] for one in names} & PRODUCT == set(), file.name
        own = {one for one in names if one.startswith("benchmarks")}
        assert own <= {f"benchmarks.{part.stem}" for part in PARTS}, file.name
        assert not {"importlib", "runpy"} & names


def test_loading_it_loads_nothing_of_the_product() -> None:
    program = "import benchmarks.recount, sys; print(*sorted(sys.modules))"
    done = subprocess.run(  # noqa: S603  our own program
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert {one.partition(".")[0] for one in done.stdout.split()} & PRODUCT == set()


@pytest.mark.parametrize("deployment", ["cloud", "data center"])
@pytest.mark.parametrize(("items", "seed"), [(50, 4), (300, 1), pytest.param(900, 5, marks=pytest.mark.long)])
def test_it_agrees_with_what_was_planted(items: int, seed: int, deployment: str) -> None:
    """Two readings of the rules that know nothing of each other, and nothing of the product's."""
    world = generate(items, seed)
    truth, is_server = world.truth, deployment == "data center"
    with Sandbox(world) as sandbox:
        told = recount.Recount(sandbox.url, Goals.read(examples()), is_server=is_server)
        standing = told.key_results()
    planted = {(one.tracker, one.id): one for one in truth.items()}
    for key, place in told.places.items():
        if told.works[key].in_scope:
            right = planted[key]
            assert (place.serves, place.exempt) == (dict(right.key_results), right.category), right.key
    assert set(told.orphans()) == {key for key, one in planted.items() if one.warned}
    for name, right_one in truth.key_results().items():
        percent, value = standing[name]
        assert percent == right_one.percent, name
        assert (value is None) == (right_one.value is None)
        assert value is None or math.isclose(value, right_one.value or 0.0), name
    points, found = truth.points(), told.counting.points()
    assert found["pieces"] == points.counted
    assert found["above estimated work"] == points.beside
    assert found["other sides"] == points.mirrored
    # What lies out of scope in the trackers is not read unless it stands above something.
    assert found["no work"] <= points.dropped + points.out_of_scope


def test_a_difference_is_told_and_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said = {"scorecard": [{"key_results": [{"key_result": "A", "percent": 40, "value": 4.0}]}]}
    assert recount.standings(said) == {"A": (40, 4.0)}
    monkeypatch.setattr(recount, "compare", lambda *_, **__: 2)
    monkeypatch.setattr(sys, "argv", ["recount.py", "--seeds", "1"])
    with pytest.raises(SystemExit) as ended:
        recount.main()
    assert ended.value.code == 1
    assert "2 differences" in capsys.readouterr().out


@pytest.mark.needs_server
@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("deployment", "seed"), [("cloud", 1), pytest.param("data_center", 1, marks=pytest.mark.long)]
)
def test_truenorth_says_the_same_of_every_key_result_and_orphan(deployment: str, seed: int) -> None:
    """As somebody runs it on the small worlds; `make recount` does it on the larger ones, too."""
    asked = ["--seeds", str(seed), "--deployment", deployment]
    done = subprocess.run(  # noqa: S603  our own script
        [sys.executable, "benchmarks/recount.py", *asked],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Both agree on everything." in done.stdout
