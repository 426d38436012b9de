import { chmod, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { changeProfile, findProfile, profileFile } from "./profile.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "floww-profile-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const server = "https://floww.example.com";

test("a profile is written whole, for its owner only, and keeps what was not changed", async () => {
  await changeProfile(folder, server, { token: "floww_sa_1" });
  await changeProfile(folder, server, { namespace: "staging" });
  expect(await findProfile(folder, server)).toEqual({ server, token: "floww_sa_1", namespace: "staging" });
  const file = profileFile(folder, server);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readdir(dirname(file))).toEqual(["floww.example.com.json"]);
});

test("a token got over https is not given to the same host over http", async () => {
  await changeProfile(folder, server, { token: "floww_sa_1" });
  expect(await findProfile(folder, "http://floww.example.com")).toBeUndefined();
  expect(await findProfile(folder, `${server}:8443`)).toBeUndefined();
});

test("a profile that others can read is refused, with the command that mends it", async () => {
  await changeProfile(folder, server, { token: "floww_sa_1" });
  const file = profileFile(folder, server);
  await chmod(file, 0o640);
  await expect(findProfile(folder, server)).rejects.toMatchObject({
    code: "TOKEN_FILE_UNSAFE",
    fix: expect.stringContaining(`chmod 600 ${file}`),
  });
});

test("a profile that is no JSON is named, and its content is not", async () => {
  await changeProfile(folder, server, { token: "floww_sa_1" });
  await writeFile(profileFile(folder, server), "floww_sa_secret");
  const error = await findProfile(folder, server).catch((caught: Error) => caught);
  expect((error as Error).message).toContain("floww.example.com.json");
  expect((error as Error).message).not.toContain("floww_sa_secret");
});
