import { expect, test } from "vitest";
import { findRepeatedKey } from "./find-repeated-key.ts";

test.each([
  ['{"a":1,"a":2}', "a"],
  ['{"a":1,"\\u0061":2}', "a"],
  ['{"x":[{"b":1},{"b":1,"c":{},"b":2}]}', "b"],
  ['{"__proto__":1,"__proto__":2}', "__proto__"],
  ['{"a" : 1,\n"a"\t:2}', "a"],
  ['{"a\\"b":1,"a\\"b":2}', 'a"b'],
])("%s has a key twice", (json, key) => {
  expect(findRepeatedKey(json)).toBe(key);
});

test.each([
  '{"a":{"a":{"a":1}},"b":{"a":1}}',
  '[{"a":1},{"a":1}]',
  '{"a":"a","b":["a","a"]}',
  '{"a":"\\"a\\":1","b":"{\\"b\\":"}',
  '{"a":"}","b":"{","c":"\\\\"}',
  "{}",
  "1",
  "",
  "}}]{",
])("%s has none twice", (json) => {
  expect(findRepeatedKey(json)).toBeUndefined();
});

test("more keys than any manifest has are not looked through", () => {
  const json = JSON.stringify(Array.from({ length: 50_001 }, () => ({ a: 1 })));
  expect(() => findRepeatedKey(json)).toThrow(RangeError);
});
