import { execFile, spawnSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type DockerEngine, hasDocker, startDocker } from "../../testing/docker-engine.ts";
import { RegistryClient } from "../../testing/registry-client.ts";
import { startTestServer, type TestServer } from "../../testing/running-server.ts";
import { aTenant, type Tenant } from "../../testing/tenants.ts";

// The clients that people have, with their own ways of asking for tokens, pushing and mounting.
const run = promisify(execFile);
const PART_MS_MAX = 3 * 60_000;
const ENGINE_MS_MAX = 2 * 60_000;
const has = (program: string, ...args: string[]) => spawnSync(program, args).status === 0;
const isRoot = process.getuid?.() === 0;

let server: TestServer;
let tenant: Tenant;
let folder: string;
/** `127.0.0.1:port/ns_…` */
let prefix: string;
beforeAll(async () => {
  server = await startTestServer();
  tenant = await aTenant(server);
  folder = await mkdtemp(join(tmpdir(), "floww-clients-"));
  prefix = `${new URL(server.url).host}/${tenant.ids.namespace}`;
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await server[Symbol.asyncDispose]();
  expect(server.reported).toEqual([]);
});

/** What `docker` and the others find in their configuration; nothing of this machine's. */
const environment = () => ({
  PATH: process.env.PATH ?? "",
  HOME: folder,
  XDG_RUNTIME_DIR: folder,
  TMPDIR: folder,
});
const call = async (program: string, ...args: string[]) =>
  (
    await run(program, args, { env: environment(), timeout: PART_MS_MAX, maxBuffer: 16 * 1024 * 1024 })
  ).stdout.trim();

const sha256 = (content: Uint8Array) => createHash("sha256").update(content).digest("hex");

/** An image of one layer with a file of random bytes, as an OCI layout; resolves with its folder. */
async function anImageLayout(name: string, bytes = 2_000_000): Promise<string> {
  const layout = join(folder, name);
  const [rootfs, blobs] = [join(layout, "rootfs"), join(layout, "blobs", "sha256")];
  await Promise.all([mkdir(rootfs, { recursive: true }), mkdir(blobs, { recursive: true })]);
  await writeFile(join(rootfs, "data"), randomBytes(bytes));
  await run("tar", ["-C", rootfs, "-cf", join(layout, "layer.tar"), "data"]);
  const layer = await readFile(join(layout, "layer.tar"));
  const put = async (content: Buffer | object) => {
    const body = Buffer.isBuffer(content) ? content : Buffer.from(JSON.stringify(content));
    await writeFile(join(blobs, sha256(body)), body);
    return { digest: `sha256:${sha256(body)}`, size: body.byteLength };
  };
  const config = await put({
    architecture: "amd64",
    os: "linux",
    config: {},
    rootfs: { type: "layers", diff_ids: [`sha256:${sha256(layer)}`] },
  });
  const manifest = await put({
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    config: { mediaType: "application/vnd.oci.image.config.v1+json", ...config },
    layers: [{ mediaType: "application/vnd.oci.image.layer.v1.tar", ...(await put(layer)) }],
  });
  await writeFile(join(layout, "oci-layout"), '{"imageLayoutVersion":"1.0.0"}');
  await writeFile(
    join(layout, "index.json"),
    JSON.stringify({
      schemaVersion: 2,
      manifests: [
        {
          mediaType: "application/vnd.oci.image.manifest.v1+json",
          ...manifest,
          annotations: { "org.opencontainers.image.ref.name": "v1" },
        },
      ],
    }),
  );
  return layout;
}

async function headDigest(repository: string, tag: string): Promise<string | null> {
  const client = new RegistryClient(server.url, tenant.key);
  const head = await client.send(`${tenant.ids.namespace}/${repository}/manifests/${tag}`, {
    method: "HEAD",
  });
  return head.headers.get("docker-content-digest");
}

