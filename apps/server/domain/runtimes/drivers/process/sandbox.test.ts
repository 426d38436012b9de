import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { aTarget, EXECUTOR_FILE, returnedBy, runToEnd } from "../test-workflow.ts";
import { createProcessDriver } from "./create-process-driver.ts";
import { hasBubblewrap } from "./has-bubblewrap.ts";
import type { ProcessDriver } from "./process-driver.ts";

/** What a handler finds when it looks around; its source runs inside, so it imports nothing. */
const explorer = () =>
  aTarget({
    read: (_, event) => {
      const { readFileSync, readdirSync } = process.getBuiltinModule("node:fs");
      const { path } = JSON.parse(Buffer.from(event.body).toString());
      const attempt = (work: () => unknown) => {
        try {
          return work();
        } catch (error) {
          return (error as NodeJS.ErrnoException).code;
        }
      };
      return { file: attempt(() => readFileSync(path, "latin1")), folder: attempt(() => readdirSync(path)) };
    },
    write: (_, event) => {
      const { writeFileSync } = process.getBuiltinModule("node:fs");
      const { path } = JSON.parse(Buffer.from(event.body).toString());
      try {
        writeFileSync(path, "written");
        return "written";
      } catch (error) {
        return (error as NodeJS.ErrnoException).code;
      }
    },
    environments: () => {
      const { readdirSync, readFileSync } = process.getBuiltinModule("node:fs");
      return readdirSync("/proc")
        .filter((name) => /^\d+$/.test(name))
        .map((pid) => {
          try {
            return [pid, readFileSync(`/proc/${pid}/environ`, "latin1")];
          } catch (error) {
            return [pid, (error as NodeJS.ErrnoException).code];
          }
        });
    },
    signals: (_, event) => {
      const { pids } = JSON.parse(Buffer.from(event.body).toString()) as { pids: number[] };
      return pids.map((pid) => {
        try {
          process.kill(pid, "SIGKILL");
          return "sent";
        } catch (error) {
          return (error as NodeJS.ErrnoException).code;
        }
      });
    },
    descriptors: () => {
      const { readdirSync, readlinkSync } = process.getBuiltinModule("node:fs");
      return readdirSync("/proc/self/fd").flatMap((fd) => {
        try {
          return [readlinkSync(`/proc/self/fd/${fd}`)];
        } catch {
          return [];
        }
      });
    },
    status: () => process.getBuiltinModule("node:fs").readFileSync("/proc/self/status", "utf8"),
    nested: () => {
      const { spawnSync } = process.getBuiltinModule("node:child_process");
      return spawnSync(process.execPath, ["-p", "1"]).status;
    },
  });

const read = (driver: ProcessDriver, path: string) =>
  returnedBy(runToEnd(driver, explorer(), "read", { input: { path } })) as Promise<{
    file: unknown;
    folder: unknown;
  }>;

