import { boundYoungGeneration } from "./start/young-generation.ts";

// Before anything else is loaded: it begins again.
boundYoungGeneration();
const { run } = await import("./run.ts");
process.exit(await run(process.argv.slice(2)));
