"""Faults that pydantic finds, in the operator's words and at the place in the file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from config.errors import Problem, did_you_mean, nearest, quoted
from config.loading.yaml_nodes import Place, YamlNode
from config.settings import variables
from config.text.figures import ENGLISH
from config.wording import counted
from config.workspace import Workspace

Loc = tuple[str | int, ...]

MOST = 50
"""Problems that are listed one by one; nobody reads more at once."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a pydantic location leads: the node, the place of its key, and what the model says of it."""

    node: YamlNode
    path: Loc
    key: Place | None
    annotation: Any
    field: FieldInfo | None

    @property
    def model(self) -> type[BaseModel] | None:
        """The model of the mapping here, with the kind that it names where there are several."""
        if (direct := _model(self.annotation)) is not None:
            return direct
        entries = self.node.value
        kind = entries.get("kind") if isinstance(entries, dict) else None
        return _kinds(self.annotation).get(str(kind.value)) if kind else None


def find(root: YamlNode, loc: Loc) -> tuple[Spot, str | None]:
    """The deepest node on the way to `loc`, and the key that is not there, if one is not."""
    spot = Spot(root, (), None, Workspace, None)
    for place, step in enumerate(loc, 1):
        if step == "[key]":
            break
        if step in _kinds(spot.annotation) and not _has(spot, step, leads_on=place < len(loc)):
            continue  # pydantic names the chosen kind in between; it is no step in the file
        match spot.node.value:
            case dict(entries) if str(step) in entries:
                key = str(step)
                annotation, field = _below(spot, key)
                spot = Spot(entries[key], (*spot.path, key), spot.node.keys.get(key), annotation, field)
            case list(items) if isinstance(step, int) and step < len(items):
                annotation, _ = _below(spot, step)
                spot = Spot(items[step], (*spot.path, step), None, annotation, spot.field)
            case _:
                return spot, str(step)
    return spot, None


def _has(spot: Spot, step: str | int, *, leads_on: bool) -> bool:
    """Whether the step is a key of the mapping, and not the name of its kind: no step leads on from plain text."""
    entries = spot.node.value
    if (
        spot.model is None
        or step not in _fields(spot.model)
        or not isinstance(entries, dict)
        or step not in entries
    ):
        return False
    return not leads_on or isinstance(entries[str(step)].value, dict | list)


def _below(spot: Spot, step: str | int) -> tuple[Any, FieldInfo | None]:
    if spot.model is not None:
        field = _fields(spot.model).get(str(step))
        return (field.annotation, field) if field else (None, None)
    arguments = get_args(_bare(spot.annotation))
    if get_origin(_bare(spot.annotation)) is dict:
        return arguments[1], None
    return (arguments[0], None) if arguments else (None, None)


