import type { PortalIntent } from "@floww/contract/api";
import type { WorkosClient } from "../../../platform/clients/workos/workos-client.ts";
import type { OutsideDirectory, OutsideEvent, OutsideMembership } from "../outside-directory.ts";
import { followedEvents, readEvent, toMembership } from "./read-event.ts";
import { workosIssuer } from "./workos-identity.ts";

const SIGNATURE_HEADER = "workos-signature";

/** WorkOS's organizations and memberships: asked for at a sign-in, told by webhooks, caught up by its Events API. */
export class WorkosDirectory implements OutsideDirectory {
  readonly issuer: string;
  readonly #client: WorkosClient;

  constructor(client: WorkosClient) {
    this.#client = client;
    this.issuer = workosIssuer(client.clientId);
  }

  async membershipsOf(subject: string): Promise<OutsideMembership[]> {
    return (await this.#client.listMemberships(subject)).map(toMembership);
  }

  async readPushed(body: Buffer, header: (name: string) => string | undefined): Promise<OutsideEvent> {
    return readEvent(await this.#client.readWebhook(body, header(SIGNATURE_HEADER) ?? ""));
  }

  async listEvents(from: { after: string } | { since: Date }): Promise<OutsideEvent[]> {
    return (await this.#client.listEvents([...followedEvents], from)).map(readEvent);
  }

  portalLink(asked: { organization: string; intent: PortalIntent; returnTo: URL }): Promise<URL> {
    const { organization, intent, returnTo } = asked;
    return this.#client.portalLink({ organization, intent, returnUrl: returnTo.href });
  }
}
