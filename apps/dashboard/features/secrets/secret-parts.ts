import type { secretMetadata } from "@floww/contract/api";
import type { z } from "zod";

export type SecretMetadata = z.output<typeof secretMetadata>;

/** `stripe`, or `stripe (test)` where it is one of several values under the name. */
export function secretName({ name, credential }: Pick<SecretMetadata, "name" | "credential">): string {
  return credential === "default" ? name : `${name} (${credential})`;
}
