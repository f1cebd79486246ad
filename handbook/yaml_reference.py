"""The reference of the OKR files, made from the models that read them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from config.loading.json_schema import schema
from handbook.markdown import cell, code, table

_OPENING = (
    "Every key of the OKR files, made from the models that read them. A file has any of the keys at the top; what the whole must have "
    "may be spread over the files of a folder. An unknown key is an error with `file:line:column`. "
    "`truenorth schema` prints the same as a JSON Schema, with which an editor completes and checks while you type."
)
_LONGEST = 60
"""Characters of a default that is shown whole."""
_PLACES = 4
"""Places of a part that are named; conditions stand inside conditions."""
_DEEPEST = 6


def page(examples: str) -> str:
    """Every key of the OKR files with its kind, default and meaning, and then the examples, in Markdown."""
    whole = schema()
    parts = [
        "# YAML",
        _OPENING,
        "## At the top",
        _keys(whole, whole["$defs"]),
        *_sections(whole),
        "## An example",
        "The example company of `truenorth demo`: one folder, several files.",
        examples,
    ]
    return "\n\n".join(parts) + "\n"


def heading(name: str) -> str:
    """The name of a model as a heading: `JiraTracker` is "Jira tracker"."""
    words = re.findall(r"[A-Z][a-z]*", name)
    return " ".join([words[0], *(word.lower() for word in words[1:])])


def anchor(name: str) -> str:
    """The anchor of that heading."""
    return heading(name).lower().replace(" ", "-")


def _sections(whole: dict[str, Any]) -> Iterator[str]:
    places = _places(whole)
    for name in sorted(places, key=lambda one: list(places).index(one)):
        model = whole["$defs"][name]
        yield f"## {heading(name)}"
        at = places[name]
        more = ", …" if len(at) > _PLACES else ""
        yield f"At {', '.join(code(place) for place in at[:_PLACES])}{more}"
        if model.get("description"):
            yield cell(model["description"])
        if model.get("properties"):
            yield _keys(model, whole["$defs"])
        else:
            yield _kind(model, whole["$defs"])


def _keys(model: Mapping[str, Any], models: Mapping[str, Any]) -> str:
    must = set(model.get("required", ()))
    rows = [
        (
            code(name),
            _kind(body, models),
            "**required**" if name in must else _default(body),
            cell(body.get("description") or _about(body, models)),
        )
        for name, body in model["properties"].items()
    ]
    return table(("Key", "Value", "Default", "Meaning"), rows)


def _about(body: Mapping[str, Any], models: Mapping[str, Any]) -> str:
    """What the part that it is says of itself."""
    names = [name for name in _models_in(body) if models[name].get("description")]
    return str(models[names[0]]["description"]) if names else ""


def _default(body: Mapping[str, Any]) -> str:
    if "default" not in body or body["default"] is None:
        return "–"
    if isinstance(body["default"], dict) and body["default"]:
        return "as it says there"
    shown = json.dumps(body["default"], ensure_ascii=False)
    if isinstance(body["default"], str):
        shown = body["default"]
    return code(shown) if len(shown) <= _LONGEST else f"{len(body['default'])} usual ones"


def _kind(body: Mapping[str, Any], models: Mapping[str, Any]) -> str:
    """What may stand there, in words."""
    if "$ref" in body:
        name = body["$ref"].rsplit("/", 1)[1]
        return f"[{heading(name)}](#{anchor(name)})"
    for several in ("anyOf", "oneOf"):
        if several in body:
            kinds = [_kind(one, models) for one in body[several] if one.get("type") != "null"]
            return " or ".join(dict.fromkeys(kinds))
    if "const" in body:
        return code(str(body["const"]))
    if "enum" in body:
        return ", ".join(code(str(one)) for one in body["enum"])
    match body.get("type"):
        case "array":
            within = _kind(body["items"], models) if "items" in body else "anything"
            return f"list of: {within}"
        case "object":
            inner = body.get("additionalProperties") or next(
                iter(body.get("patternProperties", {}).values()), True
            )
            return f"by name: {_kind(inner, models)}" if isinstance(inner, dict) else "keys and values"
        case "string":
            return "date" if body.get("format") == "date" else "text"
        case "boolean":
            return "`true`, `false`"
        case "integer" | "number":
            return f"{'whole number' if body['type'] == 'integer' else 'number'}{_bounds(body)}"
    return "anything"


def _bounds(body: Mapping[str, Any]) -> str:
    signs = {"minimum": "≥", "exclusiveMinimum": "&gt;", "maximum": "≤", "exclusiveMaximum": "&lt;"}
    said = [f"{sign} {body[name]:g}" for name, sign in signs.items() if name in body]
    return f", {' and '.join(said)}" if said else ""


def _models_in(body: Mapping[str, Any]) -> Iterator[str]:
    """Names of the models that a value can be made of, with those inside lists and mappings."""
    if "$ref" in body:
        yield body["$ref"].rsplit("/", 1)[1]
    for several in ("anyOf", "oneOf"):
        for one in body.get(several, ()):
            yield from _models_in(one)
    if isinstance(body.get("items"), dict):
        yield from _models_in(body["items"])
    for inner in (body.get("additionalProperties"), *body.get("patternProperties", {}).values()):
        if isinstance(inner, dict):
            yield from _models_in(inner)


def _places(whole: dict[str, Any]) -> dict[str, list[str]]:
    """Where each model stands in a declaration, in the order in which a reader meets it."""
    found: dict[str, list[str]] = {}

    def walk(body: Mapping[str, Any], path: str, depth: int) -> None:
        for key, inner in body.get("properties", {}).items():
            for name in _models_in(inner):
                place = f"{path}{key}{_suffix(inner)}"
                known = found.setdefault(name, [])
                if place in known or depth > _DEEPEST:
                    continue
                first = not known
                known.append(place)
                if first:
                    walk(whole["$defs"][name], f"{place}.", depth + 1)

    walk(whole, "", 0)
    return found


def _suffix(body: Mapping[str, Any]) -> str:
    if "anyOf" in body:
        return next((_suffix(one) for one in body["anyOf"] if one.get("type") != "null"), "")
    match body.get("type"):
        case "array":
            return "[]"
        case "object":
            return ".NAME"
    return ""
