import { type Behaviour, PATIENT_MS } from "../behaviour.ts";

/** Descriptors, disks and what others have on them. */
export const files: readonly Behaviour[] = [
  {
    name: "ten-thousand-descriptors",
    ends: "completed",
    run: ({ fs }) => {
      try {
        for (let count = 0; count < 10_000; count++) fs.openSync("/dev/null", "r");
        return "all";
      } catch (error) {
        return (error as NodeJS.ErrnoException).code;
      }
    },
  },
  {
    name: "fills-its-disk",
    ends: "completed",
    gives: "ENOSPC",
    timeoutMs: PATIENT_MS,
    isShort: true,
    run: ({ fs }) => {
      const file = fs.openSync("/tmp/large", "w");
      try {
        for (;;) fs.writeSync(file, Buffer.alloc(1024 * 1024, 1));
      } catch (error) {
        return (error as NodeJS.ErrnoException).code;
      }
    },
  },
  {
    name: "many-tiny-files",
    ends: "completed",
    gives: "ENOSPC",
    timeoutMs: PATIENT_MS,
    run: ({ fs }) => {
      try {
        for (let count = 0; ; count++) fs.writeFileSync(`/tmp/tiny-${count}`, "x");
      } catch (error) {
        return (error as NodeJS.ErrnoException).code;
      }
    },
  },
  {
    name: "empty-files",
    ends: "OUT_OF_MEMORY",
    timeoutMs: 2 * PATIENT_MS,
    run: ({ fs }) => {
      try {
        for (let count = 0; ; count++) fs.closeSync(fs.openSync(`/tmp/empty-${count}`, "w"));
      } catch (error) {
        return (error as NodeJS.ErrnoException).code;
      }
    },
  },
  {
    name: "deep-folders",
    ends: "completed",
    run: ({ fs }) => {
      try {
        process.chdir("/tmp");
        for (let count = 0; count < 10_000; count++) {
          fs.mkdirSync("deeper");
          process.chdir("deeper");
        }
        return "all";
      } catch (error) {
        return (error as NodeJS.ErrnoException).code;
      }
    },
  },
  {
    name: "writes-outside-of-its-disk",
    ends: "completed",
    gives: [],
    run: ({ fs }) =>
      [
        "/x",
        "/usr/bin/node",
        "/opt/floww/executor.cjs",
        "/etc/passwd",
        "/proc/sys/kernel/hostname",
        "/proc/sysrq-trigger-x",
        "/dev/shm/x",
        "/run/floww/x",
      ].filter((file) => {
        try {
          fs.writeFileSync(file, "x");
          return true;
        } catch {
          return false;
        }
      }),
  },
  {
    name: "reads-what-is-not-its-own",
    ends: "completed",
    gives: [],
    run: ({ fs }) => {
      const environments = fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name));
      const wanted = [
        ...environments.map((pid) => `/proc/${pid}/environ`),
        ...[
          "/etc/shadow",
          "/root",
          "/home",
          "/var/run/docker.sock",
          "/work",
          "/proc/kcore",
          "/proc/1/root/etc/shadow",
        ],
      ];
      return wanted.filter((file) => {
        try {
          // What bubblewrap says to its child is all there is.
          return !["", "PWD=/\0"].includes(fs.readFileSync(file, "latin1"));
        } catch (error) {
          return (error as NodeJS.ErrnoException).code === "EISDIR";
        }
      });
    },
  },
  {
    name: "sockets-left-open",
    ends: "completed",
    timeoutMs: PATIENT_MS,
    run: async ({ net, pause }) => {
      const server = net.createServer(() => undefined).listen(0);
      await pause(50);
      const { port } = server.address() as { port: number };
      for (let count = 0; count < 2_000; count++) net.connect(port, "127.0.0.1").on("error", () => undefined);
      await pause(300);
      return "left";
    },
  },
  {
    name: "egress-connections-left-open",
    ends: "completed",
    timeoutMs: PATIENT_MS,
    run: async ({ net, pause }) => {
      for (let count = 0; count < 1_000; count++)
        net
          .connect("/run/floww/egress.sock")
          .on("error", () => undefined)
          .write("CONNECT 1.1.1.1:443 HTTP/1.1\r\n");
      await pause(500);
      return "left";
    },
  },
  {
    name: "reaches-inwards",
    ends: "completed",
    gives: [],
    timeoutMs: PATIENT_MS,
    run: async ({ net }) => {
      const reaches = (port: number, host: string) =>
        new Promise<boolean>((resolve) => {
          const socket = net.connect({ port, host, timeout: 300 });
          socket
            .on("connect", () => resolve(true))
            .on("error", () => resolve(false))
            .on("timeout", () => resolve(false));
        });
      const reached: string[] = [];
      for (const [host, port] of [
        ["127.0.0.1", 5432],
        ["169.254.169.254", 80],
        ["::1", 5432],
        ["10.0.0.1", 80],
      ] as const)
        if (await reaches(port, host)) reached.push(`${host}:${port}`);
      for (const url of [
        "http://169.254.169.254/",
        "http://[::ffff:127.0.0.1]:5432/",
        "http://localhost.:80/",
        "http://2130706433/",
      ]) {
        const answer = await fetch(url).catch(() => undefined);
        if (answer !== undefined && answer.status < 400) reached.push(url);
      }
      return reached;
    },
  },
  {
    name: "asks-for-names",
    ends: "completed",
    gives: [],
    timeoutMs: PATIENT_MS,
    run: async () => {
      const { lookup } = process.getBuiltinModule("node:dns").promises;
      const names = ["metadata.google.internal", "host.docker.internal", "example.com"];
      const found = await Promise.all(names.map((name) => lookup(name).catch(() => undefined)));
      return names.filter((_, n) => found[n] !== undefined);
    },
  },
  {
    name: "opens-an-inspector",
    ends: "completed",
    run: () => {
      process.getBuiltinModule("node:inspector").open(0, "127.0.0.1");
      return "open";
    },
  },
];
