import { describe, expect, test } from "vitest";
import { readSource } from "./read-source.ts";

const mapOf = (sources: Record<string, string | null>) =>
  Buffer.from(JSON.stringify({ sources: Object.keys(sources), sourcesContent: Object.values(sources) }));

describe("the source in a bundle's source map", () => {
  test("is the author's own files, and the names of the packages that they ask for", () => {
    const source = readSource(
      mapOf({
        "node_modules/zod/v4/core.js": "import './deep'",
        "node_modules/floww/dist/index.js": "import 'zod'",
        "../../node_modules/@acme/kit/index.js": "",
        "lib/greet.ts": "import kit from '@acme/kit/greet';",
        "main.ts": 'import { Builtin } from "floww";',
      }),
    );
    expect(source).toEqual({
      entrypoint: "main.ts",
      files: [
        { path: "lib/greet.ts", text: "import kit from '@acme/kit/greet';" },
        { path: "main.ts", text: 'import { Builtin } from "floww";' },
      ],
      leftOut: [],
      packages: ["@acme/kit", "floww"],
    });
  });

  test("names the entry file, which a bundler writes last", () => {
    expect(readSource(mapOf({ "lib/a.ts": "", "src/app.ts": "" })).entrypoint).toBe("src/app.ts");
  });

  test("gives nothing that would lie outside of its folder, or make another program run it", () => {
    const hostile = ["../up.ts", "/etc/cron.d/x", ".git/config", "a/../../x.ts", "..\\x.ts", "lib/\u0000.ts"];
    const source = readSource(
      mapOf({ ...Object.fromEntries(hostile.map((path) => [path, "x"])), "main.ts": "" }),
    );
    expect(source.files.map(({ path }) => path)).toEqual(["main.ts"]);
    expect(source.leftOut).toEqual(hostile);
  });

  test("takes __proto__ for a name like any other", () => {
    const map = Buffer.from('{"sources":["__proto__","main.ts"],"sourcesContent":["x","y"]}');
    expect(readSource(map).files.map(({ path }) => path)).toEqual(["__proto__", "main.ts"]);
  });

  test.each([
    ["is no JSON", Buffer.from("x")],
    ["is empty", Buffer.alloc(0)],
    ["holds no content", Buffer.from('{"sources":["main.ts"]}')],
    ["holds only packages", mapOf({ "node_modules/floww/index.js": "" })],
    [
      "holds too many files",
      mapOf(Object.fromEntries(Array.from({ length: 2_001 }, (_, n) => [`f${n}.ts`, ""]))),
    ],
  ])("is refused when the map %s", (_, map) => {
    expect(() => readSource(map)).toThrow(expect.objectContaining({ code: "SOURCE_UNREADABLE" }));
  });
});
