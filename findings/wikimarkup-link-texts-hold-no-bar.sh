#!/bin/sh
# @atlaskit/editor-wikimarkup-transformer 12.2.2 (npm), Node 20, Atlassian's own reader of Jira's wiki markup: the text of a link
# `[text|address]` can hold neither `|` nor `]`, and nothing helps. With a bar in it there is no link at all: a backslash before
# the bar is taken off, and the whole stands there as text. With a closing bracket the address becomes a link of its own behind
# the broken one. An entity of HTML in place of the sign is shown as it is written. An address alone in brackets is not taken
# word for word either: phrase marks in it are read, so what people see is not where the link leads.
#
# Output seen:
#   [Ship A|B tests|https://x.example/1] -> text "[Ship A|B tests|https://x.example/1]"
#   [Ship A\|B tests|https://x.example/1] -> text "[Ship A|B tests|https://x.example/1]"
#   [Ship A&#124;B tests|https://x.example/1] -> text "Ship A&#124;B tests" to https://x.example/1
#   [Done \] now|https://x.example/1] -> text "[Done ] now|", text "https://x.example/1" to https://x.example/1, text "]"
#   [https://x.example/*a*] -> text "https://x.example/" to https://x.example/*a*, text "a" strong to https://x.example/*a*
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund @atlaskit/editor-wikimarkup-transformer@12.2.2 > /dev/null 2>&1
cat > ask.js <<'JS'
const { WikiMarkupTransformer } = require('@atlaskit/editor-wikimarkup-transformer')
const reader = new WikiMarkupTransformer()
const said = (mark) => (mark.attrs.href ? ` to ${mark.attrs.href}` : ` ${mark.type.name}`)
const leaves = (node) => {
  const found = []
  node.descendants((one) => {
    if (one.isLeaf) {
      found.push(one.type.name + (one.isText ? ` ${JSON.stringify(one.text)}` : '') + one.marks.map(said).join(''))
    }
  })
  return found.join(', ')
}
const texts = [
  '[Ship A|B tests|https://x.example/1]',
  '[Ship A\\|B tests|https://x.example/1]',
  '[Ship A&#124;B tests|https://x.example/1]',
  '[Done \\] now|https://x.example/1]',
  '[https://x.example/*a*]',
]
for (const text of texts) {
  console.log(`${text} -> ${leaves(reader.parse(text))}`)
}
JS
node ask.js > seen
cat seen
diff - seen <<'SEEN' || { echo "changed: texts of links are read in another way" >&2; exit 1; }
[Ship A|B tests|https://x.example/1] -> text "[Ship A|B tests|https://x.example/1]"
[Ship A\|B tests|https://x.example/1] -> text "[Ship A|B tests|https://x.example/1]"
[Ship A&#124;B tests|https://x.example/1] -> text "Ship A&#124;B tests" to https://x.example/1
[Done \] now|https://x.example/1] -> text "[Done ] now|", text "https://x.example/1" to https://x.example/1, text "]"
[https://x.example/*a*] -> text "https://x.example/" to https://x.example/*a*, text "a" strong to https://x.example/*a*
SEEN
