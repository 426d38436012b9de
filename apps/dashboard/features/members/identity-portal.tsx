import type { PortalIntent } from "@floww/contract/api";
import { ChevronDown } from "lucide-react";
import { useApi, useChange } from "../../lib/api.ts";
import { useOrganizationId } from "../../lib/me.ts";
import { buttonClass } from "../../ui/button.tsx";
import { Menu, MenuItem } from "../../ui/menu.tsx";
import { Problem } from "../../ui/problem.tsx";

const INTENTS: readonly [PortalIntent, string][] = [
  ["sso", "Single sign-on"],
  ["dsync", "Directory sync"],
  ["domain_verification", "Domains"],
];

/** The ways to the identity provider's own page; nothing where it has none for this organization. */
export function IdentityPortal() {
  const organizationId = useOrganizationId();
  const organization = useApi("getOrganization", { params: { organizationId } });
  const open = useChange("openIdentityPortal");
  if (organization.data?.hasIdentityPortal !== true) return undefined;
  const go = async (intent: PortalIntent) => {
    const { url } = await open.mutateAsync({ params: { organizationId }, body: { intent } });
    // The provider's word: an address of the web, or none.
    if (/^https?:$/.test(new URL(url).protocol)) location.assign(url);
  };
  return (
    <>
      <Problem error={open.error} />
      <Menu
        triggerClassName={buttonClass("plain")}
        trigger={
          <>
            Set up sign-in <ChevronDown size={14} aria-hidden="true" />
          </>
        }
      >
        {INTENTS.map(([intent, name]) => (
          <MenuItem key={intent} onSelect={() => void go(intent).catch(() => undefined)}>
            {name}
          </MenuItem>
        ))}
      </Menu>
    </>
  );
}
