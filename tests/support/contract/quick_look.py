"""What an OpenAPI document certainly allows: a quick look at an exchange, before the full one of openapi-core.

openapi-core walks the document in Python for each exchange, which was a tenth of what the whole suite costs. A yes from here
is a yes from there too. A no only says that the full look is needed, which also finds the words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec
from jsonschema_rs import Draft4Validator

from connectors.sandbox.recorder import Exchange

JSON = "application/json"

_AS_IT_IS = frozenset(
    {
        *("enum", "maximum", "minimum", "exclusiveMaximum", "exclusiveMinimum", "multipleOf", "uniqueItems"),
        *("maxLength", "minLength", "maxItems", "minItems", "maxProperties", "minProperties", "required"),
    }
)
_UNCERTAIN = frozenset({"discriminator", "format", "not", "oneOf", "pattern"})
"""Where a stricter part could make the whole more lenient, or where OpenAPI means more than JSON Schema does."""


@dataclass(frozen=True, eq=False)
class Operation:
    """What may be done at a path of the document."""

    path: str
    segments: tuple[str, ...]
    declared: Mapping[str, Any]
    texts: frozenset[str]
    """The variables of the path that may be any text."""

    fixed: tuple[tuple[int, str], ...]
    """The segments that are no variables, and where they stand."""

    @property
    def variables(self) -> int:
        return len(self.segments) - len(self.fixed)

    def fits(self, asked: list[str]) -> bool:
        """Whether a path of as many segments, none of them empty, is one of this operation's."""
        return all(asked[at] == segment for at, segment in self.fixed)

    def deciding(self, asked: list[str]) -> tuple[str, ...]:
        """The values in a path on which a verdict may depend."""
        pairs = zip(self.segments, asked, strict=True)
        return tuple(there for one, there in pairs if _is_variable(one) and one[1:-1] not in self.texts)


class QuickLook:
    """Answers for exchanges below `prefix`, which stands before the paths of the document."""

    def __init__(self, document: Mapping[str, Any], prefix: str) -> None:
        self._schemas: Mapping[str, Any] = document["components"]["schemas"]
        self._prefix = prefix
        self._operations: dict[tuple[str, int, str], list[Operation]] = {}
        for path, item in document["paths"].items():
            for method, declared in item.items():
                if isinstance(declared, dict):
                    one = _operation(path, declared, item.get("parameters", ()))
                    self._operations.setdefault(_key(method, one.segments), []).append(one)
        self._sound: set[tuple[object, ...]] = set()
        self._of_body = cache(lambda operation: self._validator(_body(operation), "readOnly"))
        self._of_reply = cache(
            lambda operation, status: self._validator(_reply(operation, status), "writeOnly")
        )

    def allows_request(self, exchange: Exchange, kind: str) -> bool:
        """Whether the request is right in all but its body as one was that `learn` was told of, and so is its body."""
        found = self._find(exchange)
        if found is None or _request(exchange, kind, *found) not in self._sound:
            return False
        return not exchange.body or self._is_valid(self._of_body(found[0]), kind, exchange.body)

    def learn(self, exchange: Exchange, kind: str) -> None:
        """The full look found nothing wrong with this request."""
        if found := self._find(exchange):
            self._sound.add(_request(exchange, kind, *found))

    def allows_reply(self, exchange: Exchange, kind: str, reply: Any) -> bool:
        """Whether the operation may answer so; `reply` is the value that was sent as JSON."""
        found = self._find(exchange)
        if found is None or kind != JSON:
            return False
        validator = self._of_reply(found[0], str(exchange.status))
        return validator is not None and validator.is_valid(reply)

    def _find(self, exchange: Exchange) -> tuple[Operation, list[str]] | None:
        asked = exchange.path.removeprefix(self._prefix).split("/")
        # The first is empty, for a path begins with a slash.
        if not all(asked[1:]):
            return None
        method = exchange.method.lower()
        known = [
            *self._operations.get(_key(method, asked), ()),
            *self._operations.get((method, len(asked), ""), ()),
        ]
        fitting = [one for one in known if one.fits(asked)]
        return (min(fitting, key=lambda one: one.variables), asked) if fitting else None

    @staticmethod
    def _is_valid(validator: Draft4Validator | None, kind: str, text: bytes) -> bool:
        if validator is None or kind != JSON:
            return False
        try:
            return validator.is_valid(msgspec.json.decode(text))
        except ValueError:
            return False

    def _validator(self, schema: Any, refused: str) -> Draft4Validator | None:
        """None where there is no schema; `refused` is the mark of members that must not be there."""
        if schema is None:
            return None
        reached: dict[str, Any] = {}
        waiting = list(_references(schema))
        while waiting:
            name = waiting.pop()
            if name not in reached:
                reached[name] = _strict(self._schemas[name], refused)
                waiting += _references(self._schemas[name])
        return Draft4Validator({"allOf": [_strict(schema, refused)], "components": {"schemas": reached}})


