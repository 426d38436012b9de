import { expect, test } from "vitest";
import { chooseNamespace } from "./session.ts";

const staging = { id: "ns_1", name: "staging" };
const production = { id: "ns_2", name: "production" };

test("the only namespace is taken, and of several none without a word", () => {
  expect(chooseNamespace([staging], undefined)).toBe(staging);
  expect(() => chooseNamespace([staging, production], undefined)).toThrow("It is not clear which namespace");
  expect(() => chooseNamespace([], undefined)).toThrow("It is not clear which namespace");
});

test("a namespace is named by its name or its id, and one that is not there is no other", () => {
  expect(chooseNamespace([staging, production], "production")).toBe(production);
  expect(chooseNamespace([staging, production], "ns_1")).toBe(staging);
  expect(() => chooseNamespace([staging], "production")).toThrow('There is no namespace "production".');
});
