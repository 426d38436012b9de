import { Builtin } from "@floww/sdk";

const builtin = new Builtin();
builtin.triggers.onWebhook({ id: "one", path: "/orders/:id", handler: () => 1 }); // first
builtin.triggers.onWebhook({ id: "two", path: "/orders/:name", handler: () => 2 }); // second