describe.skipIf(!has("skopeo", "--version"))("[needs skopeo]", () => {
  const skopeo = (...args: string[]) => call("skopeo", "--insecure-policy", ...args);
  const creds = () => `anybody:${tenant.key}`;

  test(
    "skopeo pushes, looks, pulls back the same bytes, copies within, and deletes",
    async () => {
      const layout = await anImageLayout("skopeo");
      const image = `docker://${prefix}/skopeo/image`;
      const target = ["--dest-tls-verify=false", "--dest-creds", creds()];
      const source = ["--src-tls-verify=false", "--src-creds", creds()];
      await skopeo("copy", "--preserve-digests", ...target, `oci:${layout}:v1`, `${image}:v1`);
      const looked = JSON.parse(
        await skopeo("inspect", "--tls-verify=false", "--creds", creds(), `${image}:v1`),
      );
      const { manifests } = JSON.parse(await readFile(join(layout, "index.json"), "utf8"));
      expect(looked).toMatchObject({ Digest: manifests[0].digest, RepoTags: ["v1"] });
      await skopeo("copy", "--preserve-digests", ...source, `${image}:v1`, `oci:${join(folder, "back")}:v1`);
      const back = JSON.parse(await readFile(join(folder, "back", "index.json"), "utf8"));
      expect(back.manifests[0].digest).toBe(manifests[0].digest);
      await skopeo(
        "copy",
        "--preserve-digests",
        ...source,
        ...target,
        `${image}:v1`,
        `docker://${prefix}/skopeo/copy:v2`,
      );
      expect(await headDigest("skopeo/copy", "v2")).toBe(manifests[0].digest);
      await skopeo("delete", "--tls-verify=false", "--creds", creds(), `${image}:v1`);
      expect(await headDigest("skopeo/image", "v1")).toBe(null);
    },
    PART_MS_MAX,
  );

  test("skopeo without credentials, and with another organization's, is refused", async () => {
    const layout = await anImageLayout("refused", 1_000);
    const stranger = await aTenant(server);
    for (const who of [["--dest-no-creds"], ["--dest-creds", `anybody:${stranger.key}`]]) {
      const pushed = skopeo(
        "copy",
        "--dest-tls-verify=false",
        ...who,
        `oci:${layout}:v1`,
        `docker://${prefix}/x:v1`,
      );
      await expect(pushed).rejects.toThrow(/unauthorized|denied|authentication required|unknown/i);
    }
    expect(await headDigest("x", "v1")).toBe(null);
  });
});

describe.skipIf(!isRoot || !has("podman", "--version"))("[needs podman]", () => {
  test(
    "podman signs in, pushes and pulls",
    async () => {
      const podman = (...args: string[]) =>
        call("podman", "--root", join(folder, "podman"), "--runroot", join(folder, "podman-run"), ...args);
      const image = `${prefix}/podman/image:v1`;
      const quiet = ["--storage-driver", "vfs", "--cgroup-manager", "cgroupfs", "--events-backend", "none"];
      const layer = join(await anImageLayout("podman"), "layer.tar");
      await podman(
        ...quiet,
        "login",
        "--tls-verify=false",
        "-u",
        "anybody",
        "-p",
        tenant.key,
        prefix.split("/")[0]!,
      );
      const id = (await podman(...quiet, "import", "-q", layer)).replace("sha256:", "");
      await podman(...quiet, "push", "--tls-verify=false", id, image);
      await podman(...quiet, "rmi", "-f", id);
      expect((await podman(...quiet, "pull", "-q", "--tls-verify=false", image)).split("\n").at(-1)).toBe(id);
    },
    PART_MS_MAX,
  );
});

describe.skipIf(!hasDocker)("[needs docker.io]", () => {
  let engine: DockerEngine;
  const docker = (...args: string[]) => engine.ask(...args);
  beforeAll(async () => {
    engine = await startDocker(process.env);
  }, ENGINE_MS_MAX);
  afterAll(() => engine.stop(), ENGINE_MS_MAX);

  test(
    "docker signs in, pushes, and pulls the same image; a second push of the same layers mounts them",
    async () => {
      const layout = await anImageLayout("docker");
      const image = `${prefix}/docker/image:v1`;
      await docker("import", join(layout, "layer.tar"), image);
      const id = await docker("image", "inspect", "-f", "{{.Id}}", image);
      await expect(docker("push", image)).rejects.toThrow(
        /unauthorized|authentication required|no basic auth/i,
      );
      await docker("login", "-u", "anybody", "-p", tenant.key, prefix.split("/")[0]!);
      await docker("push", image);
      await docker("tag", image, `${prefix}/docker/other:v2`);
      expect(await docker("push", `${prefix}/docker/other:v2`)).toMatch(/Mounted from|Layer already exists/);
      await docker("rmi", image, `${prefix}/docker/other:v2`);
      await docker("pull", image);
      expect(await docker("image", "inspect", "-f", "{{.Id}}", image)).toBe(id);
    },
    PART_MS_MAX,
  );
});
