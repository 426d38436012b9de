import { createHash, randomBytes } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { request as httpRequest } from "node:http";
import { join } from "node:path";
import { expect, test } from "vitest";
import { RegistryClient } from "../../apps/server/testing/registry-client.ts";
import { eventually } from "./eventually.ts";
import { startTestServer } from "./test-server.ts";

const CHUNK = 256 * 1024;

test("a server killed half-way through a push keeps nothing that counts, and the push can be done again", async () => {
  const content = randomBytes(8 * CHUNK);
  const digest = `sha256:${createHash("sha256").update(content).digest("hex")}`;
  await using first = await startTestServer({ hasOwnPostgres: true });
  const { home } = first;
  const registry = join(home, "registry");
  const key = (await readFile(join(home, "owner.token"), "utf8")).trim();
  const namespaceId = JSON.parse((await first.cli(["list", "namespaces", "--json"])).stdout)[0].id as string;
  const repository = `${namespaceId}/image`;
  const before = new RegistryClient(first.url, key);
  const kept = await before.pushBlob(repository, Buffer.from("pushed before"));
  const location = await before.beginUpload(repository);
  const token = await before.token(`repository:${repository}:pull,push`);
  // All of it in one PUT, cut off by the kill when half is on the disk.
  const put = httpRequest(`${first.url}${location}?digest=${digest}`, {
    method: "PUT",
    headers: { authorization: `Bearer ${token}`, "content-length": content.byteLength },
  });
  put.on("error", () => undefined);
  put.write(content.subarray(0, 4 * CHUNK));
  const [folder = ""] = await readdir(registry);
  const uploads = join(registry, folder, "uploads");
  await eventually(async () => {
    const [name = ""] = await readdir(uploads);
    return (await stat(join(uploads, name))).size === 4 * CHUNK ? true : undefined;
  });
  first.process.kill("SIGKILL");
  await first.closed;

  await using second = await startTestServer({ home });
  const after = new RegistryClient(second.url, key);
  expect((await after.send(`${repository}/blobs/${digest}`)).status).toBe(404);
  expect(await (await after.send(`${repository}/blobs/${kept}`)).text()).toBe("pushed before");
  // Nothing of it was counted, and what lies on the disk is not taken for the beginning.
  const status = await after.send(location);
  expect([status.status, status.headers.get("range")]).toEqual([204, "0-0"]);
  const again = await after.send(`${location}?digest=${digest}`, { method: "PUT", body: content });
  expect(again.status).toBe(201);
  const pulled = await after.send(`${repository}/blobs/${digest}`);
  expect(Buffer.from(await pulled.arrayBuffer()).equals(content)).toBe(true);
});
