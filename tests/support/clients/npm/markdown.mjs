// What two readers make of Markdown: reads a JSON list of texts from the file named as the argument and writes, for each,
// markdown-it's HTML (tables, strikethrough, automatic links) and the document of prosemirror-markdown's parser, the
// family of editor that Linear's is of.
import { readFileSync } from "node:fs";
import MarkdownIt from "markdown-it";
import { defaultMarkdownParser } from "prosemirror-markdown";

const reader = new MarkdownIt({ linkify: true, html: true, typographer: false });
const texts = JSON.parse(readFileSync(process.argv[2], "utf8"));
const seen = texts.map((text) => ({ html: reader.render(text), document: defaultMarkdownParser.parse(text).toJSON() }));
process.stdout.write(JSON.stringify(seen));
