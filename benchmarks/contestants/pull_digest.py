"""Pulls one site and prints a digest of all that was read: `python benchmarks/contestants/pull_digest.py URL cloud|data_center PROJECT …`.

Imports nothing of `benchmarks`, so that it runs with any build of the product on the path. `benchmarks/same_pull.py` compares.
"""

from __future__ import annotations

import hashlib
import json
import sys

from pydantic import SecretStr

from config.settings import Credentials
from config.text.redaction import redactor
from config.trackers import JiraScope, JiraTracker
from connectors.jira import JiraConnector


def main() -> None:
    url, deployment, token, *projects = sys.argv[1:]
    redactor.add(token)
    is_cloud = deployment == "cloud"
    scope = JiraScope(projects=tuple(projects))
    tracker = JiraTracker(kind="jira", url=url, scope=scope, deployment=deployment)
    email = "truenorth@acme.example" if is_cloud else None
    key = Credentials(token=SecretStr(token), email=email, url=url)
    connector = JiraConnector(
        "jira", tracker, key, "benchmark", labels=("okr-aligned", "okr-orphaned"), commitments=True
    )
    pulled = connector.pull()
    again = connector.pull(
        None, {one.ref.id for one in pulled.items[::3]}, {one.ref.id for one in pulled.items[::5]}
    )
    connector.close()
    told = []
    for one in (pulled, again):
        rows = [repr(item) for item in one.items]
        told.append(
            {
                "items": len(rows),
                "digest": hashlib.sha256("\n".join(rows).encode()).hexdigest()[:16],
                "stamped": sum(item.shown.stamp is not None for item in one.items),
                "notes": sorted(one.notes),
                "set_aside": repr(one.set_aside),
                "requests": one.requests,
            }
        )
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
