import type { WebhookEventHead } from "@floww/contract/abi";
import { limits } from "@floww/contract/limits";
import { newUuid } from "../../platform/uuid-v7.ts";
import type { Bells } from "../live/namespace-bells.ts";
import { type Ledger, Verdict } from "./ledger.ts";

export interface RefusedRequest {
  namespaceId: string;
  /** Of the address that was asked. */
  owner: { workflowId: string } | { providerId: string };
  verdict: "noRoute" | "tooLarge" | "badSignature" | "handshake";
  head: Omit<WebhookEventHead, "type" | "params" | "receivedAt">;
  /** What had arrived of it. */
  body: Buffer;
  remoteAddress: string;
}

const HOUR_MS = 60 * 60 * 1000;

/**
 * Keeps requests that a known key brought but that caused nothing, so that a person can find out why; within
 * bounds, since anyone who knows an address can send them.
 */
export class RefusedRecorder {
  readonly #ledger: Ledger;
  readonly #bells: Bells;
  readonly #now: () => number;
  readonly #byOwner = new Map<string, { hour: number; count: number }>();
  #unknown = 0;

  constructor({ ledger, bells, now = Date.now }: { ledger: Ledger; bells: Bells; now?(): number }) {
    this.#ledger = ledger;
    this.#bells = bells;
    this.#now = now;
  }

  /** Requests to this server whose key nobody has. */
  get unknown(): number {
    return this.#unknown;
  }

  /** Nothing else is kept of such a request: anybody may send as many as they like. */
  countUnknown(): void {
    this.#unknown += 1;
  }

  /** False when this hour's bound is reached. */
  async record({ namespaceId, owner, verdict, head, body, remoteAddress }: RefusedRequest): Promise<boolean> {
    const { workflowId = null, providerId = null } = owner as { workflowId?: string; providerId?: string };
    if (!this.#take(workflowId ?? providerId ?? "")) return false;
    const nowMs = this.#now();
    const full: WebhookEventHead = {
      ...head,
      type: "webhook",
      params: {},
      receivedAt: new Date(nowMs).toISOString(),
    };
    await this.#ledger.commit({
      deliveries: [
        {
          id: newUuid(nowMs),
          namespaceId,
          workflowId,
          triggerId: null,
          providerId,
          verdict: Verdict[verdict],
          head: JSON.stringify(full),
          body: body.subarray(0, limits.refusedBytesMax),
          bodyArtifact: null,
          remoteAddress,
        },
      ],
    });
    this.#bells.deliveryCausedNothing(namespaceId);
    return true;
  }

  #take(ownerId: string): boolean {
    const hour = Math.floor(this.#now() / HOUR_MS);
    const counted = this.#byOwner.get(ownerId);
    if (counted === undefined || counted.hour !== hour) {
      this.#byOwner.set(ownerId, { hour, count: 1 });
      return true;
    }
    counted.count++;
    return counted.count <= limits.refusedPerHourMax;
  }
}
