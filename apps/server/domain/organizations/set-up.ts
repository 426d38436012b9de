import { timingSafeEqual } from "node:crypto";
import { FlowwError } from "@floww/contract/errors";
import type { Database } from "../../platform/db/database.ts";
import { grantAdministrator } from "../identity/administrators.ts";
import type { Identity } from "../identity/identity.ts";
import type { OutsidePerson } from "../identity/outside-identity.ts";
import { createPerson, hasAnyPerson, type NewPerson } from "../identity/people.ts";
import { hashToken, newToken } from "../identity/secret-token.ts";
import { addMember } from "./memberships.ts";

/** An arbitrary constant: of two who hold a link (several servers print one each), one becomes the first. */
const SET_UP_LOCK = 7_203_412;

/** The one-time link that makes the first account. It lives in this process: a restart prints another. */
export class SetUp {
  readonly #database: Database;
  readonly #identity: Pick<Identity, "auth" | "outside">;
  readonly #tokenHash: Buffer | undefined;
  /** For the link; undefined when somebody has an account. */
  readonly token: string | undefined;

  private constructor(
    database: Database,
    identity: Pick<Identity, "auth" | "outside">,
    token: string | undefined,
  ) {
    this.#database = database;
    this.#identity = identity;
    this.token = token;
    this.#tokenHash = token === undefined ? undefined : hashToken(token);
  }

  static async open(database: Database, identity: Pick<Identity, "auth" | "outside">): Promise<SetUp> {
    const isDone = await hasAnyPerson(database);
    return new SetUp(database, identity, isDone ? undefined : newToken("floww_setup_"));
  }

  /** @throws FlowwError SETUP_LINK_INVALID */
  async refuseInvalid(token: string): Promise<void> {
    const isRight = this.#tokenHash !== undefined && timingSafeEqual(this.#tokenHash, hashToken(token));
    if (!isRight || (await hasAnyPerson(this.#database))) throw new FlowwError("SETUP_LINK_INVALID");
  }

  /** Makes the first account, an owner of the organization and an administrator; the link is dead then. @throws FlowwError SETUP_LINK_INVALID */
  async complete(
    token: string,
    { organizationId, person }: { organizationId: string; person: NewPerson | OutsidePerson },
  ) {
    await this.refuseInvalid(token);
    return this.#database.transaction(async (transaction) => {
      await transaction.query("select pg_advisory_xact_lock($1)", [SET_UP_LOCK]);
      if (await hasAnyPerson(transaction)) throw new FlowwError("SETUP_LINK_INVALID");
      const userId = await createPerson(transaction, this.#identity, person);
      await addMember(transaction, { organizationId, userId, role: "owner" });
      await grantAdministrator(transaction, userId);
      return { userId };
    });
  }
}
