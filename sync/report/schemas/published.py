"""The JSON Schema of a document, made from its shape. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

from config.loading.json_schema import DIALECT
from sync.report.schemas import digest, explain, orphans, report, review, signals, status
from sync.report.schemas.names import Document, schema_name

_SHAPES: Mapping[Document, Any] = {
    "status": status.Document,
    "orphans": orphans.Document,
    "signals": signals.Document,
    "explain": explain.Document,
    "review": review.Document,
    "digest": digest.Document,
    "report": report.Document,
}


class _Plain(GenerateJsonSchema):
    """Without a title for each key, which says no more than the key."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002  that of its base
        return False


def schema_of(document: Document, *, strict: bool = False) -> dict[str, Any]:
    """JSON Schema (2020-12) of what a command prints with `--format json`.

    A document of a later minor version, which may have more keys, is valid, too; `strict`: only keys that are told here.
    """
    body = TypeAdapter(_SHAPES[document]).json_schema(by_alias=True, schema_generator=_Plain)
    name = schema_name(document)
    return {
        "$schema": DIALECT,
        "$id": f"urn:{name.replace('/', ':')}",
        "title": "report.json of truenorth report"
        if document == "report"
        else f"truenorth {document} --format json",
        **_tidied(body, strict=strict),
    }


def _tidied(value: JsonSchemaValue, *, strict: bool) -> JsonSchemaValue:
    """Without defaults, since an absent key is absent, and titles; `strict`: objects are closed."""
    found: JsonSchemaValue = {}
    for key, one in value.items():
        if key in ("default", "title") and not isinstance(one, dict):
            continue  # a dict is a key of the document that is called so
        found[key] = _tidied_any(one, strict=strict)
    if strict and "properties" in found:
        found["additionalProperties"] = False
    return found


def _tidied_any(value: Any, *, strict: bool) -> Any:
    if isinstance(value, dict):
        return _tidied(value, strict=strict)
    return [_tidied_any(one, strict=strict) for one in value] if isinstance(value, list) else value
