// Lets Linear's own helper judge deliveries. Arguments: a secret; the time, in ms since 1970; a JSON list of [body in base64,
// signature]. Writes for each "news", "forged" or, where the signature is right and the rest is not, "hastens", as JSON.
import { LinearWebhookClient } from "@linear/sdk/webhooks";

const [secret, now, deliveries] = process.argv.slice(2);
Date.now = () => Number(now);
const client = new LinearWebhookClient(secret);
const judge = ([body, signature]) => {
  try {
    return client.verify(Buffer.from(body, "base64"), signature) ? "news" : "forged";
  } catch (error) {
    return error.message === "Invalid webhook signature" ? "forged" : "hastens";
  }
};
process.stdout.write(JSON.stringify(JSON.parse(deliveries).map(judge)));
