"""The mutations that marks are written by, and requests that carry many of them under aliases. Pure.

All of them are safe to repeat: creates carry an id of our choice or are upserts, the others say what shall be.
A reply without `success` of our asking does not exist: every alias selects it and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MOST = 100
"""Mutations in one request: 110 points by the documented rule, 1 an object and 0.1 a scalar, of 10,000. Linear carries them
out one after another, so at a quarter of a second each they take half of the silence that an exchange bears.
"""


@dataclass(frozen=True, slots=True)
class Mutation:
    """A field of Linear's `Mutation`: its arguments with their types, and those that are always the same."""

    field: str
    parameters: tuple[tuple[str, str], ...]
    fixed: str = ""


@dataclass(frozen=True, slots=True)
class Write:
    """One mutation with its arguments."""

    mutation: Mutation
    given: Mapping[str, Any]


def _create(field: str, type_: str) -> Mutation:
    return Mutation(field, (("input", type_),))


def _update(field: str, type_: str, fixed: str = "") -> Mutation:
    return Mutation(field, (("id", "String!"), ("input", type_)), fixed)


def _delete(field: str) -> Mutation:
    return Mutation(field, (("id", "String!"),))


ATTACHMENT_PUT = _create("attachmentCreate", "AttachmentCreateInput!")
ATTACHMENT_DELETE = _delete("attachmentDelete")
LINK_CREATE = _create("entityExternalLinkCreate", "EntityExternalLinkCreateInput!")
LINK_UPDATE = _update("entityExternalLinkUpdate", "EntityExternalLinkUpdateInput!")
LINK_DELETE = _delete("entityExternalLinkDelete")
COMMENT_CREATE = _create("commentCreate", "CommentCreateInput!")
COMMENT_UPDATE = _update("commentUpdate", "CommentUpdateInput!", "skipEditedAt: true")
COMMENT_DELETE = _delete("commentDelete")
PROJECT_UPDATE_CREATE = _create("projectUpdateCreate", "ProjectUpdateCreateInput!")
PROJECT_UPDATE_ARCHIVE = _delete("projectUpdateArchive")
INITIATIVE_UPDATE_CREATE = _create("initiativeUpdateCreate", "InitiativeUpdateCreateInput!")
INITIATIVE_UPDATE_ARCHIVE = _delete("initiativeUpdateArchive")
ISSUE_UPDATE = _update("issueUpdate", "IssueUpdateInput!")


def alias(at: int) -> str:
    """The name under which the write at this place is answered."""
    return f"w{at}"


def document(mutations: Sequence[Mutation]) -> str:
    """One request for all of them, carried out in this order."""
    heads, calls = [], []
    for at, one in enumerate(mutations):
        heads += [f"${name}{at}: {type_}" for name, type_ in one.parameters]
        arguments = [f"{name}: ${name}{at}" for name, _ in one.parameters]
        arguments += [one.fixed] if one.fixed else []
        calls.append(f"{alias(at)}: {one.field}({', '.join(arguments)}) {{ success }}")
    name = "_".join(sorted({one.field for one in mutations}))
    return f"mutation {name}({', '.join(heads)}) {{ {' '.join(calls)} }}"


def variables(writes: Sequence[Write]) -> dict[str, Any]:
    """What the document of these writes is sent with."""
    return {f"{name}{at}": value for at, one in enumerate(writes) for name, value in one.given.items()}
