import { describe, expect, test } from "vitest";
import { newUuid, uuidFloor, uuidInstantMs } from "./uuid-v7.ts";

describe("ids", () => {
  test("are UUIDs of version 7 (RFC 9562), and none comes twice", () => {
    const ids = Array.from({ length: 10_000 }, () => newUuid());
    for (const id of ids)
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("every random bit is drawn: over many ids each of them is set in about half", () => {
    const ids = Array.from({ length: 4_000 }, () => BigInt(`0x${newUuid(0).replaceAll("-", "")}`));
    for (let bit = 0; bit < 76; bit++) {
      const isVariant = bit === 62 || bit === 63;
      if (isVariant) continue;
      const share = ids.filter((id) => (id >> BigInt(bit)) & 1n).length / ids.length;
      expect(Math.abs(share - 0.5), `bit ${bit}`).toBeLessThan(0.1);
    }
  });

  test.each([0, 1, 1_790_000_000_123, 2 ** 48 - 1])("hold their instant: %d", (ms) => {
    const id = newUuid(ms);
    expect(uuidInstantMs(id)).toBe(ms);
    expect(id >= uuidFloor(ms)).toBe(true);
  });
});
