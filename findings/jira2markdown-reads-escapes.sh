#!/bin/sh
# jira2markdown 0.5.3 with markdown-it-py 4.0.0 (PyPI), CPython 3.11: in Jira's wiki markup `\*` is a literal asterisk. Around
# a word the converter keeps the backslashes and still reads bold between them, so that the Markdown shows an asterisk and
# emphasis where Jira shows `*all*`. A title that was escaped for Jira becomes formatting on the way to Linear or GitHub.
#
# Output seen:
#   markdown: use \**all\** teams
#   html: <p>use *<em>all*</em> teams</p>
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/env"
"$place/env/bin/python" -m pip install --quiet --disable-pip-version-check jira2markdown==0.5.3 markdown-it-py==4.0.0
cat > "$place/ask.py" <<'PY'
from jira2markdown import convert
from markdown_it import MarkdownIt

markdown = convert(r"use \*all\* teams")
print("markdown:", markdown)
print("html:", MarkdownIt().render(markdown).strip())
PY
"$place/env/bin/python" "$place/ask.py" > "$place/seen"
cat "$place/seen"
diff - "$place/seen" <<'SEEN' || { echo "changed: escaped asterisks are read in another way" >&2; exit 1; }
markdown: use \**all\** teams
html: <p>use *<em>all*</em> teams</p>
SEEN
