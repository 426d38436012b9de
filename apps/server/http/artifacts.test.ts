import { parseId } from "@floww/contract/ids";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DiskArtifacts } from "../platform/blobs/disk-artifacts.ts";
import { ServedArtifacts } from "../platform/blobs/served-artifacts.ts";

import { keyRingOf } from "../testing/home-keys.ts";
import { startTestServer, type TestServer } from "../testing/running-server.ts";
import { aTenant } from "../testing/tenants.ts";

let server: TestServer;
let namespaces: string[];
let addresses: ServedArtifacts;
beforeAll(async () => {
  server = await startTestServer();
  const tenants = [await aTenant(server), await aTenant(server)];
  namespaces = tenants.map(({ ids }) => parseId("namespace", ids.namespace)!);
  // What a driver in the server would hand out.
  const key = (await keyRingOf(server)).deriveKey("artifact-addresses");
  addresses = new ServedArtifacts({ key, publicUrl: () => new URL(server.localUrl) });
});
afterAll(() => server[Symbol.asyncDispose]());

test("whoever has an address of an artifact reads it, byte by byte, and nothing is kept of it", async () => {
  const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, byte) => byte % 256));
  const hash = await new DiskArtifacts(`${server.home}/artifacts`).put(namespaces[0]!, bytes);
  const answer = await fetch(await addresses.addressOf(namespaces[0]!, hash));
  expect(answer.status).toBe(200);
  expect(answer.headers.get("cache-control")).toBe("private, no-store");
  expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).toBe(true);
});

test("an address that is not ours, another namespace's, or of nothing, is 404, and nobody is troubled", async () => {
  const hash = await new DiskArtifacts(`${server.home}/artifacts`).put(namespaces[0]!, Buffer.from("mine"));
  const good = await addresses.addressOf(namespaces[0]!, hash);
  const foreign = new URL(good.href.replace(namespaces[0]!, namespaces[1]!));
  const elsewhere = await addresses.addressOf(namespaces[1]!, hash);
  const bare = new URL(good.pathname, good);
  const climbing = new URL("/artifacts/../../master.key?until=1&proof=x", good);
  for (const address of [foreign, elsewhere, bare, climbing])
    expect((await fetch(address)).status, address.href).toBe(404);
  expect((await fetch(good, { method: "POST", body: "x" })).status).toBe(404);
  expect(server.reported).toEqual([]);
});
