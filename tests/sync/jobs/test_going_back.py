"""Going back one version after a newer one migrated the store: refused, with nothing changed, and there is a way out."""

from __future__ import annotations

from pathlib import Path

import pytest

from sync.store import tables
from tests.support.builders import NOW
from tests.support.cli import Cli
from tests.support.kept_looks import Here

NEWER = tables.VERSION + 1


def test_a_store_of_the_next_version_is_refused_and_rebuild_leads_out_of_it(
    tmp_path: Path, run: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = Here(7, tmp_path, run, monkeypatch)
    here.sync(NOW)
    here.write("UPDATE about SET value = value + 1 WHERE name = 'schema'")
    here.write("ALTER TABLE items ADD COLUMN of_later VARCHAR(64)")
    kept = here.store.read_bytes()
    for command in (("status",), ("plan",), ("sync",)):
        refused = run(*command)
        assert (refused.code, refused.out) == (1, "")
        assert (
            f"is from a newer Truenorth (schema {NEWER}, this version supports {tables.VERSION})"
            in refused.err
        )
        assert "nothing was changed there" in refused.err
        assert "put back a copy of the store from before the upgrade" in refused.err
        assert "run `truenorth rebuild`" in refused.err
    assert here.store.read_bytes() == kept
    rebuilt = run("rebuild")
    assert rebuilt.code == 0, rebuilt.err
    (aside,) = here.store.parent.glob("*.aside")
    assert aside.read_bytes() == kept
    assert "Carried over the readings of 1 day." in rebuilt.out
    assert run("sync").code == 0
    assert run("plan", "--exit-code").code == 0, "what the tickets bear is known by their stamps"
