#!/bin/sh
# @atlaskit/jql-ast 4.0.0 (npm), Node 20, Atlassian's own parser of JQL: only space, tab and new lines part words. A no-break
# space, which chat programs and web pages put into what is copied from them, is a letter like any other, and the query is
# often still a query: `project =<nbsp>WEB` asks for a project whose name begins with that space, `project<nbsp>= WEB` for a
# field of another name. Where a word runs into AND, the error names the word after it, in which nothing is wrong. The two
# queries look the same on every screen, and `trim()` and `\s` of JavaScript and Python do count the sign as a space.
#
# Output seen:
#   "project =\u00a0WEB": accepted, value "\u00a0WEB"
#   "project\u00a0= WEB": accepted, field "project\u00a0"
#   "project = WEB\u00a0AND type = Bug": mismatched input 'type' expecting {<EOF>, ORDER}
#   "\u00a0".trim() is empty: true
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund @atlaskit/jql-ast@4.0.0 > /dev/null 2>&1
cat > ask.js <<'JS'
const { JastBuilder } = require('@atlaskit/jql-ast')
const shown = (text) => JSON.stringify(text).replace(/\u00a0/g, '\\u00a0')
const first = (query) => {
  const { field, operand } = query.where
  return field.value.includes('\u00a0') ? `field ${shown(field.value)}` : `value ${shown(operand.value)}`
}
for (const text of ['project =\u00a0WEB', 'project\u00a0= WEB', 'project = WEB\u00a0AND type = Bug']) {
  const { query, errors } = new JastBuilder().build(text)
  console.log(`${shown(text)}: ${errors.length ? errors[0].message : `accepted, ${first(query)}`}`)
}
console.log(`${shown('\u00a0')}.trim() is empty: ${'\u00a0'.trim() === ''}`)
JS
node ask.js > seen
cat seen
diff - seen <<'SEEN' || { echo "changed: no-break spaces are read in another way" >&2; exit 1; }
"project =\u00a0WEB": accepted, value "\u00a0WEB"
"project\u00a0= WEB": accepted, field "project\u00a0"
"project = WEB\u00a0AND type = Bug": mismatched input 'type' expecting {<EOF>, ORDER}
"\u00a0".trim() is empty: true
SEEN
