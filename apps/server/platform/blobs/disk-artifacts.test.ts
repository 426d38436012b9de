import { randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { describeArtifactStore } from "./artifact-conformance.ts";
import { DiskArtifacts } from "./disk-artifacts.ts";

describeArtifactStore("disk", async () => {
  const folder = await mkdtemp(join(tmpdir(), "floww-artifacts-"));
  return { store: new DiskArtifacts(folder), close: () => rm(folder, { recursive: true }) };
});

test("bytes that changed on the disk are not handed out", async () => {
  const folder = await mkdtemp(join(tmpdir(), "floww-artifacts-"));
  const store = new DiskArtifacts(folder);
  const namespaceId = randomUUID();
  const hash = await store.put(namespaceId, Buffer.from("true"));
  await writeFile(join(folder, namespaceId, hash.slice(0, 2), hash), "fals");
  await expect(store.get(namespaceId, hash)).rejects.toMatchObject({ code: "ARTIFACT_DAMAGED" });
  await rm(folder, { recursive: true });
});
