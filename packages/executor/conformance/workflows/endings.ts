import { AsyncResource } from "node:async_hooks";
import { closeSync } from "node:fs";
import { Builtin, type Handler, type WebhookEvent } from "@floww/sdk";

/** Every way to end late, badly, or together with others. */
const builtin = new Builtin();
const on = (id: string, handler: Handler<WebhookEvent>) =>
  builtin.triggers.onWebhook({ id, path: `/${id}`, handler });
const soon = (ms = 20) => new Promise((resolve) => setTimeout(resolve, ms));

on("quick", () => "done");
/** Says that it runs, and goes on until its signal is aborted. */
on("waits", async (ctx) => {
  ctx.logger.info("waiting");
  await new Promise((resolve) => ctx.signal.addEventListener("abort", resolve));
  ctx.logger.info(`aborted: ${ctx.signal.reason.name}`);
});
on("never", async (ctx) => {
  ctx.logger.info("never ends");
  await new Promise(() => undefined);
});
on("short", async (ctx) => {
  ctx.logger.info("short begins");
  await soon(150);
  return "short ends";
});
on("blocks", async (ctx) => {
  ctx.logger.info("blocking");
  await soon();
  for (;;);
});
on("exits", async () => {
  await soon();
  process.exit(3);
});
on("exits-never", () => {
  process.on("exit", () => {
    for (;;);
  });
  process.exit(4);
});
on("exits-after-logs", async (ctx) => {
  for (let line = 0; line < 15; line++) ctx.logger.info(`${line} ${"x".repeat(60_000)}`);
  process.exit(0);
});
on("throws-in-timer", async () => {
  setTimeout(() => {
    throw new RangeError("in a timer"); // timer
  }, 20);
  await soon(10_000);
});
on("rejects-unseen", async () => {
  void soon().then(() => Promise.reject(new RangeError("unseen"))); // unseen
  await soon(10_000);
});
on("kills-itself", async () => {
  await soon();
  process.kill(process.pid, "SIGKILL");
  await soon(10_000);
});
on("aborts", async () => {
  await soon();
  process.abort();
});
on("closes-stdout", () => {
  closeSync(1);
  closeSync(2);
  console.log("still heard");
  process.stdout.on("error", () => undefined);
  process.stdout.write("not heard");
  return "alive";
});
on("leaves-timers", (ctx) => {
  let ticks = 0;
  const timer = setInterval(() => {
    ctx.logger.info("after the end");
    if (++ticks === 10) clearInterval(timer);
  }, 1);
  return "left";
});
on("unattributed", () => {
  const outside = new AsyncResource("outside");
  return outside.runInAsyncScope(() => "fine");
});
/** Memory that the heap limit of V8 counts. */
on("fills-heap", async (ctx) => {
  ctx.logger.info("filling");
  const kept: unknown[] = [];
  for (;;) {
    for (let step = 0; step < 1_000; step++) kept.push(new Array(1_000).fill(step));
    await null;
  }
});
