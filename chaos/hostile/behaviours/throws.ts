import type { Behaviour } from "../behaviour.ts";

/** Errors that are meant for whoever reads them. */
export const throws: readonly Behaviour[] = [
  {
    name: "throws-null",
    ends: "USER_ERROR",
    run: () => {
      throw null;
    },
  },
  {
    name: "throws-undefined",
    ends: "USER_ERROR",
    run: () => {
      throw undefined;
    },
  },
  {
    name: "throws-a-proxy",
    ends: "USER_ERROR",
    run: () => {
      const trap = () => {
        throw new Error("a trap");
      };
      throw new Proxy(new Error("a proxy"), { get: trap, has: trap, getPrototypeOf: trap, ownKeys: trap });
    },
  },
  {
    name: "throws-what-throws-when-read",
    ends: "USER_ERROR",
    run: () => {
      const error = new Error("a bomb");
      for (const key of ["message", "name", "stack", "cause", "code"])
        Object.defineProperty(error, key, {
          get: () => {
            throw new Error("a getter");
          },
        });
      throw error;
    },
  },
  {
    name: "throws-what-loops-when-read",
    ends: "RUN_TIMED_OUT",
    run: () => {
      const error = new Error("a bomb");
      Object.defineProperty(error, "message", {
        get: () => {
          for (;;);
        },
      });
      throw error;
    },
  },
  {
    name: "throws-hundred-megabytes",
    ends: "USER_ERROR",
    timeoutMs: 3_000,
    run: () => {
      throw new Error("/a".repeat(50_000_000));
    },
  },
  {
    name: "throws-a-hundred-megabyte-string",
    ends: "USER_ERROR",
    timeoutMs: 3_000,
    run: () => {
      throw "/a".repeat(50_000_000);
    },
  },
  {
    name: "circular-cause",
    ends: "USER_ERROR",
    run: () => {
      const error = new Error("round");
      error.cause = error;
      throw error;
    },
  },
  {
    name: "rejects-with-a-thenable",
    ends: "USER_ERROR",
    run: () => {
      const reason = new Map([["then", () => undefined]]);
      return Promise.reject(Object.fromEntries(reason));
    },
  },
  {
    name: "returns-a-thenable-that-never-settles",
    ends: "RUN_TIMED_OUT",
    run: () => Object.fromEntries(new Map([["then", () => undefined]])),
  },
  {
    // What it says of itself stands in its own record, and nobody acts on it.
    name: "throws-our-own-error",
    ends: "DATABASE_UNAVAILABLE",
    run: () => {
      const error = Object.assign(new Error("I am the server"), { code: "DATABASE_UNAVAILABLE" });
      error.name = "FlowwError";
      throw error;
    },
  },
];
