"""What metrics in the text format say."""

from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families as parse_text


def samples(text: str) -> dict[str, dict[tuple[str, ...], float]]:
    """By name: values by those of the labels, sorted by the names of the labels."""
    found: dict[str, dict[tuple[str, ...], float]] = {}
    for family in parse_text(text):
        for one in family.samples:
            found.setdefault(one.name, {})[tuple(v for _, v in sorted(one.labels.items()))] = one.value
    return found
