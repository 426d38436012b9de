import type { PortalIntent } from "@floww/contract/api";
import { FlowwError } from "@floww/contract/errors";
import type { Identity } from "../../identity/identity.ts";
import type { OutsidePerson } from "../../identity/outside-identity.ts";
import { enterByMembership } from "./enter-by-membership.ts";
import { followEvents } from "./follow-events.ts";
import type { OutsideRules } from "./outside-rules.ts";
import { takeEvent } from "./take-event.ts";

/** Members by the word of an identity provider that keeps organizations; there is none of it where the provider keeps none. */
export class OutsideMembers {
  readonly #rules: OutsideRules;
  readonly #identity: Pick<Identity, "auth" | "outside">;

  constructor(rules: OutsideRules, identity: Pick<Identity, "auth" | "outside">) {
    this.#rules = rules;
    this.#identity = identity;
  }

  /** Their account, made when a membership leads here; undefined without one. @throws FlowwError IDENTITY_UNAVAILABLE, STATE_CONFLICT */
  enter(person: OutsidePerson): Promise<string | undefined> {
    return enterByMembership(this.#rules, this.#identity, person);
  }

  /** A webhook. @throws FlowwError SIGNATURE_INVALID */
  async receive(body: Buffer, header: (name: string) => string | undefined): Promise<void> {
    await takeEvent(this.#rules, await this.#rules.directory.readPushed(body, header));
  }

  /** What no webhook brought. */
  follow(signal: AbortSignal): Promise<void> {
    return followEvents(this.#rules, { signal });
  }

  /** A member by the provider's word is changed there: here it would come back. @throws FlowwError STATE_CONFLICT */
  async refuseManaged(organizationId: string, userId: string): Promise<void> {
    const { database, directory } = this.#rules;
    const found = await database.query(
      `select from outside_memberships as places
         join outside_organizations on outside_organizations.issuer = places.issuer and outside_id = outside_organization
         join outside_identities on outside_identities.issuer = places.issuer and outside_identities.subject = places.subject
       where places.issuer = $1 and organization_id = $2 and user_id = $3 and is_applied`,
      [directory.issuer, organizationId, userId],
    );
    if (found.rowCount === 0) return;
    throw new FlowwError("STATE_CONFLICT", "This member comes from the identity provider.", {
      fix: "Change or end the membership there; it holds here at once.",
    });
  }

  /** @throws FlowwError NOT_FOUND for an organization that the provider does not have, IDENTITY_UNAVAILABLE */
  async portalLink(asked: { organizationId: string; intent: PortalIntent; returnTo: URL }): Promise<URL> {
    const organization = await this.#outsideId(asked.organizationId);
    if (organization === undefined)
      throw new FlowwError("NOT_FOUND", "The identity provider does not have this organization.");
    const { intent, returnTo } = asked;
    return this.#rules.directory.portalLink({ organization, intent, returnTo });
  }

  async hasPortal(organizationId: string): Promise<boolean> {
    return (await this.#outsideId(organizationId)) !== undefined;
  }

  async #outsideId(organizationId: string): Promise<string | undefined> {
    const { database, directory } = this.#rules;
    const found = await database.query<{ id: string }>(
      `select outside_id as id from outside_organizations
       where issuer = $1 and organization_id = $2 and not is_deleted`,
      [directory.issuer, organizationId],
    );
    return found.rows[0]?.id;
  }
}
