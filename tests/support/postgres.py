"""A throwaway PostgreSQL: a real server in a folder of its own, which tests stop, start and look into.

It sorts text as English does, because a server somewhere will, and nothing that we decide may hang on that.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

OWNER = "postgres"
"""Whom the server runs as where we are root, since it refuses to."""


def programs() -> Path | None:
    """The folder of the newest server's programs, or None where there is no server."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda one: int(one.parts[-3]))
    named = shutil.which("initdb")
    return found[-1].parent if found else Path(named).parent if named else None


def why_not() -> str | None:
    """Why no server can be started here, or None."""
    if programs() is None:
        return "PostgreSQL's server is not installed (Debian: apt-get install postgresql)"
    if os.getuid() == 0 and OWNER not in (one.pw_name for one in pwd.getpwall()):
        return f"we are root, as whom PostgreSQL does not run, and there is no user {OWNER}"
    return None


class Cluster:
    """A running server on loopback, with a superuser of the name `owner` and no passwords."""

    def __init__(self) -> None:
        found = programs()
        assert found is not None
        self._programs = found
        self._folder = Path(tempfile.mkdtemp(prefix="truenorth-pg-"))
        self._count = 0
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        if os.getuid() == 0:
            shutil.chown(self._folder, OWNER)
        locale = ("--locale=C", "--locale-provider=icu", "--icu-locale=en-US", "--encoding=UTF8")
        self._do("initdb", "--no-sync", "--auth=trust", "--username=owner", *locale, "-D", self._data)
        self.start()

    @property
    def _data(self) -> str:
        return str(self._folder / "data")

    def start(self) -> None:
        """Start the server and wait until it answers."""
        given = f"-p {self.port} -k {self._folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        self._do("pg_ctl", "-D", self._data, "-w", "-l", str(self._folder / "log"), "-o", given, "start")

    def stop(self) -> None:
        """Stop it as a crash would: connections are cut, nothing is tidied up."""
        self._do("pg_ctl", "-D", self._data, "-m", "immediate", "-w", "stop")

    def remove(self) -> None:
        """Stop it, if it runs, and leave no trace."""
        self._do("pg_ctl", "-D", self._data, "-m", "immediate", "-w", "stop", check=False)
        shutil.rmtree(self._folder, ignore_errors=True)

    def url(self, database: str, role: str = "owner") -> str:
        """The address of a database, as an operator would write it."""
        return f"postgresql://{role}:hunter2@127.0.0.1:{self.port}/{database}"

    def make(self) -> str:
        """A new empty database; its name."""
        self._count += 1
        name = f"store_{self._count}"
        self.ask("postgres", f"CREATE DATABASE {name}")
        return name

    def ask(self, database: str, *statements: str) -> list[str]:
        """What SQL gives, a line a row, columns parted by `|`."""
        commands = [part for statement in statements for part in ("-c", statement)]
        reached = ("-h", "127.0.0.1", "-p", str(self.port), "-U", "owner", "-d", database)
        return self._do(
            "psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", *reached, *commands
        ).splitlines()

    def dump(self, database: str) -> str:
        """All that is kept in a database."""
        return self._do(
            "pg_dump", "-h", "127.0.0.1", "-p", str(self.port), "-U", "owner", "--inserts", database
        )

    def _do(self, program: str, *arguments: str, check: bool = True) -> str:
        as_owner = os.getuid() == 0
        log = self._folder / f"{program}.out"
        with log.open("w") as out:
            # Into a file: a server started here would hold a pipe open.
            done = subprocess.run(  # noqa: S603  PostgreSQL's own programs
                [self._programs / program, *arguments],
                stdout=out,
                stderr=subprocess.STDOUT,
                cwd=self._folder,
                user=OWNER if as_owner else None,
                group=OWNER if as_owner else None,
                extra_groups=[] if as_owner else None,
                check=False,
                timeout=60,
            )
        output = log.read_text(errors="replace")
        assert done.returncode == 0 or not check, f"{program}: {output}"
        return output
