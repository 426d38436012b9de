import { Builtin } from "@floww/sdk";

new Builtin().triggers.onWebhook({ handler: () => "never" });

throw new TypeError("not today"); // top
