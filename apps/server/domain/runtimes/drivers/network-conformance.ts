import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { EgressProxyOptions } from "../../../platform/egress-proxy/egress-proxy.ts";
import { isOutside } from "../../../platform/outside/connect-outside.ts";
import type { RuntimeDriver } from "./driver.ts";
import { aTarget, returnedBy, runToEnd } from "./test-workflow.ts";

const networker = () =>
  aTarget({
    fetch: async (_, event) => {
      const { url, init } = JSON.parse(Buffer.from(event.body).toString());
      try {
        const answer = await fetch(url, init);
        return { status: answer.status, text: await answer.text() };
      } catch (error) {
        const { message, cause } = error as Error;
        return { error: `${message}: ${(cause as Error)?.message}` };
      }
    },
    get: (_, event) => {
      const { url } = JSON.parse(Buffer.from(event.body).toString());
      return new Promise((resolve) => {
        const { get } = process.getBuiltinModule("node:http");
        get(url, (answer) => resolve({ status: answer.statusCode })).on("error", (error) =>
          resolve({ error: error.message }),
        );
      });
    },
    require: (_, event) => {
      const { url } = JSON.parse(Buffer.from(event.body).toString());
      const load = process.getBuiltinModule("node:module").createRequire("/");
      const http: typeof import("node:http") = load("node:http");
      return new Promise((resolve) => {
        http
          .get(url, (answer) => resolve({ status: answer.statusCode }))
          .on("error", (error) => resolve({ error: error.message }));
      });
    },
    connect: (_, event) => {
      const { host, port } = JSON.parse(Buffer.from(event.body).toString());
      return new Promise((resolve) => {
        const { connect } = process.getBuiltinModule("node:net");
        const socket = connect({ host, port, timeout: 2_000 });
        socket.once("connect", () => resolve("connected"));
        socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code));
        socket.once("timeout", () => resolve("timeout"));
      });
    },
    interfaces: () => Object.keys(process.getBuiltinModule("node:os").networkInterfaces()),
    bypass: async (_, event) => {
      const { url } = JSON.parse(Buffer.from(event.body).toString());
      const here = process;
      Object.assign(here.env, { NO_PROXY: "*", no_proxy: "*", HTTP_PROXY: "", http_proxy: "" });
      return fetch(url).then(
        () => "reached",
        () => "not reached",
      );
    },
  });

/** What holds for user code wherever it has no network of its own and the proxy is its only way out. */
export function describeSandboxNetwork(
  name: string,
  create: (egress: EgressProxyOptions) => Promise<RuntimeDriver>,
): void {
  describe(`the network of a sandbox: ${name}`, () => {
    let driver: RuntimeDriver;
    let service: Server;
    let other: Server;
    const seen: string[] = [];
    const portOf = (server: Server) => (server.address() as AddressInfo).port;

    beforeAll(async () => {
      [service, other] = await Promise.all([listen(seen), listen(seen)]);
      driver = await create({
        // Nothing outside is asked by a test: one name leads to one server of ours, all else goes by the rules.
        resolve: async (name) => (name === "service.test" || name === "localhost" ? ["127.0.0.1"] : []),
        isAllowed: (address, port) =>
          (address === "127.0.0.1" && port === portOf(service)) || isOutside(address),
      });
    });
    afterAll(async () => {
      await driver.close();
      for (const server of [service, other]) {
        server.closeAllConnections();
        server.close();
      }
    });

    const run = (handler: string, input: unknown) =>
      returnedBy(runToEnd(driver, networker(), handler, { input }));

    test("is its own loopback and nothing else", async () => {
      expect(await run("interfaces", {})).toEqual(["lo"]);
    });

    test("lets fetch and node:http out through the proxy", async () => {
      const url = `http://service.test:${portOf(service)}/hello`;
      const init = { method: "POST", body: "x".repeat(100_000) };
      expect(await run("fetch", { url, init })).toEqual({ status: 200, text: "POST /hello 100000" });
      expect(await run("get", { url })).toEqual({ status: 200 });
      expect(await run("require", { url })).toEqual({ status: 200 });
    });

    test("lets a WebSocket out through the proxy", async () => {
      const upgraded = new Promise((resolve) =>
        service.once("upgrade", (asked, socket) => {
          socket.end();
          resolve(asked.url);
        }),
      );
      const target = aTarget({
        open: (_, event) => {
          const socket = new WebSocket(Buffer.from(event.body).toString().slice(1, -1));
          return new Promise((resolve) => {
            socket.onerror = () => resolve("refused");
          });
        },
      });
      const input = `ws://service.test:${portOf(service)}/socket`;
      expect(await returnedBy(runToEnd(driver, target, "open", { input }))).toBe("refused");
      expect(await upgraded).toBe("/socket");
    });

    test("reaches no metadata address, no loopback service, no port of the server", async () => {
      const before = seen.length;
      for (const host of ["127.0.0.1", "localhost", "[::1]", "0", "127.1"]) {
        const url = `http://${host}:${portOf(other)}/`;
        const answers = await Promise.all([run("fetch", { url }), run("get", { url })]);
        for (const answer of answers) {
          const { status, error } = answer as { status?: number; error?: string };
          expect(status === 403 || error !== undefined, `${url} ${JSON.stringify(answer)}`).toBe(true);
        }
      }
      expect(await run("fetch", { url: "http://169.254.169.254/latest/meta-data/" })).not.toHaveProperty(
        "status",
        200,
      );
      expect(await run("get", { url: "http://169.254.169.254/latest/meta-data/" })).toEqual({ status: 403 });
      expect(seen).toHaveLength(before);
    });

    test("has no way around the proxy", async () => {
      for (const host of ["127.0.0.1", "169.254.169.254", "8.8.8.8"])
        expect(await run("connect", { host, port: portOf(other) }), host).toMatch(/^E/);
      expect(await run("connect", { host: "service.test", port: portOf(service) })).toMatch(
        /^E(AI_AGAIN|NOTFOUND)/,
      );
      expect(await run("bypass", { url: `http://127.0.0.1:${portOf(service)}/` })).toBe("not reached");
    });
  });
}

function listen(seen: string[]): Promise<Server> {
  const server = createServer(async (asked, answer) => {
    seen.push(asked.url ?? "");
    let bytes = 0;
    for await (const chunk of asked) bytes += (chunk as Buffer).byteLength;
    answer.end(`${asked.method} ${asked.url} ${bytes}`);
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}
