import { expect, test } from "vitest";
import { needsImage } from "./build-runtime-image.ts";

test("an ordinary bundle needs no image; one that leaves a package out does, and so does a base of one's own", () => {
  expect(needsImage({ build: {} }, { externals: [] })).toBe(false);
  expect(needsImage({ build: { architecture: "arm64" } }, { externals: [] })).toBe(false);
  expect(needsImage({ build: {} }, { externals: ["sharp"] })).toBe(true);
  expect(needsImage({ build: { external: ["sharp"] } }, { externals: [] })).toBe(true);
  expect(needsImage({ build: { base: "node:24" } }, { externals: [] })).toBe(true);
});
