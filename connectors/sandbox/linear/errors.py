"""How Linear says no: one error class per kind of refusal, with the fields of its `extensions`.

Wire facts: contracts/linear.md, section 6.
"""

from __future__ import annotations

from typing import Any


class LinearError(Exception):
    """A refusal. `http` is the status of the whole reply."""

    type = "invalid input"
    code = "INPUT_ERROR"
    http = 200
    status_code = 400

    def __init__(self, message: str, shown: str = "", **more: Any) -> None:
        super().__init__(message)
        self.message = message
        self.extensions: dict[str, Any] = {
            "type": self.type,
            "code": self.code,
            "statusCode": self.status_code,
            "userError": True,
            "userPresentableMessage": shown or message,
            **more,
        }
        if self.http != 200:
            self.extensions["http"] = {"status": self.http}


class InvalidInput(LinearError):
    """Well-formed, but not acceptable."""


class BadRequest(LinearError):
    """The request as a whole is not acceptable."""

    http = 400


class NotFound(LinearError):
    """No such row, or none that the credential can see; there is no code of its own for it."""

    def __init__(self, kind: str, shown: str = "") -> None:
        super().__init__(f"Entity not found: {kind}", shown or f"Could not find referenced {kind}.")


class BadArgument(LinearError):
    """An argument out of its range."""

    code = "INVALID_INPUT"

    def __init__(self, name: str, constraints: dict[str, str]) -> None:
        super().__init__(
            "Argument Validation Error",
            f"{next(iter(constraints.values()))}.",
            validationErrors=[{"property": name, "children": [], "constraints": constraints}],
        )


class Conflict(LinearError):
    """An id that is taken. The HTTP status was once seen to be 200 and once 400."""

    def __init__(self, kind: str, given: str, status: int = 200) -> None:
        self.http = status
        super().__init__(f"conflict on insert of {kind}", f"Entity {kind} with id {given} already exists.")


class Forbidden(LinearError):
    type = "forbidden"
    code = "FORBIDDEN"
    status_code = 403


class MissingScope(Forbidden):
    """A token without the scope that a field asks for: the whole reply is a 400."""

    http = 400

    def __init__(self, *scopes: str) -> None:
        super().__init__(f"Invalid scope: {' or '.join(f'`{scope}`' for scope in scopes)} required")


class Unauthenticated(LinearError):
    type = "authentication error"
    code = "AUTHENTICATION_ERROR"
    http = 401
    status_code = 401


class RateLimited(LinearError):
    """The quota of the hour is spent: HTTP 400, with 429 only inside."""

    type = "ratelimited"
    code = "RATELIMITED"
    http = 400
    status_code = 429


def validation_error(message: str) -> dict[str, Any]:
    """The `extensions` of a document that does not fit the schema."""
    return {
        "type": "graphql error",
        "code": "GRAPHQL_VALIDATION_FAILED",
        "statusCode": 400,
        "userError": True,
        "userPresentableMessage": message,
        "http": {"status": 400},
    }
