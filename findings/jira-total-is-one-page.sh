#!/bin/sh
# jira 3.10.5 (PyPI), CPython 3.11, against a Cloud site: `search_issues(jql, maxResults=2)` finds three issues, gives the
# first page of two, and says `total` 2. Its documentation sends readers to `total` for the number of all matches, and on
# Data Center it is that. Cloud's search no longer tells a total, and the package fills in the length of what it fetched. So
# "shown 2 of 2" looks complete, and a count by `total` is never more than a page. `maxResults=False` reads all three.
#
# Output seen:
#   a page of two: 2 issues, total 2, another page announced: True
#   all pages: 3 issues, total 3
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/env"
"$place/env/bin/python" -m pip install --quiet --disable-pip-version-check jira==3.10.5
cat > "$place/ask.py" <<'PY'
import http.server
import json
import threading

import jira

PAGES = {
    False: {"issues": [{"id": "1", "key": "A-1", "fields": {}}, {"id": "2", "key": "A-2", "fields": {}}],
            "nextPageToken": "more", "isLast": False},
    True: {"issues": [{"id": "3", "key": "A-3", "fields": {}}], "isLast": True},
}


class Site(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = {"deploymentType": "Cloud", "versionNumbers": [1001, 0, 0], "version": "1001.0.0"}
        if self.path.split("?")[0].endswith("/field"):
            body = []
        if "/search/jql" in self.path:
            body = PAGES["nextPageToken=" in self.path]
        data = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


site = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
threading.Thread(target=site.serve_forever, daemon=True).start()
client = jira.JIRA(f"http://127.0.0.1:{site.server_port}", basic_auth=("ada@example.com", "token"))
page = client.search_issues("project = A", maxResults=2)
print(f"a page of two: {len(page)} issues, total {page.total}, another page announced: {bool(page.nextPageToken)}")
whole = client.search_issues("project = A", maxResults=False)
print(f"all pages: {len(whole)} issues, total {whole.total}")
PY
"$place/env/bin/python" "$place/ask.py" > "$place/seen"
cat "$place/seen"
diff - "$place/seen" <<'SEEN' || { echo "changed: total no longer stands for what was fetched" >&2; exit 1; }
a page of two: 2 issues, total 2, another page announced: True
all pages: 3 issues, total 3
SEEN
