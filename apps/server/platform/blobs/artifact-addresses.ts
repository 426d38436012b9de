/** Hands out one artifact without a credential: to a runtime elsewhere, which fetches its bundle by itself. */
export interface ArtifactAddresses {
  /**
   * Good for 60 s, for reading exactly this one, by whoever has the address: it is a secret. Not asked whether it is there;
   * who reads compares the SHA-256, as it has the hash anyway. @throws FlowwError NOT_FOUND for what is no artifact's name
   */
  addressOf(namespaceId: string, hash: string): Promise<URL>;
}
