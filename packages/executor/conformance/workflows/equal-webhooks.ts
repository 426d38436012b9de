import { Builtin } from "@floww/sdk";

const builtin = new Builtin();
builtin.triggers.onWebhook({ path: "/orders", handler: () => 1 }); // first
builtin.triggers.onWebhook({ path: "/orders", handler: () => 2 }); // second
