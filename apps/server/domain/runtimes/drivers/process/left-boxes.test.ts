import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { BOX_PREFIX, BOX_SOCKET, removeLeftBoxes } from "./left-boxes.ts";

test("a killed server's sandboxes are removed, a living one's and one that is being made are not", async () => {
  const folder = await mkdtemp(join(tmpdir(), "floww-left-"));
  const box = (name: string) => join(folder, `${BOX_PREFIX}${name}`);
  for (const name of ["killed", "lives", "begun"]) await mkdir(box(name));
  await mkdir(join(folder, "another"));
  await listenAndDie(join(box("killed"), BOX_SOCKET));
  // Only the link is under our name.
  await mkdir(join(folder, "elsewhere"));
  await listenAndDie(join(folder, "elsewhere", BOX_SOCKET));
  await symlink(join(folder, "elsewhere"), box("link"));
  const living = createServer().listen(join(box("lives"), BOX_SOCKET));
  await once(living, "listening");

  await removeLeftBoxes(folder);

  const left = ["another", "elsewhere", ...["begun", "link", "lives"].map((name) => BOX_PREFIX + name)];
  expect((await readdir(folder)).sort()).toEqual(left.sort());
  expect(await readdir(join(folder, "elsewhere"))).toEqual([BOX_SOCKET]);
  living.close();
  await rm(folder, { recursive: true });
});

async function listenAndDie(socket: string): Promise<void> {
  const program = `require("node:net").createServer().listen(process.argv[1], () => console.log("listens"))`;
  const child = spawn(process.execPath, ["-e", program, socket], { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout, "data");
  child.kill("SIGKILL");
  await once(child, "close");
}
