import { Builtin } from "@floww/sdk";

new Builtin().triggers.onWebhook({ handler: () => "never" });

for (;;);
