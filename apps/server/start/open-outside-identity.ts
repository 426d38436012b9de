import type { IdentityConfig } from "../config/config.ts";
import { OidcIdentity } from "../domain/identity/oidc/oidc-identity.ts";
import type { OutsideIdentity } from "../domain/identity/outside-identity.ts";

/** Who tells us who people are; undefined: we ask for passwords ourselves. */
export function openOutsideIdentity(config: IdentityConfig): OutsideIdentity | undefined {
  return config.kind === "embedded" ? undefined : new OidcIdentity(config);
}
