import { Builtin } from "floww";

// The same work as in the programs it is measured against: JSON in, small JSON out, nothing logged.
new Builtin().triggers.onWebhook<{ name: string }>({
  path: "/hello",
  handler: (_, event) => ({ message: `Hello, ${event.body.name}!` }),
});
