// What Atlassian's own validator says of ADF documents: reads a JSON list of them from the file named as the argument and
// writes, for each, the error or null. Without a callback the validator throws; with one it calls broken documents valid.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

// Its folders are no ES modules to Node.
const { validator } = createRequire(import.meta.url)("@atlaskit/adf-utils/validator");

const validate = validator();
const documents = JSON.parse(readFileSync(process.argv[2], "utf8"));
const verdicts = documents.map((document) => {
  try {
    validate(document);
    return null;
  } catch (error) {
    return error.message;
  }
});
process.stdout.write(JSON.stringify(verdicts));
