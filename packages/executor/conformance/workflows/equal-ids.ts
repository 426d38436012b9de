import { Builtin } from "@floww/sdk";

const builtin = new Builtin();
builtin.triggers.onWebhook({ id: "mine", path: "/a", handler: () => 1 }); // first
builtin.triggers.onManual({ id: "mine", name: "b", handler: () => 2 }); // second