def _operation(path: str, declared: Mapping[str, Any], common: Any) -> Operation:
    parameters = [*common, *declared.get("parameters", ())]
    texts = {
        one["name"] for one in parameters if one.get("in") == "path" and one["schema"] == {"type": "string"}
    }
    segments = tuple(path.split("/"))
    fixed = tuple((at, one) for at, one in enumerate(segments) if not _is_variable(one))
    return Operation(path, segments, declared, frozenset(texts), fixed)


def _key(method: str, segments: Sequence[str]) -> tuple[str, int, str]:
    """What parts the operations well: the first segment after `/rest/api/3`; none where it is a variable."""
    first = segments[4] if len(segments) > 4 else ""
    return method, len(segments), "" if _is_variable(first) else first


def _is_variable(segment: str) -> bool:
    return segment.startswith("{") and segment.endswith("}")


def _request(exchange: Exchange, kind: str, operation: Operation, asked: list[str]) -> tuple[object, ...]:
    """All that a verdict on a request depends on, apart from its body."""
    headers = {name.casefold(): value for name, value in exchange.headers.items()}
    ours = {name: value for name, value in headers.items() if name.startswith("atlassian-")}
    scheme = headers.get("authorization", "").partition(" ")[0]
    return (
        *(exchange.method, operation.path, operation.deciding(asked), tuple(exchange.query)),
        *(kind, bool(exchange.body), scheme, tuple(ours.items())),
    )


def _body(operation: Operation) -> Any:
    return operation.declared.get("requestBody", {}).get("content", {}).get(JSON, {}).get("schema")


def _reply(operation: Operation, status: str) -> Any:
    declared = operation.declared["responses"].get(status, {})
    return None if "headers" in declared else declared.get("content", {}).get(JSON, {}).get("schema")


def _references(schema: Any) -> Iterator[str]:
    """Names of the schemas that one refers to."""
    if isinstance(schema, dict):
        if isinstance(schema.get("$ref"), str):
            yield schema["$ref"].rpartition("/")[2]
        schema = list(schema.values())
    if isinstance(schema, list):
        for one in schema:
            yield from _references(one)


def _strict(schema: Any, refused: str) -> Any:
    """A schema of OpenAPI 3.0 as one of JSON Schema that allows no more, and mostly as much."""
    if not isinstance(schema, dict):
        return schema
    if schema.get(refused) or schema.keys() & _UNCERTAIN:
        return {"not": {}}
    made = {name: value for name, value in schema.items() if name in _AS_IT_IS}
    if "type" in schema:
        made["type"] = [schema["type"], "null"] if schema.get("nullable") is True else schema["type"]
    if "properties" in schema:
        made["properties"] = {name: _strict(one, refused) for name, one in schema["properties"].items()}
    for name in ("additionalProperties", "items"):
        if name in schema:
            made[name] = _strict(schema[name], refused)
    for name in ("allOf", "anyOf"):
        if name in schema:
            made[name] = [_strict(one, refused) for one in schema[name]]
    # JSON Schema would not look at what stands beside a reference.
    return {"allOf": [{"$ref": schema["$ref"]}, made]} if "$ref" in schema else made