describe.skipIf(!hasBubblewrap(process.env.PATH))("a sandbox of bubblewrap [needs bubblewrap]", () => {
  let driver: ProcessDriver;
  let folder: string;
  beforeAll(async () => {
    process.env.CANARY_OF_THE_SERVER = "canary-1f2e3d";
    folder = await mkdtemp(join(tmpdir(), "floww-secret-"));
    await writeFile(join(folder, "secret"), "canary-1f2e3d");
    driver = await createProcessDriver({
      executorFile: EXECUTOR_FILE,
      path: process.env.PATH ?? "",
      isolation: "bubblewrap",
    });
  });
  afterAll(async () => {
    delete process.env.CANARY_OF_THE_SERVER;
    await driver.close();
    await rm(folder, { recursive: true });
  });

  test("is what the driver says it is", () => {
    expect(driver.isolation).toBe("bubblewrap");
  });

  test("shows no process but its own two, and no environment of any", async () => {
    const found = (await returnedBy(runToEnd(driver, explorer(), "environments"))) as [string, string][];
    expect(found.map(([pid]) => pid)).toEqual(["1", "2"]);
    expect(found[0]).toEqual(["1", ""]);
    expect(JSON.stringify(found)).not.toContain("canary-1f2e3d");
  });

  test("shows no file of the server, of a home, of a database, of another bundle", async () => {
    for (const path of [
      join(folder, "secret"),
      folder,
      EXECUTOR_FILE,
      process.cwd(),
      "/root",
      "/home",
      "/var",
      "/etc/shadow",
      "/sys",
      "/var/run/docker.sock",
      "/run/docker.sock",
      `/proc/${process.pid}/environ`,
    ]) {
      expect(await read(driver, path), path).toEqual({ file: "ENOENT", folder: "ENOENT" });
    }
    const { folder: root } = await read(driver, "/");
    expect(root).not.toContain("root");
    const { folder: tmp } = await read(driver, "/tmp");
    expect(tmp).toEqual([expect.stringMatching(/^floww-bundle-/)]);
  });

  test("is writable nowhere but in its /tmp, and that ends with it", async () => {
    const target = explorer();
    const write = (path: string) => returnedBy(runToEnd(driver, target, "write", { input: { path } }));
    for (const path of [
      "/new",
      "/usr/bin/node",
      "/opt/floww/executor.cjs",
      "/etc/hosts",
      "/dev/new",
      "/dev/shm/new",
      "/run/floww/new",
      "/proc/sys/kernel/core_pattern",
      "/proc/sys/vm/drop_caches",
      "/proc/sysrq-trigger",
    ]) {
      expect(await write(path), path).toMatch(/^(EROFS|EACCES|EPERM|ENOENT|ETXTBSY)$/);
    }
    expect(await write("/tmp/floww-survivor")).toBe("written");
    expect(await readdir(tmpdir())).not.toContain("floww-survivor");
    driver.retire(target.deploymentId);
    expect(await read(driver, "/tmp/floww-survivor")).toEqual({ file: "ENOENT", folder: "ENOENT" });
  });

  test("lets its code signal nobody outside", async () => {
    const pids = [process.pid, process.ppid, ...driver.pids];
    const sent = await returnedBy(runToEnd(driver, explorer(), "signals", { input: { pids } }));
    expect(new Set(sent as string[])).toEqual(new Set(["ESRCH"]));
  });

  test("survives its code's attempt to end all of it, and so does everybody outside", async () => {
    const target = explorer();
    expect(await returnedBy(runToEnd(driver, target, "signals", { input: { pids: [1, -1] } }))).toBeDefined();
    expect(await returnedBy(runToEnd(driver, target, "signals", { input: { pids: [] } }))).toEqual([]);
  });

  test("inherits no descriptor of the server", async () => {
    const links = (await returnedBy(runToEnd(driver, explorer(), "descriptors"))) as string[];
    const outside = links.filter(
      (link) => link.startsWith("/") && link !== "/dev/null" && !link.startsWith("/proc/"),
    );
    expect(outside).toEqual([]);
  });

  test("leaves its code without capabilities, and without a way to new ones", async () => {
    const status = (await returnedBy(runToEnd(driver, explorer(), "status"))) as string;
    for (const set of ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"])
      expect(status).toContain(`${set}:\t0000000000000000`);
    expect(status).toContain("NoNewPrivs:\t1");
  });
});

describe("Node's permission model", () => {
  let driver: ProcessDriver;
  beforeAll(async () => {
    driver = await createProcessDriver({ executorFile: EXECUTOR_FILE, path: "", isolation: "auto" });
  });
  afterAll(() => driver.close());

  test("is what auto falls back to without bwrap, and is called by its name", () => {
    expect(driver.isolation).toBe("permission");
  });

  test("is refused where bubblewrap is asked for, with what to do", async () => {
    const options = { executorFile: EXECUTOR_FILE, path: "", isolation: "bubblewrap" } as const;
    await expect(createProcessDriver(options)).rejects.toMatchObject({
      code: "ISOLATION_UNAVAILABLE",
      message: "There is no bwrap on the PATH.",
      fix: expect.stringContaining("apt-get install bubblewrap"),
    });
  });

  test("keeps code from the server's files, from /tmp and from starting programs", async () => {
    for (const path of [
      "/etc/passwd",
      tmpdir(),
      process.cwd(),
      "/proc/self/environ",
      `/proc/${process.ppid}/environ`,
    ]) {
      expect(await read(driver, path), path).toEqual({
        file: "ERR_ACCESS_DENIED",
        folder: "ERR_ACCESS_DENIED",
      });
    }
    const path = join(tmpdir(), "floww-survivor");
    expect(await returnedBy(runToEnd(driver, explorer(), "write", { input: { path } }))).toBe(
      "ERR_ACCESS_DENIED",
    );
    expect(await runToEnd(driver, explorer(), "nested")).toMatchObject({
      state: "failed",
      error: { message: expect.stringContaining("restricted") },
    });
  });
});
