#!/bin/sh
# jira 3.10.5 (PyPI), requests 2.34.2, CPython 3.11. The package's session is a `requests.Session`, whose `request` takes
# `headers=None`, its own default, for "nothing further". The package's subclass merges `headers` before it calls the base, and
# looks only whether the key is there: `headers=None`, as a wrapper passes its optional argument on, is a TypeError that
# names neither headers nor the request. `headers={}` is what says "nothing further" to both.
#
# Output seen:
#   requests, headers=None: 200
#   jira, headers={}: 200
#   jira, headers=None: TypeError: 'NoneType' object is not iterable
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/env"
"$place/env/bin/python" -m pip install --quiet --disable-pip-version-check jira==3.10.5 requests==2.34.2
cat > "$place/ask.py" <<'PY'
import http.server
import threading

import jira
import requests


class Site(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_):
        pass


site = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
threading.Thread(target=site.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{site.server_port}"
client = jira.JIRA(url, token_auth="token", get_server_info=False)
print(f"requests, headers=None: {requests.Session().request('GET', url, headers=None).status_code}")
print(f"jira, headers={{}}: {client._session.request('GET', url, headers={}).status_code}")
try:
    print(f"jira, headers=None: {client._session.request('GET', url, headers=None).status_code}")
except TypeError as error:
    print(f"jira, headers=None: TypeError: {error}")
PY
"$place/env/bin/python" "$place/ask.py" > "$place/seen"
cat "$place/seen"
diff - "$place/seen" <<'SEEN' || { echo "changed: the session takes headers=None now" >&2; exit 1; }
requests, headers=None: 200
jira, headers={}: 200
jira, headers=None: TypeError: 'NoneType' object is not iterable
SEEN
