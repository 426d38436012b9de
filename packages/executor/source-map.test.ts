import { SourceMap as NodeSourceMap, type SourceMapPayload } from "node:module";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { SourceMap } from "./source-map.ts";

async function bundle(): Promise<{ code: string; map: string }> {
  const { outputFiles } = await build({
    entryPoints: [`${import.meta.dirname}/main.ts`],
    outfile: "main.js",
    bundle: true,
    write: false,
    platform: "node",
    sourcemap: "linked",
  });
  const text = (ending: string) => outputFiles.find(({ path }) => path.endsWith(ending))!.text;
  return { code: text(".js"), map: text(".map") };
}

test("every place of a bundle comes from where Node's own reader says", async () => {
  const { code, map } = await bundle();
  const [ours, nodes] = [new SourceMap(map), new NodeSourceMap(JSON.parse(map) as SourceMapPayload)];
  let compared = 0;
  for (const [line, text] of code.split("\n").entries()) {
    for (let column = 0; column < text.length; column += 3) {
      const found = ours.find({ line, column });
      const entry = nodes.findEntry(line, column);
      // For a line that comes from nowhere, Node answers with the line before it.
      if (!("originalSource" in entry) || entry.generatedLine !== line) expect(found).toBeUndefined();
      else
        expect(found).toEqual({
          source: entry.originalSource,
          line: entry.originalLine,
          column: entry.originalColumn,
        });
      compared++;
    }
  }
  expect(compared).toBeGreaterThan(10_000);
});

test("what comes from no source has no origin", () => {
  const map = new SourceMap('{"sources":["a.ts"],"mappings":"A,IAAA,I;;AACA"}');
  expect(map.find({ line: 0, column: 0 })).toBeUndefined();
  expect(map.find({ line: 0, column: 5 })).toEqual({ source: "a.ts", line: 0, column: 0 });
  expect(map.find({ line: 0, column: 9 })).toBeUndefined();
  expect(map.find({ line: 1, column: 0 })).toBeUndefined();
  expect(map.find({ line: 2, column: 3 })).toEqual({ source: "a.ts", line: 1, column: 0 });
  expect(map.find({ line: 3, column: 0 })).toBeUndefined();
});

test("text that is no source map is refused", () => {
  expect(() => new SourceMap("nothing")).toThrow(SyntaxError);
  expect(() => new SourceMap("{}")).toThrow(TypeError);
});
