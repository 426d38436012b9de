import { type Behaviour, PATIENT_MS } from "../behaviour.ts";

/** Other processes, and signals to whatever can be named. */
export const processes: readonly Behaviour[] = [
  {
    name: "fork-bomb",
    ends: "RUN_TIMED_OUT",
    run: async ({ spawnNode }) => {
      const bomb = `const { spawn } = require("node:child_process");
        setInterval(() => spawn(process.execPath, ["-e", process.env.BOMB], { stdio: "ignore", detached: true }).on("error", () => 0), 5);`;
      for (let count = 0; count < 10; count++) spawnNode(bomb, { env: { BOMB: bomb }, detached: true });
      await new Promise(() => undefined);
    },
  },
  {
    name: "sleeping-children-left",
    ends: "completed",
    run: ({ spawnNode }) => {
      for (let count = 0; count < 5; count++) spawnNode("setInterval(() => undefined, 1000)");
      return "left";
    },
  },
  {
    name: "double-fork-and-setsid",
    ends: "completed",
    isShort: true,
    run: async ({ spawnNode, pause }) => {
      const inner = `process.on("SIGTERM", () => 0); process.on("SIGHUP", () => 0); setInterval(() => 0, 1000)`;
      spawnNode(
        `require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(inner)}],
          { detached: true, stdio: "ignore" }).unref(); process.exit(0)`,
        { detached: true },
      );
      await pause(300);
      return "left";
    },
  },
  {
    name: "busy-children",
    ends: "RUN_TIMED_OUT",
    run: ({ spawnNode }) => {
      for (let count = 0; count < 8; count++) spawnNode("for (;;);");
      return new Promise(() => undefined);
    },
  },
  {
    name: "child-holds-stdout",
    ends: "PROCESS_EXITED",
    run: async ({ spawnNode, pause }) => {
      spawnNode("setInterval(() => undefined, 1000)", { stdio: "inherit", detached: true });
      await pause(200);
      process.exit(0);
    },
  },
  {
    name: "child-holds-the-frames",
    ends: "PROCESS_CRASHED",
    run: async ({ spawnNode, pause, fs }) => {
      spawnNode("setInterval(() => undefined, 1000)", {
        stdio: ["ignore", "ignore", "ignore", 3],
        detached: true,
      });
      await pause(200);
      fs.closeSync(3);
      process.kill(process.pid, "SIGKILL");
    },
  },
  {
    name: "no-shell",
    ends: "completed",
    gives: "ENOENT",
    run: ({ child }) => (child.spawnSync("/bin/sh", ["-c", "id"]).error as NodeJS.ErrnoException).code,
  },
  {
    name: "kills-its-parents",
    ends: "completed",
    run: ({ fs }) => {
      for (const pid of [1, process.ppid, ...fs.readdirSync("/proc").map(Number)]) {
        if (!(pid > 0) || pid === process.pid) continue;
        for (const signal of ["SIGTERM", "SIGSTOP", "SIGKILL"] as const) {
          try {
            process.kill(pid, signal);
          } catch {
            // Not there, or not ours.
          }
        }
      }
      return "alive";
    },
  },
  {
    name: "kills-everything-it-can-see",
    ends: "completed",
    run: () => {
      try {
        process.kill(-1, "SIGKILL");
      } catch {
        // Nobody else is there.
      }
      return "alive";
    },
  },
  {
    name: "kills-its-group",
    ends: "PROCESS_CRASHED",
    run: ({ pause }) => {
      process.kill(0, "SIGKILL");
      return pause(60_000);
    },
  },
  {
    name: "every-pid-there-could-be",
    ends: "completed",
    timeoutMs: PATIENT_MS,
    gives: 0,
    run: ({ fs }) => {
      let reached = 0;
      // A thread's id names its process.
      const own = new Set(fs.readdirSync("/proc/self/task").map(Number));
      for (let pid = 2; pid < 70_000; pid++) {
        if (own.has(pid)) continue;
        try {
          process.kill(pid, "SIGKILL");
          reached += 1;
        } catch {
          // As it should be.
        }
      }
      return reached;
    },
  },
];
