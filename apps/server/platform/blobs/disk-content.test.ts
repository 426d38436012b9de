import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { describeContentStore } from "./conformance.ts";
import { parseDigest } from "./digest.ts";
import { DiskContent } from "./disk-content.ts";

describeContentStore("disk", {
  algorithms: ["sha256", "sha512"],
  isLinking: true,
  open: async () => {
    const folder = await mkdtemp(join(tmpdir(), "floww-content-"));
    return { store: new DiskContent(folder), close: () => rm(folder, { recursive: true }) };
  },
});

test("an upload goes on in another process, without what was never counted", async () => {
  const folder = await mkdtemp(join(tmpdir(), "floww-content-"));
  const place = { namespaceId: randomUUID(), repository: "image" };
  const first = new DiskContent(folder);
  const upload = await first.begin(place);
  const send = (store: DiskContent, offset: number, text: string) =>
    store.append(place, upload, { offset, source: [Buffer.from(text)] as never }, () => undefined);
  await send(first, 0, "counted, not counted");
  const second = new DiskContent(folder);
  await send(second, 7, " twice");
  // SHA-256 of "counted twice".
  const digest = parseDigest("sha256:f076df0e617d15375c86a30ba275445e21bda17922de66428657bc357dec1e75")!;
  await second.seal(place, upload, { digest, bytes: 13 });
  await second.complete(place, upload, digest);
  const [chunk] = await (await second.open(place, digest)).toArray();
  expect(String(chunk)).toBe("counted twice");
  await rm(folder, { recursive: true });
});

test.each([
  "sha256:../../x",
  `sha256:${"A".repeat(64)}`,
  `sha256:${"a".repeat(63)}`,
  `sha512:${"a".repeat(64)}`,
  `sha256:${"a".repeat(64)}\n`,
  `md5:${"a".repeat(32)}`,
  "",
])("%j is no digest", (text) => {
  expect(parseDigest(text)).toBeUndefined();
});
