import type { Role } from "@floww/contract/api";
import type { Database, Queryable } from "../../../platform/db/database.ts";
import type { OutsideDirectory } from "../../identity/outside-directory.ts";

/** What became of somebody's membership here. */
export interface MemberMoved {
  kind: "joined" | "roleChanged" | "left" | "signedOut";
  userId: string;
  /** Undefined where it is about the person everywhere. */
  organizationId: string | undefined;
}

/** How a provider's organizations and roles become ours. */
export interface OutsideRules {
  database: Database;
  directory: OutsideDirectory;
  /** The provider's organizations that belong here; the first is the one that this server began with. Empty: all do. */
  organizations: readonly string[];
  /** By the provider's word for it. Words that are not here give the least role. */
  roles: Readonly<Record<string, Role>>;
  firstOrganizationId: string;
  /** An organization of ours with all that one begins with. */
  makeOrganization(transaction: Queryable, name: string): Promise<string>;
  /** After the commit. */
  onMoved(moved: readonly MemberMoved[]): Promise<void>;
  report(error: unknown): void;
}
