"""The JSON Schema of a declaration, so that editors complete and check it."""

from __future__ import annotations

from typing import Any

from config.workspace import Workspace

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of one file.

    No key is required at the top, because a declaration may be spread over the files of a folder; what the
    whole must have is checked by `load`.
    """
    body = Workspace.model_json_schema(mode="validation")
    body.pop("required", None)
    body.pop("title", None)
    body.pop("description", None)
    return {
        "$schema": DIALECT,
        "title": "Truenorth declaration",
        "description": "OKRs, trackers and policy, in one file or in several files of a folder.",
        **body,
    }
