// What Atlassian's own reader makes of wiki markup: reads a JSON list of texts from the file named as the argument and
// writes, for each, the ADF document.
import { readFileSync } from "node:fs";
import { JSONTransformer } from "@atlaskit/editor-json-transformer";
import { WikiMarkupTransformer } from "@atlaskit/editor-wikimarkup-transformer";

const reader = new WikiMarkupTransformer();
const json = new JSONTransformer();
const texts = JSON.parse(readFileSync(process.argv[2], "utf8"));
process.stdout.write(JSON.stringify(texts.map((text) => json.encode(reader.parse(text)))));
