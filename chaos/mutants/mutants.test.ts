import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { mutants } from "./mutants.ts";

// The hunts take minutes and are not run here: a bug whose place was rewritten would be missed for weeks.
test.each(Object.values(mutants))(
  'the place of the bug "$name" stands in its file once',
  async ({ file, find }) => {
    const source = await readFile(new URL(`../../${file}`, import.meta.url), "utf8");
    expect(source.split(find)).toHaveLength(2);
  },
);
