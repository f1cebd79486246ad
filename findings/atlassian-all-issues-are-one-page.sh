#!/bin/sh
# atlassian-python-api 5.0.5 (PyPI), CPython 3.11, against a Cloud site: `get_all_project_issues("A")` makes one request and
# gives the first page, though the reply says that it is not the last one. Its name and documentation promise the issues of
# the project; there is no warning and no way to see that some are missing. `enhanced_jql_get_list_of_tickets` goes on.
#
# Output seen:
#   get_all_project_issues: 2 of 3 issues, 1 request
#   enhanced_jql_get_list_of_tickets: 3 of 3 issues, 2 requests
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/env"
"$place/env/bin/python" -m pip install --quiet --disable-pip-version-check atlassian-python-api==5.0.5
cat > "$place/ask.py" <<'PY'
import http.server
import json
import threading

from atlassian import Jira

PAGES = {
    False: {"issues": [{"id": "1", "key": "A-1", "fields": {}}, {"id": "2", "key": "A-2", "fields": {}}],
            "nextPageToken": "more", "isLast": False},
    True: {"issues": [{"id": "3", "key": "A-3", "fields": {}}], "isLast": True},
}
asked = []


class Site(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        asked.append(self.path)
        data = json.dumps(PAGES["nextPageToken=" in self.path]).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


def told(name, issues):
    print(f"{name}: {len(issues)} of 3 issues, {len(asked)} request{'s' * (len(asked) > 1)}")
    asked.clear()


site = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
threading.Thread(target=site.serve_forever, daemon=True).start()
client = Jira(url=f"http://127.0.0.1:{site.server_port}", username="ada@example.com", password="token", cloud=True)
told("get_all_project_issues", client.get_all_project_issues("A"))
told("enhanced_jql_get_list_of_tickets", client.enhanced_jql_get_list_of_tickets("project = A"))
PY
"$place/env/bin/python" "$place/ask.py" > "$place/seen"
cat "$place/seen"
diff - "$place/seen" <<'SEEN' || { echo "changed: it reads another number of pages" >&2; exit 1; }
get_all_project_issues: 2 of 3 issues, 1 request
enhanced_jql_get_list_of_tickets: 3 of 3 issues, 2 requests
SEEN
