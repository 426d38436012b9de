import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type Client, createClient } from "@floww/contract/api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isCentrifugoInstalled } from "../../apps/server/platform/realtime/centrifugo/start-centrifugo.ts";
import { type DevBroker, describeDevLoop } from "./dev-loop.ts";
import { eventually } from "./eventually.ts";
import { openCentrifugo } from "./open-centrifugo.ts";
import { type Replicas, startReplicas } from "./replicas.ts";
import type { RunningCommand } from "./test-server.ts";
import { createProject, type WorkflowProject } from "./workflow-project.ts";

const PIECES = 200;

const SOURCE = `
import { Builtin } from "floww";
const builtin = new Builtin();
builtin.triggers.onWebhook({ path: "/plain", handler: (ctx) => ({ at: "laptop" }) });
builtin.triggers.onWebhook({ path: "/held", handler: async () => {
  await fetch(process.env.GATE);
  return { late: true };
} });
builtin.triggers.onWebhook({ path: "/stream", handler: () => {
  let sent = 0;
  return new Response(new ReadableStream({
    async pull(controller) {
      await null;
      if (sent === ${PIECES}) return controller.close();
      controller.enqueue(new TextEncoder().encode(String(sent++) + " "));
    },
  }));
} });
`;

describe.skipIf(!isCentrifugoInstalled)("[needs centrifugo]", () => {
  describeDevLoop("Centrifugo and two servers behind a balancer", openCentrifugo, async (env) => {
    const replicas = await startReplicas(env);
    const [server] = replicas.servers;
    return {
      ...server,
      [Symbol.asyncDispose]: async () => {
        const shares = replicas.localUrls.map((url) => replicas.balancer.given.get(url) ?? 0);
        await replicas[Symbol.asyncDispose]();
        // What one server did alone proves nothing.
        expect(Math.min(...shares)).toBeGreaterThan(20);
      },
    };
  });

  describe("a laptop and two servers", () => {
    let broker: DevBroker;
    let replicas: Replicas;
    let client: Client;
    let project: WorkflowProject;
    let dev: RunningCommand;
    let gate: Server;
    let held: ServerResponse[];
    let namespaceId: string;
    let path: string;

    beforeAll(async () => {
      held = [];
      gate = createServer((_, response) => held.push(response)).listen(0, "127.0.0.1");
      await once(gate, "listening");
      broker = await openCentrifugo();
      replicas = await startReplicas(broker.env);
      const [server] = replicas.servers;
      const token = (await readFile(join(server.home, "owner.token"), "utf8")).trim();
      client = createClient({ serverUrl: server.url, token });
      namespaceId = (await client.whoAmI({})).namespaces[0]!.id;
      project = await createProject("replicas", SOURCE);
      const { port } = gate.address() as AddressInfo;
      await writeFile(join(project.folder, ".env"), `GATE=http://127.0.0.1:${port}/\n`);
      dev = server.spawnCli(["dev", "--yes"], { cwd: project.folder });
      await eventually(async () => /ready in \d+ ms/.exec(dev.output()) ?? undefined);
      path = /http:\/\/[^/]+(\/\S+)\/plain/.exec(dev.output())![1]!;
    }, 120_000);
    afterAll(async () => {
      dev.process.kill("SIGINT");
      await dev.closed;
      await replicas[Symbol.asyncDispose]();
      await project[Symbol.asyncDispose]();
      await broker.close();
      gate.closeAllConnections();
      gate.close();
    });

    const call = (server: string, route: string) => fetch(server + path + route, { method: "POST" });

    async function latest() {
      const { items } = await client.listExecutions({ params: { namespaceId }, query: { limit: 1 } });
      return client.getExecution({ params: { namespaceId, executionId: items[0]!.id } });
    }

    test("a caller gets the laptop's answer at either, and streams whole and in order", async () => {
      for (const url of [...replicas.localUrls, ...replicas.localUrls]) {
        expect(await (await call(url, "/plain")).json()).toEqual({ at: "laptop" });
        const lines = (await (await call(url, "/stream")).text()).trim().split(" ");
        expect(lines).toEqual(Array.from({ length: PIECES }, (_, piece) => String(piece)));
      }
    });

    test("a server that is killed while it has a caller loses that run and nothing else", async () => {
      const [doomed, other] = replicas.localUrls;
      const lost = call(doomed, "/held").then(
        () => "answered",
        () => "cut off",
      );
      const waiting = await eventually(async () => held.shift());
      const executionId = (await latest()).id;
      replicas.servers[0].process.kill("SIGKILL");
      expect(await lost).toBe("cut off");
      // The session goes on at once, also for events whose requests come to the one that is left.
      expect(await (await call(other, "/plain")).json()).toEqual({ at: "laptop" });
      waiting.end();
      await eventually(
        async () => /(has ended|ended before it replied|is not being run)/.exec(dev.output())?.[0],
      );
      const ended = await eventually(async () => {
        const found = await client.getExecution({ params: { namespaceId, executionId } });
        return found.finishedAt === undefined ? undefined : found;
      });
      expect([ended.status, ended.error?.code]).toEqual(["interrupted", "INTERRUPTED"]);
      await project.write(SOURCE.replace('{ at: "laptop" }', '{ at: "saved" }'));
      await eventually(async () =>
        (await (await call(replicas.balancer.url, "/plain")).json()).at === "saved" ? true : undefined,
      );
      expect(await (await call(other, "/plain")).json()).toEqual({ at: "saved" });
      expect(dev.output()).not.toContain("took over");
    });
  });
});
