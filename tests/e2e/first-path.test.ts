import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "./test-server.ts";

const hello = fileURLToPath(new URL("../../examples/hello", import.meta.url));

describe("the first path, from npm start to an answer", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ hasOwnPostgres: true });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  test("a deployed webhook answers with what its handler returned, and the run can be read", async () => {
    const { stdout } = await server.cli(["deploy", hello, "--yes", "--json"]);
    const deployed = JSON.parse(stdout) as { version: number; triggers: { url: string }[] };
    expect(deployed.version).toBe(1);

    const answer = await fetch(deployed.triggers[0]!.url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ name: "Ada" }),
    });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ message: "Hello, Ada!" });
  });
});
