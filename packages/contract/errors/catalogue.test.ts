import { readdir } from "node:fs/promises";
import { expect, test } from "vitest";
import { errorCatalogue } from "./catalogue.ts";

test("no code stands in two lists: the later one would take the place of the other", async () => {
  const folder = new URL("./entries/", import.meta.url);
  const codes: string[] = [];
  for (const file of await readdir(folder)) {
    const exported = (await import(new URL(file, folder).href)) as Record<string, () => object>;
    for (const [name, list] of Object.entries(exported))
      if (name.endsWith("Errors")) codes.push(...Object.keys(list()));
  }
  expect(codes.sort()).toEqual(Object.keys(errorCatalogue()).sort());
});
