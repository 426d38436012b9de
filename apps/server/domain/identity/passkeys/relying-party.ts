import { isIP } from "node:net";
import { FlowwError } from "@floww/contract/errors";

/** To whom passkeys of this server belong: a name, and the one address where browsers may use them. */
export interface RelyingParty {
  id: string;
  origin: string;
}

/** Why no passkey can belong to this address; undefined where one can (WebAuthn, 5.1.2: a domain in a secure context). */
export function passkeysRefused(publicUrl: URL): string | undefined {
  const { protocol, hostname, port } = publicUrl;
  if (isIP(hostname.replace(/^\[|\]$/g, "")) !== 0)
    return `A passkey belongs to a name, and ${hostname} is an IP address. Set FLOWW_PUBLIC_URL to a name; on this machine http://localhost${port === "" ? "" : `:${port}`} is one.`;
  const isSecure = protocol === "https:" || hostname === "localhost" || hostname.endsWith(".localhost");
  if (!isSecure)
    return "Browsers keep passkeys for https only. Serve Floww over https and set FLOWW_PUBLIC_URL.";
  return undefined;
}

/** @throws FlowwError PASSKEYS_OFF */
export function relyingPartyOf(publicUrl: URL): RelyingParty {
  const refused = passkeysRefused(publicUrl);
  if (refused !== undefined) throw new FlowwError("PASSKEYS_OFF", refused);
  return { id: publicUrl.hostname, origin: publicUrl.origin };
}
