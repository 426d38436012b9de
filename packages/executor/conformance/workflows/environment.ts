import { Builtin } from "@floww/sdk";

let loads = 0;
loads += 1;

new Builtin().triggers.onWebhook({
  id: "env",
  handler: () => ({ env: process.env, loads, argv: process.argv.length }),
});
