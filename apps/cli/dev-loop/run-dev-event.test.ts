import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createClient } from "@floww/contract/api";
import { errorReply, FlowwError } from "@floww/contract/errors";
import { formatId } from "@floww/contract/ids";
import { expect, test } from "vitest";
import { reachServer } from "../reach-server.ts";
import type { CodeRunner } from "./code-runner.ts";
import { runDevEvent } from "./run-dev-event.ts";

const uuid = "0190a8c0-0000-7000-8000-000000000001";
const executionId = formatId("execution", uuid);
const event = { handlerId: "h", attempt: 1, isResumed: false, isLastAttempt: true, head: {}, bodyBase64: "" };

type AtEnd = "cut off" | "done" | "conflict";

/** Runs one event; `ends` is what becomes of each try to hand in its end. Resolves with how many tries there were. */
async function run(ends: AtEnd[]): Promise<{ tries: number; error?: unknown }> {
  let tries = 0;
  const server = createServer((request, response) => {
    if (!request.url!.endsWith("/end")) return response.end(JSON.stringify(event));
    const next = ends[tries++];
    if (next === "cut off") return response.destroy();
    if (next === "done") return response.writeHead(204).end();
    const refused = errorReply(new FlowwError("STATE_CONFLICT"));
    return response.writeHead(409).end(JSON.stringify(refused));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const serverUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const nothing = () => undefined;
  try {
    await runDevEvent(
      {
        client: createClient({ serverUrl, fetch: reachServer(serverUrl) }),
        params: { namespaceId: formatId("namespace", uuid), devSessionId: formatId("devSession", uuid) },
        runner: { run: async () => ({ state: "completed" }) } as unknown as CodeRunner,
        onStart: nothing,
        onAnswer: nothing,
        onLog: nothing,
      },
      executionId,
    );
    return { tries };
  } catch (error) {
    return { tries, error };
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

test("an end whose request went down with its server is handed in again", async () => {
  expect(await run(["cut off", "cut off", "done"])).toEqual({ tries: 3 });
});

test("one that had come through all the same is not a problem", async () => {
  expect(await run(["cut off", "conflict"])).toEqual({ tries: 2 });
});

test("a refusal at the first try is, and so is a server that stays away", async () => {
  expect(await run(["conflict"])).toEqual({
    tries: 1,
    error: expect.objectContaining({ code: "STATE_CONFLICT" }),
  });
  expect(await run(Array(9).fill("cut off"))).toEqual({
    tries: 4,
    error: expect.objectContaining({ code: "SERVER_UNREACHABLE" }),
  });
});
