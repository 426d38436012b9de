import { expect, test } from "vitest";
import { readAnsi } from "./read-ansi.ts";

test("colours and weights become pieces, and end where they end", () => {
  expect(readAnsi("a\u001b[31mred\u001b[1mbold\u001b[0mb")).toEqual([
    { text: "a", style: {} },
    { text: "red", style: { colour: "red" } },
    { text: "bold", style: { colour: "red", isBold: true } },
    { text: "b", style: {} },
  ]);
});

test.each([
  ["a cursor's way", "a\u001b[2J\u001b[10;10Hb"],
  ["a title", "a\u001b]0;owned\u0007b"],
  ["a link of a terminal", "a\u001b]8;;javascript:alert(1)\u001b\\b"],
  ["a bell, backspaces and a return", "a\u0007\u0008\rb"],
  ["a sequence that never ends", "ab\u001b]0;owned"],
  ["8-bit controls", "a\u009b\u0090b"],
  ["a colour of 256", "a\u001b[38;5;196mb"],
])("%s is left out", (_, text) => {
  expect(
    readAnsi(text)
      .map((piece) => piece.text)
      .join(""),
  ).toBe("ab");
});

test("a tab and a line's end stay", () => {
  expect(readAnsi("a\tb\nc")).toEqual([{ text: "a\tb\nc", style: {} }]);
});
