"""What no removal reaches is said by whatever removes."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sync.cli.output import Format, Output
from sync.cli.posted_briefs import say_posted
from sync.store.store import Store


@pytest.mark.parametrize(
    ("posted", "words"),
    [
        (0, ""),
        (1, "1 brief posted to chat channels. It cannot be taken back from here: delete it in the channel.\n"),
        (2, "2 briefs posted to chat channels. They cannot be taken back from here: delete them in the channel.\n"),
    ],
)  # fmt: skip
def test_briefs_stay_where_they_were_posted(
    posted: int, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = Store(f"sqlite:///{tmp_path}/store.db")
    for week in range(posted):
        run = store.briefs.begin("team 1", f"2026-W{week + 10}", "", "acme")
        assert isinstance(run, int)
        store.briefs.end(run, "team 1", f"2026-W{week + 10}", "posted")
    refused = store.briefs.begin("team 1", "2026-W30", "", "acme")
    assert isinstance(refused, int)
    store.briefs.end(refused, "team 1", "2026-W30", "refused")
    session: Any = SimpleNamespace(store=store)
    say_posted(session, Output(Format.TEXT))
    store.close()
    assert " ".join(capsys.readouterr().out.split()) == words.strip()
