import { writeSync } from "node:fs";
import { Builtin, type Handler, type WebhookEvent } from "@floww/sdk";

/** Everything that writes. */
const builtin = new Builtin();
const on = (id: string, handler: Handler<WebhookEvent>) =>
  builtin.triggers.onWebhook({ id, path: `/${id}`, handler });

console.log("at top level, of no run");

/** Without a word: an abort writes a stack. */
function dies(): Promise<void> {
  process.kill(process.pid, "SIGKILL");
  return new Promise(() => undefined);
}

on("all", (ctx) => {
  console.debug("one %d", 1);
  ctx.logger.debug("two", { b: 2 });
  console.log("three");
  ctx.logger.info("four");
  console.warn("five");
  ctx.logger.warn("six");
  console.error("seven");
  ctx.logger.error(new Error("eight"));
});
on("hostile", (ctx) => {
  const circle: { self?: unknown } = {};
  circle.self = circle;
  ctx.logger.info(circle);
  ctx.logger.info(null, undefined, Symbol("s"), 1n);
  ctx.logger.info("\u001b]0;title\u0007\u001b[31mred");
});
on("named", async (ctx, event) => {
  const name = String(event.body);
  for (let line = 0; line < 20; line++) {
    console.log(`${name} ${line}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  ctx.logger.info(`${name} last`);
});
on("flood", (ctx) => {
  for (let line = 0; line < 200_000; line++) ctx.logger.info(`${line} ${"x".repeat(90)}`);
  return "flooded";
});
on("flood-then-exit", (ctx) => {
  for (let line = 0; line < 20_000; line++) ctx.logger.info(`${line} ${"x".repeat(90)}`);
  process.exit(0);
});
on("waits-beside", async (ctx) => {
  ctx.logger.info("beside");
  await new Promise((resolve) => setTimeout(resolve, 30_000));
});
on("writes-to-stderr", () => {
  writeSync(2, "of the run before\n");
});
on("crashes-silently", () => dies());
on("crashes-with-last-words", () => {
  writeSync(2, `${"x".repeat(99)}\n`.repeat(1_000));
  writeSync(2, "the password is hunter2-of-another-run\nlast words\n");
  return dies();
});
on("long-line", (ctx) => {
  ctx.logger.info("y".repeat(100 * 1024 * 1024));
  return "logged";
});
on("stdout-gigabyte", async () => {
  const block = Buffer.alloc(1024 * 1024, "z");
  for (let count = 0; count < 1024; count++) {
    if (!process.stderr.write(block)) await new Promise((resolve) => process.stderr.once("drain", resolve));
  }
  return "written";
});
