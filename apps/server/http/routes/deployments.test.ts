import { createHash } from "node:crypto";
import type { Client } from "@floww/contract/api";
import { limits } from "@floww/contract/limits";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../testing/running-server.ts";
import { emptyManifest } from "../../testing/tenants.ts";

let server: TestServer;
let client: Client;
let namespaceId: string;
beforeAll(async () => {
  server = await startTestServer();
  client = server.client(server.ownerToken);
  namespaceId = (await client.whoAmI({})).namespaces[0]!.id;
}, 60_000);
afterAll(() => server[Symbol.asyncDispose]());

/** Uploads a bundle of so many bytes: a line of code, and a source map of blanks. */
async function upload(bytes: number): Promise<string> {
  const body = Buffer.alloc(bytes, " ");
  const hash = createHash("sha256").update(body).digest("hex");
  await client.putBundle({ params: { namespaceId, hash }, query: { codeBytes: 1 }, body });
  return hash;
}

test("a bundle is as large as its limit allows, and no larger: then nothing of it is kept or deployed", async () => {
  const hash = await upload(limits.bundleBytesMax);
  const uploaded = await client.getBundle({ params: { namespaceId, hash } });
  expect(uploaded.bytes).toBe(limits.bundleBytesMax);

  const tooLarge = limits.bundleBytesMax + 1;
  await expect(upload(tooLarge)).rejects.toMatchObject({
    code: "BUNDLE_TOO_LARGE",
    status: 413,
    message: expect.stringContaining(String(tooLarge)),
  });
  const refused = createHash("sha256").update(Buffer.alloc(tooLarge, " ")).digest("hex");
  await expect(client.getBundle({ params: { namespaceId, hash: refused } })).rejects.toMatchObject({
    code: "NOT_FOUND",
  });
  const { id: workflowId } = await client.createWorkflow({ params: { namespaceId }, body: { name: "big" } });
  const deployed = client.createDeployment({
    params: { namespaceId, workflowId },
    body: { bundleHash: refused, manifest: emptyManifest },
  });
  await expect(deployed).rejects.toMatchObject({ code: "BUNDLE_MISSING" });
});
