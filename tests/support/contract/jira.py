"""Jira's own OpenAPI document as the judge of requests and replies, through openapi-core."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec
from jsonschema_rs import Draft4Validator
from openapi_core import Config, OpenAPI
from openapi_core.templating.paths.exceptions import PathError
from openapi_core.templating.responses.exceptions import ResponseFinderError
from openapi_core.testing import MockRequest, MockResponse
from openapi_core.validation.exceptions import ValidationError
from werkzeug.datastructures import MultiDict

from connectors.sandbox.recorder import Exchange
from tests.support.contract.quick_look import QuickLook

SITE = "/jira"
BASE = f"{SITE}/rest/api/3"
_HOST = "http://sandbox"
PROBLEM = "application/problem+json"


class JiraContract:
    """What the vendor's document has to say of an exchange below `BASE`."""

    def __init__(self, file: Path, documents: Path) -> None:
        self._file = file
        self._documents = documents

    @cached_property
    def _document(self) -> dict[str, Any]:
        return corrected(meant(json.loads(self._file.read_bytes())))

    @cached_property
    def _quick(self) -> QuickLook:
        return QuickLook(self._document, SITE)

    @cached_property
    def _api(self) -> OpenAPI:
        document = {**self._document, "servers": [{"url": f"{_HOST}{SITE}"}]}
        # The document itself is not wholly valid: defaults outside their own enums.
        return OpenAPI.from_dict(document, config=Config(spec_validator_cls=None))  # type: ignore[arg-type]

    @cached_property
    def _adf(self) -> Draft4Validator:
        return Draft4Validator(json.loads(self._documents.read_bytes()))

    def problems(self, exchange: Exchange, *, ours: bool) -> Iterator[str]:
        """Every breach, as a sentence. Requests of others may be wrong on purpose."""
        if ours:
            yield from self._of_request(exchange)
            body = json.loads(exchange.body or b"null")
            # A comment's body must be a document even where it does not look like one.
            said = [body["body"]] if "/comment" in exchange.path and "body" in (body or ()) else []
            for document in said or _documents_in(body):
                if not self._adf.is_valid(document):
                    yield f"request: no ADF: {json.dumps(document)[:300]}"
        # A reply that a fault altered may be anything; an empty body has no shape to look at, and the problems of
        # RFC 9457, a wire fact of contracts/jira.md, are unknown to the document.
        if exchange.broken or not exchange.reply or _content_type(exchange.reply_headers) == PROBLEM:
            return
        # Nor does it know the gateway's own refusals (contracts/jira.md, section 8).
        if exchange.status == 401 and json.loads(exchange.reply).keys() == {"code", "message"}:
            return
        yield from self._of_reply(exchange)

    def _of_request(self, exchange: Exchange) -> Iterator[str]:
        kind = _content_type(exchange.headers)
        if self._quick.allows_request(exchange, kind):
            return
        found = list(_told("request", self._api.iter_request_errors(_request(exchange))))
        if not found:
            self._quick.learn(exchange, kind)
        yield from found

    def _of_reply(self, exchange: Exchange) -> Iterator[str]:
        reply, kind = exchange.reply, _content_type(exchange.reply_headers)
        try:
            value = msgspec.json.decode(reply)
        except ValueError:
            # No JSON, or such as this strict reader does not take: for the full look, by the lenient one.
            pass
        else:
            if self._quick.allows_reply(
                exchange, kind, without_nulls(value) if exchange.status < 300 else value
            ):
                return
        if exchange.status < 300:
            reply = json.dumps(without_nulls(json.loads(reply))).encode()
        response = MockResponse(
            reply, exchange.status, headers=dict(exchange.reply_headers), content_type=kind
        )
        errors = self._api.iter_response_errors(_request(exchange), response)
        yield from _told("reply", errors, exchange.status)


def _request(exchange: Exchange) -> MockRequest:
    return MockRequest(
        _HOST,
        exchange.method.lower(),
        exchange.path,
        args=MultiDict(exchange.query),
        headers=dict(exchange.headers),
        data=exchange.body or None,
        content_type=_content_type(exchange.headers),
    )


