import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { KEY_BYTES } from "./key-ring.ts";
import type { KeyWrapper } from "./key-wrapper.ts";

export interface WrapperPeer {
  wrapper: KeyWrapper;
  /** Another outer key. */
  other: KeyWrapper;
  close(): Promise<void>;
}

/** What the keys of the database rely on, for every thing that may protect them. */
export function describeKeyWrapper(name: string, open: () => Promise<WrapperPeer>): void {
  describe(`key wrapper: ${name}`, () => {
    let peer: WrapperPeer;
    let wrapper: KeyWrapper;
    beforeAll(async () => {
      peer = await open();
      wrapper = peer.wrapper;
    });
    afterAll(() => peer.close());
    const isForeign = { code: "MASTER_KEY_WRONG" };

    test("what was wrapped unwraps, and shows nothing of the key", async () => {
      const material = randomBytes(KEY_BYTES);
      const wrapped = await wrapper.wrap("a", material);
      expect(wrapped.includes(material.subarray(0, 8))).toBe(false);
      expect(await wrapper.unwrap("a", wrapped)).toEqual(material);
      expect(await wrapper.wrap("a", material)).not.toEqual(wrapped);
    });

    test("it is one key's and no other's", async () => {
      const wrapped = await wrapper.wrap("a", randomBytes(KEY_BYTES));
      await expect(wrapper.unwrap("b", wrapped)).rejects.toMatchObject(isForeign);
    });

    test("another outer key does not open it, and has another name", async () => {
      const wrapped = await wrapper.wrap("a", randomBytes(KEY_BYTES));
      // KMS may say as well that the key it was wrapped with is none that this server may use.
      await expect(peer.other.unwrap("a", wrapped)).rejects.toMatchObject({
        code: expect.stringMatching(/^(MASTER_KEY_WRONG|KEYS_REFUSED)$/),
      });
      expect(peer.other.name).not.toBe(wrapper.name);
    });

    test("changed, cut off or empty it does not open", async () => {
      const wrapped = await wrapper.wrap("a", randomBytes(KEY_BYTES));
      const changed = Buffer.from(wrapped);
      changed[changed.length - 1]! ^= 1;
      for (const bytes of [changed, wrapped.subarray(0, -1), wrapped.subarray(0, 5)])
        await expect(wrapper.unwrap("a", bytes)).rejects.toMatchObject(isForeign);
    });

    test("a master for a database without keys has 32 bytes", () => {
      expect(wrapper.createMaster()).toHaveLength(KEY_BYTES);
    });
  });
}
