// What Linear's own SDK reads of an issue's attachments and comments. Arguments: the address of the GraphQL endpoint, an API
// key, the id of an issue. Writes what it saw as JSON.
import { LinearClient } from "@linear/sdk";

const [apiUrl, apiKey, id] = process.argv.slice(2);
const issue = await new LinearClient({ apiKey, apiUrl }).issue(id);

async function every(connection) {
  while (connection.pageInfo.hasNextPage) {
    await connection.fetchNext();
  }
  return connection.nodes;
}

const attachments = await every(await issue.attachments({ first: 50 }));
const comments = await every(await issue.comments({ first: 50 }));
process.stdout.write(
  JSON.stringify({
    attachments: attachments.map(({ title, subtitle, url }) => ({ title, subtitle, url })),
    comments: comments.map((comment) => comment.body),
  }),
);
