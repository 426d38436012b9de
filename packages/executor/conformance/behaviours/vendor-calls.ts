import { FlowwError } from "@floww/contract/errors";
import { expect } from "vitest";
import type { ProviderAnswer, ProviderRequest, RunEnd } from "../../host/index.ts";
import { answerOf, expectFailure } from "../expect-end.ts";
import type { Behaviour, RuntimeUnderTest } from "../transport.ts";

type Vendor = (request: ProviderRequest, signal: AbortSignal) => Promise<ProviderAnswer>;

const MB = 1024 * 1024;

/** A behaviour of the workflow `vendor-calls`, with what stands for the gateway. */
function behaviour(
  name: string,
  check: (runtime: RuntimeUnderTest) => Promise<void>,
  more: Behaviour["needs"] = [],
): Behaviour {
  return { name, workflow: "vendor-calls", needs: ["calls", ...more], check };
}

async function* pieces(...texts: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield typeof text === "string" ? Buffer.from(text) : text;
}

function answer(
  body: AsyncIterable<Uint8Array>,
  status = 200,
  headers: [string, string][] = [],
): ProviderAnswer {
  return { status, headers, body };
}

function returned(end: RunEnd): unknown {
  const { text, headers } = answerOf(end);
  return headers.some(([, value]) => value === "application/json") ? JSON.parse(text) : text;
}

function start(runtime: RuntimeUnderTest, handler: string, fetch: Vendor) {
  return runtime.start(handler, { sink: { fetch } });
}

export const vendorCalls: readonly Behaviour[] = [
  behaviour("a vendor call leaves whole, and its answer is a Response like any other", async (runtime) => {
    const asked: ProviderRequest[] = [];
    const run = start(runtime, "posts", async (request) => {
      asked.push(request);
      return answer(pieces('{"id":', "7}"), 201, [["x-kind", "thing"]]);
    });
    expect(returned(await run.end)).toEqual({ status: 201, kind: "thing", body: { id: 7 } });
    expect(asked).toMatchObject([
      {
        connection: { type: "vendor", alias: "default" },
        method: "POST",
        url: "https://api.vendor.example/things?a=1",
        headers: expect.arrayContaining([["x-kept", "yes"]]),
      },
    ]);
    expect(asked[0]!.body.toString()).toBe('{"name":"one"}');
  }),
  behaviour("an answer without a body is one", async (runtime) => {
    const run = start(runtime, "bodiless", async () => answer(pieces(), 204));
    expect(returned(await run.end)).toBe(204);
  }),
  behaviour(
    "what the gateway refuses is an error with its code, at the line that called",
    async (runtime) => {
      const run = start(runtime, "refused", async () => {
        throw new FlowwError("PROVIDER_CALL_REFUSED", "not there");
      });
      expect(expectFailure(await run.end, "PROVIDER_CALL_REFUSED").message).toContain("not there");
    },
  ),
  behaviour(
    "a large answer waits for its reader: no more than a window is under way",
    async (runtime) => {
      let given = 0;
      const gate = Promise.withResolvers<void>();
      async function* big(): AsyncGenerator<Uint8Array> {
        for (; given < 8; given++) yield new Uint8Array(MB);
      }
      const run = start(runtime, "reads-slowly", async ({ url }) => {
        if (url.endsWith("/big")) return answer(big());
        await gate.promise;
        return answer(pieces("go on"));
      });
      await run.logged("read");
      // All that could come without being read has come: another exchange lies between.
      await runtime.start("bodiless", { sink: { fetch: async () => answer(pieces(), 204) } }).end;
      expect(given).toBeLessThan(2);
      gate.resolve();
      expect(returned(await run.end)).toBe(8 * MB);
    },
    ["concurrency"],
  ),
  behaviour("an answer that breaks off is an error of its reader, not an end", async (runtime) => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from("begun");
      throw new TypeError("the vendor hung up");
    }
    const run = start(runtime, "breaks-off", async () => answer(broken()));
    expectFailure(await run.end, "PROVIDER_UNREACHABLE");
  }),
  behaviour("a call that the code aborts ends at the vendor too", async (runtime) => {
    const aborted = Promise.withResolvers<void>();
    const run = start(runtime, "aborts", (_request, signal) => {
      signal.addEventListener("abort", () => aborted.resolve());
      return new Promise(() => undefined);
    });
    expect(returned(await run.end)).toBe("enough");
  }),
  behaviour("the end of a run ends its calls", async (runtime) => {
    const aborted = Promise.withResolvers<void>();
    const called = Promise.withResolvers<void>();
    const run = start(runtime, "leaves-early", async ({ url }, signal) => {
      if (!url.endsWith("/never")) {
        await called.promise;
        return answer(pieces(), 204);
      }
      signal.addEventListener("abort", () => aborted.resolve());
      called.resolve();
      return new Promise(() => undefined);
    });
    expect(returned(await run.end)).toBe("left");
    await aborted.promise;
  }),
  behaviour("a redirect at the vendor is followed there", async (runtime) => {
    const run = start(runtime, "redirected", async ({ url }) =>
      url.endsWith("/moved")
        ? answer(pieces(), 302, [["location", "/new"]])
        : answer(pieces(`at ${new URL(url).pathname}`)),
    );
    expect(returned(await run.end)).toBe("at /new");
  }),
  behaviour("a request over the limit is refused before it leaves", async (runtime) => {
    let isAsked = false;
    const run = start(runtime, "too-large", async () => {
      isAsked = true;
      return answer(pieces());
    });
    expectFailure(await run.end, "VALUE_TOO_LARGE");
    expect(isAsked).toBe(false);
  }),
];
