"""Values of which each test of a file meets one, in turn: the file meets all of them, at the cost of one."""

from __future__ import annotations

import pytest


def in_turn(metafunc: pytest.Metafunc, fixture: str, values: tuple[str, ...]) -> None:
    """Give the fixture the next value for each test of the module, by its place in it.

    Tests that say themselves which values they meet, as where these tell different stories, are left alone. To be called by
    the module's `pytest_generate_tests`.
    """
    if fixture not in metafunc.fixturenames or _says_itself(metafunc, fixture):
        return
    tests = [name for name in vars(metafunc.module) if name.startswith("test_")]
    place = tests.index(metafunc.function.__name__)
    metafunc.parametrize(fixture, [values[place % len(values)]], indirect=True)


def _says_itself(metafunc: pytest.Metafunc, fixture: str) -> bool:
    marks = metafunc.definition.iter_markers("parametrize")
    return any(fixture in (mark.args[0] if mark.args else ()) for mark in marks)
