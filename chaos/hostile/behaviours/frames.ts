import { type Behaviour, PATIENT_MS } from "../behaviour.ts";

/** Whoever shares a process with the executor can close, block and write its pipe. */
export const frames: readonly Behaviour[] = [
  {
    name: "closes-every-descriptor",
    ends: "PROCESS_CRASHED",
    isShort: true,
    run: ({ fs, pause }) => {
      for (let descriptor = 0; descriptor <= 20; descriptor++) {
        try {
          fs.closeSync(descriptor);
        } catch {
          // It was not open.
        }
      }
      return pause(60_000);
    },
  },
  {
    name: "closes-the-frames",
    ends: "PROCESS_CRASHED",
    run: ({ fs, pause }) => {
      fs.closeSync(3);
      return pause(60_000);
    },
  },
  {
    name: "closes-its-output",
    ends: "completed",
    run: ({ fs }) => {
      for (const descriptor of [0, 1, 2]) fs.closeSync(descriptor);
      console.log("still heard");
      return "alive";
    },
    says: "still heard",
  },
  {
    name: "garbage-frames",
    ends: "FRAME_INVALID",
    run: async ({ write, pause }) => {
      await write(Buffer.from("GET / HTTP/1.1\r\nhost: localhost\r\n\r\n"));
      await pause(60_000);
    },
  },
  {
    name: "frame-of-four-gigabytes",
    ends: "FRAME_INVALID",
    run: async ({ write, pause }) => {
      await write(Buffer.from([255, 255, 255, 255, 70, 0, 0, 0, 1]));
      await pause(60_000);
    },
  },
  {
    name: "largest-frame-never-ended",
    ends: "RUN_TIMED_OUT",
    timeoutMs: 2_000,
    run: async ({ write, pause }) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(24 * 1024 * 1024);
      await write(length);
      await write(Buffer.alloc(24 * 1024 * 1024 - 1, 1));
      await pause(60_000);
    },
  },
  {
    name: "frame-of-nesting",
    ends: "FRAME_INVALID",
    timeoutMs: PATIENT_MS,
    run: async ({ write, frame, pause }) => {
      await write(frame(70, "[".repeat(20_000_000)));
      await pause(60_000);
    },
  },
  {
    name: "frame-of-objects",
    ends: "FRAME_INVALID",
    timeoutMs: PATIENT_MS,
    run: async ({ write, frame, pause }) => {
      await write(frame(70, `[${"{},".repeat(7_000_000)}{}]`));
      await pause(60_000);
    },
  },
  {
    name: "frame-for-another-run",
    ends: "FRAME_INVALID",
    run: async ({ write, frame, pause }) => {
      await write(frame(70, "{}", "", 4_000_000_000));
      await pause(60_000);
    },
  },
  {
    name: "frame-with-a-forged-error",
    ends: "USER_ERROR",
    run: async ({ write, frame, pause }) => {
      const error = { code: { a: 1 }, name: [], message: "m".repeat(1_000_000), stack: 7, source: "x" };
      await write(frame(70, JSON.stringify({ error })));
      await pause(300);
    },
  },
  {
    name: "calls-without-hearing-the-replies",
    ends: "RUN_TIMED_OUT",
    timeoutMs: 3_000,
    run: ({ fs, frame }) => {
      const call = frame(72, '{"call":1,"operation":"kv.get","input":{"table":"t","key":"k"}}');
      const many = Buffer.concat(Array.from({ length: 1_000 }, () => call));
      for (let rest = many; ; ) {
        try {
          rest = rest.subarray(fs.writeSync(3, rest));
        } catch {
          // The pipe is full.
        }
        if (rest.byteLength === 0) rest = many;
      }
    },
  },
  {
    name: "ten-thousand-calls-at-once",
    ends: "HOST_CALLS_EXCEEDED",
    timeoutMs: PATIENT_MS,
    run: ({ table }) => Promise.all(Array.from({ length: 10_000 }, (_, n) => table.set(`k${n}`, n))),
  },
  {
    name: "stream-without-an-answer",
    ends: "FRAME_INVALID",
    run: async ({ write, frame, pause }) => {
      await write(frame(69, "", "x"));
      await pause(60_000);
    },
  },
  {
    name: "says-that-another-run-kills-it",
    ends: "FRAME_INVALID",
    run: async ({ write, frame, pause }) => {
      await write(frame(74, '{"reason":"exit","exitCode":0}', "", 77));
      await pause(60_000);
    },
  },
];
