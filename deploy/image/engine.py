"""Builds and runs containers with Docker, or with Buildah and Podman: the commands, and what came of them."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

LONGEST = 900
"""Seconds that a command may take; the build fetches packages."""

HARDENED = (
    *("--read-only", "--tmpfs", "/tmp"),  # noqa: S108  in the container
    *("--cap-drop", "all"),
    *("--security-opt", "no-new-privileges"),
)
"""As docs/operators.md tells operators to run it."""


class Missing(Exception):
    """This machine cannot build or run containers; the text says what is not there."""


class Failed(Exception):
    """A command ended otherwise than it should; the text has what it said."""


@dataclass(frozen=True)
class Ended:
    """What came of a command."""

    code: int
    out: str
    err: str

    def __str__(self) -> str:
        return f"exit code {self.code}\n{self.out}{self.err}".rstrip()


@dataclass(frozen=True)
class Variables:
    """What a machine needs to be told; each is empty where nothing is special about it."""

    engine: str = ""
    base: str = ""
    base_tar: str = ""
    pip_conf: str = ""
    certificates: str = ""
    build_options: str = ""
    run_options: str = ""
    image: str = ""
    languages: str = ""

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Variables:
        """From variables of the same names in upper case."""
        return cls(**{name: environment.get(name.upper(), "") for name in cls.__dataclass_fields__})


@dataclass(frozen=True)
class Engine:
    """One of the two ways. `builder` builds, `runner` does all else."""

    builder: str
    runner: str
    given: Variables

    def build_command(self, tag: str, arguments: Mapping[str, str]) -> list[str]:
        """What builds the image. Raises Missing where Docker is told to mount what only Buildah can."""
        given = self.given
        mounts = [file for file in (given.pip_conf, given.certificates) if file]
        command = [self.builder, "build"]
        if self.builder == "buildah":
            command = [self.builder, "bud", "--layers", "--format", "docker"]
            if given.base_tar:
                command.append("--pull=never")
            if given.pip_conf:
                command += ["--volume", f"{given.pip_conf}:/etc/pip.conf:ro"]
            if given.certificates:
                command += ["--volume", f"{given.certificates}:{given.certificates}:ro"]
        elif mounts:
            raise Missing(
                "Docker's build mounts no files: give PIP_CONF and CERTIFICATES to Buildah (ENGINE=podman)"
            )
        command += shlex.split(given.build_options)
        for name, value in arguments.items():
            command += ["--build-arg", f"{name}={value}"]
        return [*command, "--tag", tag, "."]

    def run_command(self, image: str, options: Sequence[str], arguments: Sequence[str]) -> list[str]:
        """What runs a container, hardened."""
        return [
            self.runner,
            "run",
            *HARDENED,
            *shlex.split(self.given.run_options),
            *options,
            image,
            *arguments,
        ]

    def ask(self, *arguments: str) -> str:
        """What the runner prints. Raises Failed."""
        return run([self.runner, *arguments]).out.strip()

    def labels(self, image: str) -> dict[str, str]:
        """The labels of an image."""
        found: dict[str, str] = json.loads(
            self.ask("image", "inspect", "--format", "{{json .Config.Labels}}", image)
        )
        return found

    def size(self, image: str) -> int:
        """Bytes of an image, with its base. One that only a build has seen is pulled."""
        if run([self.runner, "image", "inspect", image], check=False).code:
            self.ask("pull", image)
        return int(self.ask("image", "inspect", "--format", "{{.Size}}", image))


def run(command: Sequence[str], folder: Path | None = None, *, check: bool = True) -> Ended:
    """Run a command to its end. Raises Failed where it was to end well and did not, or took too long."""
    try:
        done = subprocess.run(  # noqa: S603  our own words, and the operator's variables
            command, cwd=folder, capture_output=True, text=True, check=False, timeout=LONGEST
        )
    except subprocess.TimeoutExpired as error:
        raise Failed(f"{shlex.join(command)} took more than {LONGEST} s") from error
    ended = Ended(done.returncode, done.stdout, done.stderr)
    if check and ended.code:
        raise Failed(f"{shlex.join(command)}\n{ended}")
    return ended


def find_engine(given: Variables) -> Engine:
    """The one that was asked for, else Docker where its server answers, else Podman with Buildah. Raises Missing."""
    if given.engine not in ("", "docker", "podman"):
        raise Missing(f"ENGINE is {given.engine!r}, not docker or podman")
    if given.engine != "podman" and shutil.which("docker"):
        if run(["docker", "info"], check=False).code == 0:
            return Engine("docker", "docker", given)
        if given.engine:
            raise Missing("Docker's server does not answer")
    absent = [name for name in ("podman", "buildah") if not shutil.which(name)]
    if absent:
        raise Missing(f"no Docker server answers, and {' and '.join(absent)} cannot be found")
    return Engine("buildah", "podman", given)
