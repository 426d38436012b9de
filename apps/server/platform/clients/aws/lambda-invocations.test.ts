import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { EVENT_STREAM_TYPE, invokeComplete, payloadChunk } from "../../../testing/lambda/event-stream.ts";
import { kindOfLambdaError } from "./lambda-errors.ts";
import type { InvocationPart } from "./lambda-invocations.ts";
import { type Lambda, openLambda } from "./open-lambda.ts";

let server: Server;
let lambda: Lambda;
let answer: (response: ServerResponse) => void;
beforeEach(async () => {
  server = createServer((request, response) => {
    request.resume();
    request.once("end", () => answer(response));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  lambda = openLambda({ region: "eu-central-1", endpoint: `http://127.0.0.1:${port}`, credentials });
});
afterEach(() => {
  lambda.close();
  server.close();
  server.closeAllConnections();
});

const invoke = (signal = new AbortController().signal) =>
  lambda.invocations.invoke({ functionName: "floww-a", payload: Buffer.from("{}"), signal });
const begin = (response: ServerResponse, text: string) => {
  response.writeHead(200, { "content-type": EVENT_STREAM_TYPE });
  response.write(payloadChunk(Buffer.from(text)));
};
const readAll = async (parts: AsyncIterable<InvocationPart>) => {
  const all: InvocationPart[] = [];
  for await (const part of parts) all.push(part);
  return all;
};

test("more runs at once than AWS's client has connections for by itself are all under way", async () => {
  const waiting: ServerResponse[] = [];
  answer = (response) => {
    waiting.push(response);
    if (waiting.length < 200) return;
    for (const one of waiting) {
      begin(one, "x");
      one.end(invokeComplete({ logTail: "" }));
    }
  };
  const ends = await Promise.all(Array.from({ length: 200 }, async () => readAll(await invoke())));
  expect(ends.every((parts) => parts.length === 2)).toBe(true);
});

test("pieces come as they are sent, then how it ended, with the end of its log", async () => {
  answer = (response) => {
    begin(response, "one");
    response.write(payloadChunk(Buffer.from("two")));
    const end = { errorCode: "Runtime.ExitError", errorDetails: '{"a":1}', logTail: "last ü" };
    response.end(invokeComplete(end));
  };
  const parts = await readAll(await invoke());
  expect(parts.map((part) => ("bytes" in part ? Buffer.from(part.bytes).toString() : part.end))).toEqual([
    "one",
    "two",
    { errorCode: "Runtime.ExitError", errorDetails: '{"a":1}', logTail: "last ü" },
  ]);
});

test("an answer that is cut off never looks whole", async () => {
  answer = (response) => {
    begin(response, "half");
    setImmediate(() => response.socket?.destroy());
  };
  const parts = await invoke();
  const ended = await readAll(parts).catch((error: unknown) => kindOfLambdaError(error));
  expect(ended === "unknown" || (Array.isArray(ended) && !ended.some((part) => "end" in part))).toBe(true);
});

test("what nobody waits for any more is let go of, also in the middle of its answer", async () => {
  const gone = Promise.withResolvers<void>();
  answer = (response) => {
    response.once("close", () => gone.resolve());
    begin(response, "half");
  };
  const stop = new AbortController();
  const reading = readAll(await invoke(stop.signal)).catch(() => undefined);
  stop.abort();
  await gone.promise;
  await reading;
});

test("no answer is asked for twice, whatever it says", async () => {
  let asked = 0;
  answer = (response) => {
    asked++;
    response.writeHead(503, { "x-amzn-errortype": "ServiceException" }).end("{}");
  };
  expect(kindOfLambdaError(await invoke().catch((error: unknown) => error))).toBe("unknown");
  expect(asked).toBe(1);
});
