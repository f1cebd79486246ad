#!/bin/sh
# @atlaskit/adf-utils 20.9.78 (npm), Node 20: `validator()(document, callback)` answers `valid: true` for documents that the
# same validator throws at without a callback: a table in a panel, code that is bold, an empty text. `valid` tells whether
# the document could be mended by what the callback gave back, and giving back what one was given counts as mended. A test
# that passes a callback, as one does to collect all errors, and asserts `valid` can never fail; only the errors counted
# in the callback, or the form that throws, say anything.
#
# Output seen:
#   table in a panel: valid true with a callback, which was told INVALID_CONTENT; without: table: invalid content.
#   bold code: valid true with a callback, which was told INVALID_TYPE; without: code: unsupported mark.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund @atlaskit/adf-utils@20.9.78 > /dev/null 2>&1
cat > ask.js <<'JS'
const { validator } = require('@atlaskit/adf-utils/validator')
const doc = (...content) => ({ type: 'doc', version: 1, content })
const paragraph = (text) => ({ type: 'paragraph', content: [text] })
const cell = { type: 'tableCell', attrs: {}, content: [paragraph({ type: 'text', text: 'x' })] }
const table = { type: 'table', content: [{ type: 'tableRow', content: [cell] }] }
const documents = {
  'table in a panel': doc({ type: 'panel', attrs: { panelType: 'info' }, content: [table] }),
  'bold code': doc(paragraph({ type: 'text', text: 'x', marks: [{ type: 'code' }, { type: 'strong' }] })),
}
for (const [name, document] of Object.entries(documents)) {
  const told = []
  const { valid } = validator()(document, (entity, error) => {
    told.push(error.code)
    return entity
  })
  let thrown = 'nothing'
  try {
    validator()(document)
  } catch (error) {
    thrown = error.message
  }
  console.log(`${name}: valid ${valid} with a callback, which was told ${told.join(' ')}; without: ${thrown}`)
}
JS
node ask.js > seen 2> /dev/null
cat seen
diff - seen <<'SEEN' || { echo "changed: valid has another meaning" >&2; exit 1; }
table in a panel: valid true with a callback, which was told INVALID_CONTENT; without: table: invalid content.
bold code: valid true with a callback, which was told INVALID_TYPE; without: code: unsupported mark.
SEEN
