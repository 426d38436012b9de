import { execFileSync } from "node:child_process";
import { link, mkdir, mkdtemp, readFile, rm, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { listTree } from "./list-tree.ts";
import { tarPieces, writeLayer } from "./write-layer.ts";

const folders: string[] = [];

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "floww-layer-"));
  folders.push(folder);
  return folder;
}

const LONG = `${"long/".repeat(30)}name`;
const FILES = { "b.txt": "b", "a/ü.txt": "umlaut", "a-b": "dash", "run.sh": "#!", [LONG]: "long", empty: "" };

interface Machine {
  umask?: number;
  names?: readonly string[];
}

async function makeTree({ umask = 0o022, names = Object.keys(FILES) }: Machine = {}): Promise<string> {
  const folder = await newFolder();
  const before = process.umask(umask);
  try {
    for (const name of names) {
      await mkdir(join(folder, name, ".."), { recursive: true });
      await writeFile(join(folder, name), FILES[name]!, { mode: name === "run.sh" ? 0o777 : 0o666 });
    }
    await symlink("a/ü.txt", join(folder, "link"));
  } finally {
    process.umask(before);
  }
  return folder;
}

async function layerOf(folder: string) {
  const file = join(await newFolder(), "layer.tar.gz");
  return { file, layer: await writeLayer(await listTree(folder, { at: "node_modules" }), file) };
}

test("a layer is the same whatever the folder, the umask, the clock and the order of making", async () => {
  const { layer: first } = await layerOf(await makeTree());
  const other = await makeTree({ umask: 0o077, names: Object.keys(FILES).reverse() });
  await utimes(join(other, "b.txt"), 1, 1);
  const { layer: second } = await layerOf(other);
  expect(second).toEqual(first);
  // The bytes of this format, for good: another value here is another layer for every project.
  expect(first.diffId).toBe("sha256:faae8d22a58d8e25468fd2b0ec8ddf8759b4b74d5d84dd815a90fb56116a1ff8");
});

test("what tar reads out of a layer is the tree, with normal modes and nobody's name", async () => {
  const { file } = await layerOf(await makeTree({ umask: 0o077 }));
  const listed = execFileSync("tar", ["-tvzf", file, "--numeric-owner", "--full-time", "--utc"], {
    encoding: "utf8",
    env: { ...process.env, LC_ALL: "C.UTF-8" },
  })
    .trim()
    .split("\n");
  expect(listed.every((line) => / 0\/0 .* 1970-01-01 00:00:00 /.test(line))).toBe(true);
  expect(listed.find((line) => line.includes("run.sh"))).toMatch(/^-rwxr-xr-x/);
  expect(listed.find((line) => line.includes("b.txt"))).toMatch(/^-rw-r--r--/);
  expect(listed.find((line) => line.includes("link"))).toMatch(/^l.* -> a\//);
  const out = await newFolder();
  execFileSync("tar", ["-xzf", file, "-C", out]);
  for (const [name, content] of Object.entries(FILES))
    expect(await readFile(join(out, "node_modules", name), "utf8")).toBe(content);
});

test("members stand in the order of the bytes of their paths", async () => {
  const paths = (await listTree(await makeTree(), { at: "x" })).map(({ path }) => path);
  expect(paths).toEqual([...paths].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
});

test("a link out of the folder is refused, by whatever way it leads out", async () => {
  for (const target of ["/etc/passwd", "../outside", "a/../../outside"]) {
    const folder = await makeTree();
    await symlink(target, join(folder, "bad"));
    await expect(listTree(folder, { at: "x" })).rejects.toMatchObject({ code: "LAYER_INVALID" });
  }
});

test("a hard link is a file of its own, and a pipe is refused", async () => {
  const folder = await makeTree();
  await link(join(folder, "b.txt"), join(folder, "c.txt"));
  const members = await listTree(folder, { at: "x" });
  expect(members.find(({ path }) => path === "x/c.txt")).toMatchObject({ bytes: 1, isExecutable: false });
  execFileSync("mkfifo", [join(folder, "pipe")]);
  await expect(listTree(folder, { at: "x" })).rejects.toMatchObject({ code: "LAYER_INVALID" });
});

test("a file that changes while it is read makes no layer", async () => {
  const folder = await makeTree();
  const members = await listTree(folder, { at: "x" });
  await writeFile(join(folder, "b.txt"), "longer");
  await expect(writeLayer(members, join(await newFolder(), "l"))).rejects.toMatchObject({
    code: "LAYER_INVALID",
  });
});

test("pieces of any size are the same tar", async () => {
  const members = await listTree(await makeTree(), { at: "x" });
  expect(Buffer.concat([...tarPieces(members, 512)])).toEqual(Buffer.concat([...tarPieces(members)]));
});

test("100,000 members become a layer in bounded memory", async () => {
  const source = join(await newFolder(), "one");
  await writeFile(source, "x".repeat(1000));
  const { mode, size } = await stat(source);
  const members = Array.from({ length: 100_000 }, (_, index) => ({
    path: `node_modules/p${index}`,
    bytes: size,
    isExecutable: (mode & 0o100) !== 0,
    source,
  }));
  const before = process.memoryUsage().rss;
  await writeLayer(members, join(await newFolder(), "l"));
  expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1024 * 1024);
});
