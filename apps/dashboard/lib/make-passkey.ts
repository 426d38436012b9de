/** The browser made none: why, as far as it says. */
export class NoPasskeyGiven extends Error {}

type MadeCredential = Record<string, unknown> & { id: string; type: "public-key" };

/** Has the browser's authenticator make a key. @throws NoPasskeyGiven when the person says no, or the browser cannot */
export async function makePasskey(options: { challenge: string }): Promise<MadeCredential> {
  if (typeof globalThis.PublicKeyCredential?.parseCreationOptionsFromJSON !== "function")
    throw new NoPasskeyGiven("This browser knows no passkeys, or is too old for them.");
  // The server made them for this very function.
  const json = options as unknown as PublicKeyCredentialCreationOptionsJSON;
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(json);
  try {
    const made = await navigator.credentials.create({ publicKey });
    // What a key that was just made turns into; JSON has no other shape for it.
    if (made instanceof PublicKeyCredential) return made.toJSON() as unknown as MadeCredential;
  } catch (error) {
    throw new NoPasskeyGiven(reasonOf(error));
  }
  throw new NoPasskeyGiven("The browser made no passkey.");
}

function reasonOf(error: unknown): string {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "InvalidStateError") return "This device has a passkey of yours already.";
  if (name === "SecurityError")
    return "The browser refuses passkeys at this address: open Floww at the name that FLOWW_PUBLIC_URL says.";
  return "The browser made no passkey: it was cancelled, or took too long.";
}
