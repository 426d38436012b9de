import { Builtin } from "@floww/sdk";

new Builtin().triggers.onWebhook({ handler: () => "never" });

setInterval(() => undefined, 1_000);
await new Promise(() => undefined);
