import { FlowwError } from "@floww/contract/errors";

const CAUSES: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there",
  ENOTFOUND: "there is no host of that name",
  EAI_AGAIN: "its name could not be looked up",
  ECONNRESET: "the connection was cut",
  UND_ERR_SOCKET: "the connection was cut",
  ETIMEDOUT: "it did not answer in time",
  UND_ERR_CONNECT_TIMEOUT: "it did not answer in time",
  EHOSTUNREACH: "there is no way to that host",
  DEPTH_ZERO_SELF_SIGNED_CERT: "its certificate is not trusted",
  SELF_SIGNED_CERT_IN_CHAIN: "its certificate is not trusted",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "its certificate is not trusted",
  CERT_HAS_EXPIRED: "its certificate has expired",
};

/** `fetch` that says which address did not answer, why, and what to run. */
export function reachServer(serverUrl: string): typeof globalThis.fetch {
  return async (input, init) => {
    try {
      return await fetch(input, init);
    } catch (cause) {
      throw unreachable(serverUrl, cause);
    }
  };
}

function unreachable(serverUrl: string, cause: unknown): FlowwError {
  const code = codeOf(cause);
  const why = code === undefined ? deepestMessage(cause) : (CAUSES[code] ?? code);
  return new FlowwError("SERVER_UNREACHABLE", `No server answers at ${serverUrl}: ${why}.`, {
    cause,
    fix: isLoopback(new URL(serverUrl).hostname)
      ? "Start one with `npx floww-server`, or name another with FLOWW_SERVER."
      : "Check the address (`floww config get server`) and your network.",
  });
}

/** `fetch failed` says nothing; what it was caused by does. */
function deepestMessage(error: unknown): string {
  let current = error;
  while (current instanceof Error && current.cause instanceof Error) current = current.cause;
  return current instanceof Error ? current.message : String(current);
}

function codeOf(error: unknown): string | undefined {
  for (let current = error; current instanceof Error; current = current.cause) {
    const { code } = current as { code?: unknown };
    if (typeof code === "string") return code;
    // Happy eyeballs: one error an address that was tried.
    if (current instanceof AggregateError) return codeOf(current.errors[0]);
  }
  return undefined;
}

/** Only programs on this machine reach such a host. */
export function isLoopback(hostname: string): boolean {
  return /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(hostname);
}
