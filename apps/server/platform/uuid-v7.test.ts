import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { newUuid, uuidFloor, uuidInstantMs } from "./uuid-v7.ts";

describe("ids", () => {
  test("are UUIDs of version 7 (RFC 9562), and none comes twice", () => {
    const ids = Array.from({ length: 10_000 }, () => newUuid());
    for (const id of ids)
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("of one millisecond come in the order in which they were made, also where others are made between", () => {
    const [one, two]: [string[], string[]] = [[], []];
    for (let made = 0; made < 1_000; made++) {
      one.push(newUuid(1_790_000_000_001));
      two.push(newUuid(1_790_000_000_002));
    }
    expect(one).toEqual(one.toSorted());
    expect(two).toEqual(two.toSorted());
  });

  describe("by the clock", () => {
    beforeEach(() => void vi.useFakeTimers({ now: 1_790_000_000_500 }));
    afterEach(() => void vi.useRealTimers());

    test("keep their order when it is set back a little, and its time when it is set back by more", () => {
      const before = newUuid();
      vi.setSystemTime(1_790_000_000_400);
      const back = newUuid();
      expect(back > before).toBe(true);
      expect(uuidInstantMs(back)).toBe(1_790_000_000_500);
      vi.setSystemTime(1_789_999_000_000);
      expect(uuidInstantMs(newUuid())).toBe(1_789_999_000_000);
      vi.setSystemTime(1_790_000_000_501);
      expect(uuidInstantMs(newUuid())).toBe(1_790_000_000_501);
    });
  });

  test("every random bit is drawn: over many ids each of them is set in about half", () => {
    const idAt = (ms: number) => BigInt(`0x${newUuid(ms).replaceAll("-", "")}`);
    const ids = Array.from({ length: 4_000 }, (_, ms) => idAt(ms));
    const ofOneMs = Array.from({ length: 4_000 }, () => idAt(0));
    for (let bit = 0; bit < 75; bit++) {
      const isVariant = bit === 62 || bit === 63;
      if (isVariant) continue;
      for (const made of bit < 48 ? [ids, ofOneMs] : [ids]) {
        const share = made.filter((id) => (id >> BigInt(bit)) & 1n).length / made.length;
        expect(Math.abs(share - 0.5), `bit ${bit}`).toBeLessThan(0.1);
      }
    }
  });

  test.each([0, 1, 1_790_000_000_123, 2 ** 48 - 1])("hold their instant: %d", (ms) => {
    const id = newUuid(ms);
    expect(uuidInstantMs(id)).toBe(ms);
    expect(id >= uuidFloor(ms)).toBe(true);
  });
});
