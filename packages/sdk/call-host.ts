import { bundleAbi, type ExecutionScope, type Host, type Json } from "@floww/contract/abi";
import { FlowwError } from "@floww/contract/errors";
import type { HostCalls, HostOperation } from "@floww/contract/host-calls";

/** A host that lends itself outside of runs too: the test kit's, so that a test can look at what a handler left. */
export interface OpenHost extends Host {
  readonly isOpen?: true;
}

/**
 * Asks the host on behalf of the running handler. At top level it throws at once rather than rejecting, so that the import fails at that line even when nobody awaits the call.
 *
 * @throws FlowwError TOP_LEVEL_CALL, NO_EXECUTOR
 */
export function callHost<Operation extends HostOperation>(
  operation: Operation,
  input: HostCalls[Operation]["input"],
): Promise<HostCalls[Operation]["output"]> {
  const host: OpenHost | undefined = bundleAbi().host;
  if (host === undefined) throw new FlowwError("NO_EXECUTOR");
  if (host.isOpen !== true && isTopLevel(host))
    throw new FlowwError("TOP_LEVEL_CALL", `${operation} was called outside of a handler.`);
  // Both sides hold to HostCalls; the wire itself knows only JSON.
  return host.call(operation, input as unknown as Json) as Promise<HostCalls[Operation]["output"]>;
}

function isTopLevel(host: Host): boolean {
  const scope: ExecutionScope | undefined = host.current();
  return host.phase === "enumerate" || scope === undefined;
}
