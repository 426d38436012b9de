/** The process of `start-emulator.ts`: GitHub's emulator, and before it the `/api/v3` of a GitHub Enterprise server. */
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { createEmulator } from "emulate";

const PREFIX = "/api/v3";

let emulatorPort = 0;
const front = createServer((incoming, outgoing) => {
  const { method, headers, url = "/" } = incoming;
  const path = url.startsWith(PREFIX) ? url.slice(PREFIX.length) : url;
  const onwards = request({ host: "127.0.0.1", port: emulatorPort, method, headers, path }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  });
  onwards.on("error", () => outgoing.destroy());
  incoming.pipe(onwards);
});

front.listen(0, "127.0.0.1", async () => {
  const url = `http://127.0.0.1:${(front.address() as AddressInfo).port}`;
  const emulator = await createEmulator({
    service: "github",
    port: await freePort(),
    baseUrl: `${url}${PREFIX}`,
    seed: {
      tokens: {
        ghp_owner: { login: "octo", scopes: ["repo", "user", "admin:repo_hook"] },
        ghp_stranger: { login: "stranger", scopes: ["repo"] },
      },
      github: {
        users: [{ login: "octo", name: "Octo" }, { login: "stranger" }, { login: "guest" }],
        orgs: [{ login: "guild", members: [{ login: "octo", role: "admin" }] }],
        repos: [{ owner: "octo", name: "hello", auto_init: true, language: "TypeScript" }],
      },
    },
  });
  // The test's process ending is what ends this one.
  process.once("disconnect", () => {
    front.closeAllConnections();
    front.close();
    void emulator.close();
  });
  process.send?.({ url });
});

/** The emulator does not say which port it was given. */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      emulatorPort = (server.address() as AddressInfo).port;
      server.close(() => resolve(emulatorPort));
    });
  });
}
