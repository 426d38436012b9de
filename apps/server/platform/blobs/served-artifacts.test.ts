import { expect, test } from "vitest";
import { ServedArtifacts } from "./served-artifacts.ts";

const namespaceId = "0190f5fe-0000-7000-8000-000000000000";
const hash = "a".repeat(64);
const pathOf = (url: URL) => `${url.pathname}${url.search}`.replace("/floww/", "/");

test("an address opens its artifact for a minute, at this server's key, and nothing else", async () => {
  let now = 1_800_000_000_000;
  const at = (key: number) =>
    new ServedArtifacts({
      key: Buffer.alloc(32, key),
      publicUrl: () => new URL("https://floww.example.com/floww/"),
      now: () => now,
    });
  const url = await at(1).addressOf(namespaceId, hash);
  expect(url.href).toMatch(/^https:\/\/floww\.example\.com\/floww\/artifacts\/0190f5fe/);
  const path = pathOf(url);
  expect(at(1).read(path)).toEqual({ namespaceId, hash });
  expect(at(2).read(path)).toBeUndefined();
  for (const changed of [
    path.replace("a".repeat(64), "b".repeat(64)),
    path.replace("0190", "0191"),
    path.replace(/until=\d/, "until=9"),
    path.replace(/proof=./, "proof="),
    path.replace(/proof=../, "proof=_-"),
    `${path}x`,
    "/artifacts/",
  ])
    expect(at(1).read(changed)).toBeUndefined();
  now += 60_000;
  expect(at(1).read(path)).toBeUndefined();
});
