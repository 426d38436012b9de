import { execFile, spawnSync } from "node:child_process";
import { copyFile, cp, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { DockerEngine } from "../../../apps/server/testing/docker-engine.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../../..", import.meta.url));
const BASE = "debian-node:test";
const SUITE = "bookworm";
const CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt";

export const hasDebootstrap = spawnSync("debootstrap", ["--version"]).status === 0;

/**
 * The images that deploy/compose.yaml names, where nothing can be pulled: the server's is built from deploy/Dockerfile on a
 * Debian with Node and npm, as its own base is one; PostgreSQL and Centrifugo are the real programs behind what those two
 * vendors' images promise (variables, volume, command).
 */
export async function makeImages(
  engine: DockerEngine,
  names: { server: string; postgres: string; centrifugo: string },
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "floww-images-"));
  try {
    await importDebian(engine, folder);
    await engine.ask(
      ...["build", "--network", "host", "--build-arg", `BASE=${BASE}`, "--tag", names.server],
      ...["--file", join(root, "deploy/Dockerfile"), root],
    );
    await build(engine, folder, names.postgres, POSTGRES);
    const { stdout } = await run("which", ["centrifugo"]);
    await build(engine, folder, names.centrifugo, CENTRIFUGO, await realpath(stdout.trim()));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function importDebian({ ask }: DockerEngine, folder: string): Promise<void> {
  const tree = join(folder, "debian");
  await run("debootstrap", [
    ...["--variant=minbase", "--include=ca-certificates,postgresql,wget", SUITE, tree],
    ...(await mirror()),
  ]);
  await copyFile(process.execPath, join(tree, "usr/local/bin/node"));
  const npm = dirname(dirname(await realpath((await run("which", ["npm"])).stdout.trim())));
  await cp(npm, join(tree, "usr/local/lib/node_modules/npm"), { recursive: true });
  await symlink("../lib/node_modules/npm/bin/npm-cli.js", join(tree, "usr/local/bin/npm"));
  // Where packages come from, and who vouches for it, is the machine's business.
  const registry = (await run("npm", ["config", "get", "registry"], { cwd: folder })).stdout.trim();
  await mkdir(join(tree, "usr/local/etc"), { recursive: true });
  await writeFile(join(tree, "usr/local/etc/npmrc"), `registry=${registry}\ncafile=${CERTIFICATES}\n`);
  await copyFile(CERTIFICATES, join(tree, CERTIFICATES));
  const tar = join(folder, "debian.tar");
  await run("tar", ["-C", tree, "-cf", tar, "."]);
  await rm(tree, { recursive: true, force: true });
  await ask("import", "--change", "ENV PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", tar, BASE);
  await rm(tar);
}

/** The one that this machine's own packages come from; none: debootstrap's default. */
async function mirror(): Promise<string[]> {
  const args = ["indextargets", "--format", "$(REPO_URI) $(CODENAME)", "Created-By: Packages"];
  const { stdout } = await run("apt-get", args);
  const [uri] =
    stdout
      .split("\n")
      .find((line) => line.endsWith(` ${SUITE}`))
      ?.split(" ") ?? [];
  return uri === undefined ? [] : [uri];
}

async function build(
  { ask }: DockerEngine,
  folder: string,
  name: string,
  files: Record<string, string>,
  program?: string,
): Promise<void> {
  const context = await mkdtemp(join(folder, "context-"));
  for (const [file, text] of Object.entries(files))
    await writeFile(join(context, file), text, { mode: 0o755 });
  if (program !== undefined) await copyFile(program, join(context, "program"));
  await ask("build", "--network", "none", "--tag", name, context);
}

/** What `postgres` promises: its variables are honoured once, and /var/lib/postgresql keeps everything. */
const POSTGRES = {
  Dockerfile: `
FROM ${BASE}
COPY start /usr/local/bin/start
RUN ln -s /usr/lib/postgresql/*/bin/* /usr/local/bin/ && rm -rf /var/lib/postgresql/* && chown postgres /var/lib/postgresql
USER postgres
VOLUME /var/lib/postgresql
STOPSIGNAL SIGINT
ENTRYPOINT ["start"]
`,
  start: `#!/bin/sh
set -e
data=/var/lib/postgresql/data
if [ ! -e $data/PG_VERSION ]; then
  printf '%s' "$POSTGRES_PASSWORD" > /tmp/password
  initdb -D $data -U "$POSTGRES_USER" -A scram-sha-256 --pwfile /tmp/password -E UTF8 --locale C
  echo 'host all all all scram-sha-256' >> $data/pg_hba.conf
  echo "create database \\"$POSTGRES_DB\\"" | postgres --single -D $data postgres
fi
exec postgres -D $data -c listen_addresses='*' -c unix_socket_directories=/tmp
`,
};

const CENTRIFUGO = {
  Dockerfile: `
FROM ${BASE}
COPY program /usr/local/bin/centrifugo
USER nobody
CMD ["centrifugo"]
`,
};
