import { Builtin } from "@floww/sdk";

const builtin = new Builtin();
builtin.triggers.onWebhook({ id: "mine", path: "/a", handler: () => 1 }); // first
builtin.triggers.onManual({ name: "b", handler: () => 2 });
