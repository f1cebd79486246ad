"""The files under `deploy/`, as their own tools read them, and the published schemas that judge them."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
from ruamel.yaml import YAML

from tests.support.product import ROOT

DEPLOY = ROOT / "deploy"


def documents(text: str) -> list[dict[str, Any]]:
    """The documents of a YAML text. Kubernetes, Compose and their kin read `0440` as octal, so it is read as YAML 1.1 here."""
    yaml = YAML(typ="safe", pure=True)
    yaml.version = (1, 1)
    return list(yaml.load_all(text))


def document(path: Path) -> Any:
    """The one document of a file; keys such as `on` stay words."""
    return YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))


def faults(kind: str, judged: Any) -> list[str]:
    """What the published schema of a kind (`compose-spec`, `github-workflows`, `github-actions`, `gitlab-ci`) finds wrong."""
    place = resources.files("check_jsonschema") / "builtin_schemas" / "vendor" / f"{kind}.json"
    schema = json.loads(place.read_text(encoding="utf-8"))
    checks = jsonschema.validators.validator_for(schema)(schema)
    return [f"{error.json_path}: {error.message}" for error in checks.iter_errors(judged)]
