import { expect, test } from "vitest";
import { type RecordName, Vault } from "./vault.ts";

const keys = (byte: number) => ({ deriveKey: (purpose: string) => Buffer.alloc(32, byte + purpose.length) });
const name: RecordName = { kind: "secret", namespaceId: "ns-1", recordId: "r-1", version: 1 };

test("what was sealed opens under its own name", () => {
  const vault = new Vault(keys(1));
  const record = vault.seal(name, Buffer.from("value"));
  expect(vault.open(name, record).toString()).toBe("value");
  expect(record.sealed.includes("value")).toBe(false);
});

test("the same value is never sealed to the same bytes twice", () => {
  const vault = new Vault(keys(1));
  expect(vault.seal(name, Buffer.from("value")).sealed).not.toEqual(
    vault.seal(name, Buffer.from("value")).sealed,
  );
});

test("any bit flipped, anywhere, and it does not open", () => {
  const vault = new Vault(keys(1));
  const record = vault.seal(name, Buffer.from("value"));
  for (let bit = 0; bit < record.sealed.length * 8; bit++) {
    const sealed = Buffer.from(record.sealed);
    sealed[bit >> 3]! ^= 1 << (bit & 7);
    expect(() => vault.open(name, { ...record, sealed })).toThrow(
      expect.objectContaining({ code: "SECRET_UNREADABLE" }),
    );
  }
});

test("a truncated record does not open", () => {
  const vault = new Vault(keys(1));
  const record = vault.seal(name, Buffer.from("value"));
  for (let length = 0; length < record.sealed.length; length++) {
    const sealed = record.sealed.subarray(0, length);
    expect(() => vault.open(name, { ...record, sealed })).toThrow(
      expect.objectContaining({ code: "SECRET_UNREADABLE" }),
    );
  }
});

test.each<Partial<RecordName>>([
  { kind: "variable" },
  { namespaceId: "ns-2" },
  { recordId: "r-2" },
  { version: 2 },
])("moved to another record it does not open: %o", (other) => {
  const vault = new Vault(keys(1));
  const record = vault.seal(name, Buffer.from("value"));
  expect(() => vault.open({ ...name, ...other }, record)).toThrow(
    expect.objectContaining({ code: "SECRET_UNREADABLE" }),
  );
});

test("under another key it does not open, whatever key id it claims", () => {
  const record = new Vault(keys(1)).seal(name, Buffer.from("value"));
  const other = new Vault(keys(2));
  expect(other.has(record.keyId)).toBe(false);
  expect(() => other.open(name, record)).toThrow("another key");
  expect(() => other.open(name, { ...record, keyId: other.keyId })).toThrow(
    expect.objectContaining({ code: "SECRET_UNREADABLE" }),
  );
});

test("a key that was taken up opens what it wrote, and writes when it is told to", () => {
  const vault = new Vault(keys(1));
  const old = vault.seal(name, Buffer.from("old"));
  const added = vault.add(keys(2));
  expect(vault.seal(name, Buffer.from("old")).keyId).toBe(old.keyId);
  vault.writeWith(added);
  expect(vault.seal(name, Buffer.from("new")).keyId).toBe(added);
  expect(vault.open(name, old).toString()).toBe("old");
  expect(() => vault.writeWith("none")).toThrow();
});
