import { expect, test } from "vitest";
import { html } from "./html.ts";

test("what is put into a page is text, in content and in attributes", () => {
  const hostile = `"><script>alert(1)</script>'\``;
  expect(html`<p title="${hostile}">${hostile}</p>`.text).not.toMatch(/<script|"">|'/);
});

test("markup made by the template goes in as it is, alone and in lists", () => {
  const items = ["a", "<b>"].map((item) => html`<li>${item}</li>`);
  expect(html`<ul>${items}</ul>${undefined}`.text).toBe("<ul><li>a</li><li>&lt;b&gt;</li></ul>");
});
