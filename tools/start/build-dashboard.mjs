// The dashboard is served as built files, in the repository as in the published package.
import { createHash } from "node:crypto";
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gzip } from "node:zlib";

const compress = promisify(gzip);
/** Beside the files: what they were made of. */
const STAMP = "made-of";
const ATTEMPTS_MAX = 10;

/** Builds apps/dashboard into its dist folder, unless what is there was made of the same sources. Resolves with whether it built. */
export async function buildDashboard(root) {
  const folder = join(root, "apps", "dashboard");
  const out = join(folder, "dist");
  const sources = await hashSources(root);
  if ((await readFile(join(out, STAMP), "utf8").catch(() => undefined)) === sources) return false;
  // Whole before it is seen: somebody else may build at the same time, or read.
  await mkdir(join(root, "dist"), { recursive: true });
  const made = await mkdtemp(join(root, "dist", "dashboard-"));
  try {
    await bundle(folder, made);
    await compressAll(join(made, "assets"));
    await writeFile(join(made, STAMP), sources);
    // A temporary folder is its maker's alone; a server may run as somebody else.
    await chmod(made, 0o755);
    await putInPlace(made, out);
  } finally {
    await rm(made, { recursive: true, force: true });
  }
  return true;
}

async function bundle(folder, out) {
  const [{ build }, { default: react }, { default: tailwind }] = await Promise.all([
    import("vite"),
    import("@vitejs/plugin-react"),
    import("@tailwindcss/vite"),
  ]);
  // Under a test runner it says "test", and what is served must be what users get.
  const environment = process.env.NODE_ENV;
  process.env.NODE_ENV = "production";
  await build({
    root: folder,
    configFile: false,
    logLevel: "warn",
    plugins: [react(), tailwind()],
    build: {
      outDir: out,
      emptyOutDir: true,
      target: "es2024",
      // What may be inlined would need `data:` in the policy, and saves nothing over one connection.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      chunkSizeWarningLimit: 1_000,
    },
  });
  if (environment === undefined) delete process.env.NODE_ENV;
  else process.env.NODE_ENV = environment;
}

/** What another has put there meanwhile is replaced as well: it was made of the same sources, or of older ones. */
async function putInPlace(made, out) {
  for (let attempt = 1; ; attempt++) {
    await rm(out, { recursive: true, force: true });
    try {
      return await rename(made, out);
    } catch (error) {
      const isThereAgain = error.code === "ENOTEMPTY" || error.code === "EEXIST";
      if (!isThereAgain || attempt === ATTEMPTS_MAX) throw error;
    }
  }
}

async function compressAll(folder) {
  for (const name of await readdir(folder)) {
    if (!/\.(js|css|svg)$/.test(name)) continue;
    const file = join(folder, name);
    await writeFile(`${file}.gz`, await compress(await readFile(file), { level: 9 }));
  }
}

/** Of all that goes into it: its own files, the contract's, the dependencies' versions, and how it is built. */
async function hashSources(root) {
  const files = [
    join(root, "package-lock.json"),
    fileURLToPath(import.meta.url),
    ...(await listFiles(join(root, "apps", "dashboard"))),
    ...(await listFiles(join(root, "packages", "contract"))),
  ];
  const hash = createHash("sha256");
  const texts = await Promise.all(files.map((file) => readFile(file)));
  for (const [index, file] of files.entries())
    hash.update(`${relative(root, file)}\0${texts[index].byteLength}\0`).update(texts[index]);
  return hash.digest("hex");
}

async function listFiles(folder) {
  await mkdir(folder, { recursive: true });
  const entries = await readdir(folder, { withFileTypes: true });
  const found = await Promise.all(
    entries
      .filter(({ name }) => name !== "node_modules" && name !== "dist" && !/\.test\.tsx?$/.test(name))
      .map((entry) =>
        entry.isDirectory() ? listFiles(join(folder, entry.name)) : [join(folder, entry.name)],
      ),
  );
  return found.flat().sort();
}
