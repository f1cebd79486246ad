// All documents that Linear's own SDK can send, by name, as JSON.
import { LinearDocument } from "@linear/sdk";

const named = Object.entries(LinearDocument).filter(([name]) => name.endsWith("Document"));
process.stdout.write(JSON.stringify(Object.fromEntries(named.map(([name, text]) => [name, String(text)]))));
