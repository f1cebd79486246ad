#!/bin/sh
# md-to-adf 0.6.4 (npm), Node 20: bold around inline code makes the rest of the paragraph bold and leaves the code plain.
# ADF lets `code` stand beside no `strong`, so that the code itself must lose one of the two; but here the mark moves on to
# the words after it, which nobody wrote in bold. CommonMark 0.31 reads `**` `` `kr:A` `` `**` as strong around the code
# only. Whoever writes key result ids as bold code in a Markdown template gets a whole comment in bold.
#
# Output seen:
#   "kr:A" code
#   " is late" strong
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund md-to-adf@0.6.4 > /dev/null 2>&1
cat > ask.js <<'JS'
const convert = require('md-to-adf')
const document = JSON.parse(JSON.stringify(convert('**`kr:A`** is late')))
for (const part of document.content[0].content) {
  console.log(JSON.stringify(part.text), (part.marks ?? []).map(mark => mark.type).join(' '))
}
JS
node ask.js > seen
cat seen
diff - seen <<'SEEN' || { echo "changed: bold code is converted in another way" >&2; exit 1; }
"kr:A" code
" is late" strong
SEEN
