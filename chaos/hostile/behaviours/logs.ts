import { type Behaviour, PATIENT_MS } from "../behaviour.ts";

/** More to say than anybody wants to hear. */
export const logs: readonly Behaviour[] = [
  {
    name: "gigabyte-by-console",
    ends: "completed",
    timeoutMs: PATIENT_MS,
    says: "the last line of a gigabyte",
    run: () => {
      const line = "x".repeat(1024 * 1024);
      for (let count = 0; count < 1_024; count++) console.log(line);
      console.log("the last line of a gigabyte");
      return "said";
    },
  },
  {
    name: "million-short-lines",
    ends: "completed",
    timeoutMs: PATIENT_MS,
    says: "the last of a million lines",
    run: () => {
      for (let count = 0; count < 1_000_000; count++) console.log("short");
      console.log("the last of a million lines");
      return "said";
    },
  },
  {
    // It waits at its own pipe, which is emptied no faster than its reader can bear.
    name: "gigabyte-by-stdout",
    ends: "RUN_TIMED_OUT",
    timeoutMs: 3_000,
    says: "before the flood",
    run: ({ ctx, fs }) => {
      ctx.logger.info("before the flood");
      const piece = Buffer.alloc(1024 * 1024, "x\n");
      for (let count = 0; count < 1_024; count++)
        for (let rest = piece; rest.byteLength > 0; ) rest = rest.subarray(fs.writeSync(1, rest));
      return "said";
    },
  },
  {
    name: "gigabyte-by-stderr",
    ends: "RUN_TIMED_OUT",
    timeoutMs: 3_000,
    says: "yyyyyyyyyy",
    run: ({ fs }) => {
      const piece = Buffer.from(`${"y".repeat(99)}\n`.repeat(10_000));
      for (let count = 0; count < 1_024; count++)
        for (let rest = piece; rest.byteLength > 0; ) rest = rest.subarray(fs.writeSync(2, rest));
    },
  },
  {
    name: "megabytes-by-stderr-then-crash",
    ends: "PROCESS_CRASHED",
    timeoutMs: PATIENT_MS,
    says: "the last line on stderr",
    run: ({ fs }) => {
      const piece = Buffer.alloc(1024 * 1024, "y\n");
      for (let count = 0; count < 10; count++)
        for (let rest = piece; rest.byteLength > 0; ) rest = rest.subarray(fs.writeSync(2, rest));
      fs.writeSync(2, "the last line on stderr\n");
      process.abort();
    },
  },
  {
    name: "line-of-hundred-megabytes",
    ends: "completed",
    timeoutMs: PATIENT_MS,
    run: () => {
      console.log("z".repeat(100 * 1024 * 1024));
      return "said";
    },
  },
  {
    name: "terminal-escapes",
    ends: "completed",
    says: "\u001b]0;title\u0007",
    run: () => {
      console.log("\u001b]0;title\u0007\u001b[2J\u001b]8;;http://evil\u0007click\u001b]8;;\u0007\r\0");
      return "said";
    },
  },
  {
    name: "no-text-at-all-then-crash",
    ends: "PROCESS_CRASHED",
    says: "after the bytes",
    run: ({ fs, pause }) => {
      fs.writeSync(2, Buffer.from([0xff, 0xfe, 0xc0, 0x80, 0xed, 0xa0, 0x80, 10]));
      fs.writeSync(2, "after the bytes\n");
      process.kill(process.pid, "SIGKILL");
      return pause(60_000);
    },
  },
  {
    name: "log-frames-past-the-executor",
    ends: "FRAME_INVALID",
    timeoutMs: PATIENT_MS,
    run: async ({ frame, write }) => {
      const line = frame(71, '{"level":"info","at":1e300}', "x".repeat(1_000));
      const many = Buffer.concat(Array.from({ length: 100 }, () => line));
      for (let count = 0; count < 2_000; count++) await write(many);
      return "said";
    },
  },
];
