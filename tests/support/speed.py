"""What makes thousands of tests in one process cheap, and changes nothing that they see."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import pytest
import sqlalchemy
from ruamel.yaml import YAML
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import Dialect, Engine
from sqlalchemy.util import LRUCache

from config.text.redaction import redactor

_MOST = 128
"""Texts of which the nodes are kept."""


def pytest_configure() -> None:
    """Worlds, schemas and contracts live long: they are looked through for garbage a good deal less often."""
    gc.set_threshold(200_000, 20, 20)
    sqlalchemy.create_engine = _compiled_once(sqlalchemy.create_engine)
    YAML.compose = _once_a_text(YAML.compose)  # type: ignore[method-assign]


def pytest_collection_finish() -> None:
    """What was imported stays to the end, so it is never looked through again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True, scope="module")
def _secrets_are_forgotten() -> Iterator[None]:
    """The process learns a secret for good, and each text is searched for all of them: those of other files' tests, too."""
    known = redactor._secrets
    yield
    redactor.spare(*(redactor._secrets - known))


def _once_a_text(compose: Callable[..., Any]) -> Callable[..., Any]:
    """The same OKR files are read by thousands of commands: the library makes the nodes of a text once.

    Nobody alters them; an error is raised anew each time, for it is never kept.
    """

    @lru_cache(maxsize=_MOST)
    def kept(typ: tuple[str, ...], depth: int, text: str) -> Any:
        yaml = YAML(typ=list(typ), pure=True)
        yaml.max_depth = depth
        return compose(yaml, text)

    def once(self: YAML, stream: Any) -> Any:
        if not isinstance(stream, str) or not self.pure:
            return compose(self, stream)
        return kept(tuple(self.typ), self.max_depth, stream)

    return once


def _compiled_once(create: Callable[..., Engine]) -> Callable[..., Engine]:
    """Each command opens its store, and SQLAlchemy compiles every statement anew for each engine.

    Those of SQLite share what was compiled, and the dialect by which it is known.
    """
    compiled: LRUCache[Any, Any] = LRUCache(2_000)
    dialects: list[Dialect] = []

    def shared(*given: Any, **named: Any) -> Engine:
        engine = create(*given, **named)
        if type(engine.dialect) is SQLiteDialect_pysqlite and not named:
            dialects.append(engine.dialect)
            engine.dialect = dialects[0]
            engine._compiled_cache = compiled
            del dialects[1:]
        return engine

    return shared
