import type { ProviderEventHead } from "@floww/contract/abi";
import type { ApprovalOutcome, VendorDecision } from "@floww/providers/server";
import { decideApproval, findApproval } from "../journal/decide-approval.ts";
import type { WaitLinks } from "../journal/wait-links.ts";
import { Verdict } from "./ledger.ts";
import { type RecordContext, recordEvent } from "./record-event.ts";

export interface ReceiveApprovalContext extends RecordContext {
  links: WaitLinks;
  wakeQueue(): void;
}

export interface DecidedAtVendor {
  provider: { id: string; namespaceId: string };
  head: ProviderEventHead;
  body: Buffer;
  remoteAddress: string;
  decision: VendorDecision;
}

/**
 * Records that somebody decided at the vendor, then decides. Resolves with what became of the approval; undefined when the
 * token is none of ours, or asks for no run of the provider's namespace.
 */
export async function receiveApproval(
  context: ReceiveApprovalContext,
  { provider, head, body, remoteAddress, decision }: DecidedAtVendor,
): Promise<ApprovalOutcome | undefined> {
  const { namespaceId, id: providerId } = provider;
  const { token, approved, by, comment } = decision;
  const id = context.links.read("approval", token);
  const asked = await findApproval(context.database, { id, namespaceId });
  if (asked === undefined) return undefined;
  await recordEvent(context, {
    delivery: {
      namespaceId,
      workflowId: null,
      triggerId: null,
      providerId,
      verdict: Verdict.accepted,
      remoteAddress,
    },
    event: { head, body },
    runs: [],
    receivedAtMs: Date.now(),
  });
  return decideApproval(context, asked, { approved, by, comment });
}
