import { readFile, stat } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import manifest from "../package.json" with { type: "json" };

/** How a package.json asks for one package; `server` is undefined where none is known. */
export interface FlowwOrigin {
  floww: string;
  server: string | undefined;
}

type Lock = { packages?: Record<string, { resolved?: string } | undefined> };

/**
 * The very packages that this command was installed from, as a project in `folder` would name them: a tarball by its
 * path, one from a registry by its version.
 */
export async function findFlowwOrigin(folder: string): Promise<FlowwOrigin> {
  const packageFolder = await ownPackage();
  const installed = packageFolder === undefined ? undefined : await readInstalled(packageFolder);
  if (installed === undefined) return inRepository(folder);
  const tarball = (name: string) => fileOf(installed, name);
  const [floww, server] = await Promise.all([tarball("floww"), tarball("@floww/server")]);
  if (floww === undefined) {
    const isServerThere = installed.lock.packages?.["node_modules/@floww/server"] !== undefined;
    return { floww: manifest.version, server: isServerThere ? manifest.version : undefined };
  }
  const beside = server ?? (await existing(besideTarball(floww)));
  return { floww: asFile(folder, floww), server: beside && asFile(folder, beside) };
}

/** `npm run pack` puts the two beside each other. */
function besideTarball(flowwTarball: string): string {
  return join(dirname(flowwTarball), `floww-server-${manifest.version}.tgz`);
}

/** Run from source: what `npm run pack` made, else the version, which then must come from somewhere. */
async function inRepository(folder: string): Promise<FlowwOrigin> {
  const packed = fileURLToPath(new URL(`../../../dist/pack/floww-${manifest.version}.tgz`, import.meta.url));
  if ((await existing(packed)) === undefined) return { floww: manifest.version, server: undefined };
  const server = await existing(besideTarball(packed));
  return { floww: asFile(folder, packed), server: server && asFile(folder, server) };
}

/** The folder of the package `floww` around the built command; undefined in the repository. */
async function ownPackage(): Promise<string | undefined> {
  const folder = fileURLToPath(new URL("..", import.meta.url));
  const text = await readFile(join(folder, "package.json"), "utf8").catch(() => undefined);
  return text !== undefined && (JSON.parse(text) as { name?: string }).name === "floww"
    ? resolve(folder)
    : undefined;
}

interface Installed {
  /** The folder whose node_modules it is. */
  root: string;
  lock: Lock;
}

/** npm writes into node_modules what it has put there, and from where. */
async function readInstalled(packageFolder: string): Promise<Installed | undefined> {
  const end = packageFolder.lastIndexOf(`${sep}node_modules${sep}`);
  if (end === -1) return undefined;
  const root = packageFolder.slice(0, end);
  const text = await readFile(join(root, "node_modules", ".package-lock.json"), "utf8").catch(() => "{}");
  return { root, lock: JSON.parse(text) as Lock };
}

async function fileOf({ root, lock }: Installed, name: string): Promise<string | undefined> {
  const from = lock.packages?.[`node_modules/${name}`]?.resolved;
  if (from === undefined || !from.startsWith("file:")) return undefined;
  return existing(resolve(root, from.slice("file:".length)));
}

function existing(path: string): Promise<string | undefined> {
  return stat(path).then(
    () => path,
    () => undefined,
  );
}

function asFile(folder: string, path: string): string {
  return `file:${relative(resolve(folder), path).split(sep).join("/")}`;
}
