/** The process of `start-emulator.ts`: Slack's emulator on a port that was free a moment ago. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createEmulator } from "emulate";

const seed = {
  slack: {
    team: { name: "Acme", domain: "acme" },
    users: [
      { name: "helper", real_name: "Helper" },
      { name: "ada", real_name: "Ada" },
    ],
    channels: [{ name: "lobby" }],
    strict_scopes: true,
    tokens: [
      {
        token: "xoxb-helper",
        user: "helper",
        scopes: [
          ...["chat:write", "channels:read", "channels:history", "channels:manage", "groups:read"],
          ...["reactions:read", "reactions:write", "users:read", "files:read", "files:write"],
        ],
      },
      { token: "xoxb-reader", user: "helper", scopes: ["channels:read"] },
    ],
  },
};

// The emulator does not say which port it was given.
const server = createServer().listen(0, "127.0.0.1", () => {
  const { port } = server.address() as AddressInfo;
  server.close(async () => {
    const url = `http://127.0.0.1:${port}`;
    const emulator = await createEmulator({ service: "slack", port, baseUrl: url, seed });
    // The test's process ending is what ends this one.
    process.once("disconnect", () => void emulator.close());
    process.send?.({ url });
  });
});
