"""The life of a container: from the first look at its settings to a kill in the middle of the writes, and what comes after."""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from engine import Ended, Engine, Failed, run
from world import MOMENT, SECRETS, World

MOST = 75_000_000
"""Bytes that the image may weigh over its base."""

LEASE = 75
"""Seconds after which the lease of a killed run has surely ended."""

SOMEBODY = "54321:0"
"""A user id that no file of the image knows, with the group that platforms give to such."""

_TAG = "localhost/truenorth:verified"


class Life:
    """Builds the image, and lives it; each part prints a line. Cleans up after itself, and leaves the image.

    Raises Failed at the first thing that is not as it should be.
    """

    def __init__(self, engine: Engine, root: Path, port: int) -> None:
        self._engine, self._root = engine, root
        self._world = World(root, port)
        self._image = engine.given.image or _TAG
        self._name = f"truenorth-verified-{port}"
        self._volumes: list[str] = []
        self._told = ""

    def __enter__(self) -> Self:
        # Whoever runs the container must read what stands in them, and that is another user.
        self._folder = Path(tempfile.mkdtemp(prefix="truenorth-image-"))
        self._folder.chmod(0o755)
        shutil.copytree(self._root / "config" / "examples", self._folder / "config")
        (self._folder / "secrets").mkdir()
        for name, value in SECRETS.items():
            (self._folder / "secrets" / name).write_text(f"{value}\n")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._quietly("rm", "--force", self._name)
        for volume in self._volumes:
            self._quietly("volume", "rm", "--force", volume)
        shutil.rmtree(self._folder, ignore_errors=True)

    def live(self) -> None:
        """All of it, in order."""
        self._step("built", self._build)
        self._step("what it says of itself", self._describe)
        self._step("settings are valid, without a network", self._validate)
        self._step("all that it needs is in it", self._complete)
        self._step("nothing but /data and /tmp can be written", self._read_only)
        with self._world:
            self._step("the first run stops for a person", self._guarded)
            self._step("first sync", self._first_sync)
            self._step("second sync, in a new container, writes nothing", self._second_sync)
            self._step("the store on the volume is its user's alone", self._store)
            self._step("status, report and French", self._read_back)
            self._step("a new store takes over what stands on the tickets", self._new_store)
            self._step(f"as user {SOMEBODY}", self._unknown_user)
            self._step("SIGTERM in the middle of the writes ends with 143", self._terminated)
            self._step("SIGKILL in the middle of the writes", self._killed)
            self._step("the next run finishes, and nothing is there twice", self._resumed)
        self._step("no credential in any output", self._silent)

    def _step(self, name: str, part: Callable[[], str | None]) -> None:
        begun = time.monotonic()
        try:
            said = part()
        except Failed as error:
            raise Failed(f"{name}: {error}") from error
        print(f"ok  {name}{f': {said}' if said else ''} ({time.monotonic() - begun:.1f} s)", flush=True)  # noqa: T201  what the script is for

    # --- the image

    def _build(self) -> str:
        given = self._engine.given
        if given.image:
            return f"{given.image} was given"
        base = given.base
        if given.base_tar:
            run([self._engine.runner, "import", given.base_tar, base])
        arguments = {"REVISION": self._revision()}
        arguments |= {"BASE": base} if base else {}
        arguments |= {"LANGUAGES": given.languages} if given.languages else {}
        run(self._engine.build_command(self._image, arguments), self._root)
        return self._image

    def _describe(self) -> str:
        labels = self._engine.labels(self._image)
        prefix = "org.opencontainers.image."
        wanted = ("title", "description", "licenses", "version", "revision", "base.name")
        _true(
            missing := [one for one in wanted if not labels.get(prefix + one)],
            [],
            f"labels are missing: {missing}",
        )
        version = self._run("--version", network="none").out.strip()
        for known in (
            "schema",
            f"commit {labels[prefix + 'revision']}",
            f"truenorth {labels[prefix + 'version']}",
        ):
            _true(known in version, True, f"--version does not say {known!r}: {version}")
        base = self._engine.size(labels[prefix + "base.name"])
        over = self._engine.size(self._image) - base
        _true(over <= MOST, True, f"{over / 1e6:.1f} MB over its base, and at most {MOST / 1e6:.0f} may be")
        return f"{version}, {over / 1e6:.1f} MB over its base"

    def _validate(self) -> None:
        self._run("validate", network="none")

    def _complete(self) -> str:
        """What commands of the container import beside the dependencies of each installation: of a store, workers and a service."""
        needed = ("psycopg", "psycopg_pool", "procrastinate", "prometheus_client", "starlette", "uvicorn")
        tries = f"import {', '.join(needed)}"
        self._run("-c", tries, entrypoint="/opt/truenorth/bin/python", network="none")
        absent = self._run("demo", code=2, network="none").err
        _true("not part of this installation" in absent, True, f"the sandbox is in it: {absent}")
        return ", ".join(needed)

    def _read_only(self) -> str:
        tries = "import os, sys\nfor one in sys.argv[1:]:\n try:\n  open(one + '/x', 'w').close(); print(one)\n except OSError:\n  pass\nprint(os.getuid())"
        places = ("/", "/opt/truenorth", "/etc", "/usr/bin", "/config", "/run/secrets", "/data", "/tmp")  # noqa: S108  in the container
        ended = self._run("-c", tries, *places, entrypoint="/opt/truenorth/bin/python", network="none")
        written = ended.out.split()
        allowed = ["/data", "/tmp", "10001"]  # noqa: S108  likewise
        _true(written, allowed, f"these could be written, by the user id that is last: {' '.join(written)}")
        return "as user 10001"

    # --- runs

    def _guarded(self) -> None:
        self._run("sync", code=4)
        _true(self._world.writes(), 0, "something was written")

    def _first_sync(self) -> str:
        self._sync("--first-run")
        written = self._world.writes()
        _true(written > 0, True, "nothing was written")
        self._whole = self._world.marks()
        return f"{written} writes"

    def _second_sync(self) -> None:
        self._world.forget()
        self._sync()
        _true(self._world.writes(), 0, "something was written again")
        _true(self._run("plan", code=None, options=("--exit-code",)).code, 0, "the plan is not empty")

    def _store(self) -> str:
        told = "import os, stat\none = os.stat('/data/truenorth.db')\nprint(one.st_uid, oct(stat.S_IMODE(one.st_mode)))"
        ended = self._run("-c", told, entrypoint="/opt/truenorth/bin/python", network="none")
        _true(ended.out.split(), ["10001", "0o600"], f"the store is {ended.out}")
        _true(bool(self._run("log").out.strip()), True, "the audit log is empty")
        return ended.out.strip()

    def _read_back(self) -> None:
        self._run("status")
        self._run("report", "--out", "/data/report")
        told = self._run("brief", "--language", "fr").out
        _true(bool(told.strip()), True, "the brief is empty")

    def _new_store(self) -> None:
        self._world.forget()
        self._sync("--first-run", store="second")
        _true(self._world.writes(), 0, "something was written again")

    def _unknown_user(self) -> None:
        self._sync("--first-run", store="third", user=SOMEBODY)
        _true(self._world.writes(), 0, "something was written again")
        self._run("status", store="third", user=SOMEBODY)

    # --- deaths

    def _terminated(self) -> str:
        self._world.ask("POST", "/__reset")
        self._begin_writing("--first-run")
        begun = time.monotonic()
        self._engine.ask("stop", "--time", "20", self._name)
        took = time.monotonic() - begun
        _true(self._engine_code(), 143, "it ended with another code")
        _true(took < 10, True, f"it took {took:.1f} s")
        return f"after {took:.1f} s"

    def _killed(self) -> None:
        self._begin_writing()
        self._engine.ask("kill", "--signal", "KILL", self._name)
        _true(self._engine_code(), 137, "it ended with another code")

    def _resumed(self) -> str:
        self._world.speed_up()
        _true(self._world.marks() != self._whole, True, "it had finished before it was killed")
        begun = time.monotonic()
        # Until the lease of the killed run has ended, the others leave the work to it.
        while json.loads(self._sync(store="fourth", code=None).out).get("not_run"):
            _true(time.monotonic() - begun < LEASE, True, "the lease of the killed run does not end")
            time.sleep(2)
        self._world.forget()
        self._sync(store="fourth")
        _true(self._world.writes(), 0, "something was written again")
        _true(
            self._world.marks(),
            self._whole,
            "the tickets bear other marks than after a run that nobody killed",
        )
        return f"{time.monotonic() - begun:.0f} s, with the wait for the lease"

    def _silent(self) -> None:
        for name in ("TRUENORTH_JIRA_TOKEN", "TRUENORTH_LINEAR_TOKEN"):
            _true(SECRETS[name] in self._told, False, f"the value of {name} was printed")

    # --- commands

    def _begin_writing(self, *options: str) -> None:
        """A sync in the background, as far as its third write."""
        self._world.speed_up()
        self._world.slow_down(0.3)
        self._world.forget()
        self._quietly("rm", "--force", self._name)
        arguments = ("sync", "--as-of", MOMENT, "--format", "json", *options)
        given = ("--detach", "--name", self._name, *self._options("fourth", "host"))
        run(self._engine.run_command(self._image, given, arguments))
        end = time.monotonic() + 90
        while self._world.writes() < 3:
            if (
                time.monotonic() > end
                or self._engine.ask("ps", "--quiet", "--filter", f"name={self._name}") == ""
            ):
                raise Failed(f"it never wrote: {self._logs()}")
            time.sleep(0.1)

    def _engine_code(self) -> int:
        code = int(self._engine.ask("wait", self._name))
        self._told += self._logs()
        return code

    def _logs(self) -> str:
        ended = run([self._engine.runner, "logs", self._name], check=False)
        return ended.out + ended.err

    def _sync(self, *options: str, store: str = "first", user: str = "", code: int | None = 0) -> Ended:
        return self._run("sync", store=store, user=user, code=code, options=("--format", "json", *options))

    def _run(
        self,
        *arguments: str,
        store: str = "first",
        user: str = "",
        code: int | None = 0,
        options: Sequence[str] = (),
        entrypoint: str = "",
        network: str = "host",
    ) -> Ended:
        """A container to its end. Raises Failed where it ends with another code."""
        moment = ("--as-of", MOMENT) if arguments[0] in ("sync", "plan") else ()
        given = [*self._options(store, network), "--rm"]
        given += ["--user", user] if user else []
        given += ["--entrypoint", entrypoint] if entrypoint else []
        command = self._engine.run_command(self._image, given, (*arguments, *moment, *options))
        ended = run(command, check=False)
        self._told += f"{ended}"
        if code is not None and ended.code != code:
            raise Failed(f"{' '.join(arguments)} was to end with {code}: {ended}")
        return ended

    def _options(self, store: str, network: str) -> list[str]:
        volume = f"{self._name}-{store}"
        if volume not in self._volumes:
            self._quietly("volume", "rm", "--force", volume)
            self._engine.ask("volume", "create", volume)
            self._volumes.append(volume)
        mounts = {
            volume: "/data",
            f"{self._folder}/config": "/config:ro",
            f"{self._folder}/secrets": "/run/secrets:ro",
        }
        urls = {"JIRA": f"{self._world.url}/jira", "LINEAR": f"{self._world.url}/linear/graphql"}
        return [
            *("--network", network),
            *(part for place, at in mounts.items() for part in ("--volume", f"{place}:{at}")),
            *(part for name, url in urls.items() for part in ("--env", f"TRUENORTH_{name}_URL={url}")),
        ]

    def _revision(self) -> str:
        with contextlib.suppress(OSError, subprocess.CalledProcessError):
            asked = ["git", "-C", str(self._root), "rev-parse", "HEAD"]
            return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()  # noqa: S603  our own words
        return "unknown"

    def _quietly(self, *arguments: str) -> None:
        run([self._engine.runner, *arguments], check=False)


def _true(found: object, expected: object, otherwise: str) -> None:
    if found != expected:
        raise Failed(otherwise)
