import { type Behaviour, PATIENT_MS } from "../behaviour.ts";

/** More memory than there is for it, by every way to it. */
export const memory: readonly Behaviour[] = [
  {
    name: "array-growth",
    ends: "OUT_OF_MEMORY",
    timeoutMs: PATIENT_MS,
    says: "before the growth",
    run: async ({ ctx }) => {
      ctx.logger.info("before the growth");
      const kept: unknown[] = [];
      for (;;) {
        for (let step = 0; step < 1_000; step++) kept.push(new Array(1_000).fill(step));
        await null;
      }
    },
  },
  {
    name: "string-growth",
    ends: "USER_ERROR",
    timeoutMs: PATIENT_MS,
    run: () => {
      for (let text = "x"; ; ) text += text;
    },
  },
  {
    name: "many-strings",
    ends: "OUT_OF_MEMORY",
    timeoutMs: PATIENT_MS,
    run: () => {
      const kept: string[] = [];
      for (let n = 0; ; n++) kept.push(Buffer.alloc(1_000_000, n % 128).toString("latin1"));
    },
  },
  {
    name: "buffer-growth",
    ends: "OUT_OF_MEMORY",
    timeoutMs: PATIENT_MS,
    says: "before the buffers",
    isShort: true,
    run: ({ ctx }) => {
      ctx.logger.info("before the buffers");
      const kept: Buffer[] = [];
      for (;;) kept.push(Buffer.alloc(32 * 1024 * 1024, 1));
    },
  },
  {
    name: "shared-array-buffer-growth",
    ends: "OUT_OF_MEMORY",
    timeoutMs: PATIENT_MS,
    run: () => {
      const kept: Uint8Array[] = [];
      for (;;) kept.push(new Uint8Array(new SharedArrayBuffer(32 * 1024 * 1024)).fill(1));
    },
  },
  {
    name: "web-assembly-growth",
    ends: "OUT_OF_MEMORY",
    timeoutMs: PATIENT_MS,
    run: () => {
      const memory = new WebAssembly.Memory({ initial: 1, maximum: 65_536 });
      for (;;) {
        memory.grow(256);
        new Uint8Array(memory.buffer).fill(1);
      }
    },
  },
  {
    name: "sixty-four-gigabytes-at-once",
    ends: "USER_ERROR",
    run: () => new ArrayBuffer(64 * 1024 ** 3).byteLength,
  },
  {
    name: "json-parse-of-hundred-megabytes",
    ends: "OUT_OF_MEMORY",
    timeoutMs: PATIENT_MS,
    run: () => JSON.parse(`[${"{},".repeat(33_000_000)}{}]`).length,
  },
  {
    name: "worker-out-of-memory",
    ends: "USER_ERROR",
    timeoutMs: PATIENT_MS,
    run: ({ workers }) =>
      new Promise((_, reject) => {
        const source = "const kept = []; for (;;) kept.push({ kept: [1, 2, 3] });";
        const worker = new workers.Worker(source, {
          eval: true,
          resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4 },
        });
        worker.on("error", reject);
      }),
  },
  {
    name: "many-workers",
    ends: "completed",
    timeoutMs: PATIENT_MS,
    afterwards: "completed",
    run: async ({ workers }) => {
      for (let count = 0; count < 100; count++) {
        try {
          new workers.Worker("setInterval(() => undefined, 1000)", { eval: true }).on(
            "error",
            () => undefined,
          );
        } catch {
          return "no more";
        }
      }
      return "all";
    },
  },
  {
    name: "worker-loop-left",
    ends: "completed",
    isShort: true,
    run: ({ workers }) => {
      new workers.Worker("for (;;);", { eval: true });
      return "left";
    },
  },
];
