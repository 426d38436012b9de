import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Writable } from "node:stream";
import { limits } from "@floww/contract/limits";
import { type EgressProxyOptions, listenEgress } from "../../../../platform/egress-proxy/egress-proxy.ts";
import type { ControlGroups } from "./control-groups.ts";
import { BOX_PREFIX, BOX_SOCKET } from "./left-boxes.ts";
import { GATE_DESCRIPTOR, NODE_ARGS, type PreparedExecutor, spawnLimited } from "./spawn-executor.ts";

export interface BubblewrapOptions {
  /** The program `bwrap`. */
  program: string;
  executorFile: string;
  groups: ControlGroups | undefined;
  egress?: EgressProxyOptions;
}

/** Places inside of the sandbox. */
const NODE = "/usr/bin/node";
const EXECUTOR = "/opt/floww/executor.cjs";
const EGRESS = "/run/floww/egress.sock";
const HOSTS = "127.0.0.1 localhost\n::1 localhost\n";
const PASSWD = "workflow:x:1000:1000::/tmp:/sbin/nologin\n";

/**
 * A sandbox of Linux namespaces around each executor: it sees no process but its own, no file but node and the
 * executor, no network but its own loopback, and nothing that it writes survives it. Its environment is empty, and so
 * is bwrap's own, which is process 1 inside. Once it is set up it waits at its gate, and node starts when that opens.
 */
export function bubblewrap({
  program,
  executorFile,
  groups,
  egress = {},
}: BubblewrapOptions): () => PreparedExecutor {
  const libraries = sharedLibraries();
  return () => {
    // 0700, and short: a socket's path holds 107 bytes.
    const folder = mkdtempSync(join(tmpdir(), BOX_PREFIX));
    const files = {
      socket: join(folder, BOX_SOCKET),
      hosts: join(folder, "hosts"),
      passwd: join(folder, "passwd"),
    };
    writeFileSync(files.hosts, HOSTS);
    writeFileSync(files.passwd, PASSWD);
    const proxy = listenEgress(files.socket, egress);
    const args = [
      ...NAMESPACES,
      ...libraries.flatMap((file) => ["--ro-bind", file, file]),
      ...["--ro-bind", process.execPath, NODE],
      ...["--ro-bind", executorFile, EXECUTOR],
      ...["--ro-bind", files.hosts, "/etc/hosts"],
      ...["--ro-bind", files.passwd, "/etc/passwd"],
      ...["--ro-bind", files.socket, EGRESS],
      ...KERNEL_FILES,
      // The root is a tmpfs of its own, writable until this; /tmp is the only place that is left so.
      ...["--size", String(limits.processTmpBytesMax), "--perms", "1777", "--tmpfs", "/tmp"],
      ...["--remount-ro", "/", "--chdir", "/", "--block-fd", String(GATE_DESCRIPTOR)],
      ...["--", NODE, ...NODE_ARGS, EXECUTOR, `--egress=${EGRESS}`],
    ];
    const spawned = spawnLimited({ program, args, groups, hasGate: true });
    const { child } = spawned;
    const close = () => {
      proxy.close();
      proxy.closeAllConnections();
      rmSync(folder, { recursive: true, force: true });
    };
    if (child.pid === undefined) close();
    else child.once("close", close);
    // One that could not be started has none, and one that has died says so by its end.
    const gate = child.stdio?.[GATE_DESCRIPTOR] as Writable | undefined;
    gate?.on("error", () => undefined);
    return { ...spawned, go: () => gate?.end("\n") };
  };
}

const NAMESPACES = [
  ...[
    "--unshare-user",
    "--unshare-pid",
    "--unshare-ipc",
    "--unshare-uts",
    "--unshare-net",
    "--unshare-cgroup-try",
  ],
  // Another user namespace inside would hand out capabilities, and with them much of the kernel.
  "--disable-userns",
  ...["--uid", "1000", "--gid", "1000", "--cap-drop", "ALL", "--hostname", "floww"],
  ...["--die-with-parent", "--new-session", "--clearenv"],
];

const KERNEL_FILES = [
  ...["--proc", "/proc"],
  // A server that runs as root owns these outside, and so does its sandbox: no capability is asked for to write them.
  ...["--ro-bind", "/proc/sys", "/proc/sys"],
  ...(existsSync("/proc/sysrq-trigger") ? ["--ro-bind", "/dev/null", "/proc/sysrq-trigger"] : []),
  // /dev/shm would be memory without a bound.
  ...["--dev", "/dev", "--remount-ro", "/dev"],
];

/** What the node binary is linked to: this process is one, so its own list is the answer. */
function sharedLibraries(): string[] {
  // Its default looks up the names of open connections, and waits for them. Not yet in the types.
  const report = process.report as typeof process.report & { excludeNetwork: boolean };
  report.excludeNetwork = true;
  const { sharedObjects } = report.getReport() as unknown as { sharedObjects: string[] };
  return sharedObjects.filter(
    (file) => file.startsWith("/") && /\.so(\.\d+)*$/.test(file) && existsSync(file),
  );
}
