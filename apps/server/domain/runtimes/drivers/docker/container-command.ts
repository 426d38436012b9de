import { limits } from "@floww/contract/limits";

export interface ContainerPlace {
  name: string;
  image: string;
  /** Says whose container this is, so that the next start can remove what a crash left. */
  owner: string;
  /** Holds the sockets and the bundle; the container sees it read-only. */
  folder: string;
  /** `none`: no way out but the egress proxy on its socket. */
  network: string;
  memoryMb: number;
  cpus: number;
}

/** Places inside of the container. */
export const INSIDE = "/run/floww";
export const API_SOCKET = "api.sock";
export const EGRESS_SOCKET = "egress.sock";
export const BUNDLE_FILE = "bundle.mjs";

export const OWNER_LABEL = "floww.server";

const MB = 1024 * 1024;
/** Code, buffers and the private /tmp are memory too. */
const HEAP_SHARE = 0.75;
/** Nobody of the image's own: what user code runs as needs no name. */
const USER = "1000:1000";

/**
 * What starts one container: no capability, no new privilege, a root that cannot be written, and bounds for memory, cpu
 * and processes. The engine's own socket is never among what it sees.
 */
export function containerCommand(place: ContainerPlace): string[] {
  const { name, image, owner, folder, network, memoryMb, cpus } = place;
  return [
    "run",
    ...["--name", name, "--label", `${OWNER_LABEL}=${owner}`, "--pull", "never"],
    ...["--network", network, "--hostname", "floww"],
    ...["--read-only", "--tmpfs", `/tmp:rw,nosuid,nodev,mode=1777,size=${limits.processTmpBytesMax}`],
    ...["--shm-size", String(MB), "--ipc", "private"],
    ...["--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--user", USER],
    // Equal bounds: no swap.
    ...["--memory", `${memoryMb}m`, "--memory-swap", `${memoryMb}m`, "--cpus", String(cpus)],
    ...["--pids-limit", String(limits.processPidsMax), "--ulimit", "core=0", "--log-driver", "none"],
    ...["--mount", `type=bind,source=${folder},target=${INSIDE},readonly`],
    ...["--env", `AWS_LAMBDA_RUNTIME_API=${INSIDE}/${API_SOCKET}`],
    ...(network === "none" ? ["--env", `FLOWW_EGRESS=${INSIDE}/${EGRESS_SOCKET}`] : []),
    ...["--env", `NODE_OPTIONS=--no-warnings --max-old-space-size=${Math.floor(HEAP_SHARE * memoryMb)}`],
    ...["--workdir", "/"],
    image,
  ];
}
