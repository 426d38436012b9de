import { Builtin, type Handler, type WebhookEvent } from "@floww/sdk";
import { createProviderFetch } from "@floww/sdk/provider";

const vendor = createProviderFetch({ type: "vendor", alias: "default" });
const builtin = new Builtin();
const on = (id: string, handler: Handler<WebhookEvent>) =>
  builtin.triggers.onWebhook({ id, path: `/${id}`, handler });

on("posts", async () => {
  const answered = await vendor("https://api.vendor.example/things?a=1", {
    method: "POST",
    headers: { "x-kept": "yes" },
    body: JSON.stringify({ name: "one" }),
  });
  return { status: answered.status, kind: answered.headers.get("x-kind"), body: await answered.json() };
});
on("bodiless", async () => (await vendor("https://api.vendor.example/gone", { method: "DELETE" })).status);
on("refused", async () => {
  await vendor("https://api.vendor.example/refused");
});
on("reads-slowly", async (ctx) => {
  const answered = await vendor("https://api.vendor.example/big");
  const reader = answered.body!.getReader();
  const first = await reader.read();
  ctx.logger.info("read", first.value?.byteLength);
  // The test says when to go on, by the body of the answer to another call.
  await vendor("https://api.vendor.example/gate");
  let bytes = first.value?.byteLength ?? 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) bytes += next.value.byteLength;
  return bytes;
});
on("breaks-off", async () => {
  const answered = await vendor("https://api.vendor.example/broken");
  await answered.text();
});
on("aborts", async (ctx) => {
  const stop = new AbortController();
  const call = vendor("https://api.vendor.example/never", { signal: stop.signal });
  ctx.logger.info("asked");
  stop.abort(new Error("enough"));
  return call.catch((error: Error) => error.message);
});
on("leaves-early", async (ctx) => {
  void vendor("https://api.vendor.example/never").catch(() => undefined);
  // Answered once the other one has come.
  await vendor("https://api.vendor.example/meanwhile");
  ctx.logger.info("asked");
  return "left";
});
on("redirected", async () => (await vendor("https://api.vendor.example/moved")).text());
on("too-large", async () => {
  await vendor("https://api.vendor.example/up", { method: "POST", body: new Uint8Array(21 * 1024 * 1024) });
});
