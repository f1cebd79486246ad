"""What holds for every test: all traffic with a sandbox is judged by the vendors' own contract files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from tests.contract import layer as contract

LAYER = contract.Layer()
_TOTALS: Counter[str] = Counter()
_KEY = "contract"


def pytest_configure(config: pytest.Config) -> None:
    """Put the layer around every sandbox."""
    config.addinivalue_line(
        "markers", "wrong_on_purpose(why): what the connectors send here may break a contract"
    )
    if not contract.available():
        return
    try:
        from connectors.sandbox.server import Sandbox
    except ImportError:  # the sandbox is an extra
        return
    Sandbox.watchers.append(LAYER.watch)


@pytest.fixture(autouse=True)
def judged_by_the_contracts(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test fails when an exchange that happened in it breaks a contract."""
    yield
    problems = LAYER.verdict()
    if problems and request.node.get_closest_marker("wrong_on_purpose") is None:
        pytest.fail("against the vendors' contracts:\n" + "\n".join(problems[:20]), pytrace=False)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Give the counts to whoever prints them: this process, or the one that started it."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output[_KEY] = dict(LAYER.counts)
    else:
        _TOTALS.update(LAYER.counts)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: object) -> None:
    """A worker of xdist is done."""
    _TOTALS.update(getattr(node, "workeroutput", {}).get(_KEY, {}))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How much was judged."""
    counts = ", ".join(f"{number:,} {what}" for what, number in sorted(_TOTALS.items()))
    terminalreporter.write_line(f"contracts: {counts or contract.WHY_OFF}")
