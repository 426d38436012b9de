import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";
import { type MutantName, mutants } from "./mutants.ts";

// Loaded before the server with `--import …/preload.ts?mutant=<name>`: the name stands in the address, so that there is
// nothing in the server's own environment or code that could turn a bug on.
const { searchParams } = new URL(import.meta.url);
const mutant = mutants[searchParams.get("mutant") as MutantName];
const target = new URL(`../../${mutant.file}`, import.meta.url).href;

registerHooks({
  load: (url, context, next) => {
    const loaded = next(url, context);
    if (url !== target) return loaded;
    const text = Buffer.from(loaded.source as Uint8Array).toString("utf8");
    const [before, after, ...more] = text.split(mutant.find);
    // A bug that is not there would make a checker look blind, or a blind one look good.
    if (before === undefined || after === undefined || more.length > 0)
      throw new RangeError(`${fileURLToPath(target)} does not hold once: ${mutant.find}`);
    process.stderr.write(`mutant: ${mutant.name}\n`);
    return { ...loaded, source: before + mutant.replace + after };
  },
});
