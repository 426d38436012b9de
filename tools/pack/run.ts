import { mkdir, rm, stat } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { buildExecutor } from "../start/build-executor.mjs";
import { packFloww } from "./pack-floww.ts";
import { packServer } from "./pack-server.ts";

// npm run pack: what is published, as two tarballs of built JavaScript in dist/pack.
const root = resolve(import.meta.dirname, "../..");
const destination = join(root, "dist/pack");
const staging = join(root, "dist/staging");

for (const folder of [destination, staging]) {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
}
await buildExecutor(root);
for (const pack of [packFloww, packServer]) {
  const tarball = await pack(root, staging);
  const { size } = await stat(tarball);
  console.log(`${relative(root, tarball)}  ${Math.ceil(size / 1024)} kB`);
}
