"""How the Linear workspace speaks HTTP: credentials, GraphQL requests, the shape of errors, headers.

Wire facts: contracts/linear.md, sections 2 to 6.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgspec
import structlog
from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSyntaxError,
    execute_sync,
    get_operation_ast,
    parse,
    validate,
)

from connectors.sandbox import request_effects
from connectors.sandbox.linear import complexity, trash
from connectors.sandbox.linear.entities import User
from connectors.sandbox.linear.errors import BadRequest, LinearError, Unauthenticated, validation_error
from connectors.sandbox.linear.graph import schema
from connectors.sandbox.linear.quota import Quota
from connectors.sandbox.linear.request_context import RequestContext
from connectors.sandbox.linear.state import Credential, LinearSpace
from connectors.sandbox.linear.visibility import hidden_teams

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Reply:
    """A JSON body with its status and headers."""

    status: int
    body: bytes
    headers: dict[str, str]


class _Invalid(Exception):
    """The document or its variables do not fit the schema."""

    def __init__(self, errors: Sequence[GraphQLError]) -> None:
        super().__init__(errors)
        self.errors = errors


class Endpoint:
    """The GraphQL endpoint of one workspace, with its users' quotas."""

    def __init__(self, space: LinearSpace) -> None:
        self.space = space
        self._quotas: dict[str, Quota] = {}

    def answer(self, authorization: str | None, body: bytes) -> Reply:
        """The reply to a POST. Never raises: a fault of the sandbox itself is an internal error."""
        now = self.space.now()
        try:
            credential = self._credential(authorization)
        except LinearError as error:
            return _reply(error.http, {"errors": [_described(error)]}, {})
        viewer = credential.user
        context = RequestContext(self.space, viewer, credential, self._quota(viewer), now)
        points: float | None = None
        try:
            context.quota.charge_request(now)
            query, variables, name = _request(body)
            document = _document(query)
            operation = get_operation_ast(document, name)
            if operation is None:
                raise BadRequest("Unknown operation named or operation name missing.")
            points = complexity.complexity(schema(), document, operation, variables)
            context.quota.charge_points(min(points, complexity.MOST), now)
            complexity.refuse_beyond_cap(points)
            trash.empty(self.space, now)
            with request_effects.during(request_effects.hidden, hidden_teams(context)):
                status, value = _executed(document, variables, name, context)
        except LinearError as error:
            status, value = error.http, {"errors": [_described(error)]}
        except _Invalid as error:
            status, value = (
                400,
                {"errors": [_formatted(one, validation_error(one.message)) for one in error.errors]},
            )
        except RecursionError:
            status, value = 400, {"errors": [_described(BadRequest("Query is nested too deeply"))]}
        return _reply(status, value, context.quota.headers(points, now))

    def _credential(self, authorization: str | None) -> Credential:
        if not authorization or request_effects.revoked.get():
            raise Unauthenticated("Authentication required, not authenticated")
        scheme, _, rest = authorization.partition(" ")
        found = self.space.credential(rest if scheme == "Bearer" else authorization)
        if found is not None and scheme == "Bearer" and not found.user.app:
            raise BadRequest(
                "It looks like you're trying to use an API key as a Bearer token. "
                "Remove the Bearer prefix from the Authorization header."
            )
        if found is None or (found.user.app and scheme != "Bearer"):
            raise Unauthenticated("Authentication required, not authenticated")
        return found

    def _quota(self, viewer: User) -> Quota:
        limits = self.space.app_quota if viewer.app else self.space.quota
        quota = self._quotas.setdefault(viewer.id, Quota(limits, app=viewer.app))
        quota.requests.limit, quota.points.limit = limits
        quota.searches = self.space.searches
        return quota


def _request(body: bytes) -> tuple[str, dict[str, Any], str | None]:
    try:
        given = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise BadRequest("Request body is not valid JSON.") from None
    if not isinstance(given, dict) or not isinstance(given.get("query"), str):
        raise BadRequest("GraphQL operations must contain a non-empty `query`.")
    variables = given.get("variables") or {}
    if not isinstance(variables, dict):
        raise BadRequest("`variables` in a POST body should be an object.")
    return given["query"], variables, given.get("operationName")


@lru_cache(maxsize=256)
def _document(query: str) -> DocumentNode:
    """The parsed and validated document; equal texts are looked at once."""
    try:
        document = parse(query, max_tokens=20_000)
    except GraphQLSyntaxError as error:
        raise _Invalid([error]) from None
    if errors := validate(schema(), document):
        raise _Invalid(errors)
    return document


def _executed(
    document: DocumentNode, variables: dict[str, Any], name: str | None, context: RequestContext
) -> tuple[int, dict[str, Any]]:
    """HTTP status and body. A reply without any data takes the status of what voided it."""
    result = execute_sync(
        schema(),
        document,
        context_value=context,
        variable_values=variables,
        operation_name=name,
        middleware=request_effects.graphql_middleware(),
    )
    if not result.errors:
        return 200, {"data": result.data}
    # Errors without a place in the reply are about the variables: nothing has been executed.
    if all(error.path is None for error in result.errors):
        raise _Invalid(result.errors)
    causes = [error.original_error for error in result.errors]
    if any(isinstance(cause, RecursionError) for cause in causes):
        raise RecursionError
    statuses = [cause.http for cause in causes if isinstance(cause, LinearError)]
    status = max(statuses, default=200) if result.data is None else 200
    return status, {"errors": [_of_resolver(error) for error in result.errors], "data": result.data}


def _of_resolver(error: GraphQLError) -> dict[str, Any]:
    if isinstance(error.original_error, LinearError):
        return _formatted(error, error.original_error.extensions)
    log.error("the sandbox failed to answer", path=error.path, cause=repr(error.original_error or error))
    return _formatted(
        error,
        {"type": "internal error", "code": "INTERNAL_SERVER_ERROR", "statusCode": 500, "userError": False},
    )


def _formatted(error: GraphQLError, extensions: Mapping[str, Any]) -> dict[str, Any]:
    value: dict[str, Any] = {"message": error.message}
    if error.path is not None:
        value["path"] = list(error.path)
    if error.locations:
        value["locations"] = [{"line": one.line, "column": one.column} for one in error.locations]
    return value | {"extensions": dict(extensions)}


def _described(error: LinearError) -> dict[str, Any]:
    return {"message": error.message, "extensions": error.extensions}


def _reply(status: int, value: Any, headers: dict[str, str]) -> Reply:
    return Reply(status, msgspec.json.encode(value), headers)
