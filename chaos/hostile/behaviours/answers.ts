import { type Behaviour, PATIENT_MS } from "../behaviour.ts";

/** Answers that are none. */
export const answers: readonly Behaviour[] = [
  { name: "ten-megabytes", ends: "ANSWER_TOO_LARGE", run: () => "x".repeat(10 * 1024 * 1024) },
  {
    name: "stream-without-end",
    ends: "RUN_TIMED_OUT",
    answer: { status: 200, isCut: true },
    run: () =>
      new Response(
        new ReadableStream({
          pull: (controller) => controller.enqueue(new Uint8Array(64 * 1024)),
        }),
      ),
  },
  {
    name: "stream-that-gives-nothing",
    ends: "RUN_TIMED_OUT",
    answer: { status: 200, isCut: true },
    run: () => new Response(new ReadableStream({ pull: () => new Promise(() => undefined) })),
  },
  {
    name: "stream-that-breaks",
    ends: "USER_ERROR",
    answer: { status: 200, isCut: true },
    run: ({ pause }) =>
      new Response(
        new ReadableStream({
          async pull(controller) {
            controller.enqueue(new Uint8Array(10));
            await pause(100);
            controller.error(new Error("half-way"));
          },
        }),
      ),
  },
  {
    name: "stream-of-no-bytes",
    ends: "ANSWER_INVALID",
    answer: { status: 200, isCut: true },
    run: ({ pause }) =>
      new Response(
        new ReadableStream({
          async pull(controller) {
            await pause(100);
            controller.enqueue({ length: 7 } as unknown as Uint8Array);
          },
        }),
      ),
  },
  {
    name: "to-json-throws",
    ends: "ANSWER_INVALID",
    run: () => ({
      toJSON: () => {
        throw new Error("no");
      },
    }),
  },
  {
    name: "to-json-loops",
    ends: "RUN_TIMED_OUT",
    run: () => ({
      toJSON: () => {
        for (;;);
      },
    }),
  },
  {
    name: "to-json-without-end",
    ends: "ANSWER_INVALID",
    timeoutMs: PATIENT_MS,
    run: () => {
      const endless = (): unknown => ({ toJSON: () => ({ next: endless() }) });
      return endless();
    },
  },
  { name: "bigint", ends: "ANSWER_INVALID", run: () => ({ n: 1n }) },
  {
    name: "circular-answer",
    ends: "ANSWER_INVALID",
    run: () => {
      const round: Record<string, unknown> = {};
      round.round = round;
      return round;
    },
  },
  {
    name: "used-response",
    ends: "ANSWER_INVALID",
    run: async () => {
      const response = new Response("used");
      await response.text();
      return response;
    },
  },
  { name: "response-error", ends: "ANSWER_INVALID", run: () => Response.error() },
  {
    name: "header-injection",
    ends: "USER_ERROR",
    run: () => new Response("x", { headers: { "x-a": "1\r\nset-cookie: floww=1" } }),
  },
  {
    name: "header-injection-past-the-executor",
    ends: "completed",
    gives: "injected",
    run: async ({ frame, write, pause }) => {
      const headers = [
        ["x-a", "1\r\nset-cookie: floww=1"],
        ["set-cookie", "floww=1"],
        ["content-length", "99999"],
        ["transfer-encoding", "chunked"],
        ["content-type", "application/json"],
      ];
      await write(frame(70, JSON.stringify({ answer: { status: 200, headers } }), '"injected"'));
      await pause(300);
    },
  },
  {
    name: "forty-kilobytes-of-headers",
    ends: "ANSWER_INVALID",
    run: () => new Response("x", { headers: { "x-long": "x".repeat(40 * 1024) } }),
  },
  {
    name: "responds-twice",
    ends: "ALREADY_ANSWERED",
    answer: { status: 200 },
    run: async ({ ctx }) => {
      await ctx.respond("once");
      await ctx.respond("twice");
    },
  },
  {
    name: "responds-twice-at-once",
    ends: "ALREADY_ANSWERED",
    answer: { status: 200 },
    run: ({ ctx }) => Promise.all([ctx.respond("once"), ctx.respond("twice")]),
  },
];
