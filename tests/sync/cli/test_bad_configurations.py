"""Every bad configuration: a located error and exit 2, and no traceback."""

from __future__ import annotations

import re
import time
from pathlib import Path

from config.load import load
from tests.support.cli import Cli
from tests.support.invalid_configs import SOUND, configurations, shown

LOCATED = re.compile(r"truenorth\.yaml:\d+:\d+: \S")
HANGS = 20.0
"""Seconds of CPU after which a refusal counts as none. Each takes below one second in a process of its own; in one
that has run thousands of tests the collector of garbage alone can take longer, so nothing tighter is asserted."""


def test_the_sound_one_is_sound(tmp_path: Path) -> None:
    file = tmp_path / "truenorth.yaml"
    file.write_bytes(shown(SOUND))
    assert load(file).workspace == "acme"


def test_each_is_refused_where_it_is_wrong(run: Cli, tmp_path: Path) -> None:
    file = tmp_path / "truenorth.yaml"
    bad: list[str] = []
    slowest, tried = (0.0, ""), 0
    for one in configurations():
        file.write_bytes(one.raw)
        begin = time.process_time()
        ran = run("validate", "--config", str(file))
        spent = time.process_time() - begin
        slowest, tried = max(slowest, (spent, one.what)), tried + 1
        told = ran.out + ran.err
        faults = [
            fault
            for fault, there in (
                (f"exit {ran.code}", ran.code != 2),
                ("not located", not LOCATED.search(ran.err)),
                ("traceback", "Traceback" in told),
                (f"{spent:.1f} s", spent > HANGS),
                ("control characters", bool(re.search(r"[\x00-\x08\x0b-\x1f\x7f]", told))),
                (f"{len(told):,} characters", len(told) > 20_000),
            )
            if there
        ]
        if faults:
            bad.append(f"{one.what}: {', '.join(faults)}")
    print(f"{tried} bad configurations; the slowest took {slowest[0]:.2f} s of CPU: {slowest[1]}")  # noqa: T201
    assert not bad, "\n".join(bad)
    assert tried >= 300
