import { writeSync } from "node:fs";
import { Builtin, type Handler, type WebhookEvent } from "@floww/sdk";

/** Writes to the executor's own descriptor what no executor would. */
const FRAMES = 3;
const builtin = new Builtin();
const on = (id: string, handler: Handler<WebhookEvent>) =>
  builtin.triggers.onWebhook({ id, path: `/${id}`, handler });

function frame(kind: number, run: number, header: string, body = ""): Buffer {
  const bytes = Buffer.alloc(13 + Buffer.byteLength(header) + Buffer.byteLength(body));
  bytes.writeUInt32BE(bytes.length - 4, 0);
  bytes.writeUInt8(kind, 4);
  bytes.writeUInt32BE(run, 5);
  bytes.writeUInt32BE(Buffer.byteLength(header), 9);
  bytes.write(header + body, 13);
  return bytes;
}

async function say(bytes: Buffer): Promise<void> {
  for (let rest = bytes; rest.byteLength > 0; ) {
    try {
      rest = rest.subarray(writeSync(FRAMES, rest));
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 1)); // the pipe is full
    }
  }
  await new Promise((resolve) => setTimeout(resolve, 30_000));
}

on("garbage", () => say(Buffer.from("GET / HTTP/1.1\r\nhost: localhost\r\n\r\n")));
on("four-gigabytes", () => say(Buffer.from([255, 255, 255, 255, 70, 0, 0, 0, 1])));
on("short-length", () => say(Buffer.from([0, 0, 0, 1, 70, 0, 0, 0, 1])));
on("header-too-long", () => say(Buffer.from([0, 0, 0, 9, 70, 0, 0, 0, 1, 255, 255, 255, 255])));
on("header-not-json", () => say(frame(70, 1, "{]")));
on("unknown-kind", () => say(frame(99, 1, "{}")));
on("driver-kind", () => say(frame(2, 1, "{}")));
on("other-run", () => say(frame(70, 4_000_000_000, "{}")));
on("call-without-head", () => say(frame(72, 1, "")));
on("call-with-null", () => say(frame(72, 1, "null")));
on("answer-without-head", () => say(frame(68, 1, "")));
on("answer-status", () => say(frame(68, 1, '{"status":"200","headers":[]}')));
on("done-without-head", () => say(frame(70, 1, "")));
on("chunk-without-answer", () => say(frame(69, 1, "", "x")));
on("log-without-head", () => say(frame(71, 1, "null", "x")));
on("dying-without-head", () => say(frame(74, 1, "")));
on("dying-for-nobody", () => say(frame(74, 77, '{"reason":"exit","exitCode":0}')));
on("logs-past-the-limit", () => {
  const line = frame(71, 1, '{"level":"info","at":0}', "x".repeat(1_000));
  return say(Buffer.concat(Array.from({ length: 2_000 }, () => line)));
});
on("header-of-brackets", () => say(frame(70, 1, "[".repeat(20_000_000))));
on("header-of-objects", () => say(frame(70, 1, `[${"{},".repeat(7_000_000)}{}]`)));
/** Never lets its event loop turn. */
on("deaf-caller", () => {
  const call = frame(72, 1, '{"call":1,"operation":"kv.get","input":null}');
  const many = Buffer.concat(Array.from({ length: 1_000 }, () => call));
  for (let rest = many; ; ) {
    try {
      rest = rest.subarray(writeSync(FRAMES, rest));
    } catch {
      // The pipe is full.
    }
    if (rest.byteLength === 0) rest = many;
  }
});
on("greedy-stream", async () => {
  const chunk = frame(69, 1, "", "x".repeat(64 * 1024));
  writeSync(FRAMES, frame(68, 1, '{"status":200,"headers":[],"stream":true}'));
  for (let count = 0, rest = chunk; count < 100_000; ) {
    try {
      rest = rest.subarray(writeSync(FRAMES, rest));
      if (rest.byteLength > 0) continue;
      rest = chunk;
      count += 1;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }
});
on("odd-error", () =>
  say(frame(70, 1, '{"error":{"code":7,"name":{},"message":[],"stack":1,"source":{"file":1}}}')),
);
on("huge-error", () =>
  say(frame(70, 1, JSON.stringify({ error: { code: "NONE", message: "m".repeat(9_000_000) } }))),
);
on("beside", async (ctx) => {
  ctx.logger.info("beside");
  await new Promise((resolve) => setTimeout(resolve, 30_000));
});
