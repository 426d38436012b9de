import type { ContentStore } from "../../platform/blobs/content-store.ts";
import type { Database } from "../../platform/db/database.ts";
import type { KeyRing } from "../../platform/keys/key-ring.ts";
import { RegistryTokens } from "./registry-tokens.ts";
import { UploadsInHand } from "./uploads-in-hand.ts";

/** What the registry's use cases work with. */
export interface Registry {
  database: Database;
  content: ContentStore;
  tokens: RegistryTokens;
  uploads: UploadsInHand;
  /** What rooms further up still need, by digest: it is not deleted, whoever asks. */
  isWanted: IsWanted;
}

export type IsWanted = (namespaceId: string, manifestDigest: string) => Promise<boolean>;

export function openRegistry(
  { database, keys, content }: { database: Database; keys: KeyRing; content: ContentStore },
  { isWanted = async () => false }: { isWanted?: IsWanted } = {},
): Registry {
  return {
    database,
    content,
    tokens: new RegistryTokens(keys.deriveKey("registry-tokens")),
    uploads: new UploadsInHand(),
    isWanted,
  };
}
