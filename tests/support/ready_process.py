"""The command line in a process that is ready, and begins when its standard input ends.

    python -m tests.support.ready_process ARGUMENTS…

Several that share one pipe as their input begin at one moment, whatever the start of an interpreter takes. `ready` on the
first line of the standard output says that all is imported.
"""

from __future__ import annotations

import sys

from sync.cli import app


def main() -> None:
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.buffer.read()
    sys.argv[0] = "truenorth"
    app.main()


if __name__ == "__main__":
    main()
