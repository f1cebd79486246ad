#!/bin/sh
# adf-to-md 1.2.1 (npm), Node 20: a panel is left out with everything in it, and so is a date in a table cell. Unknown nodes
# could be expected to give their text, as those of other converters do (pyadf 0.5.2 writes the panel as a quotation and the
# date as a timestamp). The result is valid Markdown that looks whole: what stood in a warning panel, the most important
# lines of a comment, is what is missing. The names of the lost kinds are in `warnings`, a Set, which JSON shows as `{}`.
#
# Output seen:
#   "\n\n|Due|\n|:-:|\n||\n"
#   as JSON: {}, in truth: panel date
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund adf-to-md@1.2.1 > /dev/null 2>&1
cat > ask.js <<'JS'
const { convert } = require('adf-to-md')
const text = (words) => ({ type: 'paragraph', content: [{ type: 'text', text: words }] })
const day = { type: 'paragraph', content: [{ type: 'date', attrs: { timestamp: '1798675200000' } }] }
const panel = { type: 'panel', attrs: { panelType: 'warning' }, content: [text('This epic serves no key result')] }
const table = {
  type: 'table',
  content: [
    { type: 'tableRow', content: [{ type: 'tableHeader', attrs: {}, content: [text('Due')] }] },
    { type: 'tableRow', content: [{ type: 'tableCell', attrs: {}, content: [day] }] },
  ],
}
const say = console.log
console.log = () => {}
const { result, warnings } = convert({ type: 'doc', version: 1, content: [panel, table] })
say(JSON.stringify(result))
say(`as JSON: ${JSON.stringify(warnings)}, in truth: ${[...warnings].join(' ')}`)
JS
node ask.js > seen
cat seen
diff - seen <<'SEEN' || { echo "changed: panels or dates are converted" >&2; exit 1; }
"\n\n|Due|\n|:-:|\n||\n"
as JSON: {}, in truth: panel date
SEEN
