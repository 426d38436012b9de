import { mkdir, rm, stat } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { buildDashboard } from "../start/build-dashboard.mjs";
import { buildExecutor } from "../start/build-executor.mjs";
import { packFloww } from "./pack-floww.ts";
import { packServer } from "./pack-server.ts";

// npm run pack [folder]: what is published, as two tarballs of built JavaScript in dist/pack, or in pack/ of the folder.
const root = resolve(import.meta.dirname, "../..");
const out = resolve(process.argv[2] ?? join(root, "dist"));
const destination = join(out, "pack");
const staging = join(out, "staging");

// Declarations are made inside the repository, whatever becomes of them.
await mkdir(join(root, "dist"), { recursive: true });
for (const folder of [destination, staging]) {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
}
await Promise.all([buildExecutor(root), buildDashboard(root)]);
for (const pack of [packFloww, packServer]) {
  const tarball = await pack(root, staging);
  const { size } = await stat(tarball);
  console.log(`${relative(root, tarball)}  ${Math.ceil(size / 1024)} kB`);
}
