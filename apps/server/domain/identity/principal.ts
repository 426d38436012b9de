import type { Role } from "@floww/contract/api";

/** In which organization, as what. */
export interface Membership {
  organizationId: string;
  role: Role;
}

/** What the request proved itself with: signing out ends this and nothing else. */
export type Credential = { kind: "key" } | { kind: "browser" | "cli"; sessionId: string };

/** Who is asking, once the sign-in has been checked. A person may belong to several organizations, a key to one. */
export interface Principal {
  kind: "user" | "key";
  id: string;
  name: string;
  email?: string;
  /** Of the server, which no key is. */
  isAdministrator: boolean;
  memberships: readonly Membership[];
  credential: Credential;
}
