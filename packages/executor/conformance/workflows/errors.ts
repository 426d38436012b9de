import { Builtin, type Handler, type WebhookEvent } from "@floww/sdk";

/** Every way to fail without harm to others. */
const builtin = new Builtin();
const on = (id: string, handler: Handler<WebhookEvent>) =>
  builtin.triggers.onWebhook({ id, path: `/${id}`, handler });

on("throws", () => {
  throw new TypeError("no such order"); // thrown here
});
on("throws-deep", async () => {
  await new Promise((resolve) => setTimeout(resolve, 1));
  try {
    JSON.parse("{"); // cause
  } catch (cause) {
    throw new Error("could not read", { cause }); // outer
  }
});
on("throws-text", () => {
  throw "just text";
});
on("throws-nothing", () => {
  throw undefined;
});
on("throws-bigint", () => {
  throw { amount: 1n };
});
on("throws-proxy", () => {
  const refuse = () => {
    throw new Error("the trap");
  };
  throw new Proxy({}, { get: refuse, has: refuse, getPrototypeOf: refuse, ownKeys: refuse });
});
on("throws-getter", () => {
  throw Object.defineProperty(new Error("x"), "message", {
    get() {
      throw new Error("no message for you");
    },
  });
});
on("throws-revoked", () => {
  const { proxy, revoke } = Proxy.revocable(new Error("x"), {});
  revoke();
  throw proxy;
});
on("throws-long", () => {
  // Every part of it could be the beginning of a path.
  throw new Error("/a".repeat(50_000_000));
});
on("fake-status", () => {
  throw { [Symbol.for("floww.answer")]: { status: "200" } };
});