def _fields(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """Fields by the names that they have in YAML."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def _bare(annotation: Any) -> Any:
    """The annotation without Annotated and without `| None`."""
    while True:
        if get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
            continue
        if get_origin(annotation) in (Union, UnionType):
            rest = [one for one in get_args(annotation) if one is not type(None)]
            if len(rest) == 1:
                annotation = rest[0]
                continue
        return annotation


def _model(annotation: Any) -> type[BaseModel] | None:
    bare = _bare(annotation)
    return bare if isinstance(bare, type) and issubclass(bare, BaseModel) else None


def _kinds(annotation: Any) -> dict[str | int, type[BaseModel]]:
    """Models by the kind that chooses between them; empty where there is no such choice."""
    bare = _bare(annotation)
    if get_origin(bare) not in (Union, UnionType):
        return {}
    models = [one for one in get_args(bare) if isinstance(one, type) and issubclass(one, BaseModel)]
    return {get_args(one.model_fields["kind"].annotation)[0]: one for one in models}


def explain(root: YamlNode, details: Iterable[dict[str, Any]]) -> list[Problem]:
    """Pydantic's error details as problems, without those that only follow from another.

    Of very many, the first are listed, with a count of the others.
    """
    details = list(details)
    beyond = details[MOST:]
    if beyond:
        spot, _ = find(root, beyond[0]["loc"])
        more = (spot.key or spot.node.mark).problem(f"{counted(len(beyond), 'more error')} from here on")
        return [*explain(root, details[:MOST]), more]
    mistyped = {_meant(root, detail) for detail in details if detail["type"] == "extra_forbidden"}
    found = []
    for detail in details:
        spot, absent = find(root, detail["loc"])
        if detail["type"] == "missing" and (spot.path, absent) in mistyped:
            continue
        problem = _explain(root, detail)
        if problem is not None:
            found.append(problem)
    return found


def _meant(root: YamlNode, detail: dict[str, Any]) -> tuple[Loc, str | None]:
    spot, _ = find(root, detail["loc"])
    parent, _ = find(root, spot.path[:-1])
    known = _fields(parent.model) if parent.model else ()
    return spot.path[:-1], _rewritten(spot.path[-1], known) or nearest(spot.path[-1], known)


def _explain(root: YamlNode, detail: dict[str, Any]) -> Problem | None:
    spot, absent = find(root, detail["loc"])
    kind: str = detail["type"]
    if spot.node.broken:
        return None
    if kind == "missing":
        return _missing(spot, str(absent))
    if kind == "extra_forbidden":
        return _unknown_key(spot, str(detail["loc"][-1]), root)
    if kind == "union_tag_not_found":
        return spot.node.mark.problem(
            'missing key "kind"', f"use one of: {', '.join(map(str, _kinds(spot.annotation)))}"
        )
    if kind == "union_tag_invalid":
        return _unknown_kind(spot)
    if detail["loc"] and detail["loc"][-1] == "[key]":
        # The name itself is wrong, so the complaint belongs to the key and not to what stands behind it.
        what, hint = _pattern(spot, detail)
        return (spot.key or spot.node.mark).problem(f"{quoted(spot.path[-1])} {what}", hint)
    message, hint = _TEXTS.get(kind, _other)(spot, detail)
    return spot.node.mark.problem(message, hint)


def _missing(spot: Spot, key: str) -> Problem:
    field = _fields(spot.model).get(key) if spot.model else None
    about = (field.description or "").rstrip(".") if field else ""
    return spot.node.mark.problem(
        f'missing key "{key}"', f"add it: {about[:1].lower()}{about[1:]}" if about else "add it"
    )


def _unknown_key(spot: Spot, key: str, root: YamlNode) -> Problem:
    parent, _ = find(root, spot.path[:-1])
    mark = spot.key or spot.node.mark
    known = list(_fields(parent.model)) if parent.model else []
    message = f"unknown key {quoted(key)}"
    if parent.path[:1] == ("trackers",) and key.casefold() in _SECRETS:
        names = variables(str(parent.path[1]))
        return mark.problem(message, f"do not put credentials in YAML: set {names[0]} and {names[1]}")
    if why := getattr(parent.model, "refused", {}).get(key):
        return mark.problem(message, why)
    if meant := _rewritten(key, known):
        return mark.problem(message, _rewriting(meant))
    return mark.problem(message, did_you_mean(key, known))


_YAML_1_1 = {"true": ("on", "yes", "y"), "false": ("off", "no", "n")}
"""Words that YAML 1.1 takes for true and false, and YAML 1.2 for text. A tool of 1.1 that writes a file anew turns one into
the other (https://yaml.org/type/bool.html).
"""


def _rewritten(word: object, known: Iterable[str]) -> str | None:
    """The word that stood there before another tool wrote true or false for it; None where none is known."""
    before = _YAML_1_1.get(str(word).casefold(), ())
    return next((one for one in known if one in before), None)


def _rewriting(meant: str) -> str:
    return f'did you mean "{meant}"? Another YAML tool has rewritten it: write "{meant}" with its quotes'


_SECRETS = (
    "token",
    "api_token",
    "api_key",
    "apikey",
    "password",
    "secret",
    "email",
    "user",
    "username",
    "key",
)


def _unknown_kind(spot: Spot) -> Problem:
    entries = spot.node.value
    node = entries["kind"] if isinstance(entries, dict) and "kind" in entries else spot.node
    hint = did_you_mean(node.value, map(str, _kinds(spot.annotation)))
    what = "measure" if "measure" in spot.path else "tracker"
    return node.mark.problem(f"unknown {what} kind {_shown(node)}", hint)


def _shown(node: YamlNode) -> str:
    match node.value:
        case None:
            return "no value"
        case dict():
            return "a mapping"
        case list():
            return "a list"
        case bool() as truth:
            return str(truth).lower()
        case int() | float() as number:
            return f"the number {number}"
        case text:
            return quoted(text)


Wording = Callable[[Spot, dict[str, Any]], tuple[str, str]]


def _expected(what: str, hint: str = "") -> Wording:
    return lambda spot, _: (f"expected {what}, got {_shown(spot.node)}", hint)


def _text(spot: Spot, _: dict[str, Any]) -> tuple[str, str]:
    hint = "put it in quotes" if isinstance(spot.node.value, int | float) else ""
    return f"expected text, got {_shown(spot.node)}", hint


def _list(spot: Spot, _: dict[str, Any]) -> tuple[str, str]:
    node = spot.node
    hint = 'start each entry with "- "' if isinstance(node.value, dict) else "put it in square brackets"
    return f"expected a list, got {_shown(node)}", "" if node.value is None else hint


def _choice(spot: Spot, _: dict[str, Any]) -> tuple[str, str]:
    choices = [str(one) for one in get_args(_bare(spot.annotation))] if _is_literal(spot.annotation) else []
    hint = did_you_mean(spot.node.value, choices)
    if isinstance(spot.node.value, bool) and (meant := _rewritten(spot.node.value, choices)):
        hint = _rewriting(meant)
    return f"invalid value {_shown(spot.node)}", hint


def _is_literal(annotation: Any) -> bool:
    return get_origin(_bare(annotation)) is Literal


def _plain(value: object) -> str:
    return ENGLISH.number(value) if isinstance(value, int | float) else str(value)


def _bound(words: str, limit: str) -> Wording:
    return lambda spot, detail: (
        f"must be {words} {ENGLISH.number(detail['ctx'][limit])}, not {_plain(spot.node.value)}",
        "",
    )


def _pattern(spot: Spot, detail: dict[str, Any]) -> tuple[str, str]:
    pattern = str(detail.get("ctx", {}).get("pattern", ""))
    if pattern.startswith("^https?"):
        return "is not a valid URL", "write it as https://host/path"
    if pattern == r"^\S+$":
        return "contains a space", "labels cannot contain spaces" if spot.path[:2] == (
            "policy",
            "labels",
        ) else ""
    return (
        "is not a valid name",
        "use at most 64 letters, digits, dots, dashes and underscores, starting with a letter or digit",
    )


def _mismatch(spot: Spot, detail: dict[str, Any]) -> tuple[str, str]:
    what, hint = _pattern(spot, detail)
    # An address may hold a password, so it is not repeated.
    return ("this " if what.endswith("URL") else f"{_shown(spot.node)} ") + what, hint


def _too_short(*_: object) -> tuple[str, str]:
    return "expected at least one entry", ""


def _said(_: Spot, detail: dict[str, Any]) -> tuple[str, str]:
    return str(detail["ctx"]["error"]), ""


def _other(_: Spot, detail: dict[str, Any]) -> tuple[str, str]:
    said = str(detail["msg"])
    return said[:1].lower() + said[1:], ""


_NUMBER = _expected("a number")
_WHOLE = _expected("a whole number")
_DAY = _expected("a date such as 2026-10-01")
_MAPPING = _expected("a mapping")
_TEXTS: dict[str, Wording] = {
    "string_type": _text,
    "string_too_short": lambda *_: ("must not be empty", ""),
    "string_too_long": lambda _, detail: (
        f"must be at most {detail['ctx']['max_length']} characters long",
        "",
    ),
    "string_pattern_mismatch": _mismatch,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": _NUMBER,
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_from_float": _WHOLE,
    "int_parsing_size": _WHOLE,
    "bool_type": _expected("true or false"),
    "bool_parsing": _expected("true or false"),
    "literal_error": _choice,
    "tuple_type": _list,
    "list_type": _list,
    "dict_type": _MAPPING,
    "model_type": _MAPPING,
    "model_attributes_type": _MAPPING,
    "too_short": _too_short,
    "greater_than": _bound("greater than", "gt"),
    "greater_than_equal": _bound("at least", "ge"),
    "less_than": _bound("less than", "lt"),
    "less_than_equal": _bound("at most", "le"),
    "value_error": _said,
    **dict.fromkeys(
        (
            "date_type",
            "date_parsing",
            "date_from_datetime_parsing",
            "date_from_datetime_inexact",
            "datetime_parsing",
        ),
        _DAY,
    ),
}


def place(root: YamlNode, path: Sequence[str | int], *, key: bool = False, letter: str = "") -> Place:
    """The place of a value, of a letter in it, or of its key; of the nearest thing around it where it is not written."""
    spot, absent = find(root, tuple(path))
    if letter and absent is None:
        return spot.node.place_of(letter)
    return spot.key if key and spot.key is not None and absent is None else spot.node.mark
