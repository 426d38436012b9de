import type { Role } from "@floww/contract/api";

/** Who is asking, once the sign-in has been checked. */
export interface Principal {
  kind: "user" | "key";
  id: string;
  name: string;
  organizationId: string;
  role: Role;
}