def _documents_in(value: Any) -> Iterator[dict[str, Any]]:
    """Every ADF document in a body; Jira's own document calls them anything."""
    if isinstance(value, dict):
        if value.get("type") == "doc":
            yield value
            return
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from _documents_in(one)


def _told(what: str, errors: Iterable[Exception], status: int = 0) -> Iterator[str]:
    try:
        for error in errors:
            # The document lists few of the errors that every route can answer (429, 401 by the gateway, 405), and no
            # reply for paths that are gone: 410 on the old search is a fact of contracts/jira.md.
            if status >= 300 and isinstance(error, ResponseFinderError | PathError):
                continue
            yield f"{what}: {_words(error)}"
    except ValidationError as error:
        yield f"{what}: {_words(error)}"


def _words(error: BaseException) -> str:
    """Pointers and reasons where a schema gives them; the value itself may be megabytes, so it is left out."""
    cause = error.__cause__
    named = getattr(error, "schema_errors", None) or getattr(cause, "schema_errors", None) or ()
    if named:
        return "; ".join(f"/{'/'.join(map(str, one.absolute_path))}: {one.message[:300]}" for one in named)
    parts = [str(error) or type(error).__name__] + ([str(cause)[:300]] if cause is not None else [])
    return " ".join(parts)


def _content_type(headers: Any) -> str:
    found = {name.casefold(): value for name, value in headers.items()}
    return str(found.get("content-type", "application/json")).partition(";")[0]


def meant(schema: Any) -> Any:
    """The document as the vendor means it: without closed shells around alternatives, and formats."""
    if isinstance(schema, list):
        return [meant(entry) for entry in schema]
    if not isinstance(schema, dict):
        return schema
    # Its `format: date-time` is not what the site sends ("+0000"), and examples are not always of their own type.
    made = {
        key: meant(value) for key, value in schema.items() if key not in ("format", "example", "examples")
    }
    if {"anyOf", "oneOf", "allOf"} & set(schema):
        # A closed shell around open alternatives, which nothing could ever satisfy.
        made.pop("additionalProperties", None)
    return made


def corrected(document: dict[str, Any]) -> dict[str, Any]:
    """The document without its slips: each contradicts its own examples, or says nothing that a reply could meet."""
    schemas = document["components"]["schemas"]
    # How such a token is sent, which is all that can be seen of it here; openapi-core knows no scheme of OAuth.
    document["components"]["securitySchemes"]["OAuth2"] = {"type": "http", "scheme": "bearer"}
    # Descriptions stand where the names of the members should, and replies that show it call it write-only.
    whole = {"type": "integer"}
    members = {"row": whole, "column": whole}
    schemas["DashboardGadgetPosition"] = {"type": "object", "properties": members, "required": [*members]}
    # Milliseconds since 1970 in its own example (contracts/jira.md, section 5.2).
    for name in ("created", "started", "updated"):
        schemas["BulkOperationProgress"]["properties"][name] = whole
    # A number in the example of the bulk changelog, a text in that of an issue's own; both share this schema.
    schemas["Changelog"]["properties"]["created"] = {"anyOf": [whole, {"type": "string"}]}
    # A closed object without any member; its example has `id` and the name of the option.
    schemas["IssueBulkOperationsFieldOption"].pop("additionalProperties")
    # A closed object of Java's questions to a JSON value; its own example sends the bare value.
    one = schemas["IssueEntityPropertiesForMultiUpdate"]["properties"]
    one["properties"]["additionalProperties"] = {}
    # Closed objects without members, while the route's own example has a number and a text.
    for name, kind in (("AssociationContextObject", "integer"), ("FieldIdentifierObject", "string")):
        schemas[name]["properties"]["identifier"] = {"type": kind}
    return document


def without_nulls(value: Any) -> Any:
    """The value without null members: the real site sends them everywhere, the document allows them nowhere."""
    if isinstance(value, list):
        return [without_nulls(entry) for entry in value]
    if isinstance(value, dict):
        return {key: without_nulls(entry) for key, entry in value.items() if entry is not None}
    return value
