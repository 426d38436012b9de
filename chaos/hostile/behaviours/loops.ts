import type { Behaviour } from "../behaviour.ts";

/** Time that is never given back. */
export const loops: readonly Behaviour[] = [
  {
    name: "sync-loop",
    ends: "RUN_TIMED_OUT",
    says: "before the loop",
    isShort: true,
    run: ({ ctx }) => {
      ctx.logger.info("before the loop");
      for (;;);
    },
  },
  {
    name: "microtask-loop",
    ends: "RUN_TIMED_OUT",
    run: async () => {
      for (;;) await null;
    },
  },
  {
    name: "next-tick-storm",
    ends: "RUN_TIMED_OUT",
    run: () => {
      const again = () => process.nextTick(again);
      again();
      return new Promise(() => undefined);
    },
  },
  {
    name: "immediate-storm",
    ends: "RUN_TIMED_OUT",
    run: () => {
      const again = () => setImmediate(again);
      for (let count = 0; count < 10_000; count++) again();
      return new Promise(() => undefined);
    },
  },
  {
    name: "timer-storm",
    ends: "RUN_TIMED_OUT",
    run: () => {
      for (let count = 0; count < 100_000; count++) setInterval(() => undefined, 1);
      return new Promise(() => undefined);
    },
  },
  {
    name: "regex-catastrophe",
    ends: "RUN_TIMED_OUT",
    run: () => /^(a+)+$/.test(`${"a".repeat(50)}!`),
  },
  {
    name: "atomics-wait",
    ends: "RUN_TIMED_OUT",
    run: () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0),
  },
  {
    name: "never-settles",
    ends: "RUN_TIMED_OUT",
    says: "waiting",
    run: ({ ctx }) => {
      ctx.logger.info("waiting");
      return new Promise(() => undefined);
    },
  },
  {
    name: "signal-ignored",
    ends: "RUN_TIMED_OUT",
    run: async ({ pause }) => {
      await pause(60_000);
      return "late";
    },
  },
  {
    name: "signal-answered-by-a-loop",
    ends: "RUN_TIMED_OUT",
    run: ({ ctx }) => {
      ctx.signal.addEventListener("abort", () => {
        for (;;);
      });
      return new Promise(() => undefined);
    },
  },
  {
    name: "stack-overflow",
    ends: "USER_ERROR",
    run: () => {
      const deeper = (): number => 1 + deeper();
      return deeper();
    },
  },
  {
    name: "answers-then-loops",
    ends: "RUN_TIMED_OUT",
    answer: { status: 200 },
    run: async ({ ctx }) => {
      await ctx.respond("early");
      for (;;);
    },
  },
];
