#!/bin/sh
# prometheus-client 0.26.0 (PyPI), Python 3.11: what a counter is called depends on the way out. In the text file for the node
# exporter, type and help stand under the name with `_total`, and the time of its making is a gauge of its own; scraped by a
# Prometheus, which asks for OpenMetrics, they stand under the name without `_total`, and that gauge is part of the counter. An
# Info is a gauge by one name in the file, and an info by another when scraped. Samples have one name both times, so queries
# work; whoever looks up types or help texts, as dashboards and linters of rules do, finds two families for one metric.
#
# Output seen:
#   text file: sync_build_info gauge, sync_writes_created gauge, sync_writes_total counter
#   scraped: sync_build info, sync_writes counter
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check prometheus-client==0.26.0
cat > ask.py <<'PY'
from prometheus_client import CollectorRegistry, Counter, Info, write_to_textfile
from prometheus_client.exposition import choose_encoder

registry = CollectorRegistry()
Counter("sync_writes", "Writes.", registry=registry).inc(3)
Info("sync_build", "Build.", registry=registry).info({"version": "1"})


def types(text):
    return ", ".join(sorted(line.removeprefix("# TYPE ") for line in text.splitlines() if line.startswith("# TYPE ")))


write_to_textfile("sync.prom", registry)
with open("sync.prom") as file:
    print("text file:", types(file.read()))
# As a Prometheus asks.
encode, _ = choose_encoder("application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5")
print("scraped:", types(encode(registry).decode()))
PY
venv/bin/python ask.py > seen
cat seen
diff - seen <<'SEEN' || { echo "changed: the names of families" >&2; exit 1; }
text file: sync_build_info gauge, sync_writes_created gauge, sync_writes_total counter
scraped: sync_build info, sync_writes counter
SEEN
