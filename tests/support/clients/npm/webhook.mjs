// Makes a webhook with Linear's own SDK, changes an issue, and lets the SDK's own helper judge the delivery.
// Arguments: the address of the GraphQL endpoint, an API key. Writes what came as JSON.
import { createServer } from "node:http";
import { LinearClient } from "@linear/sdk";
import { LinearWebhookClient } from "@linear/sdk/webhooks";

const [apiUrl, apiKey] = process.argv.slice(2);
const linear = new LinearClient({ apiKey, apiUrl });
const secret = "a secret of the tour";
const handler = new LinearWebhookClient(secret).createHandler();
const received = new Promise((resolve) => handler.on("Issue", resolve));
const refusing = new LinearWebhookClient("another secret").createHandler();
const answered = {};

const server = createServer(async (request, response) => {
  response.on("finish", () => (answered[request.url] = response.statusCode));
  await (request.url === "/good" ? handler : refusing)(request, response);
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const home = `http://127.0.0.1:${server.address().port}`;

const input = { resourceTypes: ["Issue"], allPublicTeams: true, secret };
const webhook = await (await linear.createWebhook({ ...input, url: `${home}/good`, label: "The tour" })).webhook;
await linear.createWebhook({ ...input, url: `${home}/bad` });
const listed = (await linear.webhooks()).nodes.map((one) => one.id);
const issue = (await linear.issues({ first: 1 })).nodes[0];
const before = issue.title;
await issue.update({ title: "Changed by the tour" });
const event = await received;
while (answered["/good"] === undefined || answered["/bad"] === undefined) {
  await new Promise((resolve) => setTimeout(resolve, 10));
}
const deleted = (await linear.deleteWebhook(webhook.id)).success;
server.close();
server.closeAllConnections();
const { type, action, data, updatedFrom } = event;
process.stdout.write(
  JSON.stringify({
    webhook: { label: webhook.label, listed: listed.includes(webhook.id), deleted },
    event: { type, action, same: data.id === issue.id, title: data.title, was: updatedFrom.title === before },
    isOfWebhook: event.webhookId === webhook.id,
    answered,
  }),
);
