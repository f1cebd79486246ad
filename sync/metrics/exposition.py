"""The figures in the text format of Prometheus, the same for `/metrics` and for the text file of a one-shot run.

All of them are gauges. A run is a process of its own, so nothing can be counted up over runs; and the client library names
counters and infos otherwise in the text format than in OpenMetrics, where `_total` and `_created` are added.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from sync.files.public import replace
from sync.metrics.errors import MetricsNotWritten, MetricsRefused
from sync.metrics.families import families
from sync.metrics.figures import Figures

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
"""Of what `exposition` gives."""

_READABLE = 0o666
"""What others may do with the file, as far as the process's umask lets them: node_exporter runs as another user."""


class FigureCollector(Collector):
    """The figures as metric families of the client library, for a registry of it."""

    def __init__(self, figures: Figures) -> None:
        self._figures = figures

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """A family for each metric that has a value."""
        for family in families(self._figures):
            if family.samples:
                metric = GaugeMetricFamily(family.name, family.help, labels=family.labels)
                for labels, value in family.samples:
                    metric.add_metric(labels, value)
                yield metric


def registry_of(figures: Figures, others: Iterable[Collector] = ()) -> CollectorRegistry:
    """A registry with the figures, and with what `others` collect."""
    registry = CollectorRegistry(auto_describe=False)
    for one in (FigureCollector(figures), *others):
        registry.register(one)
    return registry


def exposition(figures: Figures, others: Iterable[Collector] = ()) -> str:
    """The figures, and what `others` collect, in the text format of Prometheus 0.0.4."""
    return generate_latest(registry_of(figures, others)).decode()


def check_textfile(path: Path) -> None:
    """Whether a text file can be written there, told before a run. Raises MetricsRefused; changes nothing."""
    if path.is_dir():
        raise MetricsRefused(f"{path} is a folder; name a file in it, such as {path / 'truenorth.prom'}")
    if not path.parent.is_dir():
        raise MetricsRefused(f"the folder {path.parent} does not exist; make it, or name another file")
    if not os.access(path.parent, os.W_OK):
        raise MetricsRefused(f"the folder {path.parent} is not writable for this user; name another file")


def write_textfile(path: Path, figures: Figures) -> None:
    """Put the figures into a file, for the textfile collector of node_exporter; whoever reads it meanwhile gets the old or the
    new one whole. Raises MetricsNotWritten; the old file is there then.
    """
    try:
        # While it is written its name does not end in .prom, which is all that the collector reads.
        replace(path, exposition(figures).encode())
    except OSError as error:
        raise _not_written(path, error) from None


def _not_written(path: Path, error: OSError) -> MetricsNotWritten:
    return MetricsNotWritten(f"cannot write the metrics to {path}: {error.strerror or error}")
