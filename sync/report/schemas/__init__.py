"""The published shapes of `--format json`: one JSON Schema for each document, with a version. Pure."""
