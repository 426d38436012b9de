import { createKeyRing, type KeyRing } from "../platform/keys/key-ring.ts";
import { readMasterKey } from "../platform/keys/master-key-file.ts";

/** What a server of this home signs with, for tests that make or forge signatures. */
export async function keyRingOf({ home }: { home: string }): Promise<KeyRing> {
  return createKeyRing(await readMasterKey(home, { mayCreate: false }));
}
