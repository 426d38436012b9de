import { connect } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { RuntimeApi } from "./runtime-api.ts";

let api: RuntimeApi;
beforeEach(async () => {
  api = await RuntimeApi.start();
});
afterEach(() => api[Symbol.asyncDispose]());

const url = (path: string) => `http://${api.host}/2018-06-01/runtime${path}`;
const next = () => fetch(url("/invocation/next"));
const post = async (
  path: string,
  body: string | Uint8Array<ArrayBuffer> = "{}",
  headers: Record<string, string> = {},
) => {
  const answer = await fetch(url(path), { method: "POST", body, headers });
  const text = await answer.text();
  return { status: answer.status, errorType: text.match(/"errorType":"(\w+)"/)?.[1], text };
};

test("next blocks until there is an event, and says what it is about", async () => {
  let isAnswered = false;
  const asked = next().finally(() => {
    isAnswered = true;
  });
  await post("/invocation/none/response");
  expect(isAnswered).toBe(false);
  const { id } = api.invoke('{"a":1}', { timeoutMs: 5_000 });
  const answer = await asked;
  expect(answer.status).toBe(200);
  expect(answer.headers.get("lambda-runtime-aws-request-id")).toBe(id);
  expect(Number(answer.headers.get("lambda-runtime-deadline-ms"))).toBeGreaterThan(Date.now());
  expect(answer.headers.get("lambda-runtime-invoked-function-arn")).toContain("arn:aws:lambda");
  expect(answer.headers.has("lambda-runtime-client-context")).toBe(false);
  expect(await answer.text()).toBe('{"a":1}');
});

test("next twice is the same invocation", async () => {
  const { id } = api.invoke("{}");
  api.invoke("{}");
  for (let count = 0; count < 2; count++)
    expect((await next()).headers.get("lambda-runtime-aws-request-id")).toBe(id);
});

test("an answer, and an error, are accepted with 202", async () => {
  const [one, two] = [api.invoke("{}"), api.invoke("{}")];
  await next();
  expect(await post(`/invocation/${one.id}/response`, "body")).toMatchObject({
    status: 202,
    text: '{"status":"OK"}\n',
  });
  expect(await one.end).toEqual({ kind: "response", body: Buffer.from("body") });
  await next();
  const headers = { "lambda-runtime-function-error-type": "Floww.X" };
  expect((await post(`/invocation/${two.id}/error`, "why", headers)).status).toBe(202);
  expect(await two.end).toEqual({ kind: "error", type: "Floww.X", body: Buffer.from("why") });
});

test("an answer before next, and a second answer, are 403", async () => {
  const { id } = api.invoke("{}");
  const refused = { status: 403, errorType: "InvalidStateTransition" };
  expect(await post(`/invocation/${id}/response`)).toMatchObject(refused);
  await next();
  await post(`/invocation/${id}/response`);
  expect(await post(`/invocation/${id}/response`)).toMatchObject(refused);
  expect(await post(`/invocation/${id}/error`)).toMatchObject(refused);
});

test("an unknown id is 400, and the true one still works", async () => {
  const { id } = api.invoke("{}");
  await next();
  expect(await post("/invocation/other/response")).toMatchObject({
    status: 400,
    errorType: "InvalidRequestID",
  });
  expect((await post(`/invocation/${id}/response`)).status).toBe(202);
});

test("a body over 6 MiB and 100 bytes is 413, and the runtime stays usable", async () => {
  const [large, after] = [api.invoke("{}"), api.invoke("{}")];
  await next();
  const size = 6 * 1024 * 1024 + 100;
  expect(await post(`/invocation/${large.id}/response`, new Uint8Array(size + 1))).toMatchObject({
    status: 413,
    errorType: "RequestEntityTooLarge",
  });
  expect(await large.end).toMatchObject({ kind: "failed" });
  await next();
  expect((await post(`/invocation/${after.id}/response`, new Uint8Array(size))).status).toBe(202);
});

test("a body that is cut off fails its invocation", async () => {
  const { id, end } = api.invoke("{}");
  await next();
  const [host, port] = api.host.split(":");
  const socket = connect(Number(port), host);
  socket.write(
    `POST /2018-06-01/runtime/invocation/${id}/response HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nhalf`,
    () => socket.destroy(),
  );
  expect(await end).toEqual({ kind: "failed", reason: "TruncatedHTTPRequest" });
});

test("a response mode other than streaming is 400", async () => {
  const { id } = api.invoke("{}");
  await next();
  const mode = (mode: string) => ({ "lambda-runtime-function-response-mode": mode });
  expect(await post(`/invocation/${id}/response`, "", mode("buffered"))).toMatchObject({
    status: 400,
    errorType: "InvalidFunctionResponseMode",
  });
  expect((await post(`/invocation/${id}/response`, "", mode("streaming"))).status).toBe(202);
});

test("an init error is 202 during init, and 403 after the first next", async () => {
  expect((await post("/init/error", "why")).status).toBe(202);
  expect(String(api.initError)).toBe("why");
  api.invoke("{}");
  await next();
  expect(await post("/init/error")).toMatchObject({ status: 403, errorType: "InvalidStateTransition" });
});
