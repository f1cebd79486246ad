#!/bin/sh
# @atlaskit/editor-wikimarkup-transformer 12.2.2 (npm), Node 20, Atlassian's own reader of Jira's wiki markup: a backslash makes
# `*` literal, but only one level deep. What stands between the signs of a phrase mark is read a second time, after its
# backslashes were taken off: `-see \[~ann\] there-` is struck out and mentions Ann, and in `_\*no\* bold_` the word is bold.
# Outside of a mark the same escapes hold. In a row of a table no backslash covers `|` at all: `|a\|b|` is two cells, and
# the backslash stays visible in the first.
#
# Output seen:
#   \*no\* bold -> text "*no* bold"
#   _\*no\* bold_ -> text "no" em strong, text " bold" em
#   see \[~ann\] there -> text "see [~ann] there"
#   -see \[~ann\] there- -> text "see " strike, mention, text " there" strike
#   |a\|b| -> text "a\\", text "b"
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund @atlaskit/editor-wikimarkup-transformer@12.2.2 > /dev/null 2>&1
cat > ask.js <<'JS'
const { WikiMarkupTransformer } = require('@atlaskit/editor-wikimarkup-transformer')
const reader = new WikiMarkupTransformer()
const leaves = (node) => {
  const found = []
  node.descendants((one) => {
    if (one.isLeaf) {
      const marks = one.marks.map((mark) => ` ${mark.type.name}`).sort().join('')
      found.push(one.type.name + (one.isText ? ` ${JSON.stringify(one.text)}` : '') + marks)
    }
  })
  return found.join(', ')
}
const texts = ['\\*no\\* bold', '_\\*no\\* bold_', 'see \\[~ann\\] there', '-see \\[~ann\\] there-', '|a\\|b|']
for (const text of texts) {
  console.log(`${text} -> ${leaves(reader.parse(text))}`)
}
JS
node ask.js > seen
cat seen
diff - seen <<'SEEN' || { echo "changed: escapes are read in another way" >&2; exit 1; }
\*no\* bold -> text "*no* bold"
_\*no\* bold_ -> text "no" em strong, text " bold" em
see \[~ann\] there -> text "see [~ann] there"
-see \[~ann\] there- -> text "see " strike, mention, text " there" strike
|a\|b| -> text "a\\", text "b"
SEEN
