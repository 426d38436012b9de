import type { Behaviour } from "../behaviour.ts";

/** What a run leaves to whoever comes after it in its process, which is only ever its own deployment. */
export const leftovers: readonly Behaviour[] = [
  {
    name: "timers-left",
    ends: "completed",
    isShort: true,
    run: () => {
      for (let count = 0; count < 100; count++) setInterval(() => console.log("after the end"), 1);
      return "left";
    },
  },
  {
    name: "promises-left",
    ends: "completed",
    run: ({ ctx, pause }) => {
      const goOn = async () => {
        for (;;) {
          await pause(1);
          ctx.logger.info("after the end");
        }
      };
      void goOn();
      return "left";
    },
  },
  {
    name: "throws-after-its-answer",
    ends: "completed",
    run: () => {
      setTimeout(() => {
        throw new Error("too late");
      }, 200);
      return "left";
    },
  },
  {
    name: "environment",
    ends: "completed",
    run: ({ fs }) => {
      for (const name of ["PATH", "NODE_OPTIONS", "LD_PRELOAD", "HTTP_PROXY", "TZ"]) process.env[name] = "/x";
      process.title = "x".repeat(10_000);
      process.umask(0o777);
      process.chdir("/tmp");
      for (const name of fs.readdirSync("/tmp")) fs.rmSync(name, { recursive: true, force: true });
      return "changed";
    },
  },
  {
    // The executor stands on it too: who breaks it ends the own run, and the process.
    name: "patched-json",
    ends: "FRAME_INVALID",
    run: () => {
      JSON.stringify = () => "null";
      JSON.parse = () => {
        throw new Error("patched");
      };
      return { patched: "json" };
    },
  },
  {
    name: "patched-promise",
    ends: "completed",
    run: () => {
      Object.assign(Promise, {
        race: undefined,
        all: undefined,
        resolve: undefined,
        withResolvers: undefined,
      });
      Object.defineProperty(globalThis, "Promise", { value: undefined });
      return "patched";
    },
  },
  {
    // The executor stands on it too: who breaks it ends the own run, and the process.
    name: "patched-buffer",
    ends: "PROCESS_CRASHED",
    run: () => {
      const broken = () => {
        throw new Error("patched");
      };
      for (const name of ["from", "alloc", "allocUnsafe", "concat", "byteLength"])
        Object.defineProperty(Buffer, name, { value: broken });
      Object.defineProperty(globalThis, "Buffer", { value: undefined });
      return "patched";
    },
  },
  {
    name: "patched-timers",
    ends: "completed",
    run: () => {
      const silent = () => 0;
      for (const name of ["setTimeout", "setImmediate", "setInterval", "queueMicrotask", "fetch"])
        Object.defineProperty(globalThis, name, { value: silent });
      Object.defineProperty(process, "nextTick", { value: silent });
      Date.now = () => Number.NaN;
      return "patched";
    },
  },
  {
    // Which of the executor's own steps comes upon it first differs.
    name: "patched-prototypes",
    ends: ["USER_ERROR", "UNCAUGHT_ERROR", "PROCESS_CRASHED", "INTERRUPTED"],
    run: () => {
      const broken = () => {
        throw new Error("patched");
      };
      for (const name of ["map", "filter", "reduce", "slice"])
        Object.defineProperty(Array.prototype, name, { value: broken });
      return "patched";
    },
  },
  {
    name: "polluted-prototype",
    ends: "completed",
    run: () => {
      Object.assign(Object.prototype, {
        error: { code: "INTERNAL" },
        answer: 7,
        waitsFor: ["x"],
        stream: true,
      });
      return "patched";
    },
  },
];
