// What Atlassian's own parser makes of JQL queries: reads a JSON list of queries from the file named as the
// argument and writes, for each, whether it was accepted and the shape of what was understood.
import { readFileSync } from "node:fs";
import { JastBuilder } from "@atlaskit/jql-ast";

const field = (node) =>
  node.value + (node.properties ?? []).map((one) => `[${one.key.value}]${(one.path ?? []).map((p) => p.value).join("")}`).join("");

function operand(node) {
  switch (node.operandType) {
    case "keyword":
      return { keyword: "empty" };
    case "function":
      return { function: node.function.value, arguments: node.arguments.map((one) => one.value) };
    case "list":
      return { values: node.values.map(operand) };
    default:
      return { value: node.value, quoted: /^["']/.test(node.text) };
  }
}

function clause(node) {
  if (node.clauseType === "compound") {
    return { operator: node.operator.value, clauses: node.clauses.map(clause) };
  }
  if (node.clauseType === "not") {
    return { operator: "not", clauses: [clause(node.clause)] };
  }
  const shown = { field: field(node.field), operator: node.operator.value };
  return node.operand === undefined ? shown : { ...shown, operand: operand(node.operand) };
}

function understood(query) {
  const shown = {};
  if (query?.where !== undefined) {
    shown.where = clause(query.where);
  }
  if (query?.orderBy !== undefined) {
    shown.order = query.orderBy.fields.map((one) => ({
      field: field(one.field),
      descending: one.direction?.value === "DESC",
    }));
  }
  return shown;
}

const queries = JSON.parse(readFileSync(process.argv[2], "utf8"));
const verdicts = queries.map((text) => {
  const { query, errors } = new JastBuilder().build(text);
  const accepted = errors.length === 0;
  return { accepted, errors: errors.map((one) => one.message), shape: accepted ? understood(query) : null };
});
process.stdout.write(JSON.stringify(verdicts));
