import type { Behaviour } from "../behaviour.ts";

/** A process that ends by itself, or that nobody would call alive. */
export const ends: readonly Behaviour[] = [
  {
    name: "exit-0",
    ends: "PROCESS_EXITED",
    says: "last words before the exit",
    isShort: true,
    run: ({ fs }) => {
      fs.writeSync(2, "last words before the exit\n");
      process.exit(0);
    },
  },
  { name: "exit-1", ends: "PROCESS_EXITED", run: () => process.exit(1) },
  {
    name: "exit-past-the-guard",
    ends: "PROCESS_CRASHED",
    run: () => (process as unknown as { reallyExit(code: number): never }).reallyExit(0),
  },
  {
    name: "exit-that-is-held-up",
    ends: "PROCESS_EXITED",
    timeoutMs: 3_000,
    run: () => {
      process.on("exit", () => {
        for (;;);
      });
      process.exit(0);
    },
  },
  { name: "abort", ends: "PROCESS_CRASHED", run: () => process.abort() },
  {
    name: "sigkill-self",
    ends: "PROCESS_CRASHED",
    says: "last words before the kill",
    isShort: true,
    run: ({ fs, pause }) => {
      fs.writeSync(2, "last words before the kill\n");
      process.kill(process.pid, "SIGKILL");
      return pause(60_000);
    },
  },
  {
    name: "sigsegv-self",
    ends: "PROCESS_CRASHED",
    run: ({ pause }) => {
      process.kill(process.pid, "SIGSEGV");
      return pause(60_000);
    },
  },
  {
    name: "sigterm-self",
    ends: "PROCESS_CRASHED",
    run: ({ pause }) => {
      process.kill(process.pid, "SIGTERM");
      return pause(60_000);
    },
  },
  {
    name: "sigstop-self",
    ends: "RUN_TIMED_OUT",
    run: ({ pause }) => {
      process.kill(process.pid, "SIGSTOP");
      return pause(60_000);
    },
  },
  {
    name: "swallows-every-signal",
    ends: "RUN_TIMED_OUT",
    run: () => {
      for (const signal of ["SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT", "SIGPIPE", "SIGUSR2"])
        process.on(signal, () => undefined);
      process.on("exit", () => {
        for (;;);
      });
      for (;;);
    },
  },
  {
    name: "swallows-uncaught-exceptions",
    ends: "UNCAUGHT_ERROR",
    run: ({ pause }) => {
      process.prependListener("uncaughtException", () => undefined);
      setTimeout(() => {
        throw new Error("swallowed");
      });
      return pause(60_000);
    },
  },
  {
    name: "takes-the-guard-away",
    ends: "PROCESS_CRASHED",
    says: "nobody caught it",
    run: ({ pause }) => {
      process.removeAllListeners("uncaughtException");
      setTimeout(() => {
        throw new Error("nobody caught it");
      });
      return pause(60_000);
    },
  },
  {
    name: "throw-in-timer",
    ends: "UNCAUGHT_ERROR",
    says: "about to throw",
    run: ({ ctx, pause }) => {
      ctx.logger.info("about to throw");
      setTimeout(() => {
        throw new RangeError("in a timer");
      });
      return pause(60_000);
    },
  },
  {
    name: "unhandled-rejection",
    ends: "UNCAUGHT_ERROR",
    isShort: true,
    run: ({ pause }) => {
      void Promise.reject(new RangeError("unseen"));
      return pause(60_000);
    },
  },
  {
    name: "unhandled-rejection-with-nothing",
    ends: "UNCAUGHT_ERROR",
    run: ({ pause }) => {
      void Promise.reject();
      return pause(60_000);
    },
  },
];
