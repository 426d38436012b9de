import { bundleAbi, type Host } from "@floww/contract/abi";

/** Stands in for the executor's host, so that actions really call; gives the place back to who had it. */
export function lendHost(fetch: (request: Request) => Promise<Response>): () => void {
  const abi = bundleAbi();
  const { host: before } = abi;
  const host: Host = {
    phase: "run",
    current: () => undefined,
    call: async () => null,
    fetch: (_connection, request) => fetch(request),
  };
  abi.host = host;
  return () => {
    if (before === undefined) delete abi.host;
    else abi.host = before;
  };
}
