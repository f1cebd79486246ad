"""How deploy/verify-image builds and runs, and what it says where it cannot."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support.product import ROOT

SCRIPT = ROOT / "deploy" / "verify-image"


@pytest.fixture(scope="module")
def engine() -> Any:
    """The module beside the script, which is no package."""
    sys.path.insert(0, str(ROOT / "deploy" / "image"))
    try:
        import engine  # type: ignore[import-not-found, unused-ignore]
    finally:
        sys.path.pop(0)
    return engine


def test_every_variable_is_empty_by_default(engine: Any) -> None:
    given = engine.Variables.of({})
    assert {getattr(given, name) for name in engine.Variables.__dataclass_fields__} == {""}
    told = SCRIPT.read_text(encoding="utf-8")
    assert all(f"    {name.upper()} " in told for name in engine.Variables.__dataclass_fields__)


def test_buildah_is_given_what_the_machine_needs(engine: Any) -> None:
    given = engine.Variables(
        pip_conf="/etc/own.conf", certificates="/etc/own.pem", build_options="--isolation chroot"
    )
    command = engine.Engine("buildah", "podman", given).build_command("it", {"REVISION": "abc"})
    assert command[:5] == ["buildah", "bud", "--layers", "--format", "docker"]
    told = " ".join(command)
    assert "--volume /etc/own.conf:/etc/pip.conf:ro --volume /etc/own.pem:/etc/own.pem:ro" in told
    assert told.endswith("--isolation chroot --build-arg REVISION=abc --tag it .")


def test_docker_is_told_nothing_that_it_cannot_do(engine: Any) -> None:
    plain = engine.Engine("docker", "docker", engine.Variables())
    assert plain.build_command("it", {}) == ["docker", "build", "--tag", "it", "."]
    with pytest.raises(engine.Missing, match="ENGINE=podman"):
        replace(plain, given=engine.Variables(pip_conf="/etc/own.conf")).build_command("it", {})


def test_every_container_is_hardened(engine: Any) -> None:
    given = engine.Variables(run_options="--runtime runc")
    told = " ".join(engine.Engine("buildah", "podman", given).run_command("it", ["--rm"], ["sync"]))
    assert "--read-only --tmpfs /tmp --cap-drop all --security-opt no-new-privileges" in told
    assert told.endswith("--runtime runc --rm it sync")


@pytest.mark.parametrize(("arguments", "code"), [((), 0), (("--require",), 1)])
def test_a_machine_without_containers_is_told_so_loudly(
    tmp_path: Path, arguments: tuple[str, ...], code: int
) -> None:
    ended = subprocess.run(  # noqa: S603  our own script
        [sys.executable, str(SCRIPT), *arguments],
        env={**os.environ, "PATH": str(tmp_path), "ENGINE": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (code, "")
    assert ended.stdout == (
        "SKIPPED: the image was not verified: no Docker server answers, and podman and buildah cannot be found.\n"
    )
